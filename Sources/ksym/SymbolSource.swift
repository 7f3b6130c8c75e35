internal import ArgumentParser
internal import ByteStorage
internal import ELFFormat
internal import Kallsyms
internal import KernelFacts
internal import KernelImages

/// The symbols of a kernel, with what its image tells of the tables.
struct KernelSymbolSource {
  let table: SymbolTable
  /// Where the tables lie; `nil` for a list of symbols.
  let tables: KallsymsTables?
  /// The kernel's release, if the image has a banner.
  let release: String?
  /// Type letters that the kernel prints wrongly, by symbol.
  let wrongTypes: [Int: UInt8]

  /// Digits of an address: 8 for 32-bit kernels.
  var width: Int {
    if let tables { return tables.wordSize == 4 ? 8 : 16 }
    return table.addresses.contains { $0 > 0xffff_ffff } ? 16 : 8
  }
}

/// Reads symbols from a kernel image, or from System.map, nm output or /proc/kallsyms.
struct KernelSymbolReader: ~Copyable {
  private var file: FileBuffer
  private var scratch: FileBuffer

  init(limit: Int) {
    file = FileBuffer(limit: limit)
    scratch = FileBuffer(limit: limit)
  }

  /// Reads a file, or the running kernel's list.
  ///
  /// - Throws: ``FileError``, ``ParseError``, or ``KallsymsError`` if there are no tables.
  mutating func read(_ path: String) throws -> KernelSymbolSource {
    var path = path == "running" ? "/proc/kallsyms" : path
    if PathKind(path) == .directory, let image = KernelFactsReader.image(in: path) { path = image }
    try file.open(path)
    // A list is told by its first line.
    if SymbolText.isRecognized(try file.source.bytes(0..<min(file.count, 1024), in: "file")) {
      let text = try SymbolText(parsing: file.source.all())
      if text.hidesAddresses {
        Terminal.complain(
          "\(path): addresses are hidden; reading them needs root or kernel.kptr_restrict=0")
      }
      return KernelSymbolSource(table: text.table, tables: nil, release: nil, wrongTypes: [:])
    }
    let kernel = try KernelUnpacker.unpack(&file, scratch: &scratch, path: path)
    let source = try kernel.source(file: file, scratch: scratch)
    let bytes = try source.all()
    let image =
      kernel.isELF ? try KallsymsImage(ELFFile(source)) : KallsymsImage(raw: bytes)
    let tables = try KallsymsTables(locating: image)
    return KernelSymbolSource(
      table: try SymbolTable(tables, in: image), tables: tables,
      release: KernelBanner(searching: bytes)?.release, wrongTypes: tables.wrongTypes(in: image))
  }
}

extension KernelSymbolSource {
  /// Reads a kernel, or ends the command with the reason.
  static func read(_ path: String, _ common: CommonOptions) throws -> KernelSymbolSource {
    var reader = KernelSymbolReader(limit: common.maximumSize.bytes)
    do {
      let source = try reader.read(path)
      if source.table.isRelative {
        Terminal.complain(
          "\(path): addresses are distances from _text; the image does not tell more")
      }
      if common.verbose, let tables = source.tables {
        Terminal.complain(
          "\(path): \(tables.count) symbols, \(tables.encoding.rawValue) addresses")
      }
      return source
    } catch let error as FileError {
      Terminal.complain("\(error)")
    } catch {
      Terminal.complain("\(path): \(error)")
    }
    throw ExitCode(ExitStatus.trouble.rawValue)
  }
}
