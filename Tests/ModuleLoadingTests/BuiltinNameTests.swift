import Kernels
import Livepatching
import ModuleLoading
import ModuleVersions
import TestSupport
import Testing

@Suite("Modules that are called as built-in code")
struct BuiltinNameTests {
  // kernel/module/sysfs.c mod_sysfs_init; kernel/params.c param_sysfs_builtin.
  @Test(
    "a name that only the list of built-in files gives is refused, and what that rests on is listed"
  )
  func listed() throws {
    let scratch = try ScratchDirectory()
    for folder in ["lib", "lib/modules", "lib/modules/6.12.0", "lib/modules/6.12.0/kernel"] {
      _ = scratch.makeDirectory(folder)
    }
    try scratch.write(
      KernelBuilder(release: "6.12.0", exports: [SampleExport("module_layout", 0x0bad_cafe)])
        .build(), to: "lib/modules/6.12.0/vmlinuz")
    let text = "tree.parmtype=a:int\u{0}xz_dec.version=1\u{0}"
    try scratch.write(Array(text.utf8), to: "lib/modules/6.12.0/modules.builtin.modinfo")
    let kernel = try OpenKernel(scratch.file("lib/modules/6.12.0"))
    var facts = try kernel.factsForLoading()
    let bench = Bench("6.12.0")
    facts.vermagic = KernelFacts.Fact(bench.vermagic, from: "test")
    facts.moduleStructureSize = KernelFacts.Fact(1280, from: "test")
    for (name, answer, code) in [
      ("tree", "EINVAL | tree: module is already loaded", .builtInShown),
      ("xz_dec", "EINVAL | xz_dec: module is already loaded", nil),
      ("other", "loads", .builtInUnknown),
    ] as [(String, String, LoadAssumption.Code?)] {
      let path = try scratch.write(bench.module(name).build(), to: "\(name).ko")
      let answers = ModuleChecker(facts, of: kernel).check([path])
      let outcome = try #require(answers.last).result.get()
      #expect(summary(outcome) == answer)
      let codes = outcome.assumed.map(\.code)
      for other in [LoadAssumption.Code.builtInShown, .builtInUnknown] {
        #expect(codes.contains(other) == (other == code), "\(name)")
      }
      let without = ModuleChecker(
        facts, of: kernel, given: [GivenFact("SYSFS=n")].compactMap { $0 }
      ).check([path])
      let loaded = try #require(without.last).result.get()
      #expect(summary(loaded) == "loads")
      #expect(!loaded.assumed.map(\.code).contains(.builtInUnknown))
    }
  }
}
