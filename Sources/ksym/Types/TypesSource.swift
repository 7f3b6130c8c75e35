internal import ArchiveFormats
internal import BTFFormat
internal import ByteStorage
internal import ELFFormat
internal import Kernels
internal import SymtypesFormat
internal import TypeVersions

/// Types of a build as text, from symtypes or from debug information.
struct TypesSource {
  /// What files are read into; sides that are compared share it.
  private(set) var input: SymtypesInput
  private let limit: Int
  private let isStable: Bool
  /// Whether each unit of debug information counts by itself, as each object does in a build.
  private let separatesUnits: Bool
  /// Files whose types are BTF, from which no versions follow.
  private(set) var withoutVersions: [String] = []
  /// The files with debug information that were read.
  private var debugFiles: [String] = []

  init(limit: Int, isStable: Bool = false, separatesUnits: Bool = true) {
    input = SymtypesInput(limit: limit)
    self.separatesUnits = separatesUnits
    self.limit = limit
    self.isStable = isStable
  }

  var store: SymtypesStore { input.store }

  /// Reads symtypes (a file of any form, a directory), or the types of names from debug information.
  ///
  /// - Parameters:
  ///   - path: The file or directory; or what `-k` takes: a package, a root file system, a release.
  ///   - names: Symbols, and types with or without their words, for debug information.
  ///   - showsSources: Whether definitions of `.c` files are shown too.
  /// - Returns: The files of a build; one for debug information.
  /// - Throws: An error with the path.
  mutating func read(
    _ path: String, names: [String], showsSources: Bool = false
  ) throws -> SymtypesTree {
    let place = try Archives.place(of: path, limit: limit)
    if PathKind(place) == .directory, SymtypesInput.isSymtypes(place) {
      return try input.read(place)
    }
    let search = DebugFileSearch(limit: limit)
    guard PathKind(place) == .file else {
      return try readKernel(path, names, showsSources: showsSources)
    }
    let own = try search.open(path)
    guard own.bytes.integer(UInt32.self, at: 0, .big) == 0x7f45_4c46 else {
      do { return try input.read(path) } catch let error as SymtypesFailure where error.isBinary {
        return try readBTF(path, names)
      }
    }
    guard let found = try search.file(for: path) else { return try readBTF(path, names) }
    return try read(found, names, showsSources: showsSources)
  }

  /// The types of names from the kernel that a path names, but is not: a package, a directory, a release.
  private mutating func readKernel(
    _ path: String, _ names: [String], showsSources: Bool
  ) throws -> SymtypesTree {
    let kernel: OpenKernel
    do throws(KernelError) { kernel = try OpenKernel(path, limit: limit) } catch {
      if error.code == .noKernel { throw MissingTypes(path: path) }
      throw error
    }
    kernel.reportChoice()
    guard let file = kernel.filePath else { return try read(kernel.types(), of: path, names) }
    let search = DebugFileSearch(limit: limit)
    if let found = try search.file(for: file)
      ?? search.file(for: file, release: try kernel.facts().release?.value)
    {
      return try read(found, names, showsSources: showsSources)
    }
    return try read(kernel.types(), of: path, names)
  }

  /// The types of names from debug information.
  private mutating func read(
    _ found: DebugFileSearch.Found, _ names: [String], showsSources: Bool
  ) throws -> SymtypesTree {
    let supplement = try DebugFileSearch(limit: limit).supplement(of: found.file, at: found.path)
    debugFiles.append(found.path)
    let exports = names.isEmpty ? try ownExports(found) : ExportList(names.map { Array($0.utf8) })
    var request = VersionsRequest()
    (request.isStable, request.wantsSymtypes) = (isStable, true)
    (request.showsSources, request.prefersDefinitions) = (showsSources, true)
    (request.wantsVersions, request.separatesUnits) = (false, separatesUnits)
    request.types = names.map { Array(TypesSource.bare($0).utf8) }
    var run = VersionsRun(exports, request)
    do throws(TypeVersionsError) { try run.add(found.file, supplement: supplement) } catch {
      if error.isMissingInformation { throw MissingTypes(path: found.path) }
      throw TypeVersionsFailure(path: found.path, cause: error)
    }
    return try input.read(run.symtypes.bytes, of: found.path)
  }

