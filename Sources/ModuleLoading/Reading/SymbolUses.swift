internal import ByteStorage
internal import ELFFormat

/// The symbols of a module that `simplify_symbols` has something to do about.
struct SymbolUses: Sendable {
  /// One symbol.
  struct Use: Sendable {
    enum Kind: UInt8 { case undefined, weak, common, badSection }

    let name: BytePool.Range
    let required: UInt64
    let hasVersion: Bool
    let kind: Kind
    /// Whether depmod finds the version, too.
    let isKnownToDepmod: Bool
    /// `st_shndx` of a ``Kind/badSection``.
    let section: UInt16

    /// The CRC that the module requires; `nil` if it carries none.
    var version: UInt64? { hasVersion ? required : nil }
  }

  /// The symbols, in symbol table order.
  private(set) var all: [Use] = []
  private var names = BytePool()
  /// Whether there are more than were kept.
  private(set) var isCut = false

  /// Most symbols to keep, and most bytes of their names: no kernel exports a tenth.
  private static let mostUses = 1 << 20
  private static let mostNameBytes = 64 << 20
  /// How much of a name is kept that is longer than any: more than a line of the log has room for.
  private static let shownBytes = 1024

  init() {}

  /// Reads a symbol table.
  /// With `dropsDots`, undefined names lose one leading dot, as on ppc64 (`dedotify`); `isBasic` is whether
  /// a name has a basic version.
  init(
    _ table: ELFSymbolTable, sectionCount: Int, _ versions: borrowing VersionIndex, dropsDots: Bool,
    isBasic: (RawSpan) -> Bool
  ) {
    for index in 1..<max(1, table.count) {
      guard let symbol = table.symbol(at: index) else { break }
      let kind: Use.Kind
      switch symbol.sectionIndex {
      case ELFSectionIndex.undefined: kind = symbol.isWeak ? .weak : .undefined
      case ELFSectionIndex.absolute, ELFSectionIndex.livepatch: continue
      case ELFSectionIndex.common: kind = .common
      case let section where Int(section) >= sectionCount: kind = .badSection
      default: continue
      }
      guard all.count < SymbolUses.mostUses, names.byteCount < SymbolUses.mostNameBytes else {
        isCut = true
        return
      }
      var name = table.name(of: symbol)
      if name.byteCount == 0, let start = table.strings.suffix(from: Int(symbol.nameOffset)) {
        // Of a name that is longer than any, the beginning shows which it is.
        let length = min(start.byteCount, SymbolUses.shownBytes)
        if let head = start.slice(0..<length), head.firstIndex(of: 0) == nil { name = head }
      }
      if dropsDots, kind == .undefined || kind == .weak {
        if name.byte(at: 0) == UInt8(ascii: "."), let rest = name.suffix(from: 1) { name = rest }
        if name.equals("TOC.") { continue }
      }
      let required = kind == .undefined || kind == .weak ? versions.crc(of: name) : nil
      all.append(
        Use(
          name: names.store(name), required: required ?? 0, hasVersion: required != nil,
          kind: kind, isKnownToDepmod: required == nil || isBasic(name),
          section: symbol.sectionIndex))
    }
  }

  /// The name of a symbol.
  @_lifetime(borrow self)
  func name(of use: Use) -> RawSpan { names.bytes(use.name) }
}
