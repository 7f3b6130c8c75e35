import ELFFormat
import Kernels
import Livepatching
import ModuleLoading
import TestSupport
import Testing

/// `check_version`: which table counts, and what its silence means.
@Suite("Version check")
struct VersionCheckTests {
  private static let right: UInt64 = 0x9aec_1234
  private static let layout = RequiredVersion("module_layout", 0x0bad_cafe)

  /// A module that needs `_printk`, with its CRC in each table: `nil` for no table, 0 for no record.
  private func module(_ bench: Bench, basic: UInt64?, extended: UInt64?) -> ModuleBuilder {
    var module = bench.module()
    module.undefined = ["_printk"]
    func table(_ crc: UInt64?) -> [RequiredVersion]? {
      crc.map { ($0 == 0 ? [] : [RequiredVersion("_printk", $0)]) + [Self.layout] }
    }
    module.basic = table(basic)
    module.extended = table(extended)
    return module
  }

  private static let disagrees =
    "EINVAL | sample: disagrees about version of symbol _printk"
    + " | sample: Unknown symbol _printk (err -22)"

  @Test(
    "up to 6.13 only the basic table counts, since 6.14 the extended one where there is one",
    arguments: [
      (right, nil, "loads", "loads"), (1, nil, disagrees, disagrees),
      (right, right, "loads", "loads"), (1, right, disagrees, "loads"),
      (right, 1, "loads", disagrees),
      (right, 0, "loads", "loads | sample: no extended symbol version for _printk"),
      (1, 0, disagrees, "loads | sample: no extended symbol version for _printk"),
      (0x1_0000_0000 | right, nil, disagrees, disagrees),
    ] as [(UInt64?, UInt64?, String, String)])
  func tables(_ basic: UInt64?, _ extended: UInt64?, _ old: String, _ new: String) throws {
    for (release, wanted) in [("6.13.0", old), ("6.14.0", new), ("7.2.0", new)] {
      let bench = Bench(release)
      let outcome = try bench.outcome(module(bench, basic: basic, extended: extended))
      #expect(summary(outcome) == wanted, "\(release)")
    }
  }

  @Test("a missing basic version is accepted upstream, and refused by Debian and before 4.9")
  func missing() throws {
    let line = "sample: no symbol version for _printk"
    let refused = "EINVAL | \(line) | sample: Unknown symbol _printk (err -22)"
    for release in ["4.9.0", "5.10.0", "6.1.0", "7.2.0"] {
      var bench = Bench(release)
      bench.structureSize = nil
      let module = module(bench, basic: 0, extended: nil)
      #expect(try summary(bench.outcome(module)) == "loads | \(line)", "\(release)")
      let assumed = try bench.outcome(module).assumed
      #expect(assumed.contains { $0.code == .missingVersionsAccepted })
      bench.isDebian = true
      #expect(try summary(bench.outcome(module)) == refused)
      bench.given = ["missing-version=accept"]
      #expect(try summary(bench.outcome(module)) == "loads | \(line)")
      bench.isDebian = false
      bench.given = ["missing-version=refuse"]
      #expect(try summary(bench.outcome(module)) == refused)
    }
    let old = Bench("4.4.0")
    #expect(try summary(old.outcome(module(old, basic: 0, extended: nil))).hasPrefix("EINVAL"))
  }

