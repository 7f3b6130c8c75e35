import ByteStorage
import NameAudits
import SymbolNames
import SymbolTables
import TestSupport
import Testing

@Suite("Name audit")
struct NameAuditTests {
  private static let list = """
    ffffffff81000000 T _text
    ffffffff81000040 t init_once
    ffffffff81000100 t init_once
    ffffffff81000200 t init_once.llvm.77
    ffffffff81000300 t init_once.llvm.99
    ffffffff81000400 t work
    ffffffff81000500 t work.cold
    ffffffff81000600 t step.isra.0.cold
    ffffffff81000700 t step.constprop.0
    ffffffff81000800 d __key.0
    ffffffff81000800 d __key.0
    ffffffff81000900 t $x
    ffffffff81000900 t .Lhere
    ffffffff81000a00 T _RNvNtCs1cdwasc6FUb_6kernel5print11call_printk
    ffffffff81000a10 T __pfx__RNvNtCs1cdwasc6FUb_6kernel5print11call_printk
    ffffffff81000b00 r __ksymtab_work
    ffffffff81000b08 r __ksymtab__RNvNtNtCs1cdwasc6FUb_6kernel5print14format_strings4INFO

    """

  private func names(_ text: String = NameAuditTests.list) throws -> NameCollection {
    var names = NameCollection()
    names.add(try SymbolText(parsing: Array(text.utf8).rawSpan).table)
    return names
  }

  @Test(
    "a name counts once, however many symbols have it, and strings that are not names do not count")
  func counts() throws {
    let audit = NameAudit(of: try names())
    #expect(audit.all == NameAudit.Tally(names: 14, symbols: 15))
    #expect(audit.lengths[9].all == NameAudit.Tally(names: 2, symbols: 3))
    #expect(audit.length(ofPercent: 0) == 4 && audit.length(ofPercent: 100) == audit.longest)
    #expect(audit.longest == 66)
    #expect(audit.owners == 1)
  }

  @Test("one name of a megabyte is one length among the others")
  func longName() throws {
    let name = String(repeating: "a", count: 1 << 20)
    let audit = NameAudit(of: try names("c0000000 T \(name)\nc0000000 T short\nc0000000 T also_\n"))
    #expect(audit.longest == 1 << 20 && audit.lengths[1 << 20].all.names == 1)
    #expect(audit.lengths.sorted.map(\.length) == [5, 1 << 20])
    #expect(audit.longer(than: 5).names == 1 && audit.longer(than: 4).names == 3)
    #expect(audit.length(ofPercent: 50) == 5 && audit.length(ofPercent: 100) == 1 << 20)
  }

  @Test("mangled Rust names are recognised after the toolchain's prefixes, too")
  func rust() throws {
    let audit = NameAudit(of: try names())
    #expect(audit.rust == NameAudit.Tally(names: 3, symbols: 2))
  }

  @Test("names that are exported are held against the basic version table")
  func versioned() throws {
    let audit = NameAudit(of: try names())
    #expect(audit.versioned.exported == 2 && audit.versioned.required == 0)
    #expect(audit.versioned.tooLong64 == 1 && audit.versioned.tooLong32 == 0)
    let long = "_RNvNtNtCs1cdwasc6FUb_6kernel5print14format_strings4INFO"
    #expect(audit.versioned.longNames == [Array(long.utf8)])
    let basic = audit.limits.filter { $0.limit.interface == .basicVersions }
    #expect(basic.map(\.longer.names) == [1, 0, 1, 0])
    let event = try #require(audit.limits.first { $0.limit.interface == .traceEvent })
    #expect(event.longer.names == 1)
    #expect(!audit.limits.contains { $0.limit.interface == .moduleName })
  }

  @Test("suffixes are counted by kind")
  func suffixes() throws {
    let audit = NameAudit(of: try names())
    let counts = audit.suffixes.map { "\($0.kind) \($0.count.names) \($0.count.symbols)" }
    #expect(counts == ["llvm 2 2", "isra 1 1", "constprop 1 1", "cold 2 2", "number 1 2"])
    #expect(audit.suffixed == NameAudit.Tally(names: 6, symbols: 7))
  }

