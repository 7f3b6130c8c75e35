package import ByteStorage
internal import ELFFormat
internal import Kallsyms
package import KernelImages
package import ModuleFiles
internal import SymbolTables

/// Reads the symbols of a kernel from its image, from a memory dump, or from System.map, nm output or
/// /proc/kallsyms, or those of a module.
///
/// ```swift
/// var reader = KernelSymbolReader()
/// var source = try reader.read("vmcore")
/// source.undoMove()
/// print(source.table.count)
/// ```
package struct KernelSymbolReader: ~Copyable {
  package var file: FileBuffer
  package var scratch: FileBuffer
  /// Where the image lies that was read last; `nil` if it was none.
  package var unpacked: UnpackedKernel?
  /// How the symbols are wanted.
  package var view = View.listed
  /// What is taken of a module's symbol table.
  package var moduleView = ModuleSymbolView.file
  /// Whether to read which functions can be traced and probed, too.
  package var readsProbeSites = false

  /// How lists and the linker's symbol tables are turned into a kernel's symbols. The kernel's own
  /// tables are always taken as they are.
  package enum View: Sendable, Hashable {
    /// As they are.
    case listed
    /// What System.map would hold (``SymbolTable/systemMapView()``); lists stay as they are.
    case systemMap
    /// What the kernel's own table would hold (``SymbolTable/kernelView()``), with the source files
    /// of local symbols where an image tells them.
    case kernel
  }

  /// - Parameter limit: Largest file after unpacking, in bytes.
  package init(limit: Int = FileBuffer.defaultLimit) {
    file = FileBuffer(limit: limit)
    scratch = FileBuffer(limit: limit)
  }

  /// Reads a file, the image in a directory, or the running kernel's list.
  ///
  /// - Parameter path: A kernel image, a memory dump, a list of symbols, a module, a directory with an
  ///   image, or `running`.
  /// - Returns: The symbols. Addresses may be hidden, or distances: the result tells.
  /// - Throws: ``FileError`` if the file cannot be read or is no kernel, `ParseError` if it is
  ///   damaged, or `KallsymsError` if there are no tables.
  package mutating func read(_ path: String) throws -> KernelSymbolSource {
    var path = path == "running" ? "/proc/kallsyms" : path
    if PathKind(path) == .directory, let image = KernelFactsReader.image(in: path) { path = image }
    unpacked = nil
    try file.open(path)
    // A list is told by its first line.
    if SymbolText.isRecognized(try file.source.bytes(0..<min(file.count, 1024), in: "file")) {
      return KernelSymbolReader.list(try SymbolText(parsing: file.source.all()), as: view)
    }
    var layers: [String] = []
    switch try DumpOpening.open(&file, &scratch, path: path, layers: &layers) {
    case .file: return try KernelSymbolReader.dump(file.source)
    case .scratch: return try KernelSymbolReader.dump(scratch.source)
    case nil: break
    }
    if let module = try readModule(path) { return module }
    let kernel = try KernelUnpacker.unpack(&file, scratch: &scratch, path: path)
    unpacked = kernel
    let source = try kernel.source(file: file, scratch: scratch)
    guard kernel.isELF else {
      return try KernelSymbolReader.image(
        KallsymsImage(raw: source.all()), readsProbeSites: readsProbeSites)
    }
    let elf = try ELFFile(source)
    do {
      var found = try KernelSymbolReader.image(
        KallsymsImage(elf), readsProbeSites: readsProbeSites)
      if view == .kernel, let listed = try listed(elf) { found.table.adoptFiles(of: listed) }
      found.buildID = BuildID(in: elf) ?? found.buildID
      return found
    } catch let error as KallsymsError {
      // A kernel without tables (CONFIG_KALLSYMS=n) may still have the linker's symbols.
      guard let listed = try listed(elf) else { throw error }
      var found = KernelSymbolSource(
        listed, .image, release: KernelBanner(searching: try source.all())?.release)
      found.wordSize = elf.layout.wordSize
      found.buildID = BuildID(in: elf)
      return found
    }
  }

  static func list(_ text: SymbolText, as view: View = .listed) -> KernelSymbolSource {
    let table = view == .kernel ? text.table.kernelView() : text.table
    var source = KernelSymbolSource(table, .list)
    if text.addressWidth == 16 { source.wordSize = 8 }
    source.kernelOffset = KernelSymbolSource.usualMove(text.table)
    return source
  }

  static func image(
    _ image: borrowing KallsymsImage, readsProbeSites: Bool = false
  ) throws(KallsymsError) -> KernelSymbolSource {
    let tables = try KallsymsTables(locating: image)
    var table = try SymbolTable(tables, in: image)
    if table.isRelative, tables.wordSize != 4,
      let start = LinkAddress.find(image.bytes, table, tables.order)
    {
      table = try SymbolTable(tables, in: KallsymsImage(raw: image.bytes, loadAddress: start))
    }
    let address = table.isRelative ? nil : table.address(ofKernelSymbol: "linux_banner")
    let inPlace = address.flatMap { KernelSymbolReader.banner(at: $0, in: image) }
    var source = KernelSymbolSource(
      table, .image, tables: tables,
      release: (inPlace ?? KernelBanner(searching: image.bytes))?.release,
      wrongTypes: tables.wrongTypes(in: image))
    if inPlace != nil {
      source.kernelOffset = KernelFacts.Fact(0, from: "where the image has its banner")
    } else {
      source.kernelOffset =
        address.flatMap { KernelSymbolReader.move(ofBanner: $0, in: image) }
        ?? KernelSymbolSource.usualMove(table)
    }
    if readsProbeSites { source.probeSites = ProbeSites(tables, in: image, source.table) }
    source.buildID = KernelSymbolReader.buildID(in: image, source, tables.order)
    return source
  }

  /// The build ID among the notes, which the linker put marks around.
  private static func buildID(
    in image: borrowing KallsymsImage, _ source: KernelSymbolSource, _ order: ByteOrder
  ) -> BuildID? {
    let table = source.table
    guard !table.isRelative, let start = table.address(ofKernelSymbol: "__start_notes"),
      let end = table.address(ofKernelSymbol: "__stop_notes"), start < end, end &- start < 1 << 16
    else { return nil }
    let address = start &- (source.kernelOffset?.value ?? 0)
    if let offset = image.offset(ofAddress: address) {
      guard let notes = image.bytes.slice(offset..<(offset &+ Int(end &- start))) else {
        return nil
      }
      return BuildID(inNotes: notes, order)
    }
    // Of a plain image it is not known where it begins.
    return BuildID(searching: image.bytes, order)
  }

  /// The banner at an address, where the kernel was not moved: no search through the image.
  private static func banner(
    at address: UInt64, in image: borrowing KallsymsImage
  ) -> KernelBanner? {
    guard let offset = image.offset(ofAddress: address), let text = image.bytes.suffix(from: offset)
    else { return nil }
    return KernelBanner(parsing: text)
  }

  /// How far the addresses in an image are from where its headers say that it lies: images may be
  /// made from memory.
  private static func move(
    ofBanner banner: UInt64, in image: borrowing KallsymsImage
  ) -> KernelFacts.Fact<UInt64>? {
    let bytes = image.bytes
    var position = 0
    // Format strings begin alike.
    for _ in 0..<64 {
      guard let offset = bytes.firstRange(of: "Linux version ", from: position) else { break }
      position = offset &+ 14
      guard let text = bytes.suffix(from: offset), KernelBanner(parsing: text) != nil,
        let address = image.address(ofOffset: offset)
      else { continue }
      return KernelFacts.Fact(banner &- address, from: "where the image has its banner")
    }
    return nil
  }
}
