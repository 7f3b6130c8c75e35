public import ByteStorage
internal import ELFFormat
internal import Kallsyms
internal import KernelImages
public import ModuleFiles

/// Reads the symbols of a kernel from its image, or from System.map, nm output or /proc/kallsyms.
///
/// ```swift
/// var reader = KernelSymbolReader()
/// let source = try reader.read("/boot/vmlinuz-6.12.107+deb13-amd64")
/// print(source.table.count)
/// ```
public struct KernelSymbolReader: ~Copyable {
  var file: FileBuffer
  private var scratch: FileBuffer
  /// How the symbols are wanted.
  public var view = View.listed
  /// What is taken of a module's symbol table.
  public var moduleView = ModuleSymbolView.file

  /// How lists and the linker's symbol tables are turned into a kernel's symbols. The kernel's own
  /// tables are always taken as they are.
  public enum View: Sendable, Hashable {
    /// As they are.
    case listed
    /// What System.map would hold (``SymbolTable/systemMapView()``); lists stay as they are.
    case systemMap
    /// What the kernel's own table would hold (``SymbolTable/kernelView()``), with the source files
    /// of local symbols where an image tells them.
    case kernel
  }

  /// - Parameter limit: Largest file after unpacking, in bytes.
  public init(limit: Int = FileBuffer.defaultLimit) {
    file = FileBuffer(limit: limit)
    scratch = FileBuffer(limit: limit)
  }

  /// Reads a file, the image in a directory, or the running kernel's list.
  ///
  /// - Parameter path: A kernel image, a list of symbols, a directory with an image, or `running`.
  /// - Returns: The symbols. Addresses may be hidden, or distances: the result tells.
  /// - Throws: ``FileError`` if the file cannot be read or is no kernel, `ParseError` if it is
  ///   damaged, or `KallsymsError` if there are no tables.
  public mutating func read(_ path: String) throws -> KernelSymbolSource {
    var path = path == "running" ? "/proc/kallsyms" : path
    if PathKind(path) == .directory, let image = KernelFactsReader.image(in: path) { path = image }
    try file.open(path)
    // A list is told by its first line.
    if SymbolText.isRecognized(try file.source.bytes(0..<min(file.count, 1024), in: "file")) {
      let text = try SymbolText(parsing: file.source.all())
      return KernelSymbolSource(
        table: view == .kernel ? text.table.kernelView() : text.table, tables: nil,
        wordSize: text.addressWidth == 16 ? 8 : nil, release: nil, wrongTypes: [:])
    }
    if let module = try readModule(path) { return module }
    let kernel = try KernelUnpacker.unpack(&file, scratch: &scratch, path: path)
    let source = try kernel.source(file: file, scratch: scratch)
    let bytes = try source.all()
    let image =
      kernel.isELF ? try KallsymsImage(ELFFile(source)) : KallsymsImage(raw: bytes)
    let tables: KallsymsTables
    do { tables = try KallsymsTables(locating: image) } catch {
      // A kernel without tables (CONFIG_KALLSYMS=n) may still have the linker's symbols.
      guard kernel.isELF, let listed = try listed(ELFFile(source)) else { throw error }
      return KernelSymbolSource(
        table: listed, tables: nil, release: KernelBanner(searching: bytes)?.release,
        wrongTypes: [:])
    }
    var table = try SymbolTable(tables, in: image)
    if view == .kernel, kernel.isELF, let listed = try listed(ELFFile(source)) {
      table.adoptFiles(of: listed)
    }
    return KernelSymbolSource(
      table: table, tables: tables,
      release: KernelBanner(searching: bytes)?.release, wrongTypes: tables.wrongTypes(in: image))
  }
}
