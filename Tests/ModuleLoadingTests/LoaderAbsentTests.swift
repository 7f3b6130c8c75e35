import KernelReleases
import Kernels
import Livepatching
import ModuleLoading
import TestSupport
import Testing

@Suite("A kernel without modules")
struct LoaderAbsentTests {
  @Test("answers ENOSYS, by its configuration or as is assumed")
  func refused() throws {
    let scratch = try ScratchDirectory()
    var bench = Bench()
    bench.given = ["MODULES=n"]
    let module = bench.module()
    let outcome = try bench.outcome(module)
    #expect(outcome.errno == .ENOSYS && outcome.log.isEmpty && outcome.taintLog.isEmpty)
    #expect(outcome.causes.map(\.code) == [.loaderAbsent])
    #expect(outcome.errno?.name == "ENOSYS")
    var kernel = KernelBuilder(exports: bench.exports)
    kernel.banner = "Linux version 7.2.0 (a@b) (gcc) #1 SMP now"
    let path = try scratch.write(kernel.build(), to: "vmlinux")
    let file = try scratch.write(module.build(), to: "sample.ko")
    for (text, verdict) in [
      ("# CONFIG_MODULES is not set\nCONFIG_MODULES_USE_ELF_RELA=y\n", LoadVerdict.refused),
      ("# CONFIG_MODULES_TREE is not set\nCONFIG_MODULES=y\n", .loads),
    ] {
      let config = try scratch.write(Array((text + "CONFIG_SMP=y\n").utf8), to: "config")
      let opened = try OpenKernel(path)
      let facts = try opened.factsForLoading(config: config)
      let answer = try #require(ModuleChecker(facts, of: opened).check([file]).first)
      #expect(try answer.result.get().verdict == verdict, "\(text)")
    }
  }
}
