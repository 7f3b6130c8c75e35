import ELFFormat
import KernelReleases
import Kernels
import Livepatching
import ModuleLoading
import TestSupport
import Testing

@Suite("The last steps of a load")
struct LastStepTests {
  @Test("symbol and string table count as sections of the module")
  func tables() throws {
    let line = "sysfs: cannot create duplicate filename '/module/sample/sections/.strtab'"
    for (release, start) in [("7.2.0", "EEXIST"), ("6.12.0", "EEXIST"), ("6.1.0", "loads")] {
      let bench = Bench(release)
      var module = bench.module()
      module.sections = [(".strtab", [.alloc], [1])]
      #expect(try summary(bench.outcome(module)) == "\(start) | \(line)")
      module.sections = [(".strtab", [.alloc], [])]
      #expect(try summary(bench.outcome(module)) == "loads")
    }
  }

  // kernel/module/Makefile, internal.h: sysfs.o is built with SYSFS; sysfs.c: add_sect_attrs with KALLSYMS.
  @Test("names of sections do not matter without sysfs, nor without kallsyms")
  func withoutFiles() throws {
    for (option, answer) in [("SYSFS=n", "loads"), ("KALLSYMS=n", "loads")] {
      for release in ["7.2.0", "6.1.0"] {
        var bench = Bench(release)
        bench.given = [option]
        var module = bench.module()
        module.sections = [(".strtab", [.alloc], [1])]
        #expect(try summary(bench.outcome(module)) == answer, "\(release) \(option)")
      }
    }
  }

  @Test("no module may be called vmlinux where there are livepatches")
  func vmlinux() throws {
    var bench = Bench()
    let module = bench.module("vmlinux")
    #expect(
      try summary(bench.outcome(module)) == "EINVAL | livepatch: vmlinux.ko: invalid module name")
    bench.config.removeAll { $0 == "LIVEPATCH" }
    #expect(try summary(bench.outcome(module)) == "loads")
  }

  @Test("a module structure that cannot be written to kills the kernel, after the symbols")
  func readOnlyStructure() throws {
    func outcome(_ bench: Bench, undefined: [String] = []) throws -> LoadOutcome {
      var module = bench.module()
      module.undefined += undefined
      var file = module.elf()
      for index in file.sections.indices where file.sections[index].name.hasPrefix(".gnu.link") {
        file.sections[index].flags = [.alloc]
      }
      return try bench.outcome(file.build())
    }
    let loaded = try outcome(Bench())
    #expect(loaded.verdict == .crashes && loaded.errno == nil)
    #expect(loaded.causes.map(\.code) == [.structureReadOnly])
    // Refused modules are freed, since 6.4 by kinds of memory.
    for (release, verdict) in [("6.1.0", LoadVerdict.refused), ("6.12.0", .crashes)] {
      #expect(try outcome(Bench(release), undefined: ["nothing"]).verdict == verdict)
    }
  }

  @Test(
    "what a structure does that is much too short for it is left open, whatever comes later",
    arguments: [[], ["nothing"]])
  func shortStructure(undefined: [String]) throws {
    var bench = Bench("6.1.0")
    bench.structureSize = nil
    var module = bench.module()
    module.undefined = undefined
    var file = module.elf()
    for index in file.sections.indices where file.sections[index].name.hasPrefix(".gnu.link") {
      file.sections[index].bytes.removeLast(file.sections[index].bytes.count - 252)
      file.sections[index].size = 252
    }
    let outcome = try bench.outcome(file.build())
    #expect(outcome.verdict == .undecided)
    #expect(outcome.errno == nil && outcome.log.isEmpty)
    #expect(outcome.causes.map(\.code) == [.structureShort])
  }

  @Test("a fortified kernel panics over a name without an end: up to 6.3 early, later if it loads")
  func fortified() throws {
    for (release, isFortified, needs, verdict) in [
      ("6.1.0", true, true, LoadVerdict.crashes), ("6.12.0", true, true, .refused),
      ("6.12.0", true, false, .crashes), ("5.10.0", true, false, .loads),
      ("6.12.0", false, false, .loads),
    ] {
      var bench = Bench(release)
      if isFortified { bench.config.append("FORTIFY_SOURCE") }
      var module = bench.module()
      module.structureName = String(repeating: "a", count: 56)
      if needs { module.undefined = ["nothing"] }
      let outcome = try bench.outcome(module)
      #expect(outcome.verdict == verdict, "\(release)")
    }
  }

  @Test("up to 6.3 a module structure of zeros hides no GPL-only exports from its module")
  func emptyStructure() throws {
    let bench = Bench("6.1.0")
    for licence in ["GPL", "Proprietary"] {
      var module = bench.module()
      module.setInfo("license", licence)
      module.require("gpl_thing", 0x22)
      var file = module.elf()
      for index in file.sections.indices where file.sections[index].name.hasPrefix(".gnu.link") {
        (file.sections[index].type, file.sections[index].bytes) = (.nobits, [])
      }
      let outcome = try bench.outcome(file.build())
      #expect(!outcome.log.contains { $0.contains("Unknown symbol") })
    }
  }

  @Test("an init function outside of what is kept kills the kernel")
  func wildInit() throws {
    let bench = Bench()
    for (section, verdict) in [
      // A weak one that is not there is no init function.
      (0xfff1, LoadVerdict.crashes), (1, .loads), (0, .loads),
    ] {
      var elf = bench.module().elf()
      let symbol =
        section == 0
        ? elf.addUndefinedSymbol("init_module", isWeak: true)
        : elf.addSymbol("init_module", section: section, value: 8, size: 1, type: 2)
      let structure =
        try #require(
          elf.sections.firstIndex { $0.name == ".gnu.linkonce.this_module" }) + 1
      // What is put elsewhere, as the exit function is, does not matter.
      let exit = elf.addSymbol("cleanup_module", section: 1, type: 2)
      elf.addRelocations(
        [
          ELFBuilder.Relocation(offset: 0x140, symbol: exit, type: 1),
          ELFBuilder.Relocation(offset: 0x138, symbol: symbol, type: 1),
        ],
        forSection: structure)
      #expect(try bench.outcome(elf.build()).verdict == verdict)
    }
  }
}
