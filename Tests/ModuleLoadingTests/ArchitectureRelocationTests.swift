import ByteStorage
import ELFFormat
import Livepatching
import ModuleLoading
import TestSupport
import Testing

/// Relocations that the loader of an architecture refuses.
@Suite("Architecture relocations")
struct ArchitectureRelocationTests {
  /// What becomes of a module with one relocation of `.data`, against a symbol.
  func summary(
    _ bench: Bench, type: UInt32, _ target: Target = .own, addend: Int64 = 0,
    hasAddends: Bool = true, offset: UInt64 = 0, alignment: Int = 8
  ) throws -> String {
    var module = bench.module()
    if bench.machine == .aarch64 || bench.machine == .arm {
      module.sections = [(".plt", .alloc, [0]), (".init.plt", .alloc, [0])]
    }
    if bench.machine == .loongArch {
      module.sections = [".got", ".plt", ".plt.idx"].map { ($0, .alloc, [0]) }
    }
    if bench.machine == .powerPC64 { module.sections = [(".stubs", .alloc, [0])] }
    if bench.config.contains("MODULE_SECTIONS") {
      module.sections = [".plt", ".got", ".got.plt"].map { ($0, .alloc, [0]) }
    }
    var elf = module.elf()
    let data = elf.addSection(
      ".data", flags: [.alloc, .write], bytes: [UInt8](repeating: 0, count: 16),
      alignment: alignment)
    let symbol: Int =
      switch target {
      case .own: elf.addSymbol("own", section: data)
      case .odd: elf.addSymbol("odd", section: data, value: 2)
      case .absolute(let value): elf.addSymbol("fixed", section: 0xfff1, value: value)
      case .kernel: elf.addUndefinedSymbol("_printk")
      case .weak: elf.addUndefinedSymbol("no_such", isWeak: true)
      }
    elf.addRelocations(
      [ELFBuilder.Relocation(offset: offset, symbol: symbol, type: type, addend: addend)],
      forSection: data, hasAddends: hasAddends)
    return ModuleLoadingTests.summary(try bench.outcome(elf.build()))
  }

  @Test(
    "symbols of sections that are not there do no harm, whichever is the first that is not",
    arguments: [
      (ELFMachine.x86_64, UInt32(11)), (.aarch64, 257), (.aarch64, 283), (.riscV, 19),
      (.aarch64, 258), (.riscV, 24),
    ])
  func missingSections(_ machine: ELFMachine, _ type: UInt32) throws {
    let bench = bench("6.12.0", machine)
    var module = bench.module()
    if machine == .aarch64 {
      module.sections = [(".plt", .alloc, [0]), (".init.plt", .alloc, [0])]
    }
    for section in 0..<40 {
      var elf = module.elf()
      let data = elf.addSection(
        ".data", flags: [.alloc, .write], bytes: [UInt8](repeating: 0, count: 16))
      let symbol = elf.addSymbol("stray", section: section)
      elf.addRelocations(
        [ELFBuilder.Relocation(offset: 0, symbol: symbol, type: type, addend: 0)],
        forSection: data)
      #expect(!ModuleLoadingTests.summary(try bench.outcome(elf.build())).isEmpty, "\(section)")
    }
  }

  enum Target { case own, odd, absolute(UInt64), kernel, weak }

  func bench(
    _ release: String, _ machine: ELFMachine, is64Bit: Bool = true,
    order: ByteOrder = .little, _ options: [String] = []
  ) -> Bench {
    var bench = ArchitectureSectionTests.bench(
      release, machine, is64Bit: is64Bit, order: order, options)
    bench.config.removeAll { $0 == "MODVERSIONS" }
    return bench
  }

  @Test("that memory after the symbol table does no harm is an assumption, even of a refusal")
  func beyondSymbols() throws {
    for (machine, type) in [(ELFMachine.aarch64, UInt32(257)), (.aarch64, 311), (.riscV, 0)] {
      let bench = bench("6.12.0", machine)
      var module = bench.module()
      if machine == .aarch64 {
        module.sections = [(".plt", .alloc, [0]), (".init.plt", .alloc, [0])]
      }
      for (distance, isAssumed) in [(0, false), (1, true), (1 << 20, true)] {
        var elf = module.elf()
        let data = elf.addSection(
          ".data", flags: [.alloc, .write], bytes: [UInt8](repeating: 0, count: 16))
        let symbol = elf.addSymbol("last", section: data) + distance
        elf.addRelocations(
          [ELFBuilder.Relocation(offset: 0, symbol: symbol, type: type, addend: 0)],
          forSection: data)
        let outcome = try bench.outcome(elf.build())
        #expect(outcome.assumed.map(\.code).contains(.symbolsBeyondTable) == isAssumed)
      }
    }
  }

