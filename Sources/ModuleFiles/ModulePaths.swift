internal import ArchiveFormats
package import ByteStorage

package enum ModulePaths {
  /// Whether a file name is that of a module: `.ko`, `.ko.gz`, `.ko.xz` or `.ko.zst`.
  package static func isModuleName(_ name: String) -> Bool {
    for suffix in [".ko", ".ko.xz", ".ko.zst", ".ko.gz"] where name.hasSuffix(suffix) {
      return true
    }
    return false
  }

  /// The modules that some paths name: files as they are, directories and archives by what is below
  /// them, in bytewise order. A directory or an archive without modules is unreadable.
  ///
  /// - Parameters:
  ///   - paths: Modules, directories, archives, members of archives, names of modules, or `-`.
  ///   - followsLinks: Whether links inside directories are followed.
  ///   - limit: Largest content of a small archive, in bytes.
  ///   - find: Finds the module that is loaded under a name; asked where there is no such file.
  /// - Returns: Files, and what cannot be read.
  package static func expand(
    _ paths: [String], followsLinks: Bool = true, limit: Int = FileBuffer.defaultLimit,
    named find: (String) -> DirectoryTree.Entry? = { _ in nil }
  ) -> [DirectoryTree.Entry] {
    paths.flatMap { path -> [DirectoryTree.Entry] in
      let place: String
      do throws(FileError) { place = try self.place(of: path, limit: limit) } catch {
        return [.unreadable(error)]
      }
      switch path == "-" ? .file : PathKind(place) {
      case .directory:
        let found = DirectoryTree.files(
          below: place, followsLinks: followsLinks, where: isModuleName)
        if !found.isEmpty { return found }
        let holder = Archives.holds(place) ? "archive" : "directory"
        let cause = FileError.Cause.notSuitable("no modules (.ko, .ko.gz, …) in this \(holder)")
        return [.unreadable(FileError(path: path, cause: cause))]
      case .missing where isPlainName(path): return [find(path) ?? .file(path)]
      default: return [.file(place)]
      }
    }
  }

  /// Where modules are found that a path names: below the members of an archive, or at the path itself.
  ///
  /// - Throws: ``FileError`` if it names an archive that is damaged or too large.
  package static func place(of path: String, limit: Int) throws(FileError) -> String {
    if path == "-" || isModuleName(path) && !path.contains("!") { return path }
    return try Archives.place(of: path, limit: limit)
  }

  /// The modules below a directory, in bytewise order.
  package static func modules(below directory: String) -> [DirectoryTree.Entry] {
    DirectoryTree.files(below: directory, where: isModuleName)
  }

  /// Whether a word may be the name of a module rather than a path.
  package static func isPlainName(_ word: String) -> Bool {
    !word.isEmpty
      && word.utf8.allSatisfy {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
          || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20
          || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
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
