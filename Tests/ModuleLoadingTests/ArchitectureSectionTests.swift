import ByteStorage
import ELFFormat
import KernelReleases
import Livepatching
import ModuleLoading
import TestSupport
import Testing

/// What an architecture makes of sections before the loader checks them.
@Suite("Architecture sections")
struct ArchitectureSectionTests {
  /// A kernel of a release and machine, with more options.
  static func bench(
    _ release: String, _ machine: ELFMachine, is64Bit: Bool = true,
    order: ByteOrder = .little, _ options: [String] = []
  ) -> Bench {
    var bench = Bench(release)
    bench.machine = machine
    bench.layout = ELFLayout(is64Bit: is64Bit, order: order)
    bench.config += options
    return bench
  }

  private static let trampolines = [".text.ftrace_trampoline", ".init.text.ftrace_trampoline"]

  private func summary(
    _ bench: Bench, sections: [String], _ flags: ELFSectionFlags = .alloc
  ) throws -> String {
    var module = bench.module()
    module.sections = sections.map { ($0, flags, [0]) }
    return ModuleLoadingTests.summary(try bench.outcome(module))
  }

  @Test("counting PLT entries of arm64 looks at the symbol of every relocation of code")
  func symbolsBeyondTable() throws {
    let bench = Self.bench("6.12.0", .aarch64)
    for (flags, symbol, isAssumed) in [
      (ELFSectionFlags([.alloc, .execInstructions]), 1 << 20, true), ([.alloc], 1 << 20, false),
      ([.alloc, .execInstructions], 1, false),
    ] {
      var module = bench.module()
      module.sections = [(".plt", .alloc, [0]), (".init.plt", .alloc, [0])]
      module.undefined = ["nothing"]
      var elf = module.elf()
      // The first table is of a kind that arm64 refuses, so that later ones are not looked at.
      let data = elf.addSection(".data", bytes: [UInt8](repeating: 0, count: 16))
      elf.addRelocations(
        [ELFBuilder.Relocation(offset: 0, symbol: 1, type: 0, addend: 0)], forSection: data,
        hasAddends: false)
      let text = elf.addSection(".text.x", flags: flags, bytes: [UInt8](repeating: 0, count: 16))
      elf.addRelocations(
        [ELFBuilder.Relocation(offset: 0, symbol: symbol, type: 0, addend: 0)], forSection: text)
      let outcome = try bench.outcome(elf.build())
      #expect(outcome.errno == .ENOENT)
      #expect(outcome.assumed.map(\.code).contains(.symbolsBeyondTable) == isAssumed)
    }
  }

  @Test("the symbol table must not have the name of what the kernel fills")
  func namedSymbols() throws {
    for (machine, name, said) in [
      (ELFMachine.aarch64, ".init.plt", "ENOEXEC | sample: module symtab section missing"),
      (.aarch64, ".dup", "loads"), (.riscV, ".got", "loads"),
    ] {
      let bench = Self.bench("6.12.0", machine)
      var module = bench.module()
      module.sections = [(".plt", .alloc, [0]), (".init.plt", .alloc, [0])]
      var file = module.elf()
      file.symbolTableName = name
      let found = ModuleLoadingTests.summary(try bench.outcome(file.build()))
      #expect(found == said, "\(machine) \(name)")
    }
  }

  // module_frob_arch_sections; add_sect_attrs names what has bytes.
  @Test("a section that is filled counts among those with a name, one that stays empty does not")
  func namesOfFilled() throws {
    for (machine, is64Bit, order, isRepeated) in [
      (ELFMachine.aarch64, true, ByteOrder.little, true), (.powerPC, false, .big, false),
    ] {
      let bench = Self.bench("6.12.0", machine, is64Bit: is64Bit, order: order)
      for (bytes, isNamed) in [([], isRepeated), ([1], true)] as [([UInt8], Bool)] {
        var module = bench.module()
        module.sections = [
          (".plt", .alloc, [1]), (".plt", .alloc, bytes), (".init.plt", .alloc, [0]),
        ]
        let line = "sysfs: cannot create duplicate filename '/module/sample/sections/.plt'"
        #expect(try bench.outcome(module).log.contains(line) == isNamed, "\(machine) \(bytes)")
      }
    }
  }

