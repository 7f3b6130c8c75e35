internal import ByteStorage
internal import KernelReleases

/// Headers of kernels below a directory that has no kernel itself: an unpacked package of headers.
struct HeadersCandidates {
  /// The directories with Module.symvers, from the newest release to the oldest.
  let paths: [String]
  /// Their releases, in the same order.
  let releases: [String]

  init(in directory: String) {
    let root = directory.hasSuffix("/") ? String(directory.dropLast()) : directory
    let own = ["\(root)/Module.symvers", "\(root)/build/Module.symvers"]
    guard !own.contains(where: { PathKind($0) == .file }), ImageCandidates(in: root).paths.isEmpty
    else {
      (paths, releases) = ([], [])
      return
    }
    var found: [(release: String, path: String)] = []
    // Debian's and Fedora's places.
    for (folder, prefix) in [("usr/src", "linux-headers-"), ("usr/src/kernels", "")] {
      for name in DirectoryTree.names(in: "\(root)/\(folder)") where name.hasPrefix(prefix) {
        let path = "\(root)/\(folder)/\(name)"
        let release = String(name.dropFirst(prefix.utf8.count))
        if KernelRelease(release) != nil, PathKind("\(path)/Module.symvers") == .file {
          found.append((release, path))
        }
      }
    }
    found.sort { ReleaseOrder.isOlder($1.release, $0.release) }
    (paths, releases) = (found.map(\.path), found.map(\.release))
  }
}
