package import ByteStorage
internal import KernelReleases
internal import ModuleFiles

/// A directory as commands read it that take all of a kernel: its modules, of several kernels those of the
/// one that is taken.
package struct KernelDirectory: Sendable {
  /// The modules that belong to the kernel, and what cannot be read, in bytewise order of their paths.
  package let modules: [DirectoryTree.Entry]
  /// Which of several kernels was taken; `nil` if there is one, or none.
  package let choice: OpenKernel.Choice?
  /// Whether a file may be the image of the kernel.
  package let hasImage: Bool

  /// Looks at a directory, and opens the kernel in it if there are several.
  ///
  /// - Parameters:
  ///   - path: The directory as it was named.
  ///   - place: Where the path leads: the members of an archive, or the directory.
  ///   - limit: Largest file after unpacking, in bytes.
  package init(_ path: String, at place: String, limit: Int) {
    let entries = ModulePaths.modules(below: place)
    hasImage = !ImageCandidates(in: place).paths.isEmpty
    choice =
      KernelPaths(place).releases.count > 1
      ? (try? OpenKernel(path, limit: limit))?.choice : nil
    guard let choice else {
      modules = entries
      return
    }
    let others = choice.releases.filter { $0 != choice.taken }.flatMap { release in
      KernelDirectory.folders.map { "\(KernelPaths.withoutSlash(place))/\($0)/\(release)/" }
    }
    modules = entries.filter { entry in
      let path =
        switch entry {
        case .file(let path): path
        case .unreadable(let error): error.path
        }
      return !others.contains { path.hasPrefix($0) }
    }
  }

  /// Where a root file system has the modules of its kernels, each in a directory of its release.
  private static let folders = ["lib/modules", "usr/lib/modules"]

  /// The releases of which there are modules below a directory, that of the running kernel first and the
  /// others from the newest to the oldest.
  static func releases(below root: String) -> [String] {
    let root = KernelPaths.withoutSlash(root)
    var found: Set<String> = []
    for folder in folders {
      for name in DirectoryTree.names(in: "\(root)/\(folder)")
      where KernelRelease(name) != nil && PathKind("\(root)/\(folder)/\(name)/kernel") == .directory
      {
        found.insert(name)
      }
    }
    let running = SystemIdentity.kernelRelease
    return found.sorted { left, right in
      if left == running || right == running { return left == running && right != running }
      return ReleaseOrder.isOlder(right, left)
    }
  }
}

extension OpenKernel {
  /// Where the modules are if the directory has no image of their kernel: in the tree of the kernel that is
  /// taken, or anywhere below.
  package var modulePlace: String {
    choice.flatMap { paths.moduleTree(release: $0.taken) } ?? path
  }
}