  @Test("relocations of what is not in memory do not hide those of what is")
  func unallocated() throws {
    let bench = bench("6.12.0", .aarch64)
    var module = bench.module()
    module.sections = [(".plt", .alloc, [0]), (".init.plt", .alloc, [0])]
    var elf = module.elf()
    for flags in [[], [.alloc, .write]] as [ELFSectionFlags] {
      let data = elf.addSection(
        flags.isEmpty ? ".comment" : ".data", flags: flags, bytes: [UInt8](repeating: 0, count: 16))
      elf.addRelocations(
        [ELFBuilder.Relocation(offset: 0, symbol: 1, type: 311)], forSection: data)
    }
    let said = ModuleLoadingTests.summary(try bench.outcome(elf.build()))
    #expect(said == "ENOEXEC | Modules: module sample: unsupported RELA relocation: 311")
  }

  @Test("types that the architecture does not know are refused with its words")
  func unknownTypes() throws {
    let rows: [(Bench, UInt32, Bool, String)] = [
      (
        bench("6.12.0", .aarch64), 311, true,
        "ENOEXEC | Modules: module sample: unsupported RELA relocation: 311"
      ),
      (
        bench("6.1.0", .aarch64), 281, true,
        "ENOEXEC | module sample: unsupported RELA relocation: 281"
      ),
      (
        bench("6.12.0", .arm, is64Bit: false), 250, false,
        "ENOEXEC | sample: unknown relocation: 250"
      ),
      (
        bench("6.12.0", .i386, is64Bit: false), 0, false,
        "ENOEXEC | module: sample: Unknown relocation: 0"
      ),
      (bench("6.12.0", .riscV), 0, true, "EINVAL | sample: Unknown relocation type 0"),
      (
        bench("6.12.0", .s390, order: .big), 61, true,
        "ENOEXEC | module sample: unknown relocation: 61"
      ),
      (bench("6.12.0", .s390, order: .big), 12, true, "ENOEXEC"),
      (
        bench("6.12.0", .powerPC64, order: .big), 0, true,
        "ENOEXEC | module_64: sample: Unknown ADD relocation: 0"
      ),
      (
        bench("6.12.0", .mips, is64Bit: false), 3, false,
        "EINVAL | sample: Unknown relocation type 3"
      ),
    ]
    for (bench, type, hasAddends, said) in rows {
      #expect(try summary(bench, type: type, hasAddends: hasAddends) == said)
    }
  }

  @Test("types that rarer architectures do not know are refused with their words")
  func unknownTypesElsewhere() throws {
    let rows: [(Bench, UInt32, Bool, String)] = [
      (bench("6.12.0", .mips), 27, true, "EINVAL | sample: Unknown relocation type 27"),
      (
        bench("6.0.0", .loongArch), 57, true,
        "EINVAL | kmod: sample: Unknown relocation type 57"
      ),
      (
        bench("6.0.0", .loongArch), 47, true,
        "EINVAL | kmod: sample: Unsupport relocation type 47, please add its support."
      ),
      (
        bench("6.0.0", .loongArch), 53, true,
        "EINVAL | kmod: sample: Unsupport relocation type 53"
      ),
      (
        bench("7.2.0", .loongArch), 139, true,
        "EINVAL | kmod: sample: Unsupport relocation type 139, please add its support."
      ),
      (
        bench("7.2.0", .loongArch), 140, true,
        "EINVAL | kmod: sample: Unknown relocation type 140"
      ),
      (
        bench("6.12.0", .arcV2, is64Bit: false), 1, true,
        "ENOEXEC | sample: unknown relocation: 1"
      ),
      (
        bench("6.12.0", .sparcV9, order: .big), 1, true,
        "ENOEXEC | module sample: Unknown relocation: 1"
      ),
      (
        bench("6.12.0", .xtensa, is64Bit: false), 36, true,
        "ENOEXEC | sample: unexpected ALT relocation: 36"
      ),
      (
        bench("6.12.0", .m68k, is64Bit: false, order: .big), 9, true,
        "ENOEXEC | module sample: Unknown relocation: 9"
      ),
    ]
    for (bench, type, hasAddends, said) in rows {
      #expect(try summary(bench, type: type, hasAddends: hasAddends) == said)
    }
  }

  @Test("tables of the wrong kind are refused, whatever they hold")
  func wrongKind() throws {
    let line = "ENOEXEC | module sample: REL relocation unsupported"
    #expect(try summary(bench("6.12.0", .aarch64), type: 257, hasAddends: false) == line)
    #expect(try summary(bench("6.12.0", .arm, is64Bit: false), type: 2) == line)
    #expect(try summary(bench("6.12.0", .i386, is64Bit: false), type: 1) == line)
    #expect(try summary(bench("6.12.0", .m68k, is64Bit: false, order: .big), type: 1) == "loads")
  }

