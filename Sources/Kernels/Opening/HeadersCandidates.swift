internal import ByteStorage
internal import KernelReleases

/// Headers of kernels below a directory that has no kernel itself: an unpacked package of headers.
struct HeadersCandidates {
  /// The directories with Module.symvers, from the newest release to the oldest.
  let paths: [String]
  /// Their releases, in the same order.
  let releases: [String]

  /// What a list of exports is called in a directory of its own, best first; that of vmlinux alone is what
  /// builds since 5.8 write before that of all (scripts/Makefile.modpost).
  static let listNames = [
    "Module.symvers", "build/Module.symvers", "symvers.xz", "symvers.gz", "symvers.zst",
    "Module.symvers.xz", "Module.symvers.gz", "Module.symvers.zst", "vmlinux.symvers",
  ]

  /// How lists with a release in their names are compressed (`/boot/symvers-RELEASE.gz` of Fedora and SUSE).
  static let suffixes = [".xz", ".gz", ".zst"]

  /// The releases of lists with a release in their names, from the newest to the oldest.
  static func namedReleases(in directory: String) -> [String] {
    let start = "symvers-"
    let found = DirectoryTree.names(in: directory).compactMap { name -> String? in
      guard name.hasPrefix(start), let suffix = suffixes.first(where: { name.hasSuffix($0) }) else {
        return nil
      }
      let release = String(name.dropFirst(start.utf8.count).dropLast(suffix.utf8.count))
      return KernelRelease(release) == nil ? nil : release
    }
    return Set(found).sorted { ReleaseOrder.isOlder($1, $0) }
  }

  init(in directory: String) {
    let root = directory.hasSuffix("/") ? String(directory.dropLast()) : directory
    guard !HeadersCandidates.hasList(root), ImageCandidates(in: root).paths.isEmpty else {
      (paths, releases) = ([], [])
      return
    }
    var found: [(release: String, path: String)] = []
    var known: Set<String> = []
    for (release, path) in HeadersCandidates.places(below: root)
    where KernelRelease(release) != nil && !known.contains(release)
      && HeadersCandidates.hasList(path)
    {
      known.insert(release)
      found.append((release, path))
    }
    found.sort { ReleaseOrder.isOlder($1.release, $0.release) }
    (paths, releases) = (found.map(\.path), found.map(\.release))
  }

  /// Whether a directory has a list of exports by a name without a release.
  static func hasList(_ directory: String) -> Bool {
    listNames.contains { PathKind("\(directory)/\($0)") == .file }
  }

  /// Where distributions put the headers of a release, or a list of exports beside its modules.
  private static func places(below root: String) -> [(release: String, path: String)] {
    var found: [(release: String, path: String)] = []
    // Debian and Fedora; all, as links or as Arch's own directories.
    let folders = [
      ("usr/src", "linux-headers-"), ("usr/src/kernels", ""), ("lib/modules", ""),
      ("usr/lib/modules", ""),
    ]
    for (folder, prefix) in folders {
      for name in DirectoryTree.names(in: "\(root)/\(folder)") where name.hasPrefix(prefix) {
        found.append((String(name.dropFirst(prefix.utf8.count)), "\(root)/\(folder)/\(name)"))
      }
    }
    // SUSE: usr/src/linux-6.4.0-1-obj/x86_64/default
    for name in DirectoryTree.names(in: "\(root)/usr/src")
    where name.hasPrefix("linux-") && name.hasSuffix("-obj") {
      for machine in DirectoryTree.names(in: "\(root)/usr/src/\(name)") {
        let folder = "\(root)/usr/src/\(name)/\(machine)"
        for flavour in DirectoryTree.names(in: folder) {
          found.append(("\(name.dropFirst(6).dropLast(4))-\(flavour)", "\(folder)/\(flavour)"))
        }
      }
    }
    return found
  }
}
