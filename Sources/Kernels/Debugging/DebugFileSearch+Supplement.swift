package import ByteStorage
internal import ELFFormat
internal import KernelImages

extension DebugFileSearch {
  /// The supplementary file of a file with debug information, which holds what several such files share, as
  /// `dwz -m` makes it: beside the file that names it, or found by its build ID.
  ///
  /// - Parameters:
  ///   - file: The file with debug information.
  ///   - path: Where it is.
  /// - Returns: `nil` if it names none.
  /// - Throws: ``FileError`` if it names one that is not there.
  package func supplement(of file: MappedFile, at path: String) throws(FileError) -> MappedFile? {
    guard let link = SupplementLink(of: file) else { return nil }
    let own = DebugFileSearch.directory(of: path)
    let roots = [root] + roots(around: path)
    var places =
      link.path.hasPrefix("/") ? roots.map { $0 + link.path } : ["\(own)/\(link.path)"]
    if let identifier = link.identifier {
      let name = "\(identifier.prefix(2))/\(identifier.dropFirst(2)).debug"
      places += roots.map { "\(DebugFileSearch.folder(below: $0))/.build-id/\(name)" }
    }
    for place in places where PathKind(place) == .file {
      let found = try open(place)
      if DebugFileSearch.hasInformation(found), fits(found, link.identifier) { return found }
    }
    throw FileError(path: places[0], cause: .system(operation: "open", errno: 2))
  }
}

/// What a file says of its supplementary file.
private struct SupplementLink {
  /// Relative to the directory of the file, or from the root.
  let path: String
  /// Its build ID as hexadecimal digits.
  let identifier: String?

  /// Reads `.gnu_debugaltlink` (a path with NUL, and the build ID), or `.debug_sup` (DWARF 5, 7.3.6: version,
  /// whether the file itself is such a one, path with NUL, size and bytes of the build ID).
  init?(of file: MappedFile) {
    guard let elf = try? ELFFile(ByteSource(file.bytes), readsEscapes: true) else { return nil }
    let old = elf.sectionIndex(named: ".gnu_debugaltlink")
    guard let index = old ?? elf.sectionIndex(named: ".debug_sup"),
      let bytes = try? elf.bytes(of: elf.sections[index]), old != nil || bytes.byte(at: 2) == 0,
      let path = bytes.cString(at: old == nil ? 3 : 0, limit: 4096), path.byteCount > 0
    else { return nil }
    self.path = path.text
    let start = path.byteCount &+ (old == nil ? 5 : 1)
    let rest = bytes.suffix(from: start)?.array ?? []
    identifier = rest.count < 2 ? nil : BuildID(rest).hexadecimal
  }
}