  @Test("of suffixes only those of symbols count, that of Clang's jump tables too")
  func suffixesOfSymbols() throws {
    let hash = "f$0123456789abcdef0123456789abcdef"
    let found = NameAudit(of: try names("1000 t \(hash)\n2000 t \(hash)\n3000 t f$x\n"))
    #expect(found.suffixes.map(\.kind) == [.cfiHash])
    #expect(found.suffixed == NameAudit.Tally(names: 1, symbols: 2))
    var names = NameCollection()
    let owner = names.addOwner(.init("a"))
    names.add(Array("f.isra.0".utf8).rawSpan, .exported, owner: owner)
    names.add(Array("f.isra.1".utf8).rawSpan, .required, owner: owner)
    let audit = NameAudit(of: names)
    #expect(audit.all.names == 2 && audit.suffixed == NameAudit.Tally() && audit.suffixes.isEmpty)
    #expect(audit.merged.allSatisfy { $0.stems == 0 })
  }

  @Test("a kernel's build ID is not that of its modules, and its release is")
  func ownersOfTables() throws {
    var names = NameCollection()
    names.add(
      try SymbolText(parsing: Array("1000 t f\n2000 t g\t[m]\n".utf8).rawSpan).table,
      buildID: [1, 2], release: "7.2")
    #expect(
      names.owners == [
        .init("vmlinux", buildID: [1, 2], release: "7.2"), .init("m", release: "7.2"),
      ])
  }

  @Test("names that become equal are reported for every way of stripping")
  func stripping() throws {
    let audit = NameAudit(of: try names())
    let found = audit.merged.map { "\($0.stripping.rawValue) \($0.stems) \($0.names)" }
    #expect(found == ["all 3 7", "whole-functions 1 3", "llvm 1 3"])
    #expect(audit.merged[0].groups.first?.name == Array("init_once".utf8))
    #expect(audit.merged[0].groups.map(\.count) == [3, 2, 2])
  }

  @Test("equal names, and those at one address, are grouped")
  func duplicates() throws {
    let audit = NameAudit(of: try names(), mostListed: 1)
    let found = audit.duplicates
    #expect(found.all == NameAudit.Tally(names: 2, symbols: 4))
    #expect(found.withinOwner == found.all)
    #expect(found.sameAddress == NameAudit.Tally(names: 1, symbols: 2))
    #expect(found.groups.map(\.name) == [Array("__key.0".utf8)])
    #expect(found.sameAddressGroups.map(\.count) == [2])
  }

  @Test("owners distinguish equal names of modules")
  func owners() throws {
    var all = try names("1000 t f\n2000 t f\t[a]\n2100 t f\t[a]\n2200 t h\t[a]\n")
    all.append(try names("1000 t f\n1000 t g\n1100 t h\n"))
    let audit = NameAudit(of: all)
    #expect(audit.owners == 3)
    #expect(audit.duplicates.all == NameAudit.Tally(names: 2, symbols: 6))
    #expect(audit.duplicates.withinOwner == NameAudit.Tally(names: 1, symbols: 2))
    #expect(audit.duplicates.groups.first?.owners == 3)
    #expect(audit.duplicates.sameAddress.symbols == 0)
    #expect(audit.duplicates.sameAddressGroups.isEmpty)
  }

  @Test("an audit without names is empty")
  func nothing() {
    let audit = NameAudit(of: NameCollection())
    #expect(audit.longest == 0 && audit.length(ofPercent: 50) == 0 && audit.suffixes.isEmpty)
  }

  @Test("names of just the longest size fit, those with a byte more do not")
  func lengthLimits() throws {
    func exported(_ length: Int) -> String { String(repeating: "e", count: length) }
    let list = [55, 56, 59, 60].map { "1000 t \(exported($0))\n2000 r __ksymtab_\(exported($0))\n" }
    let audit = NameAudit(of: try names(list.joined()))
    #expect(audit.versioned.exported == 4)
    #expect(audit.versioned.tooLong64 == 3 && audit.versioned.tooLong32 == 1)
    #expect(audit.versioned.longNames == [60, 59, 56].map { Array(exported($0).utf8) })
    #expect(
      audit.limits.filter { $0.limit.interface == .basicVersions }.map(\.longer.names)
        == [3, 1, 3, 1])
    for (length, longer) in [(54, 8), (55, 7), (59, 5), (69, 1), (70, 0)] {
      #expect(audit.longer(than: length).names == longer, "\(length)")
    }
    let plain = [63, 64].map { "1000 t \(exported($0))\n" }
    let limits = NameAudit(of: try names(plain.joined())).limits
    let event = try #require(limits.first { $0.limit.interface == .traceEvent })
    #expect(event.limit.maximum == 63 && event.longer == NameAudit.Tally(names: 1, symbols: 1))
    #expect(
      limits.filter { $0.limit.interface == .basicVersions }.allSatisfy { $0.longer.names == 0 })
  }

  @Test("a share of the names is no longer than its length")
  func percentiles() throws {
    let list = (1...10).map { "1000 t \(String(repeating: "n", count: $0 * 2))\n" }.joined()
    let audit = NameAudit(of: try names(list))
    for (percent, length) in [
      (-5, 2), (0, 2), (10, 2), (11, 4), (50, 10), (51, 12), (99, 20), (100, 20), (200, 20),
    ] {
      #expect(audit.length(ofPercent: percent) == length, "\(percent)")
    }
    #expect(NameAudit(of: try names(list), mostListed: 2).longNames.map(\.count) == [20, 18])
  }

  @Test("names of equal length or number are listed in bytewise order")
  func orders() throws {
    let list = ["b", "a", "c", "b", "a", "c", "c", "b.isra.0", "a.isra.0", "b.cold", "a.cold"]
    let audit = NameAudit(of: try names(list.map { "1000 t \($0)\n" }.joined()))
    func text(_ names: [[UInt8]]) -> [String] { names.map { String(decoding: $0, as: UTF8.self) } }
    #expect(text(audit.longNames).prefix(4) == ["a.isra.0", "b.isra.0", "a.cold", "b.cold"])
    #expect(text(audit.duplicates.groups.map(\.name)) == ["c", "a", "b"])
    #expect(text(audit.merged[0].groups.map(\.name)) == ["a", "b"])
    #expect(audit.merged[0].groups.map(\.count) == [3, 3])
    #expect(audit.merged[1].groups.map(\.count) == [2, 2])
  }

  @Test("equal addresses of different owners, or of different sections, are not shared")
  func places() {
    var names = NameCollection()
    let owners = ["a", "b"].map { names.addOwner(.init($0)) }
    #expect(owners == [0, 1])
    let name = Array("f".utf8)
    for (owner, section, address) in [
      (0, 1, 8), (0, 2, 8), (1, 1, 8), (0, 1, 8), (1, 1, 9), (0, 1, 8),
    ] as [(Int, Int, UInt64)] {
      names.add(name.rawSpan, .symbol, owner: owner, section: section, address: address)
    }
    let found = NameAudit(of: names).duplicates
    #expect(found.all == NameAudit.Tally(names: 1, symbols: 6))
    #expect(found.withinOwner == NameAudit.Tally(names: 1, symbols: 6))
    #expect(found.sameAddress == NameAudit.Tally(names: 1, symbols: 3))
    #expect(found.sameAddressGroups.map(\.owners) == [2])
  }

  @Test("the width of kernels is known where all have one")
  func widths() {
    var names = NameCollection()
    #expect(names.wordBits == nil)
    names.note(wordBits: 64)
    names.note(wordBits: 64)
    #expect(names.wordBits == 64)
    var more = NameCollection()
    more.note(wordBits: 32)
    names.append(more)
    #expect(names.wordBits == nil)
    names.note(wordBits: 64)
    #expect(names.wordBits == nil)
  }

  @Test("names are given with what bears them, exported ones with their owner, required without")
  func pairs() {
    var names = NameCollection()
    let owner = names.addOwner(.init("a"))
    for (text, role) in [
      ("s", .symbol), ("e", .exported), ("r", .required), ("e", .required), ("", .symbol),
      ("$d", .symbol), (".L1", .symbol),
    ] as [(String, NameCollection.Role)] {
      names.add(Array(text.utf8).rawSpan, role, owner: owner)
    }
    var pairs: [String] = []
    names.forEachPair { pairs.append("\($0.text) \($1.map { "\($0)" } ?? "-")") }
    #expect(pairs == ["s 0", "e 0", "r -"])
    #expect(names.role(at: 1) == [.exported, .required] && names.role(at: 3) == [])
    let entry = Array("__ksymtab_".utf8)
    #expect(NameCollection.exported(by: entry.rawSpan)?.byteCount == nil)
    let named = entry + [0x78]
    #expect(NameCollection.exported(by: named.rawSpan)?.text == "x")
  }
}