  @Test(
    "sections that the kernel fills must be there",
    arguments: [
      ("6.12.0", ELFMachine.aarch64, [".plt"], "ENOEXEC | sample: module PLT section(s) missing"),
      ("6.12.0", .aarch64, [".init.plt"], "ENOEXEC | sample: module PLT section(s) missing"),
      ("6.12.0", .aarch64, [".plt", ".init.plt"], "loads"),
      ("6.1.0", .aarch64, [], "loads"),
      ("6.12.0", .riscV, [], "loads"),
      ("5.10.0", .riscV, [".got", ".got.plt"], "ENOEXEC | sample: module PLT section(s) missing"),
      ("5.10.0", .riscV, [".plt", ".got.plt"], "ENOEXEC | sample: module GOT section(s) missing"),
      ("5.10.0", .riscV, [".plt", ".got"], "ENOEXEC | sample: module GOT.PLT section(s) missing"),
      ("5.10.0", .riscV, [".plt", ".got", ".got.plt"], "loads"),
      ("6.1.0", .loongArch, [".plt"], "ENOEXEC | sample: module GOT section(s) missing"),
      ("6.1.0", .loongArch, [".got"], "ENOEXEC | sample: module PLT section(s) missing"),
      (
        "6.1.0", .loongArch, [".got", ".plt"], "ENOEXEC | sample: module PLT.IDX section(s) missing"
      ),
      ("6.1.0", .loongArch, [".got", ".plt", ".plt.idx"], "loads"),
      ("6.12.0", .powerPC64, [], "ENOEXEC | module_64: sample: doesn't contain .stubs."),
      ("6.12.0", .powerPC64, [".stubs"], "loads"),
    ])
  func missing(_ release: String, _ machine: ELFMachine, _ sections: [String], _ said: String)
    throws
  {
    var bench = Self.bench(release, machine)
    if machine == .powerPC64 { bench.layout = ELFLayout(is64Bit: true, order: .big) }
    #expect(try summary(bench, sections: sections) == said)
  }

