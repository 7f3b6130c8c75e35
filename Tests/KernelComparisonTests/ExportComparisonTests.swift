import ByteStorage
import KernelComparison
import Testing

@Suite("Comparison of exports")
struct ExportComparisonTests {
  private static let old = """
    0x11111111\talpha\tvmlinux\tEXPORT_SYMBOL\t
    0x22222222\tbeta\tvmlinux\tEXPORT_SYMBOL_GPL\t
    0x33333333\tgamma\tdrivers/net/foo\tEXPORT_SYMBOL_GPL\tFOO
    0x44444444\tdelta\tfs/bar/bar\tEXPORT_SYMBOL\t

    """

  private static func records(
    _ text: String, _ grammar: ExportRecords.Grammar = .historic
  ) throws -> ExportRecords {
    try ExportRecords(parsing: Array(text.utf8).rawSpan, as: grammar)
  }

  private static func words(_ comparison: ExportComparison) -> [String] {
    comparison.changes.map { change in
      "\(comparison.name(of: change).text) \(change.kind)\(change.isBreaking ? "!" : "")"
    }
  }

  @Test("additions, removals, versions and types, each group in the order of names")
  func changes() throws {
    let new = try Self.records(
      """
      0x99999999\talpha\tvmlinux\tEXPORT_SYMBOL_GPL\t
      0x22222222\tbeta\tvmlinux\tEXPORT_SYMBOL\t
      0x66666666\tzeta\tvmlinux\tEXPORT_SYMBOL\t
      0x5\tabc\tvmlinux\tEXPORT_SYMBOL\t
      0x1\tdelta\tfs/bar\tEXPORT_SYMBOL\t
      """)
    let old = try Self.records(Self.old)
    #expect(
      Self.words(ExportComparison(old, new)) == [
        "abc added", "zeta added", "gamma removed!", "alpha version!", "alpha type!", "beta type",
        "delta version!",
      ])
    let all = ExportComparison(old, new, aspects: [.namespaces, .owners])
    #expect(Self.words(all).last == "delta owner")
  }

  @Test("a namespace breaks modules when it comes or changes, not when it goes")
  func namespaces() throws {
    func changes(_ old: String, _ new: String) throws -> [String] {
      func line(_ namespace: String) -> String { "0x1\ta\tvmlinux\tEXPORT_SYMBOL\t\(namespace)\n" }
      return Self.words(
        ExportComparison(
          try Self.records(line(old)), try Self.records(line(new)), aspects: .namespaces))
    }
    #expect(try changes("", "NS") == ["a namespace!"])
    #expect(try changes("NS", "OTHER") == ["a namespace!"])
    #expect(try changes("NS", "") == ["a namespace"])
  }

  @Test("rules are asked with the old module and namespace, of additions with the new ones")
  func rules() throws {
    let new = try Self.records(
      "0x1\talpha\tfs/x/x\tEXPORT_SYMBOL\n0x2\tnew\tfs/x/x\tEXPORT_SYMBOL\n")
    let rules = try SeverityRules(reading: Array("fs/* PASS\n".utf8).rawSpan)
    let comparison = ExportComparison(try Self.records(Self.old), new, rules: rules)
    let excused = comparison.changes.filter { $0.verdict == .excused(rule: 0) }
    #expect(excused.map { comparison.name(of: $0).text } == ["new", "delta"])
  }

  @Test("rules excuse the first export of a list, too, whatever becomes of it")
  func firstExport() throws {
    let rules = try SeverityRules(reading: Array("SYMBOL first PASS\n".utf8).rawSpan)
    let old = try Self.records("0x1\tfirst\tfs/x/x\tEXPORT_SYMBOL\n")
    let verdicts = try [
      "", "0x9\tother\tfs/x/x\tEXPORT_SYMBOL\n0x2\tfirst\tfs/x/x\tEXPORT_SYMBOL\n",
    ].map { text in
      let comparison = ExportComparison(old, try Self.records(text), rules: rules)
      return comparison.changes.filter { comparison.name(of: $0).text == "first" }.map(\.verdict)
    }
    #expect(verdicts == [[.excused(rule: 0)], [.excused(rule: 0)]])
    let new = ExportComparison(try Self.records(""), old, rules: rules)
    #expect(new.changes.map(\.verdict) == [.excused(rule: 0)])
  }

  @Test("names are in bytewise order, also those that begin alike")
  func orderOfNames() throws {
    let names = ["beginning2", "beginning1", "beginnin", "beginning", "a", "beginning10"]
    let text = names.map { "0x1\t\($0)\tvmlinux\tEXPORT_SYMBOL\t\n" }.joined()
    let comparison = ExportComparison(try Self.records(""), try Self.records(text))
    #expect(comparison.changes.map { comparison.name(of: $0).text } == names.sorted())
  }

  @Test("without versions on one side, versions are not compared where that is asked")
  func noVersions() throws {
    let new = try Self.records(Self.old.replacing(/0x[1-4]{8}/, with: "0x00000000"))
    let old = try Self.records(Self.old)
    #expect(new.hasNoVersions && !old.hasNoVersions)
    #expect(ExportComparison(old, new, aspects: .knownVersions).changes.isEmpty)
    #expect(ExportComparison(old, new).changes.count == 4)
  }

  @Test("only selected names are looked at")
  func selection() throws {
    let selection = try NameSelection(filter: Array("al*\nzzz\n".utf8).rawSpan)
    #expect(selection.count == 1)
    #expect(selection.name(0).text == "zzz")
    let comparison = ExportComparison(
      try Self.records(Self.old), try Self.records(""), selection: selection)
    #expect(Self.words(comparison) == ["alpha removed!"])
    // Also behind names that are not selected.
    let late = try NameSelection(filter: Array("delta\n".utf8).rawSpan)
    let rest = ExportComparison(
      try Self.records(Self.old), try Self.records(""), selection: late)
    #expect(Self.words(rest) == ["delta removed!"])
    let added = ExportComparison(
      try Self.records(""), try Self.records(Self.old), selection: late)
    #expect(Self.words(added) == ["delta added"])
  }

  @Test("a selection has no empty name")
  func emptyName() {
    let failure = #expect(throws: TextFailure.self) {
      try NameSelection(filter: Array("a\n\nb\n".utf8).rawSpan)
    }
    #expect(failure?.reason == .missingPattern && failure?.line == 2)
    let open = Array("a\nb[\n".utf8)
    let refused = #expect(throws: TextFailure.self) { try NameSelection(filter: open.rawSpan) }
    #expect(refused?.reason == .openBracket("b[") && refused?.line == 2)
  }

  @Test(
    "the strict grammar refuses what suse-kabi-tools refuses",
    arguments: [
      ("\n", TextFailure.Reason.missingCRC), ("# c\n", .badCRC("#", .noPrefix)),
      ("0x a v EXPORT_SYMBOL", .badCRC("0x", .empty)), ("0x1z a", .badCRC("0x1z", .badDigit)),
      ("0x+ a v EXPORT_SYMBOL", .badCRC("0x+", .badDigit)),
      ("0x100000000 a v EXPORT_SYMBOL", .badCRC("0x100000000", .tooLarge)),
      ("0x123456789 a", .badCRC("0x123456789", .tooLarge)), ("0x1", .missingName),
      ("0x1 a", .missingOwner), ("0x1 a vmlinux", .missingType),
      ("0x1 a NS vmlinux EXPORT_SYMBOL", .badType("vmlinux")),
      ("0x1 a v EXPORT_SYMBOL N x", .excessField),
      ("0x1 a v EXPORT_SYMBOL\n0x1 a v EXPORT_SYMBOL", .duplicate("a")),
      ("0x1\u{b}a v EXPORT_SYMBOL", .badCRC("0x1\u{b}a", .badDigit)),
    ])
  func strict(_ text: String, _ reason: TextFailure.Reason) {
    let failure = #expect(throws: TextFailure.self) { try Self.records(text, .strict) }
    #expect(failure?.reason == reason)
  }

  @Test("blanks, signs, zeros and DOS lines are as that tool reads them")
  func leniency() throws {
    for text in [
      "0X+001 a\u{c}v  EXPORT_SYMBOL \r\n", "\t0x1 a v EXPORT_SYMBOL\t",
      "0x0000000001 a v EXPORT_SYMBOL",
    ] {
      let records = try Self.records(text, .strict)
      #expect(records.rows.map(\.crc) == [1])
      #expect(records.bytes(records.rows[0].name).text == "a")
    }
    #expect(try Self.records("0xffffffff a v EXPORT_SYMBOL", .strict).rows.map(\.crc) == [.max])
    #expect(try Self.records("", .strict).rows.isEmpty)
    let line = Array("0x1\ta\tv".utf8) + [0xff] + Array("\tEXPORT_SYMBOL\t\n".utf8)
    let failure = #expect(throws: TextFailure.self) {
      try ExportRecords(parsing: line.rawSpan, as: .strict)
    }
    #expect(failure?.reason == .notText)
    #expect(try ExportRecords(parsing: line.rawSpan, as: .historic).rows.count == 1)
  }

  @Test("all historic column orders and types are read")
  func historic() throws {
    let records = try Self.records(
      """
      # comment

      0x00000001\ta\tNS\tvmlinux\tEXPORT_SYMBOL_GPL
      0x00000002\tb\tvmlinux
      0x00000003\tc\tvmlinux\tEXPORT_UNUSED_SYMBOL_GPL
      EXPORT_SYMBOL fs/foo 0x00000004 d
      0x00000005\ta\tvmlinux\tEXPORT_SYMBOL\t
      """)
    #expect(records.rows.map(\.crc) == [1, 2, 3, 4] && records.duplicateCount == 1)
    #expect(records.bytes(records.rows[0].namespace).text == "NS")
    #expect(records.bytes(records.rows[0].module).text == "vmlinux")
    #expect(records.bytes(records.rows[3].module).text == "fs/foo")
  }
}
