internal import ByteStorage
internal import KernelReleases

/// The files that belong to a kernel, found from the one path by which the user names it.
///
/// Facts that one file lacks are looked for beside it, in a fixed order; a candidate counts only for
/// the facts that it really has.
struct KernelPaths {
  /// Files that may be the kernel image, best first.
  let images: [String]
  /// Releases of kernels among ``images``, in their order; those of plain names are not known.
  let releases: [String]
  /// The release as the kernel's own directory gives it, for where no image does.
  let namedRelease: KernelFacts.Fact<String>?
  /// Directories in which a root file system, a build tree or a corpus keeps the rest.
  private let roots: [String]
  /// Whether the running kernel is meant.
  private let isRunning: Bool

  init(_ path: String) {
    isRunning = path == "running"
    if isRunning {
      let release = SystemIdentity.kernelRelease
      images = ["/boot/vmlinuz-\(release)", "/lib/modules/\(release)/vmlinuz"]
      (releases, roots) = ([], [""])
      namedRelease = KernelFacts.Fact(release, from: FactSource(.uname))
      return
    } else if PathKind(path) == .directory {
      let found = ImageCandidates(in: path)
      (images, releases) = (found.paths, found.releases)
      roots = [KernelPaths.withoutSlash(path)] + KernelPaths.ancestors(of: path, count: 4)
    } else {
      (images, releases) = ([path], [])
      roots = KernelPaths.ancestors(of: path, count: 5)
    }
    namedRelease = roots.first.flatMap { KernelPaths.release(of: $0) }
  }

  /// The directory that holds the kernel; for a file, the one it lies in.
  private var own: String? { isRunning ? nil : roots.first }

  /// The release that a directory gives: a build tree and headers note it in a file, and
  /// `/lib/modules/RELEASE` and `linux-headers-RELEASE` are called by it.
  private static func release(of own: String) -> KernelFacts.Fact<String>? {
    let note = "\(own)/include/config/kernel.release"
    var file = FileBuffer(limit: 1 << 12)
    if (try? file.open(note)) != nil, let text = try? file.source.all().text {
      let release = String(text.prefix { !$0.isWhitespace })
      if KernelRelease(release) != nil { return KernelFacts.Fact(release, from: FactSource(note)) }
    }
    // `/lib/modules/RELEASE/build` leads to the headers.
    let parts = own.split(separator: "/")
    let isLink = parts.last == "build" || parts.last == "source"
    guard let name = isLink ? parts.dropLast().last : parts.last else { return nil }
    let isNamed = parts.dropLast(isLink ? 2 : 1).last == "modules"
    guard isNamed || name.hasPrefix("linux-headers-") else { return nil }
    let release = String(isNamed ? name : name.dropFirst(14))
    guard KernelRelease(release) != nil else { return nil }
    return KernelFacts.Fact(release, from: FactSource(.directoryName, own))
  }

  /// Configurations to try, for a kernel whose release may be known.
  func configs(release: String?) -> [String] {
    var found = isRunning ? ["/proc/config.gz"] : []
    for root in roots {
      if let release {
        found += [
          "\(root)/config-\(release)", "\(root)/boot/config-\(release)",
          "\(root)/lib/modules/\(release)/config", "\(root)/usr/lib/modules/\(release)/config",
          "\(root)/usr/src/linux-headers-\(release)/.config",
          "\(root)/lib/modules/\(release)/build/.config",
        ]
      }
    }
    // A plain name belongs to the kernel only in the kernel's own directory (or a build tree's top).
    if let own {
      found.insert(contentsOf: ["\(own)/config", "\(own)/.config"], at: ownPlace(found))
    }
    if images.first?.contains("/arch/") ?? false, roots.count > 3 {
      found.append("\(roots[3])/.config")
    }
    return found.filter { PathKind($0) == .file }
  }

  /// The directory of the kernel's modules.
  func moduleTree(release: String?) -> String? {
    var candidates: [String] = []
    for root in roots {
      if let release {
        candidates += ["\(root)/lib/modules/\(release)", "\(root)/usr/lib/modules/\(release)"]
      }
    }
    // /lib/modules/RELEASE itself, a corpus' folder, a build tree.
    if let own { candidates += ["\(own)/modules", own] }
    return candidates.first { directory in
      guard PathKind(directory) == .directory else { return false }
      if directory != own { return true }
      return PathKind("\(directory)/kernel") == .directory
        && PathKind("\(directory)/kernel/Makefile") != .file
        || PathKind("\(directory)/modules.dep") == .file
    }
  }

  /// Module.symvers files to try when the image has no exports.
  func symvers(release: String?) -> [String] {
    var found: [String] = []
    for root in roots {
      if let release {
        found += [
          "\(root)/usr/src/linux-headers-\(release)/Module.symvers",
          "\(root)/lib/modules/\(release)/build/Module.symvers",
          "\(root)/lib/modules/\(release)/symvers.xz", "\(root)/lib/modules/\(release)/symvers.gz",
          "\(root)/boot/symvers-\(release).xz", "\(root)/boot/symvers-\(release).gz",
        ]
      }
    }
    if let own {
      let names = ["\(own)/Module.symvers", "\(own)/build/Module.symvers"]
      found.insert(contentsOf: names, at: ownPlace(found))
    }
    return found.filter { PathKind($0) == .file }
  }

  /// Lists of symbols to try when the image has none.
  func maps(release: String?) -> [String] {
    var found: [String] = []
    for root in roots {
      if let release {
        found += [
          "\(root)/System.map-\(release)", "\(root)/boot/System.map-\(release)",
          "\(root)/lib/modules/\(release)/System.map",
        ]
      }
    }
    if let own { found.append("\(own)/System.map") }
    return found.filter { PathKind($0) == .file }
  }

  /// Where among candidates plain names of the kernel's own directory come: first, if the directory is
  /// that of one release.
  private func ownPlace(_ candidates: [String]) -> Int {
    namedRelease == nil ? candidates.count : 0
  }

  private static func withoutSlash(_ path: String) -> String {
    var path = path
    while path.hasSuffix("/") { path.removeLast() }
    return path
  }

  /// The directories above a path, nearest first; the root is empty, so that `/` can follow.
  static func ancestors(of path: String, count: Int) -> [String] {
    var found: [String] = []
    var current = withoutSlash(path)
    for _ in 0..<count {
      guard let slash = current.lastIndex(of: "/") else {
        if found.last != ".", !(current.isEmpty && found.isEmpty) { found.append(".") }
        break
      }
      current = String(current[..<slash])
      found.append(current)
      if current.isEmpty { break }
    }
    return found
  }
}