  @Test("s390 has no memory for notes about a symbol table without symbols")
  func emptyTable() throws {
    let bench = Self.bench("6.12.0", .s390, order: .big)
    for (size, verdict) in [(UInt8(0), "ENOMEM"), (23, "ENOMEM"), (24, "loads")] {
      var bytes = bench.module().elf().build()
      let headers = bytes[40..<48].reduce(0) { $0 << 8 | Int($1) }
      let table = try #require(
        stride(from: headers, to: bytes.count - 63, by: 64).first { bytes[$0 + 7] == 2 })
      bytes.replaceSubrange(table + 32..<table + 40, with: [0, 0, 0, 0, 0, 0, 0, size])
      #expect(ModuleLoadingTests.summary(try bench.outcome(bytes)) == verdict, "\(size)")
    }
  }

  @Test("an option asks for them where it can be off")
  func options() throws {
    let missing = "ENOEXEC | sample: module PLT section(s) missing"
    let old = Self.bench("6.1.0", .aarch64, ["ARM64_MODULE_PLTS"])
    #expect(try summary(old, sections: []) == missing)
    let arm = Self.bench("6.12.0", .arm, is64Bit: false, ["ARM_MODULE_PLTS"])
    #expect(try summary(arm, sections: [".plt"]) == missing)
    #expect(try summary(Self.bench("6.12.0", .arm, is64Bit: false), sections: []) == "loads")
    let early = Self.bench("4.4.0", .arm, is64Bit: false, ["ARM_MODULE_PLTS"])
    #expect(try summary(early, sections: [".plt"]) == "ENOEXEC | sample: sections missing")
    let riscV = Self.bench("6.12.0", .riscV, ["MODULE_SECTIONS"])
    #expect(try summary(riscV, sections: []) == missing)
    let small = Self.bench("6.12.0", .powerPC, is64Bit: false, order: .big)
    #expect(
      try summary(small, sections: [".plt"])
        == "ENOEXEC | module_32: Module doesn't contain .plt or .init.plt sections.")
    let relative = Self.bench("6.12.0", .powerPC64, order: .big, ["PPC_KERNEL_PCREL"])
    #expect(
      try summary(relative, sections: [".stubs"])
        == "ENOEXEC | module_64: sample: doesn't contain .mygot.")
  }

  @Test("their flags are replaced, so that writable code is none there")
  func flags() throws {
    let writable: ELFSectionFlags = [.alloc, .write, .execInstructions]
    let arm64 = Self.bench("5.10.0", .aarch64, ["ARM64_MODULE_PLTS", "DYNAMIC_FTRACE"])
    let plts = [".plt", ".init.plt"]
    #expect(
      try summary(arm64, sections: plts + [Self.trampolines[0]], writable) == "loads")
    #expect(
      try summary(arm64, sections: plts + Self.trampolines, writable)
        == "ENOEXEC | sample: section .init.text.ftrace_trampoline (index 8) has invalid WRITE|EXEC flags"
    )
    let arm = Self.bench("5.10.0", .arm, is64Bit: false, ["ARM_MODULE_PLTS"])
    #expect(try summary(arm, sections: plts, writable) == "loads")
    #expect(
      try summary(Bench("5.10.0"), sections: plts, writable)
        == "ENOEXEC | sample: section .plt (index 5) has invalid WRITE|EXEC flags")
    // Of two with one name, the last is taken.
    #expect(
      try summary(arm, sections: [".plt"] + plts, writable)
        == "ENOEXEC | sample: section .plt (index 5) has invalid WRITE|EXEC flags")
  }

  @Test("powerpc64 always fills the last .stubs, and arm the last .plt if code branches away")
  func filled() throws {
    func verdict(
      _ bench: Bench, _ names: [String], branch: UInt32?, flags: UInt32 = 0
    ) throws -> LoadErrno? {
      var module = bench.module()
      module.sections = names.map { ($0, .alloc, [0]) }
      var elf = module.elf()
      elf.flags = flags
      let code = elf.addSection(
        ".text.away", flags: [.alloc, .execInstructions], bytes: [0, 0, 0, 0xeb])
      if let branch {
        let symbol = elf.addUndefinedSymbol("_printk")
        elf.addRelocations(
          [ELFBuilder.Relocation(offset: 0, symbol: symbol, type: branch)], forSection: code,
          hasAddends: false)
      }
      let last = try #require(elf.sections.lastIndex { $0.name == names.last })
      elf.sections[last].bytes = []
      return try bench.outcome(elf.build()).errno
    }
    let powerPC = Self.bench("6.12.0", .powerPC64)
    #expect(try verdict(powerPC, [".stubs"], branch: nil, flags: 2) == nil)
    #expect(try verdict(powerPC, [".stubs", ".stubs"], branch: nil, flags: 2) == .EEXIST)
    let arm = Self.bench("6.12.0", .arm, is64Bit: false, ["ARM_MODULE_PLTS"])
    for (branch, errno) in [(UInt32?.none, LoadErrno?.none), (28, .EEXIST)] {
      #expect(try verdict(arm, [".init.plt", ".plt", ".plt"], branch: branch) == errno)
    }
  }

  @Test("a second section of such a name has a place in /sys/module, allocated or not")
  func repeated() throws {
    let arm64 = Self.bench("6.12.0", .aarch64)
    #expect(
      try summary(arm64, sections: [".plt", ".init.plt", ".init.plt"], [])
        == "loads")
    var module = arm64.module()
    module.sections = [
      (".plt", .alloc, [0]), (".init.plt", .alloc, [0]), (".init.plt", [], []),
    ]
    #expect(
      ModuleLoadingTests.summary(try arm64.outcome(module))
        == "EEXIST | sysfs: cannot create duplicate filename '/module/sample/sections/.init.plt'")
  }

  @Test("ftrace on arm64 needs its trampolines at the end of the load")
  func trampolines() throws {
    let plts = [".plt", ".init.plt"]
    let traced = Self.bench("6.12.10", .aarch64, ["DYNAMIC_FTRACE"])
    #expect(try summary(traced, sections: plts) == "ENOEXEC")
    #expect(try summary(traced, sections: plts + [Self.trampolines[0]]) == "loads")
    let newer = Self.bench("7.2.0", .aarch64, ["DYNAMIC_FTRACE"])
    #expect(try summary(newer, sections: plts + [Self.trampolines[0]]) == "ENOEXEC")
    #expect(try summary(newer, sections: plts + Self.trampolines) == "loads")
    #expect(try summary(Self.bench("7.2.0", .aarch64), sections: plts) == "loads")
    var module = traced.module()
    module.sections = plts.map { ($0, .alloc, [0]) }
    let silent = try traced.outcome(module)
    #expect(silent.causes.map(\.code) == [.sectionMissing])
    #expect(silent.causes.first?.symbol == Self.trampolines[0])
    module.undefined = ["no_such"]
    let unknown = try traced.outcome(module)
    #expect(unknown.errno == .ENOENT)
  }

  @Test("an option that is given counts before the configuration")
  func given() throws {
    var bench = Self.bench("6.1.0", .aarch64)
    bench.config = ["MODULES"]
    bench.given = ["ARM64_MODULE_PLTS=y"]
    #expect(
      try summary(bench, sections: [])
        == "ENOEXEC | sample: module PLT section(s) missing")
  }
}
