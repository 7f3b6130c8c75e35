internal import ByteStorage
internal import SymbolTables

/// The names by which crash knows symbols.
///
/// crash cuts `.isra.`, `.part.` and `.llvm.` with what follows from the names of the kernel, unless it
/// was started with its option no_strip.
///
/// - Note: crash 8, symbols.c, `strip_symbol_end`.
struct CrashNames: Sendable {
  /// How many symbols have each name once theirs is cut.
  private let counts: [String: Int]

  /// Counts the names of a table.
  ///
  /// - Complexity: O(n), with a string for each name that has one of the suffixes.
  init(_ index: SymbolIndex) {
    var counts: [String: Int] = [:]
    for symbol in 0..<index.table.count {
      let name = index.table.name(at: symbol)
      if let end = CrashNames.end(of: name), let kept = name.slice(0..<end) {
        counts[kept.text, default: 0] += 1
      }
    }
    self.counts = counts
  }

  /// Whether crash calls one symbol of the table by a name, and no other.
  func isOne(_ name: String, in index: SymbolIndex) -> Bool {
    index.fewNamed(name) + (counts[name] ?? 0) == 1
  }

  /// A name as crash has it.
  static func name(_ name: String) -> String {
    let bytes = Array(name.utf8)
    guard let end = end(of: bytes.rawSpan) else { return name }
    return String(decoding: bytes[..<end], as: UTF8.self)
  }

  /// Where crash cuts a name; `nil` if it does not.
  private static func end(of name: RawSpan) -> Int? {
    guard name.firstIndex(of: UInt8(ascii: ".")) != nil else { return nil }
    for suffix in [".isra.", ".part.", ".llvm."] as [StaticString] {
      if let start = name.firstRange(of: suffix) { return start }
    }
    return nil
  }
}
