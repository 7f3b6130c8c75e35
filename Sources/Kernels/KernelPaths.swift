internal import ByteStorage

/// The files that belong to a kernel, found from the one path by which the user names it.
///
/// Facts that one file lacks are looked for beside it, in a fixed order; a candidate counts only for
/// the facts that it really has.
struct KernelPaths {
  /// Files that may be the kernel image, best first.
  let images: [String]
  /// Directories in which a root file system, a build tree or a corpus keeps the rest.
  private let roots: [String]

  init(_ path: String) {
    if path == "running" {
      let release = KernelPaths.runningRelease()
      images = ["/boot/vmlinuz-\(release)", "/lib/modules/\(release)/vmlinuz"]
      roots = ["/"]
    } else if PathKind(path) == .directory {
      images = KernelPaths.images(in: path)
      roots = [path] + KernelPaths.ancestors(of: path, count: 4)
    } else {
      images = [path]
      roots = KernelPaths.ancestors(of: path, count: 5)
    }
  }

  /// Release of the running kernel.
  static func runningRelease() -> String { SystemIdentity.kernelRelease }

  /// Configurations to try, for a kernel whose release may be known.
  func configs(release: String?) -> [String] {
    var found: [String] = []
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
    if let own = roots.first {
      found += ["\(own)/config", "\(own)/.config"]
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
    if let own = roots.first {
      // /lib/modules/RELEASE itself, a corpus' folder, a build tree.
      candidates += ["\(own)/modules", own]
    }
    return candidates.first { directory in
      guard PathKind(directory) == .directory else { return false }
      if directory != roots.first { return true }
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
    if let own = roots.first { found.append("\(own)/Module.symvers") }
    return found.filter { PathKind($0) == .file }
  }

  /// Images in a directory: a build tree, a root file system, a modules directory, a folder.
  private static func images(in directory: String) -> [String] {
    var found: [String] = []
    let root = directory.hasSuffix("/") ? String(directory.dropLast()) : directory
    func add(_ path: String) {
      if PathKind(path) == .file { found.append(path) }
    }
    for name in ["vmlinux", "vmlinuz", "bzImage", "Image", "Image.gz", "zImage", "vmlinuz.efi"] {
      add("\(root)/\(name)")
    }
    for architecture in DirectoryTree.names(in: "\(root)/arch") {
      for name in ["bzImage", "Image", "Image.gz", "zImage", "vmlinuz.efi"] {
        add("\(root)/arch/\(architecture)/boot/\(name)")
      }
    }
    for folder in ["\(root)/boot", root] {
      for name in DirectoryTree.names(in: folder).reversed()
      where name.hasPrefix("vmlinuz-") || name.hasPrefix("vmlinux-") {
        add("\(folder)/\(name)")
      }
    }
    for folder in ["\(root)/lib/modules", "\(root)/usr/lib/modules"] {
      for release in DirectoryTree.names(in: folder).reversed() {
        add("\(folder)/\(release)/vmlinuz")
      }
    }
    // A modules directory: its kernel may lie in /boot of the same root.
    let parts = root.split(separator: "/", omittingEmptySubsequences: false)
    if let release = parts.last, parts.dropLast().last == "modules" {
      for ancestor in ancestors(of: root, count: 4) { add("\(ancestor)/boot/vmlinuz-\(release)") }
    }
    return found
  }

  /// The directories above a path, nearest first.
  private static func ancestors(of path: String, count: Int) -> [String] {
    var found: [String] = []
    var current = path
    while current.count > 1, current.hasSuffix("/") { current.removeLast() }
    for _ in 0..<count {
      guard let slash = current.lastIndex(of: "/") else {
        if found.last != "." { found.append(".") }
        break
      }
      current = String(current[..<slash])
      if current.isEmpty {
        found.append("/")
        break
      }
      found.append(current)
    }
    return found
  }
}