  @Test("the line about a missing version shows once")
  func once() throws {
    var bench = Bench()
    bench.exports.append(SampleExport("another", 5))
    var module = module(bench, basic: nil, extended: 0)
    module.setInfo("vermagic", bench.vermagic)
    module.undefined.append("another")
    #expect(
      try summary(bench.outcome(module)) == "loads | sample: no extended symbol version for _printk"
    )
  }

  @Test("module_layout is refused with ENOEXEC")
  func layout() throws {
    let bench = Bench()
    var module = bench.module()
    module.basic = [RequiredVersion("module_layout", 1)]
    let outcome = try bench.outcome(module)
    #expect(
      summary(outcome) == "ENOEXEC | sample: disagrees about version of symbol module_layout")
    #expect(outcome.symbols.map(\.name) == ["module_layout"])
    #expect(outcome.symbols.first?.required == 1)
    #expect(outcome.symbols.first?.provided == 0x0bad_cafe)
  }

  @Test("the first of several records with a name counts; an empty name is no end")
  func duplicates() throws {
    let bench = Bench()
    var module = bench.module()
    module.undefined = ["_printk"]
    let (right, wrong) = (RequiredVersion("_printk", Self.right), RequiredVersion("_printk", 1))
    module.basic = [Self.layout, RequiredVersion("", 9), right, wrong]
    #expect(try summary(bench.outcome(module)) == "loads")
    module.basic = [wrong, right, Self.layout]
    #expect(try summary(bench.outcome(module)) == Self.disagrees)
  }

  @Test("a name that does not end is passed over, and those after it are found")
  func endlessName() throws {
    let bench = Bench()
    var module = bench.module()
    module.undefined = ["_printk"]
    module.basic = nil
    let rest = VersionTableBuilder.basic(
      [RequiredVersion("_printk", Self.right), Self.layout], module.layout)
    let table = [UInt8](repeating: 0x61, count: 65 * 64) + rest
    module.sections = [("__versions", .alloc, table)]
    #expect(try summary(bench.outcome(module)) == "loads")
  }

  @Test("no versions at all, or flag 1, is for MODULE_FORCE_LOAD")
  func forced() throws {
    var bench = Bench()
    let none = module(bench, basic: nil, extended: nil)
    #expect(try summary(bench.outcome(none)) == "ENOEXEC")
    bench.config.append("MODULE_FORCE_LOAD")
    let outcome = try bench.outcome(none)
    #expect(summary(outcome) == "loads")
    #expect(outcome.taintLog.contains("sample: module_layout: kernel tainted."))
    bench.adjust = { $0.ignoresModversions = true }
    let wrong = module(bench, basic: 1, extended: 1)
    #expect(try summary(bench.outcome(wrong)) == "loads")
    bench.config.removeLast()
    let refused = try bench.outcome(wrong)
    #expect(summary(refused) == "ENOEXEC")
    #expect(refused.causes.filter { $0.code == .notForced }.map(\.module) == ["versions"])
  }

  @Test("a kernel without MODVERSIONS, or an exporter without CRCs, checks nothing")
  func unversioned() throws {
    var bench = Bench()
    let wrong = module(bench, basic: 1, extended: nil)
    bench.hasCRCs = false
    #expect(try summary(bench.outcome(wrong)) == "loads")
    bench.hasCRCs = true
    bench.config.removeAll { $0 == "MODVERSIONS" }
    #expect(try summary(bench.outcome(wrong)) == "loads")
  }

  @Test("a kernel of which nothing is known is assumed to have no MODVERSIONS")
  func nothingKnown() throws {
    var bench = Bench()
    (bench.hasConfig, bench.knowsVermagic) = (false, false)
    var facts = try bench.facts()
    facts.exports = nil
    let scratch = try ScratchDirectory()
    let path = try scratch.write(bench.module().build(), to: "sample.ko")
    let answers = ModuleChecker(facts, of: nil, given: [], request: LoadRequest()).check([path])
    let outcome = try #require(answers.first).result.get()
    let assumption = LoadAssumption(.optionUnknown, key: "MODVERSIONS", value: "n")
    #expect(outcome.assumed.contains(assumption))
  }

  @Test("extended tables that do not belong together are refused since 6.14")
  func malformedExtended() throws {
    let crc: [UInt8] = [1, 0, 0, 0]
    for (sections, line) in [
      ([("__version_ext_crcs", crc)], "extended version crc+name presence does not match"),
      ([("__version_ext_names", crc)], "extended version crc+name presence does not match"),
      (
        [("__version_ext_crcs", crc + crc + crc), ("__version_ext_names", Array("a\0b\0".utf8))],
        "more extended version crcs than names"
      ),
    ] {
      for release in ["6.13.0", "6.14.0"] {
        let bench = Bench(release)
        var module = bench.module()
        module.sections = sections.map { ($0.0, .alloc, $0.1) }
        #expect(
          try summary(bench.outcome(module))
            == (release == "6.13.0" ? "loads" : "ENOEXEC | \(line)"))
      }
    }
  }
}
