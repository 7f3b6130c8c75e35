import ByteStorage
import KernelComparison
import SymtypesFormat

extension FuzzTargets {
  /// Rules, lists and records in every form: an error with a line, or rules that survive writing.
  static func compare(_ bytes: RawSpan) {
    guard bytes.byteCount < 1 << 14 else { return }
    let half = bytes.firstRange(of: "\n\n") ?? bytes.byteCount / 2
    guard let left = bytes.slice(0..<half), let right = bytes.suffix(from: half) else { return }
    _ = found(try ExportRecords(parsing: left, as: .strict))
    let rules = found(try SeverityRules(reading: left))
    if let rules {
      let text = Array(rules.rules.map { $0.words + "\n" }.joined().utf8)
      if let again = try? SeverityRules(parsing: text.rawSpan) {
        precondition(again.rules.count == rules.rules.count)
      }
    }
    let list = found(try SymbolList(left))
    guard let old = try? ExportRecords(parsing: right, as: .historic),
      let new = try? ExportRecords(parsing: left, as: .historic)
    else { return }
    let comparison = ExportComparison(
      old, new, selection: list?.selection, rules: rules, aspects: [.namespaces, .owners])
    for change in comparison.changes {
      use(comparison.name(of: change))
      use("\(change)")
    }
  }

  /// Two builds' symtypes, of any form, with a line `%%` between: the causes of what differs, their chains
  /// and lines. Without that line, a build and itself.
  static func typechanges(_ bytes: RawSpan) {
    let middle = bytes.firstRange(of: "\n%%\n")
    guard let left = bytes.slice(0..<(middle ?? bytes.byteCount)),
      let right = bytes.suffix(from: middle.map { $0 + 4 } ?? 0)
    else { return }
    var store = SymtypesStore()
    var (old, new) = (SymtypesTree(), SymtypesTree())
    guard (try? SymtypesReader.read(left, path: [], into: &old, &store)) != nil,
      (try? SymtypesReader.read(right, path: [], into: &new, &store)) != nil
    else { return }
    let comparison = TypeComparison(old, new, store)
    for reach in comparison.causes {
      precondition(reach.chain.count <= reach.chainLength && !reach.exports.isEmpty)
      for text in [reach.cause.old, reach.cause.new] {
        use("\(TypeText.lines(of: Int(text), in: store, style: .readable))")
      }
    }
    SymtypesText(store).consolidate(old) { text in
      use(text.bytes.rawSpan)
      text.removeAll()
    }
  }
}
