import Kernels
import ModuleLoading
import TestSupport
import Testing

@Suite("Why symbols are unknown")
struct MissingSymbolTests {
  private static func causes(
    _ names: String..., config: [String] = [], hasConfig: Bool = true
  ) throws -> [LoadCause] {
    var bench = Bench()
    bench.hasConfig = hasConfig
    bench.config += config
    var kernel = KernelBuilder()
    kernel.symbols = [
      ("_text", 0xffff_ffff_8100_0000, true), ("kept_function", 0xffff_ffff_8100_0040, true),
    ]
    bench.image = kernel.build()
    var module = bench.module()
    for name in names { module.require(name, 1) }
    let outcome = try bench.outcome(module)
    #expect(outcome.verdict == .refused)
    return outcome.causes
  }

  @Test("a symbol that the kernel has and does not export is given with its place")
  func kept() throws {
    let cause = try #require(try Self.causes("kept_function").first)
    #expect(cause.code == .keptByKernel && cause.symbol == "kept_function")
    #expect(cause.address == 0xffff_ffff_8100_0040 && cause.options.isEmpty)
    #expect(cause.type == UInt8(ascii: "R"))
    let trimmed = try Self.causes("kept_function", config: ["TRIM_UNUSED_KSYMS"])
    #expect(trimmed.first?.options == ["TRIM_UNUSED_KSYMS"])
    let unknown = try Self.causes("kept_function", hasConfig: false)
    #expect(unknown.map(\.code) == [.keptByKernel] && unknown.first?.options == [])
  }

  @Test("names that the compiler makes are named once, with the option and what the kernel has")
  func compiler() throws {
    let found = try Self.causes(
      "__asan_load8_noabort", "__asan_store8_noabort", "__stack_chk_guard")
    #expect(found.map(\.code) == [.madeByCompiler, .madeByCompiler])
    #expect(found.map(\.options) == [["KASAN"], ["STACKPROTECTOR"]])
    #expect(found.first?.kernel == "")
    let same = try Self.causes("__stack_chk_guard", config: ["STACKPROTECTOR"])
    #expect(same.first?.kernel == "STACKPROTECTOR")
    for name in ["_raw_spin_lock", "_raw_spin_lock_irqsave_nested", "_raw_write_unlock_irqrestore"]
    {
      #expect(try Self.causes(name).first?.options.first == "SMP")
    }
  }

  @Test(
    "functions of the compiler's library and of user space are no kernel's",
    arguments: [
      ("__udivdi3", "division"), ("__aeabi_uldivmod", "division"), ("__adddf3", "floating-point"),
      ("printf", "user-space"), ("_Znwm", "c++"), ("__multi3", "multiplication"),
      ("__muldi3", "multiplication"), ("__muldf3", "floating-point"),
      ("__multf3", "floating-point"), ("__subsf3", "floating-point"),
      ("__divdf3", "floating-point"), ("__divdi3", "division"), ("__fixdfdi", "floating-point"),
      ("__fixunssfsi", "floating-point"), ("__floatdidf", "floating-point"),
      ("__extendsfdf2", "floating-point"), ("__aeabi_dadd", "floating-point"),
      ("__aarch64_ldadd4_acq_rel", "outline-atomics"), ("__aarch64_cas8_acq", "outline-atomics"),
      ("__aarch64_swp1_rel", "outline-atomics"),
    ])
  func library(name: String, kind: String) throws {
    let cause = try #require(try Self.causes(name).first)
    #expect(cause.code == .notOfKernel && cause.module == kind)
  }

  // The Rust reference, v0 symbol format: a crate's disambiguator is of its compiler and options.
  @Test("a Rust symbol of another build of a crate is named once, with both builds")
  func crates() throws {
    let call = "_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk"
    var bench = Bench()
    bench.config.append("RUSTC_VERSION_TEXT=\"rustc 1.97.1\"")
    bench.exports += [
      SampleExport(call, 1), SampleExport("_RNvCsaaaaaaaaaaa_4core3fmt", 2),
      SampleExport("_RINvCsbb_4core3getNtCscc_6kernel4CsDdE", 3),
      SampleExport("_RNvXs0_NtCsdJ13ReMSUMg_6kernel3fmtINtB5_7DisplayKj10_E3fmt", 4),
    ]
    for (names, own, kernel, crate) in [
      ([call.replacing("UMg_", with: "UMh_")], "CsdJ13ReMSUMh", "CsdJ13ReMSUMg", "kernel"),
      (
        ["_RNvCsq_4core3fmt", "_RINvCsq_4core3getNtCscc_6kernel4CsDdE"], "Csq", "Csaaaaaaaaaaa",
        "core"
      ),
      (["_RINvCsbb_4core3getNtCsdd_6kernel4CsDdE"], "Csdd", "Cscc", "kernel"),
      // A shorter one moves what backreferences lead to.
      (
        ["_RNvXs0_NtCs13ReMSUMg_6kernel3fmtINtB3_7DisplayKj10_E3fmt"], "Cs13ReMSUMg",
        "CsdJ13ReMSUMg",
        "kernel"
      ),
    ] {
      var module = bench.module()
      for name in names { module.require(name, 1) }
      let found = try bench.outcome(module).causes.filter { $0.code == .otherCrateBuild }
      #expect(found.count == 1)
      #expect(found.first?.module == own && found.first?.kernel == kernel)
      #expect(found.first?.owner == crate && found.first?.options == ["rustc 1.97.1"])
    }
    for name in [
      call.replacing("printk", with: "printx"), "_RNvCsaa_4cora3fmt", "_R", "_RCs", "_RCs_9",
    ] {
      var module = bench.module()
      module.require(name, 1)
      #expect(try bench.outcome(module).causes.allSatisfy { $0.code != .otherCrateBuild })
    }
  }

  @Test(
    "other names have no such cause",
    arguments: [
      "__add_wait_queue", "__div64_32", "nowhere", "_raw_spin_lock_nonexist",
      "_raw_read_lock_nested", "__addvdi3", "__mulvdi3_x", "__subsys_find", "__fix_to_virt",
    ])
  func others(name: String) throws { #expect(try Self.causes(name).isEmpty) }
}
