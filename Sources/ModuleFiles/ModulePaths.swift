package import ByteStorage

package enum ModulePaths {
  /// Whether a file name is that of a module: `.ko`, `.ko.gz`, `.ko.xz` or `.ko.zst`.
  package static func isModuleName(_ name: String) -> Bool {
    for suffix in [".ko", ".ko.xz", ".ko.zst", ".ko.gz"] where name.hasSuffix(suffix) {
      return true
    }
    return false
  }

  /// The modules that some paths name: files as they are, directories by what is below them, in
  /// bytewise order.
  package static func expand(_ paths: [String]) -> [DirectoryTree.Entry] {
    paths.flatMap { path -> [DirectoryTree.Entry] in
      guard path != "-", PathKind(path) == .directory else { return [.file(path)] }
      return DirectoryTree.files(below: path, where: isModuleName)
    }
  }

  /// The name that a loaded module has, by its file: `a-b.ko.xz` is `a_b`. The name ends at the
  /// first dot of the file's name. KBUILD_MODNAME ends at `.o` instead, but no module has a dot in
  /// its name: the build makes C identifiers of it.
  ///
  /// - Note: kmod 34, shared/util.c, `path_to_modname` and `modname_normalize`;
  ///   scripts/Makefile.lib, `name-fix-token` (7.3).
  package static func moduleName(ofFile path: String) -> String {
    var name: [UInt8] = []
    // Slashes at the end belong to the directory's name before them.
    var isEnded = false
    for byte in path.utf8 {
      if byte == UInt8(ascii: "/") {
        isEnded = true
        continue
      }
      if isEnded { name.removeAll(keepingCapacity: true) }
      isEnded = false
      name.append(byte == UInt8(ascii: "-") ? UInt8(ascii: "_") : byte)
    }
    return String(decoding: name.prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self)
  }

  /// A module's path as Module.symvers writes it: below `kernel/`, `updates/` or the like of a
  /// modules tree, without `.ko` and compression suffix.
  package static func symversName(of path: String) -> String {
    var name = Substring(path)
    for suffix in [".xz", ".zst", ".gz"] where name.hasSuffix(".ko" + suffix) {
      name = name.dropLast(suffix.count)
    }
    if name.hasSuffix(".ko") { name = name.dropLast(3) }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    // …/lib/modules/RELEASE/kernel/drivers/x → drivers/x
    if let kernel = parts.lastIndex(of: "kernel"), kernel >= 2, parts[kernel - 2] == "modules" {
      return parts[(kernel + 1)...].joined(separator: "/")
    }
    return String(name)
  }
}
