import ByteStorage
import ELFFormat
import Kallsyms

extension FuzzTargets {
  /// Kallsyms tables in raw bytes: located, decoded, indexed.
  static func kallsyms(_ bytes: RawSpan) {
    for wordSize in [nil, 4, 8] as [Int?] {
      let image = KallsymsImage(raw: bytes, wordSize: wordSize, loadAddress: 0xffff_ffff_8100_0000)
      guard let tables = try? KallsymsTables(locating: image),
        let table = try? SymbolTable(tables, in: image)
      else { continue }
      walk(table)
    }
    if let file = try? ELFFile(ByteSource(bytes)), let image = try? KallsymsImage(file),
      let tables = try? KallsymsTables(locating: image)
    {
      use(tables.count)
    }
  }

  /// Lists of symbols, as text, and what `scripts/kallsyms` makes of them.
  static func maps(_ bytes: RawSpan) {
    if let text = try? SymbolText(parsing: bytes) { walk(text.table) }
    for release in KallsymsEncoder.Release.allCases {
      for isPlain in [true, false] {
        let options = KallsymsEncoder.Options(
          release: release, includesAllSymbols: isPlain, isPlaceRelative: isPlain,
          makesPerCPUAbsolute: !isPlain)
        let outcome = KallsymsEncoder.assemble(bytes, options) { use($0.count) }
        use(Int(outcome.exitStatus))
      }
    }
  }

  private static func walk(_ table: SymbolTable) {
    let index = SymbolIndex(table)
    use(index.kernelCount)
    use(index.symbols(named: "a").count)
  }
}