  @Test(
    "x86-64 takes PLT32 since 4.16, and in late patch levels of stable releases before it",
    arguments: [
      ("4.4.100", false), ("4.4.302", true), ("4.5.0", false), ("4.9.337", true),
      ("4.14.20", false),
      ("4.14.336", true), ("4.15.0", false), ("4.16.0", true), ("3.16.85", true),
      ("3.18.140", true),
    ])
  func releasesOfPLT32(_ release: String, _ isTaken: Bool) throws {
    let answer = try summary(bench(release, .x86_64), type: 4)
    #expect((answer == "loads") == isTaken, "\(answer)")
  }

  @Test("types come and go with releases and options")
  func releases() throws {
    let adrp: UInt32 = 275
    let erratum = ["ARM64_ERRATUM_843419"]
    #expect(
      try summary(bench("4.14.0", .aarch64, erratum), type: adrp)
        == "ENOEXEC | module sample: unsupported RELA relocation: 275")
    #expect(try summary(bench("4.14.0", .aarch64), type: adrp) == "loads")
    #expect(try summary(bench("4.17.0", .aarch64, erratum), type: adrp) == "loads")
    #expect(
      try summary(bench("6.6.0", .riscV), type: 57)
        == "EINVAL | sample: Unknown relocation type 57")
    // Words for those that no module has came with them, but for three.
    for (type, words) in [
      (3, "Unknown relocation type 3"), (21, "Unknown relocation type 21"),
      (43, "The unexpected relocation type 'R_RISCV_ALIGN' from PC = …"),
      (20, "can not generate the GOT entry for symbol = …"),
    ] as [(UInt32, String)] {
      #expect(try summary(bench("6.6.0", .riscV), type: type) == "EINVAL | sample: \(words)")
    }
    // Types of sums in 16 bits came before the others.
    for type: UInt32 in [34, 38] {
      #expect(try summary(bench("6.6.0", .riscV), type: type) == "loads")
      #expect(try summary(bench("6.7.0", .riscV), type: type) == "loads")
    }
    #expect(try summary(bench("6.7.0", .riscV), type: 57) == "loads")
    #expect(
      try summary(bench("6.7.0", .riscV), type: 58)
        == "EINVAL | sample: Dynamic linking not supported in kernel modules PC = …")
    #expect(
      try summary(bench("6.7.0", .riscV), type: 30)
        == "EINVAL | sample: Thread local storage not supported in kernel modules PC = …")
    let arm = { bench($0, .arm, is64Bit: false, $1) }
    #expect(try summary(arm("5.10.0", []), type: 3, hasAddends: false) != "loads")
    #expect(try summary(arm("5.11.0", []), type: 3, hasAddends: false) == "loads")
    #expect(try summary(arm("5.18.0", []), type: 57, hasAddends: false) != "loads")
    #expect(
      try summary(arm("5.18.0", ["ARM_HAS_GROUP_RELOCS"]), type: 57, hasAddends: false) == "loads")
    #expect(try summary(arm("5.18.0", []), type: 47, hasAddends: false) != "loads")
    #expect(
      try summary(arm("5.18.0", ["THUMB2_KERNEL"]), type: 47, hasAddends: false) == "loads")
    #expect(
      try summary(bench("5.9.0", .i386, is64Bit: false), type: 4, hasAddends: false)
        == "ENOEXEC | module: sample: Unknown relocation: 4")
    #expect(
      try summary(bench("5.12.0", .i386, is64Bit: false), type: 4, hasAddends: false) == "loads")
    #expect(try summary(bench("6.1.0", .loongArch, ["X"]), type: 99) != "loads")
  }

  @Test("x86-64 takes PLT32 from 4.16 on, and PC64 from 4.19 on")
  func longestX86() throws {
    let rows: [(String, UInt32, Bool)] = [
      ("4.15.18", 4, false), ("4.16.0", 4, true), ("4.18.20", 24, false), ("4.19.0", 24, true),
    ]
    for (release, type, isTaken) in rows {
      let summary = try summary(bench(release, .x86_64), type: type)
      #expect(summary.contains("Unknown rela relocation: \(type)") == !isTaken, "\(summary)")
    }
  }

  @Test("values that never fit are refused on arm64, those that may are not")
  func arm64Overflow() throws {
    let kernel = bench("6.12.0", .aarch64)
    func line(_ type: UInt32, _ value: String = " …") -> String {
      "ENOEXEC | Modules: module sample: overflow in relocation type \(type) val\(value)"
    }
    for type: UInt32 in [258, 259, 263, 265, 267, 270, 271] {
      #expect(try summary(kernel, type: type) == line(type))
      #expect(try summary(kernel, type: type, .kernel) == line(type))
      #expect(try summary(kernel, type: type, .weak) == "loads")
      #expect(try summary(kernel, type: type, .absolute(0xffff)) == "loads")
    }
    #expect(try summary(kernel, type: 259, .absolute(0x10000)) == line(259, " 10000"))
    #expect(try summary(kernel, type: 263, .absolute(0x10000)) == line(263, " 10000"))
    #expect(try summary(kernel, type: 258, .absolute(0xffff_ffff)) == "loads")
    #expect(
      try summary(kernel, type: 258, .absolute(0xffff_ffff), addend: 1) == line(258, " 100000000"))
    #expect(try summary(kernel, type: 270, .absolute(.max)) == "loads")
    #expect(try summary(kernel, type: 271, .absolute(1 << 32)) == line(271, " 100000000"))
    #expect(try summary(kernel, type: 267, .absolute(1 << 47)) == "loads")
    #expect(try summary(kernel, type: 267, .absolute(1 << 48)) == line(267, " 1000000000000"))
    #expect(try summary(kernel, type: 272, .absolute(1 << 48)) == line(272, " 1000000000000"))
    #expect(try summary(kernel, type: 258, addend: .min) == "loads")
    for type: UInt32 in [261, 262, 273, 274, 275, 279, 280, 287, 289] {
      #expect(try summary(kernel, type: type, .absolute(0x30)) == line(type, " 30"))
      #expect(try summary(kernel, type: type, .absolute(0xffff_8000_1234_0000)) == "loads")
    }
    for type: UInt32 in [260, 276, 282, 283] {
      #expect(try summary(kernel, type: type, .absolute(0x30)) == "loads")
    }
    for type: UInt32 in [257, 261, 264, 266, 268, 269, 272, 275, 283] {
      #expect(try summary(kernel, type: type) == "loads")
    }
  }

  @Test("riscv refuses a 32-bit value that is an address, and a low part without its high part")
  func riscV() throws {
    let kernel = bench("6.12.0", .riscV)
    #expect(try summary(kernel, type: 1) == "EINVAL | sample: value …")
    #expect(
      try summary(kernel, type: 1, .absolute(1 << 32))
        == "EINVAL | sample: value 0000000100000000 out of range for 32-bit field")
    #expect(try summary(kernel, type: 1, .absolute(7)) == "loads")
    #expect(
      try summary(kernel, type: 24)
        == "EINVAL | sample: Can not find HI20 relocation information")
    #expect(
      try summary(kernel, type: 20)
        == "EINVAL | sample: can not generate the GOT entry for symbol = …")
  }

  @Test("riscv takes what goes through the GOT of modules where an option gives them one")
  func riscVGOT() throws {
    let kernel = bench("6.12.0", .riscV, ["MODULE_SECTIONS"])
    #expect(try summary(kernel, type: 20) == "loads")
  }

  @Test("powerpc64 refuses branches that no module is large enough for")
  func powerPC64() throws {
    let kernel = bench("6.12.0", .powerPC64, order: .big)
    #expect(
      try summary(kernel, type: 10, addend: 1 << 40) == "ENOEXEC | module_64: sample: REL24 …")
    #expect(try summary(kernel, type: 10, addend: 8) == "loads")
  }

  @Test("s390 refuses values that do not fit, of the kernel where it cannot lie so low")
  func s390() throws {
    let kernel = bench("6.12.0", .s390, order: .big)
    func line(_ name: String, _ type: UInt32, _ value: String) -> String {
      "ENOEXEC | module sample: relocation error for symbol \(name) (r_type \(type), value 0x\(value)"
    }
    for type: UInt32 in [1, 2, 3, 4, 57] {
      #expect(try summary(kernel, type: type) == line("own", type, "…"))
      #expect(
        try summary(kernel, type: type, .kernel)
          == (type == 4 ? "loads" : line("_printk", type, "…")))
    }
    #expect(try summary(kernel, type: 1, .absolute(0x100)) == line("fixed", 1, "100)"))
    #expect(try summary(kernel, type: 2, .absolute(0xfff)) == "loads")
    #expect(try summary(kernel, type: 57, .absolute(0x8_0000)) == line("fixed", 57, "80000)"))
    #expect(try summary(kernel, type: 57, .absolute(.max)) == "loads")
    #expect(try summary(kernel, type: 22) == "loads")
  }

  @Test("arm looks at symbol, place and instruction set")
  func arm() throws {
    let kernel = bench("6.12.0", .arm, is64Bit: false)
    #expect(try summary(kernel, type: 2, hasAddends: false, offset: 12) == "loads")
    #expect(
      try summary(kernel, type: 250, hasAddends: false, offset: 13)
        == "ENOEXEC | sample: section 8 reloc 0 sym 'own': out of bounds relocation, offset 13 size 16"
    )
    #expect(
      try summary(kernel, type: 28, .odd, hasAddends: false)
        == "ENOEXEC | sample: section 8 reloc 0 sym 'odd': unsupported interworking call (ARM -> Thumb)"
    )
  }
}
