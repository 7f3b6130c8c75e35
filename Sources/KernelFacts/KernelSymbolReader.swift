public import ByteStorage
internal import ELFFormat
internal import Kallsyms
internal import KernelImages

/// Reads the symbols of a kernel from its image, or from System.map, nm output or /proc/kallsyms.
///
/// ```swift
/// var reader = KernelSymbolReader()
/// let source = try reader.read("/boot/vmlinuz-6.12.107+deb13-amd64")
/// print(source.table.count)
/// ```
public struct KernelSymbolReader: ~Copyable {
  private var file: FileBuffer
  private var scratch: FileBuffer

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
        table: text.table, tables: nil, release: nil, buildID: nil, wrongTypes: [:])
    }
    let kernel = try KernelUnpacker.unpack(&file, scratch: &scratch, path: path)
    let source = try kernel.source(file: file, scratch: scratch)
    let bytes = try source.all()
    let image =
      kernel.isELF ? try KallsymsImage(ELFFile(source)) : KallsymsImage(raw: bytes)
    let tables = try KallsymsTables(locating: image)
    return KernelSymbolSource(
      table: try SymbolTable(tables, in: image), tables: tables,
      release: KernelBanner(searching: bytes)?.release,
      buildID: kernel.isELF ? try BuildID(in: ELFFile(source)) : nil,
      wrongTypes: tables.wrongTypes(in: image))
  }
}
