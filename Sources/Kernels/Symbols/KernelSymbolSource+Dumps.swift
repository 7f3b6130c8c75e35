internal import ByteStorage
internal import ELFFormat
internal import Kallsyms
internal import KernelImages
internal import SymbolTables

extension KernelSymbolSource {
  /// Most of the kernel's memory to search for tables, in bytes.
  private static let mostSearched = 128 << 20
  /// Most symbols to believe in when the note says where the tables are.
  private static let mostSymbols: UInt32 = 1 << 22

  /// Reads the symbols of the kernel whose memory a dump is.
  ///
  /// - Throws: `ParseError` if the dump is damaged, `KallsymsError` if no tables are found.
  init(dump source: ByteSource) throws {
    var dump = try MemoryDump(source)
    if let (start, count) = try KernelSymbolSource.window(&dump),
      let bytes = try dump.readWithGaps(count, atVirtual: start),
      let found = try? KernelSymbolSource.symbols(in: bytes, at: start, dump)
    {
      self = found
      return
    }
    if let start = dump.information?.symbol("_text") ?? dump.information?.symbol("_stext"),
      let bytes = try dump.readWithGaps(KernelSymbolSource.mostSearched, atVirtual: start)
    {
      self = try KernelSymbolSource.symbols(in: bytes, at: start, dump)
      return
    }
    guard dump.form == .elf else { throw KallsymsError(.tokens, .notFound) }
    // Nothing shows where the kernel is: the tables lie somewhere in memory, in one piece.
    self = try KernelSymbolSource.symbols(
      in: KallsymsImage(raw: source.all(), wordSize: dump.layout.wordSize), dump)
  }

  /// Where the note says that the tables are, with room for those that it does not name; `nil` if it
  /// names none (up to 5.19), or makes no sense.
  ///
  /// - Note: kernel/vmcore_info.c, `crash_save_vmcoreinfo_init` (6.0 to 7.3): neither markers nor
  ///   sequence numbers, but those lie between and after the others.
  private static func window(_ dump: inout MemoryDump) throws(ParseError) -> (
    start: UInt64, count: Int
  )? {
    guard let information = dump.information, let number = information.symbol("kallsyms_num_syms"),
      let bytes = try dump.readWithGaps(4, atVirtual: number),
      let count = bytes.rawSpan.integer(UInt32.self, at: 0, dump.layout.order),
      count > 0, count <= mostSymbols
    else { return nil }
    let keys = [
      "num_syms", "names", "token_table", "token_index", "offsets", "addresses", "relative_base",
    ]
    let places = keys.compactMap { information.symbol("kallsyms_\($0)") }
    guard let first = places.min(), let last = places.max() else { return nil }
    let (start, isLow) = first.subtractingReportingOverflow(64)
    // A word and three bytes of a sequence number for each symbol may follow the last that is named.
    let (size, isHigh) = (last &- start).addingReportingOverflow(UInt64(count) * 12 + 8192)
    guard !isLow, !isHigh, size <= UInt64(mostSearched) else { return nil }
    return (start, Int(size))
  }

  private static func symbols(
    in bytes: [UInt8], at start: UInt64, _ dump: borrowing MemoryDump
  ) throws(KallsymsError) -> KernelSymbolSource {
    let span = bytes.rawSpan
    return try symbols(
      in: KallsymsImage(raw: span, wordSize: dump.layout.wordSize, loadAddress: start), dump)
  }

  private static func symbols(
    in image: borrowing KallsymsImage, _ dump: borrowing MemoryDump
  ) throws(KallsymsError) -> KernelSymbolSource {
    var tables = try KallsymsTables(locating: image)
    let release = dump.information?.release ?? KernelBanner(searching: image.bytes)?.release
    tables.settle(for: release)
    var source = KernelSymbolSource(
      try SymbolTable(tables, in: image), .dump, tables: tables,
      tablesAddress: image.address(ofOffset: 0), release: release,
      wrongTypes: tables.wrongTypes(in: image, of: release))
    // On s390 the key says where the kernel begins, not how far it was moved.
    if let offset = dump.kernelOffset, dump.machine != .s390 {
      source.kernelOffset = KernelFacts.Fact(offset, from: FactSource(.vmcoreInformation))
    } else {
      source.kernelOffset = KernelSymbolSource.usualMove(source.table)
    }
    return source
  }
}
