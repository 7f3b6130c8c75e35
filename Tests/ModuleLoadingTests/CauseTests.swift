import Livepatching
import ModuleLoading
import TestSupport
import Testing

@Suite("Likely causes")
struct CauseTests {
  private func causes(
    _ bench: Bench, with others: [ModuleBuilder] = [], _ change: (inout ModuleBuilder) -> Void
  ) throws -> [LoadCause] {
    var module = bench.module()
    change(&module)
    let outcome = try bench.outcome(module, with: others)
    #expect(outcome.verdict == .refused)
    return outcome.causes
  }

  @Test("module_layout differs at another release: built for that")
  func otherRelease() throws {
    let found = try causes(Bench()) {
      $0.basic = [RequiredVersion("module_layout", 1)]
      $0.setInfo("vermagic", "6.1.0 SMP mod_unload modversions ")
    }
    let cause = try #require(found.first { $0.code == .otherRelease })
    #expect(cause.module == "6.1.0" && cause.kernel == "7.2.0")
  }

  @Test("module_layout differs at the same release: another configuration or compiler")
  func otherConfiguration() throws {
    let found = try causes(Bench()) { $0.basic = [RequiredVersion("module_layout", 1)] }
    #expect(found.contains { $0.code == .otherConfiguration })
  }

  @Test("several versions of one provider differ: it was rebuilt")
  func rebuilt() throws {
    let bench = Bench()
    var owner = bench.module("owner")
    owner.exports = [SampleExport("one", 1), SampleExport("two", 2)]
    let found = try causes(bench, with: [owner]) {
      $0.require("one", 8)
      $0.require("two", 9)
    }
    #expect(found.map(\.code) == [.ownerRebuilt])
    #expect(found.first?.owner == "owner" && found.first?.count == 2)
  }

  @Test("several versions differ in a module for another flavour: it was built for that")
  func otherFlavour() throws {
    let bench = Bench("6.12.0-generic")
    var owner = bench.module("owner")
    owner.exports = [SampleExport("one", 1), SampleExport("two", 2)]
    let found = try causes(bench, with: [owner]) {
      $0.setInfo("vermagic", "6.12.0-lowlatency SMP mod_unload modversions ")
      $0.require("one", 8)
      $0.require("two", 9)
    }
    #expect(found.map(\.code) == [.otherRelease])
    #expect(found.first?.module == "6.12.0-lowlatency" && found.first?.kernel == "6.12.0-generic")
  }

  @Test("versions of another generator are recognised by functions that share a CRC")
  func generator() throws {
    var bench = Bench()
    bench.exports.append(SampleExport("__fentry__", 0xd272_d446))
    let found = try causes(bench) {
      $0.require("__fentry__", 0xbdfb_6dbb)
      $0.require("_printk", 1)
    }
    let cause = try #require(found.first { $0.code == .otherGenerator })
    #expect(cause.module == "genksyms" && cause.kernel == "gendwarfksyms")
  }

  @Test("names too long for the basic layout, without extended versions")
  func longNames() throws {
    var bench = Bench()
    let name = "_RNv" + String(repeating: "x", count: 60)
    bench.exports.append(SampleExport(name, 4))
    bench.given = ["missing-version=refuse"]
    let found = try causes(bench) { $0.undefined = [name] }
    let cause = try #require(found.first { $0.code == .namesTooLong })
    #expect(cause.count == 1 && cause.limit == 55)
    for (length, isTooLong) in [(55, false), (56, true)] {
      let name = String(repeating: "n", count: length)
      bench.exports.append(SampleExport(name, 4))
      let codes = try causes(bench) { $0.undefined = [name] }.map(\.code)
      #expect(codes == (isTooLong ? [.namesTooLong] : []))
    }
  }

  @Test("what was assumed is listed")
  func assumptions() throws {
    var bench = Bench()
    bench.structureSize = nil
    let assumed = try bench.outcome(bench.module()).assumed
    #expect(assumed.contains(LoadAssumption(.structureSizeUnknown)))
    bench.given = ["MODULE_FORCE_LOAD=y", "struct-module-size=1280"]
    let given = try bench.outcome(bench.module()).assumed
    #expect(given.contains(LoadAssumption(.given, key: "MODULE_FORCE_LOAD", value: "y")))
    #expect(given.contains(LoadAssumption(.given, key: "struct-module-size", value: "1280")))
  }

  @Test("a kernel whose exports are not known leaves the verdict open")
  func undecided() throws {
    var bench = Bench()
    bench.exports = []
    let outcome = try bench.outcome(bench.module())
    #expect(outcome.verdict == .undecided && outcome.errno == nil)
    #expect(outcome.causes.map(\.code) == [.layoutVersionUnknown])
  }
}
