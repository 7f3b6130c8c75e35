internal import ByteStorage

/// The files in a directory that may be a kernel image: in a build tree, a root file system, a
/// modules directory, a folder.
package struct ImageCandidates {
  /// The files, best first: plain names, then those with a release, that of the running kernel first
  /// and the others from the newest to the oldest.
  package private(set) var paths: [String] = []
  /// The releases in the names, each once, in order.
  package private(set) var releases: [String] = []

  /// Names without a release, best first.
  private static let plainNames = [
    "vmlinux", "vmlinuz", "bzImage", "Image", "Image.gz", "zImage", "vmlinuz.efi",
  ]

  package init(in directory: String) {
    let root = directory.hasSuffix("/") ? String(directory.dropLast()) : directory
    for name in ImageCandidates.plainNames { add("\(root)/\(name)") }
    for architecture in DirectoryTree.names(in: "\(root)/arch") {
      for name in ImageCandidates.plainNames.dropFirst(2) {
        add("\(root)/arch/\(architecture)/boot/\(name)")
      }
    }
    addReleases(of: root)
    // A modules directory: its kernel may lie in /boot of the same root.
    let parts = root.split(separator: "/", omittingEmptySubsequences: false)
    if let release = parts.last, parts.dropLast().last == "modules" {
      for ancestor in KernelPaths.ancestors(of: root, count: 4) {
        add("\(ancestor)/boot/vmlinuz-\(release)")
      }
      for ancestor in KernelPaths.ancestors(of: root, count: 4) {
        for path in KernelPaths.otherImages(of: String(release), below: ancestor) { add(path) }
      }
      // What packages of headers have is there for some facts.
      add("\(root)/build/vmlinux")
    }
  }

  private mutating func add(_ path: String) {
    let path = MountedTree.tidied(path)
    if PathKind(path) == .file, !paths.contains(path) { paths.append(path) }
  }

  private mutating func addReleases(of root: String) {
    var named = ImageCandidates.images(
      in: ["\(root)/boot", root], below: ["\(root)/lib/modules", "\(root)/usr/lib/modules"],
      "vmlinuz")
    // A package of debug information alone.
    if named.isEmpty {
      let debug = "\(root)/usr/lib/debug"
      named = ImageCandidates.images(
        in: ["\(debug)/boot"], below: ["\(debug)/lib/modules", "\(debug)/usr/lib/modules"],
        "vmlinux")
    }
    let running = SystemIdentity.kernelRelease
    let order = named.indices.sorted { left, right in
      let (first, second) = (named[left].release, named[right].release)
      if first == second { return left < right }
      if first == running || second == running { return first == running }
      return ReleaseOrder.isOlder(second, first)
    }
    for index in order {
      paths.append(MountedTree.tidied(named[index].path))
      if releases.last != named[index].release { releases.append(named[index].release) }
    }
  }

  /// Images with a release in their names in some folders, and those of a name in folders of releases.
  private static func images(
    in folders: [String], below trees: [String], _ plainName: String
  ) -> [(release: String, path: String)] {
    var named: [(release: String, path: String)] = []
    for folder in folders {
      for name in DirectoryTree.names(in: folder).reversed() {
        guard name.hasPrefix("vmlinuz-") || name.hasPrefix("vmlinux-") else { continue }
        named.append((String(name.dropFirst(8)), "\(folder)/\(name)"))
      }
    }
    for tree in trees {
      for release in DirectoryTree.names(in: tree).reversed() {
        named.append((release, "\(tree)/\(release)/\(plainName)"))
      }
    }
    return named.filter { PathKind($0.path) == .file }
  }
}

/// The order of release strings: numbers count as numbers, and a candidate (`7.0-rc1`) comes before
/// what it is a candidate for (`7.0`, `7.0-1-amd64`). Names that begin with no number come first.
package enum ReleaseOrder {
  /// Whether a release is older than another.
  package static func isOlder(_ left: String, _ right: String) -> Bool {
    let (first, second) = (parts(left), parts(right))
    for (one, other) in zip(first, second) where one != other {
      if one == candidate || other == candidate { return one == candidate }
      switch (UInt64(one), UInt64(other)) {
      case (let one?, let other?): if one != other { return one < other }
      case (nil, nil): return one < other
      case (let number, _): return number == nil
      }
    }
    if first.count == second.count { return left < right }
    let rest = first.count < second.count ? second[first.count] : first[second.count]
    return (first.count < second.count) != (rest == candidate)
  }

  /// What precedes the number of a candidate.
  private static let candidate = "-rc"

  /// Runs of digits, and what lies between them.
  private static func parts(_ release: String) -> [String] {
    var parts: [String] = []
    var wasDigit: Bool?
    for character in release {
      let isDigit = character.isASCII && character.isNumber
      if isDigit == wasDigit {
        parts[parts.count - 1].append(character)
      } else {
        parts.append(String(character))
        wasDigit = isDigit
      }
    }
    return parts
  }
}
