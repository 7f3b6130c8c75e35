internal import ByteStorage
internal import KernelReleases

/// The files that belong to a kernel, found from the one path by which the user names it.
///
/// Facts that one file lacks are looked for beside it, in a fixed order; a candidate counts only for
/// the facts that it really has.
package struct KernelPaths {
  /// Files that may be the kernel image, best first.
  let images: [String]
  /// Releases of kernels among ``images``, in their order, then those of which there are modules only;
  /// those of plain names are not known.
  let releases: [String]
  /// The release as the kernel's own directory gives it, for where no image does.
  let namedRelease: KernelFacts.Fact<String>?
  /// Directories in which a root file system, a build tree or a corpus keeps the rest.
  private let roots: [String]
  /// Whether another file may stand for the first image: there are several, or it may not be read.
  private let isReplaceable: Bool
  /// Whether the running kernel is meant.
  private let isRunning: Bool

  /// Finds what a path names; the running kernel is below `root`, which has no slash at the end.
  package init(_ path: String, root: String = "") {
    isRunning = path == "running"
    if isRunning {
      let release = SystemIdentity.kernelRelease
      images =
        ["\(root)/boot/vmlinuz-\(release)"]
        + KernelPaths.otherImages(of: release, below: root)
      (releases, roots, isReplaceable) = ([], [root], true)
      namedRelease = KernelFacts.Fact(release, from: FactSource(.uname))
      return
    } else if PathKind(path) == .directory {
      let headers = HeadersCandidates(in: path)
      let found = ImageCandidates(in: headers.paths.first ?? path)
      (images, isReplaceable) = (found.paths, true)
      var own = headers.paths.isEmpty ? found.releases : headers.releases
      if own.isEmpty, images.isEmpty, !HeadersCandidates.hasList(path) {
        own = HeadersCandidates.namedReleases(in: path)
      }
      releases =
        own + KernelDirectory.releases(below: path).filter { !own.contains($0) }
      roots =
        headers.paths.prefix(1) + [KernelPaths.withoutSlash(path)]
        + KernelPaths.ancestors(of: path, count: 4)
    } else {
      roots = KernelPaths.ancestors(of: path, count: 5)
      releases = []
      if let release = KernelPaths.releaseOfUnreadable(path) {
        images = [path] + roots.flatMap { KernelPaths.otherImages(of: release, below: $0) }
        namedRelease = KernelFacts.Fact(release, from: FactSource(path))
        isReplaceable = true
        return
      }
      (images, isReplaceable) = ([path], false)
    }
    let unread = images.contains { PathKind.isReadable($0) } ? nil : releases.first
    var named = roots.first.flatMap { KernelPaths.release(of: $0) }
    if named == nil, let unread {
      named = KernelFacts.Fact(unread, from: FactSource(images.first ?? path))
    }
    namedRelease = named
  }

  /// Whether a path names one file, which is read or is an error.
  var isOneFile: Bool { !isRunning && !isReplaceable }

  /// Where a root file system may have images of a release, other than in `/boot`; those with debug
  /// information are where Debian and Fedora put them.
  static func otherImages(of release: String, below root: String) -> [String] {
    [
      "\(root)/lib/modules/\(release)/vmlinuz", "\(root)/usr/lib/debug/boot/vmlinux-\(release)",
      "\(root)/usr/lib/debug/lib/modules/\(release)/vmlinux",
      "\(root)/lib/modules/\(release)/build/vmlinux",
    ].filter { PathKind($0) == .file }
  }

  /// Those of some paths that are files.
  private static func files(_ paths: [String]) -> [String] {
    paths.filter { PathKind($0) == .file }.map(MountedTree.tidied)
  }

  /// The release in the name of an image that may not be read, as Ubuntu's may not.
  private static func releaseOfUnreadable(_ path: String) -> String? {
    guard PathKind(path) == .file, !PathKind.isReadable(path) else { return nil }
    let name = path.split(separator: "/").last ?? ""
    guard name.hasPrefix("vmlinuz-") || name.hasPrefix("vmlinux-") else { return nil }
    let release = String(name.dropFirst(8))
    return KernelRelease(release) == nil ? nil : release
  }

  /// What a user who names a kernel means: a path as it is; for the directory of all modules, the root
  /// file system that it belongs to; or, where no file has that name, the place of the kernel of a
  /// release: its modules, its image, or its headers.
  ///
  /// - Parameters:
  ///   - name: A path, or a release as `uname -r` prints it.
  ///   - root: The root file system, without a slash at the end.
  /// - Returns: A path.
  /// - Throws: ``KernelError`` if it can only be a release, and there is no kernel of it.
  static func place(ofKernel name: String, below root: String = "") throws(KernelError) -> String {
    if let root = rootFileSystem(ofModules: name) { return root }
    guard !name.contains("/"), name.first?.isNumber ?? false, KernelRelease(name) != nil,
      PathKind(name) == .missing
    else { return name }
    let places = [
      "\(root)/lib/modules/\(name)", "\(root)/usr/lib/modules/\(name)",
      "\(root)/boot/vmlinuz-\(name)", "\(root)/usr/src/linux-headers-\(name)",
      "\(root)/usr/src/kernels/\(name)",
    ]
    if let place = places.first(where: { PathKind($0) != .missing }) { return place }
    let words = "no such file, and no kernel of this release in /lib/modules, /boot or /usr/src"
    throw KernelError(FileError(path: name, cause: .notSuitable(words)))
  }

  /// The root file system of which a directory is `/lib/modules` or `/usr/lib/modules`, with modules of at
  /// least one release.
  private static func rootFileSystem(ofModules path: String) -> String? {
    guard withoutSlash(path).hasSuffix("lib/modules"), PathKind(path) == .directory else {
      return nil
    }
    let above = ancestors(of: path, count: 3)
    let isInUsr = above.first.map { "/\($0)".hasSuffix("/usr/lib") } ?? false
    guard let root = above.dropFirst(isInUsr ? 2 : 1).first,
      !KernelDirectory.releases(below: root).isEmpty
    else { return nil }
    return root.isEmpty ? "/" : root
  }

  /// The directory that holds the kernel; for a file, the one it lies in.
  private var own: String? { isRunning ? nil : roots.first }

  /// The release that a directory gives: a build tree and headers note it in a file, and
  /// `/lib/modules/RELEASE` and `linux-headers-RELEASE` are called by it.
  private static func release(of own: String) -> KernelFacts.Fact<String>? {
    for top in [own, "\(own)/build"] {
      if let noted = notedRelease(in: top) { return noted }
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

  /// The release that the build of a kernel leaves in its tree.
  private static func notedRelease(in top: String) -> KernelFacts.Fact<String>? {
    var file = FileBuffer(limit: 1 << 12)
    for name in ["config/kernel.release", "generated/utsrelease.h"] {
      let note = "\(top)/include/\(name)"
      guard (try? file.open(note)) != nil, let text = try? file.source.all() else { continue }
      var lines = Lines(text)
      while let line = lines.next()?.text {
        // #define UTS_RELEASE "6.12.107"
        let isHeader = line.hasPrefix("#define UTS_RELEASE ")
        let words = line.split { $0 == " " || $0 == "\t" || $0 == "\"" }
        let word = words.count > 2 && isHeader ? words[2] : words.first ?? ""
        if KernelRelease(String(word)) != nil {
          return KernelFacts.Fact(String(word), from: FactSource(note))
        }
      }
    }
    return nil
  }

  /// What kbuild reads for external modules in place of `.config`: the options that are set.
  ///
  /// - Note: Makefile, `KCONFIG_CONFIG` and `include/config/auto.conf`, 4.2 to 7.2.
  private static let setOptions = "include/config/auto.conf"

  /// The directories in which the image may be, and which may not be searched: what is in them looks as if it
  /// were missing.
  var closedImageFolders: [FileError] {
    guard let own else { return KernelPaths.closed(["\(roots.first ?? "")/boot"]) }
    let isOfModules = own.split(separator: "/").dropLast().last == "modules"
    let others = isOfModules ? roots.dropFirst().map { "\($0)/boot" } : []
    return KernelPaths.closed([own, "\(own)/boot"] + others)
  }

  /// The same for the configuration of a release.
  var closedConfigFolders: [FileError] { KernelPaths.closed(roots.map { "\($0)/boot" }) }

  private static func closed(_ folders: [String]) -> [FileError] {
    var seen: Set<String> = []
    return folders.filter { seen.insert($0).inserted }
      .compactMap { PathKind.problem(searching: $0) }
  }

  /// Configurations to try, for a kernel whose release may be known.
  package func configs(release: String?) -> [String] {
    var found = isRunning ? roots.map { "\($0)/proc/config.gz" } : []
    for root in roots {
      if let release {
        found += [
          "\(root)/config-\(release)", "\(root)/boot/config-\(release)",
          "\(root)/lib/modules/\(release)/config", "\(root)/usr/lib/modules/\(release)/config",
          "\(root)/usr/src/linux-headers-\(release)/.config",
          "\(root)/lib/modules/\(release)/build/.config",
          "\(root)/usr/src/linux-headers-\(release)/\(KernelPaths.setOptions)",
          "\(root)/lib/modules/\(release)/build/\(KernelPaths.setOptions)",
        ]
      }
    }
    // A plain name belongs to the kernel only in the kernel's own directory (or a build tree's top).
    if let own {
      found.insert(
        contentsOf: [
          "\(own)/config", "\(own)/.config", "\(own)/build/.config",
          "\(own)/\(KernelPaths.setOptions)", "\(own)/build/\(KernelPaths.setOptions)",
        ], at: ownPlace(found))
    }
    if images.first?.hasPart("/arch/") ?? false, roots.count > 3 {
      found += ["\(roots[3])/.config", "\(roots[3])/\(KernelPaths.setOptions)"]
    }
    return KernelPaths.files(found)
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
    let found = candidates.first { directory in
      guard PathKind(directory) == .directory else { return false }
      if directory != own { return true }
      return PathKind("\(directory)/kernel") == .directory
        && PathKind("\(directory)/kernel/Makefile") != .file
        || PathKind("\(directory)/modules.dep") == .file
    }
    return found.map(MountedTree.tidied)
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
        ]
        found += HeadersCandidates.suffixes.flatMap {
          ["\(root)/boot/symvers-\(release)\($0)", "\(root)/symvers-\(release)\($0)"]
        }
      }
    }
    if let own {
      let names = HeadersCandidates.listNames.map { "\(own)/\($0)" }
      found.insert(contentsOf: names, at: ownPlace(found))
    }
    return KernelPaths.files(found)
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
    return KernelPaths.files(found)
  }

  /// Where among candidates plain names of the kernel's own directory come: first, if the directory is
  /// that of one release.
  private func ownPlace(_ candidates: [String]) -> Int {
    namedRelease == nil ? candidates.count : 0
  }

  static func withoutSlash(_ path: String) -> String {
    var path = path
    while path.hasSuffix("/") { path.removeLast() }
    return path
  }

  /// The directories above a path, nearest first; the root is empty, so that `/` can follow.
  static func ancestors(of path: String, count: Int) -> [String] {
    var found: [String] = []
    var current = withoutSlash(path)
    for _ in 0..<count {
      // What lies beside an archive does not belong to what is in it.
      if let (tree, inside) = MountedTree.find(current) {
        if inside.isEmpty { break }
        if !inside.contains("/") {
          found.append(tree.root)
          break
        }
      }
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
