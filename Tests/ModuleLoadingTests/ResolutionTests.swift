import ELFFormat
import KernelReleases
import Livepatching
import ModuleLoading
import TestSupport
import Testing

@Suite("Symbol resolution")
struct ResolutionTests {
  private func module(
    _ bench: Bench, _ name: String = "sample", needs: [(String, UInt64)] = [],
    licence: String = "GPL", exports: [SampleExport] = []
  ) -> ModuleBuilder {
    var module = bench.module(name)
    module.setInfo("license", licence)
    for (symbol, crc) in needs { module.require(symbol, crc) }
    module.exports = exports
    return module
  }

  private func unknown(_ symbol: String, _ number: Int = -2) -> String {
    "sample: Unknown symbol \(symbol) (err \(number))"
  }

  @Test("every missing symbol is reported; the last error is the answer")
  func missing() throws {
    let bench = Bench()
    let first = module(bench, needs: [("nowhere", 1), ("_printk", 1)])
    let outcome = try bench.outcome(first)
    #expect(
      summary(outcome) == "EINVAL | \(unknown("nowhere"))"
        + " | sample: disagrees about version of symbol _printk | \(unknown("_printk", -22))")
    #expect(outcome.symbols.map(\.problem) == [.missing, .crc])
    let second = module(bench, needs: [("_printk", 1), ("nowhere", 1)])
    #expect(try bench.outcome(second).errno == .ENOENT)
  }

  @Test("a weak symbol may be missing, but not disagree")
  func weak() throws {
    let bench = Bench()
    var module = module(bench)
    module.weak = ["nowhere"]
    #expect(try summary(bench.outcome(module)) == "loads")
    module.weak = ["_printk"]
    module.basic?.append(RequiredVersion("_printk", 1))
    #expect(try bench.outcome(module).errno == .EINVAL)
    module.weak = ["gpl_thing"]
    module.setInfo("license", "Proprietary")
    #expect(try summary(bench.outcome(module)) == "loads")
  }

  @Test("the linker's own symbol may be missing on x86 only")
  func globalOffsetTable() throws {
    var bench = Bench()
    let module = module(bench, needs: [("_GLOBAL_OFFSET_TABLE_", 0)])
    #expect(try summary(bench.outcome(module)) == "loads")
    bench.machine = .mips
    var other = module
    other.machine = .mips
    #expect(try bench.outcome(other).errno == .ENOENT)
  }

  @Test(
    "GPL-only exports are invisible to modules whose first licence is not exactly one of six",
    arguments: [
      ("GPL", true), ("GPL v2", true), ("GPL and additional rights", true), ("Dual BSD/GPL", true),
      ("Dual MIT/GPL", true), ("Dual MPL/GPL", true), ("GPL-2.0", false), ("gpl", false),
      ("GPL v3", false), ("GPL ", false), ("Proprietary", false), ("", false),
    ])
  func licences(_ licence: String, _ isCompatible: Bool) throws {
    let bench = Bench()
    let module = module(bench, needs: [("gpl_thing", 0x22)], licence: licence)
    let outcome = try bench.outcome(module)
    #expect(summary(outcome) == (isCompatible ? "loads" : "ENOENT | \(unknown("gpl_thing"))"))
    #expect(outcome.symbols.map(\.problem) == (isCompatible ? [] : [.gplOnly]))
    var second = module
    second.info?.append("license=GPL")
    #expect(try bench.outcome(second).verdict == outcome.verdict, "the first counts")
  }

  @Test("a module without a licence is proprietary")
  func noLicence() throws {
    let bench = Bench()
    var module = module(bench, needs: [("gpl_thing", 0x22)])
    module.setInfo("license", nil)
    let outcome = try bench.outcome(module)
    #expect(outcome.errno == .ENOENT)
    #expect(
      outcome.taintLog == [
        "sample: module license 'unspecified' taints kernel.",
        "Disabling lock debugging due to kernel taint", "sample: module license taints kernel.",
      ])
    #expect(outcome.causes.map(\.code) == [.licenceIncompatible])
  }

  @Test("a proprietary module's exports make GPL-only ones invisible from then on")
  func inheritsTaint() throws {
    let bench = Bench()
    let exporter = module(
      bench, "owner", licence: "Proprietary", exports: [SampleExport("theirs", 5)])
    let late = module(bench, needs: [("theirs", 5), ("gpl_thing", 0x22)])
    #expect(
      try summary(bench.outcome(late, with: [exporter])) == "ENOENT | sample: module uses symbols"
        + " theirs from proprietary module owner, inheriting taint. | \(unknown("gpl_thing"))")
    let causes = try bench.outcome(late, with: [exporter]).causes
    #expect(causes.map(\.code) == [.ownerProprietary] && causes.first?.owner == "owner")
    let early = module(bench, needs: [("gpl_thing", 0x22), ("theirs", 5)])
    let outcome = try bench.outcome(early, with: [exporter])
    #expect(
      summary(outcome) == "ENOENT | sample: module using GPL-only symbols uses symbols theirs from"
        + " proprietary module owner. | \(unknown("theirs"))")
    #expect(outcome.symbols.map(\.problem) == [.proprietary])
    #expect(outcome.causes == causes)
    let only = module(bench, needs: [("theirs", 5)])
    #expect(
      try summary(bench.outcome(only, with: [exporter])) == "loads | sample: module uses symbols"
        + " theirs from proprietary module owner, inheriting taint.")
  }

  @Test("older kernels inherit with other words, or not at all")
  func oldInheritance() throws {
    for (release, words) in [
      (
        "5.10.0",
        "loads | sample: module uses symbols from proprietary module owner, inheriting taint."
      ),
      ("5.8.0", "loads"),
    ] {
      var bench = Bench(release)
      bench.structureSize = nil
      let exporter = module(
        bench, "owner", licence: "Proprietary", exports: [SampleExport("theirs", 5)])
      let user = module(bench, needs: [("theirs", 5)])
      #expect(try summary(bench.outcome(user, with: [exporter])) == words)
    }
  }

  @Test("exports of modules loaded before are found, those of refused ones are not")
  func dependencies() throws {
    let bench = Bench()
    let user = module(bench, needs: [("theirs", 5), ("hidden", 6)])
    var owner = module(
      bench, "owner",
      exports: [SampleExport("hidden", 6, isGPLOnly: true), SampleExport("theirs", 5)])
    #expect(try summary(bench.outcome(user, with: [owner])) == "loads")
    owner.exports[1].crc = 9
    #expect(
      try summary(bench.outcome(user, with: [owner]))
        == "EINVAL | sample: disagrees about version of symbol theirs | \(unknown("theirs", -22))")
    owner.require("nowhere", 1)
    let refused = try bench.outcome(user, with: [owner])
    #expect(summary(refused) == "ENOENT | \(unknown("theirs")) | \(unknown("hidden"))")
    #expect(refused.causes.contains { $0.code == .ownerNotLoaded && $0.owner == "owner" })
  }

  @Test("of a refused module's symbols those are found that modules export which are not loaded")
  func survey() throws {
    var bench = Bench()
    bench.adjust = { $0.goesOn = true }
    let owner = module(bench, "owner", exports: [SampleExport("theirs", 5)])
    var user = module(bench, needs: [("gpl_thing", 0x22), ("theirs", 5)])
    user.setInfo("vermagic", "other")
    let outcome = try #require(try bench.outcomes([user.build(), owner.build()]).first)
    #expect(outcome.errno == .ENOEXEC && outcome.symbols.isEmpty)
    user.require("nowhere", 1)
    let more = try #require(try bench.outcomes([user.build(), owner.build()]).first)
    #expect(more.errno == .ENOEXEC && more.symbols.map(\.name) == ["nowhere"])
  }

  @Test("a module that needs what only it exports is not refused because another is")
  func ownExport() throws {
    var bench = Bench()
    bench.adjust = { $0.loadsTargets = true }
    let outcome = try bench.outcome(
      module(bench, needs: [("own", 5)], exports: [SampleExport("own", 5)]))
    #expect(outcome.errno == .ENOENT && outcome.symbols.map(\.problem) == [.missing])
    #expect(!outcome.causes.contains { $0.code == .ownerRefused })
  }

  @Test("an export that another owner has already is refused")
  func duplicates() throws {
    let bench = Bench()
    let twin = module(bench, exports: [SampleExport("_printk", 1)])
    #expect(
      try summary(bench.outcome(twin))
        == "ENOEXEC | sample: exports duplicate symbol _printk (owned by kernel)")
    #expect(try bench.outcome(twin).symbols.map(\.provider) == ["vmlinux"])
    let owner = module(bench, "owner", exports: [SampleExport("theirs", 5)])
    let second = module(bench, exports: [SampleExport("theirs", 5)])
    let outcome = try bench.outcome(second, with: [owner])
    #expect(
      summary(outcome) == "ENOEXEC | sample: exports duplicate symbol theirs (owned by owner)")
    #expect(outcome.symbols.map(\.problem) == [.duplicateExport])
    #expect(outcome.symbols.map(\.provider) == ["owner"])
    #expect(try summary(bench.outcome(second)) == "loads")
  }

  @Test("a name that is loaded already is refused")
  func alreadyLoaded() throws {
    let bench = Bench()
    var twin = module(bench, needs: [("nowhere", 1)])
    #expect(try summary(bench.outcome(twin, with: [module(bench)])) == "EEXIST")
    twin.structureName = "other"
    #expect(try bench.outcome(twin, with: [module(bench)]).errno == .ENOENT)
  }

  @Test("exports need a table of flags since 7.1, and CRCs or MODULE_FORCE_LOAD")
  func exportTables() throws {
    var bench = Bench()
    var owner = module(
      bench, exports: [SampleExport("a", 1), SampleExport("b", 2, isGPLOnly: true)])
    owner.hasFlagTable = false
    let refused = try bench.outcome(owner)
    #expect(refused.errno == .ENOEXEC)
    #expect(refused.log.last == "sample: no flags for exported symbols")
    #expect(refused.log.contains("sample: ignoring obsolete section __ksymtab_gpl"))
    owner.hasFlagTable = true
    owner.hasCRCs = false
    #expect(try summary(bench.outcome(owner)) == "ENOEXEC")
    bench.config.append("MODULE_FORCE_LOAD")
    #expect(try summary(bench.outcome(owner)) == "loads")
    bench.config.removeAll { $0 == "MODULE_FORCE_LOAD" || $0 == "MODVERSIONS" }
    #expect(try summary(bench.outcome(owner)) == "loads")
    let old = Bench("7.0.0")
    var before = module(old, exports: owner.exports)
    before.hasFlagTable = false
    #expect(try summary(old.outcome(before)) == "loads")
  }

  @Test("common symbols and impossible sections are refused by name")
  func badSymbols() throws {
    let bench = Bench()
    var elf = bench.module().elf()
    elf.addSymbol("__gnu_lto_v1", section: 0xfff2)
    #expect(try summary(bench.outcome(elf.build())) == "loads")
    var common = elf
    common.addSymbol("shared", section: 0xfff2)
    #expect(
      try summary(bench.outcome(common.build()))
        == "ENOEXEC | sample: please compile with -fno-common")
    elf.addSymbol("lost", section: 0x1234)
    let sections = elf.sections.count + 3
    #expect(
      try summary(bench.outcome(elf.build()))
        == "ENOEXEC | sample: Symbol lost has an invalid section"
        + " index \(0x1234) (max \(sections))")
    let old = Bench("6.19.0")
    var before = old.module().elf()
    before.addSymbol("lost", section: 0x1234)
    #expect(try summary(old.outcome(before.build())) == "loads")
  }

  @Test(
    "up to 6.19 a header is read where a section's would be, which is assumed after the file's end",
    arguments: [(0, true), (63, true), (64, false)])
  func sectionsBeyondTable(_ more: Int, _ isAssumed: Bool) throws {
    let bench = Bench("6.19.0")
    var elf = bench.module().elf()
    // Four sections are added, the headers are at the end of the file.
    let count = elf.sections.count + 4
    elf.addSymbol("lost", section: count)
    let outcome = try bench.outcome(elf.build() + [UInt8](repeating: 0, count: more))
    #expect(outcome.verdict == .loads)
    #expect(outcome.assumed.map(\.code).contains(.sectionsBeyondTable) == isAssumed)
  }
}
