import KernelReleases
import ByteStorage
import ELFFormat
import Kallsyms
import SymbolTables

extension FuzzTargets {
  /// Kallsyms tables in raw images and ELF files: locating, decoding, indexing, asking.
  static func kallsyms(_ bytes: RawSpan) {
    if let elf = try? ELFFile(ByteSource(bytes)) {
      if let image = try? KallsymsImage(elf) { decode(image) }
      if let table = try? SymbolTable(symbolsOf: elf) {
        ask(table)
        ask(table.kernelView())
        use(table.systemMapView().count)
        var adopting = table.kernelView()
        adopting.adoptFiles(of: table)
        use(adopting.file(at: 0) ?? "-")
      }
    }
    for size in [nil, 8, 4] {
      decode(KallsymsImage(raw: bytes, wordSize: size, loadAddress: size == nil ? nil : 1 << 31))
    }
  }

  private static func decode(_ image: borrowing KallsymsImage) {
    guard let tables = try? KallsymsTables(locating: image) else { return }
    for range in [tables.names, tables.markers, tables.tokenTable, tables.addresses] {
      guard range.upperBound <= image.bytes.byteCount else { fatalError("table outside") }
    }
    for release in [nil, "6.12.0"] { use(tables.wrongTypes(in: image, of: release).count) }
    guard let table = try? SymbolTable(tables, in: image) else { return }
    guard table.count == tables.count else { fatalError("symbols lost") }
    ask(table)
  }

  /// Lists of symbols, and the encoder; what it encodes has to be what it was given.
  static func maps(_ bytes: RawSpan) {
    if let text = try? SymbolText(parsing: bytes) {
      ask(text.table)
      ask(text.table.kernelView())
      if bytes.byteCount < 4096 {
        use(SymbolFinder(SymbolIndex(text.table)).find(bytes.text).count)
      }
    }
    // One release an input, by its size: the three differ in the text only.
    let forms = KallsymsEncoder.Form.allCases
    let options = KallsymsEncoder.Options(
      form: forms[bytes.byteCount % forms.count],
      includesAllSymbols: bytes.byteCount & 1 == 0, isPlaceRelative: bytes.byteCount & 4 == 0,
      makesPerCPUAbsolute: bytes.byteCount & 2 == 0)
    let outcome = KallsymsEncoder.assemble(bytes, options) { use($0.count) }
    use(Int(outcome.exitStatus))
    guard bytes.byteCount & 8 == 0 else { return }
    guard let tables = EncodedTables(bytes, .init(includesAllSymbols: true)) else { return }
    var codes = 0
    for token in tables.tokens { codes += token.isEmpty ? 0 : 1 }
    use(codes &+ tables.names().count)
  }

  private static func ask(_ table: SymbolTable) {
    let index = SymbolIndex(table)
    let lookup = EraLookup(
      index, LookupEra.of(KernelRelease(6, 4), .init(hasClangLTO: true)))
    for symbol in 0..<min(table.count, 64) {
      let name = table.name(at: symbol)
      guard index.symbols(named: name).contains(symbol) else { fatalError("name lost") }
      use(name)
      use(Int(truncatingIfNeeded: table.addresses[symbol]))
      use(index.position(of: symbol).count)
      use(index.aliases(of: symbol).count &+ Int(truncatingIfNeeded: index.size(of: symbol) ?? 0))
      use(Int(truncatingIfNeeded: index.symbol(at: table.addresses[symbol])?.offset ?? 0))
      use(lookup.answer(name).all.count)
      use(lookup.printedName(of: symbol))
      use(NamePattern(name.text).matches(name) ? 1 : 0)
    }
    let finder = SymbolFinder(index)
    for symbol in 0..<min(table.count, 4) {
      use(finder.find(table.name(at: symbol).text + ",1@vmlinux").count)
    }
  }
}
