import ELFFormat
import KernelReleases
import Livepatching
import ModuleLoading
import TestSupport
import Testing

@Suite("Vermagic and modinfo")
struct VermagicTests {
  private static let layout = [RequiredVersion("module_layout", 0x0bad_cafe)]

  @Test("the release is ignored only where there is a basic version table")
  func coupling() throws {
    let bench = Bench()
    let other = "7.2.1 SMP mod_unload modversions "
    var module = bench.module()
    module.setInfo("vermagic", other)
    #expect(try summary(bench.outcome(module)) == "loads")
    module.extended = Self.layout
    #expect(try summary(bench.outcome(module)) == "loads")
    module.basic = []
    #expect(try summary(bench.outcome(module)) == "loads", "an empty table is there")
    module.basic = nil
    let line = "ENOEXEC | sample: version magic '\(other)' should be '\(bench.vermagic)'"
    #expect(try summary(bench.outcome(module)) == line)
    module.setInfo("vermagic", bench.vermagic)
    #expect(try summary(bench.outcome(module)) == "loads")
  }

  @Test("every flag and the last blank count")
  func flags() throws {
    let bench = Bench()
    for magic in [
      "7.2.0 SMP preempt mod_unload modversions ", "7.2.0 mod_unload modversions ",
      "7.2.0 SMP mod_unload modversions", "7.2.0", "",
    ] {
      var module = bench.module()
      module.setInfo("vermagic", magic)
      #expect(
        try summary(bench.outcome(module))
          == "ENOEXEC | sample: version magic '\(magic)' should be '\(bench.vermagic)'")
    }
  }

  @Test("a missing vermagic, or flag 2, is for MODULE_FORCE_LOAD")
  func missing() throws {
    var bench = Bench()
    var module = bench.module()
    module.setInfo("vermagic", nil)
    let refused = try bench.outcome(module)
    #expect(summary(refused) == "ENOEXEC" && refused.causes.map(\.code) == [.withoutVermagic])
    bench.config.append("MODULE_FORCE_LOAD")
    #expect(try summary(bench.outcome(module)) == "loads | sample: bad vermagic: kernel tainted.")
    bench.adjust = { $0.ignoresVermagic = true }
    module.setInfo("vermagic", "wrong")
    let outcome = try bench.outcome(module)
    #expect(summary(outcome) == "loads")
    #expect(outcome.taintLog.contains("sample: bad vermagic: kernel tainted."))
    bench.config.removeLast()
    let ignored = try bench.outcome(module)
    #expect(summary(ignored) == "ENOEXEC" && ignored.causes.map(\.code) == [.notForced])
    #expect(ignored.causes.first?.module == "vermagic")
  }

  @Test("a blacklisted name is refused before versions are looked at, exactly as written")
  func blacklist() throws {
    var bench = Bench()
    bench.adjust = { $0.blacklist = ["other", "sam_ple"] }
    var module = bench.module("sam_ple")
    module.basic = nil
    #expect(try summary(bench.outcome(module)) == "EPERM | Module sam_ple is blacklisted")
    bench.adjust = { $0.blacklist = ["sam-ple"] }
    #expect(try summary(bench.outcome(bench.module("sam_ple"))) == "loads")
    // The name is modinfo's, not the structure's.
    module.structureName = "another"
    bench.adjust = { $0.blacklist = ["another"] }
    #expect(try !summary(bench.outcome(module)).contains("blacklisted"))
  }

  @Test("a livepatch needs LIVEPATCH")
  func livepatch() throws {
    var bench = Bench()
    var module = bench.module()
    module.setInfo("livepatch", "Y")
    let outcome = try bench.outcome(module)
    #expect(summary(outcome) == "loads")
    #expect(outcome.taintLog == ["sample: tainting kernel with TAINT_LIVEPATCH"])
    bench.config.removeAll { $0 == "LIVEPATCH" }
    #expect(
      try summary(bench.outcome(module))
        == "ENOEXEC | sample: module is marked as livepatch module,"
        + " but livepatch support is disabled")
  }

  @Test("a livepatch that is refused has tainted the kernel before, up to 6.3")
  func refusedLivepatch() throws {
    let line =
      "sample: module is marked as livepatch module, but livepatch support is disabled"
    let staging =
      "sample: module is from the staging directory, the quality is unknown, you have been warned."
    for (release, isOld) in [("5.10.0", true), ("6.1.0", true), ("6.12.0", false)] {
      var bench = Bench(release)
      bench.config.removeAll { $0 == "LIVEPATCH" }
      var module = bench.module()
      module.setInfo("intree", nil)
      module.setInfo("staging", "Y")
      module.setInfo("livepatch", "Y")
      module.setInfo("license", "Proprietary")
      let outcome = try bench.outcome(module)
      #expect(outcome.errno == .ENOEXEC && outcome.log == (isOld ? [staging, line] : [line]))
      let taints = ["sample: loading out-of-tree module taints kernel."]
      #expect(outcome.taintLog == (isOld ? taints : []), "\(release)")
    }
  }

  @Test("notices about taints are kept apart, those of every load are in the log")
  func taints() throws {
    var bench = Bench()
    bench.config.append("MITIGATION_RETPOLINE")
    var module = bench.module()
    for key in ["intree", "retpoline"] { module.setInfo(key, nil) }
    for (key, value) in [("staging", "Y"), ("test", "Y"), ("license", "Proprietary")] {
      module.setInfo(key, value)
    }
    let outcome = try bench.outcome(module)
    #expect(
      outcome.log == [
        "Spectre V2 : System may be vulnerable to spectre v2",
        "sample: loading module not compiled with retpoline compiler.",
        "sample: module is from the staging directory, the quality is unknown, you have been warned.",
      ])
    #expect(
      outcome.taintLog == [
        "sample: loading out-of-tree module taints kernel.",
        "sample: module license 'Proprietary' taints kernel.",
        "Disabling lock debugging due to kernel taint",
        "sample: loading test module taints kernel.", "sample: module license taints kernel.",
      ])
  }

  @Test("sections that are writable and executable, or constructors of two kinds, are refused")
  func sections() throws {
    var bench = Bench()
    var module = bench.module()
    module.sections = [(".hot", [.alloc, .write, .execInstructions], [0])]
    let outcome = try bench.outcome(module)
    #expect(outcome.errno == .ENOEXEC)
    #expect(outcome.log.first?.contains("section .hot (index ") ?? false)
    #expect(outcome.log.first?.hasSuffix(") has invalid WRITE|EXEC flags") ?? false)
    bench.config.removeAll { $0 == "STRICT_MODULE_RWX" }
    #expect(try summary(bench.outcome(module)) == "loads")
    bench.config.append("CONSTRUCTORS")
    module.sections = [(".ctors", .alloc, [0]), (".init_array", .alloc, [0])]
    #expect(
      try summary(bench.outcome(module)) == "EINVAL | sample: has both .ctors and .init_array.")
  }
}