  /// What an object exports; none of a kernel, which has too many to look at all.
  private func ownExports(_ found: DebugFileSearch.Found) throws -> ExportList {
    guard let elf = try? ELFFile(ByteSource(found.file.bytes)), elf.header.type == .relocatable
    else { return ExportList([]) }
    do throws(TypeVersionsError) { return try ExportList(exportedBy: found.file) } catch {
      throw TypeVersionsFailure(path: found.path, cause: error)
    }
  }

  /// The types of names from BTF: that of a kernel of any form, or of a file that is nothing else, as
  /// /sys/kernel/btf/vmlinux.
  private mutating func readBTF(_ path: String, _ names: [String]) throws -> SymtypesTree {
    var buffer = FileBuffer(limit: limit)
    try buffer.open(path)
    let bytes = try buffer.source.all()
    var own: BTFBase?
    do throws(ParseError) { own = try BTFBase(parsing: bytes) } catch {
      // What begins as BTF is BTF, and damaged.
      if error.reason != .badMagic { throw FileError(path: path, cause: .malformed(error)) }
    }
    let kernel = own == nil ? try? OpenKernel(path, limit: limit) : nil
    if kernel?.form == .module, let elf = try? ELFFile(buffer.source),
      elf.sectionIndex(named: ".BTF") != nil
    {
      throw MissingTypes(path: path, isSplit: true)
    }
    return try read(own ?? kernel?.types(), of: path, names)
  }

  private mutating func read(
    _ base: BTFBase?, of path: String, _ names: [String]
  ) throws -> SymtypesTree {
    guard let base else { throw MissingTypes(path: path) }
    let lines: OutputBuffer
    do throws(ParseError) {
      lines = try BTFTexts.lines(of: base, names: names.map { Array(TypesSource.bare($0).utf8) })
    } catch { throw FileError(path: path, cause: .malformed(error)) }
    withoutVersions.append(path)
    return try input.read(lines.bytes, of: path)
  }

  /// The versions that two files with debug information record themselves; `nil` where not both do.
  var recordedVersions: [RecordedVersions]? {
    guard debugFiles.count == 2 else { return nil }
    let both = debugFiles.map { RecordedVersions(exportedBy: $0, limit: limit) }
    return both.contains { $0.crcs.isEmpty } ? nil : both
  }

  /// Reports which files gave types and no versions.
  func noteMissingVersions() {
    for path in withoutVersions {
      Terminal.complain("\(path): types from BTF: versions do not follow from them")
    }
  }

  /// A name without the word of C before it.
  static func bare(_ name: String) -> String {
    for word in ["struct ", "union ", "enum ", "typedef "] where name.hasPrefix(word) {
      return String(name.dropFirst(word.count))
    }
    return name
  }

  /// The keys that a name may mean, the likeliest first: an export, or a type.
  func keys(of name: String) -> [Int] {
    let bare = TypesSource.bare(name)
    let quoted = bare.contains(" ") ? "'\(bare)'" : bare
    let kinds: [(word: String, letter: String)] = [
      ("struct ", "s"), ("union ", "u"), ("enum ", "e"), ("typedef ", "t"),
    ]
    var texts: [String] = bare == name ? [name] : []
    for kind in kinds where bare == name || name.hasPrefix(kind.word) {
      texts.append("\(kind.letter)#\(quoted)")
    }
    return texts.compactMap { text in
      let bytes = Array(text.utf8)
      return store.keys.find(bytes.rawSpan)
    }
  }

  /// A key as C names it.
  func name(_ key: Int) -> String { TypeLayout.name(ofKey: store.keys.name(key)) }

  /// The lines of a text.
  func lines(_ text: Int, ofKey key: Int) -> [PlacedLine] {
    TypeLayout.lines(store.text(text), ofKey: store.keys.name(key))
  }
}

/// A file with neither debug information nor symtypes.
struct MissingTypes: Error, CustomStringConvertible {
  let path: String
  /// Whether nothing but debug information will do.
  var wantsVersions = false
  /// Whether it is a module with BTF, which continues that of its kernel.
  var isSplit = false

  var description: String {
    if isSplit {
      return "\(path): the BTF of a module continues that of its kernel, and is not read alone: "
        + "use the module of the -dbg package"
    }
    return "no debug information\(wantsVersions ? "" : ", no BTF and no symtypes") in \(path): "
      + "use the vmlinux of the -dbg package or an object built with -g"
  }
}

/// A line of a layout, safe to show: only the tabs that it begins with stay.
func plainLine(_ line: String) -> String {
  let rest = line.drop { $0 == "\t" }
  return String(repeating: "\t", count: line.count - rest.count) + plain(String(rest))
}
