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
    var all = try names("1000 t f\n2000 t f\t[a]\n2100 t f\t[a]\n")
    all.append(try names("1000 t f\n1000 t g\n"))
    let audit = NameAudit(of: all)
    #expect(audit.owners == 3)
    #expect(audit.duplicates.all == NameAudit.Tally(names: 1, symbols: 4))
    #expect(audit.duplicates.withinOwner == NameAudit.Tally(names: 1, symbols: 2))
    #expect(audit.duplicates.groups.first?.owners == 3)
    #expect(audit.duplicates.sameAddress.symbols == 0)
  }

  @Test("an audit without names is empty")
  func nothing() {
    let audit = NameAudit(of: NameCollection())
    #expect(audit.longest == 0 && audit.length(ofPercent: 50) == 0 && audit.suffixes.isEmpty)
  }
}
