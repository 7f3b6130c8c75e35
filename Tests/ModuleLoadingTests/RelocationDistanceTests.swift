import ByteStorage
import ELFFormat
import Livepatching
import ModuleLoading
import TestSupport
import Testing

/// Relocations whose value is a distance, or follows from those before them.
@Suite("Relocation distances")
struct RelocationDistanceTests {
  private let plain = ArchitectureRelocationTests()

  /// What becomes of a module with relocations of code, against symbols of that section and of `.far`, of
  /// the kernel, and at a fixed address.
  private func summary(
    _ bench: Bench, code: [UInt32] = [0, 0, 0, 0], hasAddends: Bool = true,
    alignment: Int = 8, weak: String = "weak", extra: [(String, ELFSectionFlags, [UInt8])] = [],
    _ entries: [(type: UInt32, symbol: String, addend: Int64)], step: UInt64 = 0
  ) throws -> String {
    var module = bench.module()
    if bench.machine == .powerPC64 { module.sections = [(".stubs", .alloc, [0])] }
    module.sections += extra
    var elf = module.elf()
    if bench.machine == .powerPC64 { elf.flags = 2 }
    var bytes = ByteBuilder(bench.layout.order)
    for word in code { bytes.put(word) }
    let text = elf.addSection(
      ".text.call", flags: [.alloc, .execInstructions], bytes: bytes.bytes, alignment: alignment)
    let data = elf.addSection(
      ".far", flags: [.alloc, .write], bytes: [UInt8](repeating: 0, count: 64))
    var symbols = [
      "code": elf.addSymbol("code", section: text), "far": elf.addSymbol("far", section: data),
      "far8": elf.addSymbol("far8", section: data, value: 8),
      "far63": elf.addSymbol("far63", section: data, value: 63),
      "far64": elf.addSymbol("far64", section: data, value: 64),
      "seven": elf.addSymbol("seven", section: 0xfff1, value: 7),
      "again": elf.addSymbol("again", section: 0xfff1, value: 7),
      "eight": elf.addSymbol("eight", section: 0xfff1, value: 8),
      "error": elf.addSymbol(
        "error", section: 0xfff1, value: bench.layout.is64Bit ? .max - 4 : 0xffff_fffb, binding: 2),
      "kernel": elf.addUndefinedSymbol("_printk"),
      weak: elf.addUndefinedSymbol(weak, isWeak: true),
    ]
    for (name, _, _) in extra {
      let section = try #require(elf.sections.firstIndex { $0.name == name }) + 1
      symbols[name] = elf.addSymbol("own\(name)", section: section)
    }
    var relocations: [ELFBuilder.Relocation] = []
    for (number, entry) in entries.enumerated() {
      relocations.append(
        ELFBuilder.Relocation(
          offset: UInt64(number) * step, symbol: try #require(symbols[entry.symbol]),
          type: entry.type, addend: entry.addend))
    }
    elf.addRelocations(relocations, forSection: text, hasAddends: hasAddends)
    return ModuleLoadingTests.summary(try bench.outcome(elf.build()))
  }

  @Test("arm64 refuses distances that no module and no kernel is large enough for")
  func arm64() throws {
    let kernel = plain.bench("6.12.0", .aarch64)
    func line(_ type: UInt32) -> String {
      "ENOEXEC | Modules: module sample: overflow in relocation type \(type) val …"
    }
    for type: UInt32 in [261, 262, 273, 274, 275, 279, 280, 287, 289] {
      for addend: Int64 in [1 << 34, -1 << 34] {
        #expect(try plain.summary(kernel, type: type, addend: addend) == line(type))
        #expect(try plain.summary(kernel, type: type, .kernel, addend: addend) == line(type))
        #expect(try plain.summary(kernel, type: type, .weak, addend: addend) == "loads")
      }
    }
    // In one section the distance is known, else what a kernel's modules may have between them.
    let limits: [UInt32: Int64] = [261: 1 << 31, 262: 1 << 15, 273: 1 << 20, 279: 1 << 15]
    for (type, limit) in limits {
      #expect(try plain.summary(kernel, type: type, addend: limit) == line(type))
      #expect(try plain.summary(kernel, type: type, addend: limit - 1) == "loads")
      #expect(try plain.summary(kernel, type: type, addend: -limit) == "loads")
      #expect(try plain.summary(kernel, type: type, .kernel, addend: limit) == "loads")
    }
    #expect(try plain.summary(kernel, type: 283, addend: 1 << 40) == "loads")
  }

  @Test("riscv refuses distances of more than 32 bits, where nothing stands in for them")
  func riscV() throws {
    let kernel = plain.bench("6.12.0", .riscV)
    for (type, target) in [
      (UInt32(23), ArchitectureRelocationTests.Target.own), (18, .own), (19, .kernel),
      (59, .kernel),
    ] {
      #expect(
        try plain.summary(kernel, type: type, target, addend: 1 << 33)
          == "EINVAL | sample: target …")
      #expect(try plain.summary(kernel, type: type, target, addend: 1 << 20) == "loads")
    }
    #expect(try plain.summary(kernel, type: 23, addend: 0x7fff_f7ff) == "loads")
    #expect(try plain.summary(kernel, type: 23, addend: 0x7fff_f800) != "loads")
    #expect(try plain.summary(kernel, type: 35, addend: 1 << 33) == "loads")
  }

  @Test("s390 refuses odd distances where it counts pairs of bytes, and those that do not fit")
  func s390() throws {
    let kernel = plain.bench("6.12.0", .s390, order: .big)
    func line(_ name: String, _ type: UInt32) -> String {
      "ENOEXEC | module sample: relocation error for symbol \(name) (r_type \(type), value 0x…"
    }
    for type: UInt32 in [19, 20, 21, 26, 33] {
      #expect(try plain.summary(kernel, type: type, addend: 1) == line("own", type))
      #expect(try plain.summary(kernel, type: type, addend: 2) == "loads")
      #expect(try plain.summary(kernel, type: type, addend: 1 << 34) == line("own", type))
      #expect(try plain.summary(kernel, type: type, .weak, addend: 2) == "loads")
    }
    for type: UInt32 in [20, 26] {
      #expect(try plain.summary(kernel, type: type, .kernel, addend: 1) == line("_printk", type))
      #expect(
        try plain.summary(kernel, type: type, .kernel, addend: 1 << 34) == line("_printk", type))
    }
    #expect(try plain.summary(kernel, type: 5, addend: 1) == "loads")
    #expect(try plain.summary(kernel, type: 5, addend: 1 << 34) == line("own", 5))
    // A place that is far outside of its section is found before it is written to.
    for type: UInt32 in [5, 19, 20, 26] {
      #expect(try plain.summary(kernel, type: type, offset: 1 << 40) == line("own", type))
    }
    // Where a section begins anywhere, only distances within it are known to be odd.
    for (addend, alignment, said) in [
      (1, 1, line("own", 19)), (2, 1, "loads"), (1, 2, line("own", 19)),
    ] as [(Int64, Int, String)] {
      #expect(try plain.summary(kernel, type: 19, addend: addend, alignment: alignment) == said)
    }
    for type: UInt32 in [19, 20] {
      #expect(try summary(kernel, alignment: 1, [(type, "far", 1)]) == "loads")
      #expect(try summary(kernel, alignment: 2, [(type, "far", 1)]) == line("far", type))
    }
    #expect(try summary(kernel, [(19, "far63", 0)]) == line("far63", 19))
    // Where a section ends begins what is outside of it.
    #expect(
      try plain.summary(kernel, type: 20, addend: 1 << 33, offset: 14) == line("own", 20))
    #expect(try plain.summary(kernel, type: 20, addend: 1 << 33, offset: 16) == "loads")
    // The kernel lies above a megabyte, and else anywhere.
    for (addend, said) in [
      (-0x8_0000, line("_printk", 57)), (-0x8_0001, "loads"), (0x7_ffff, line("_printk", 57)),
    ] as [(Int64, String)] {
      #expect(try plain.summary(kernel, type: 57, .kernel, addend: addend) == said)
    }
    for type: UInt32 in [1, 2, 3, 57] {
      #expect(try plain.summary(kernel, type: type, .kernel) == line("_printk", type))
    }
    #expect(try plain.summary(kernel, type: 4, .kernel) == "loads")
    #expect(try plain.summary(kernel, type: 19, .kernel, addend: 1 << 34) == "loads")
    // Modules lie far above every small number.
    #expect(try plain.summary(kernel, type: 19, .absolute(1), addend: 0) == line("fixed", 19))
    #expect(try plain.summary(kernel, type: 20, .absolute(1), addend: 1) == "loads")
    for number: UInt64 in [1 << 41, 1 << 42, 1 << 53] {
      #expect(try plain.summary(kernel, type: 19, .absolute(number), addend: 0) == "loads")
    }
    #expect(
      try plain.summary(kernel, type: 19, .absolute(1 << 54), addend: 0) == line("fixed", 19))
    #expect(try plain.summary(kernel, type: 19, .absolute(1 << 63), addend: 0) == line("fixed", 19))
    // What is read from the copy of the file is far from the module's memory.
    #expect(try copied(kernel, type: 19) == line("copied", 19))
  }

  /// What becomes of a relocation against a symbol of `.modinfo`.
  private func copied(_ bench: Bench, type: UInt32) throws -> String {
    var elf = bench.module().elf()
    let info = try #require(elf.sections.firstIndex { $0.name == ".modinfo" }) + 1
    let data = elf.addSection(
      ".data", flags: [.alloc, .write], bytes: [UInt8](repeating: 0, count: 16))
    let symbol = elf.addSymbol("copied", section: info)
    elf.addRelocations(
      [ELFBuilder.Relocation(offset: 0, symbol: symbol, type: type, addend: 0)], forSection: data)
    return ModuleLoadingTests.summary(try bench.outcome(elf.build()))
  }

  @Test("powerpc64 makes .TOC. absolute only where it is undefined")
  func tocSymbol() throws {
    let bench = plain.bench("6.12.107", .powerPC64)
    for (section, verdict) in [(0, "loads"), (0xfff3, "refused")] {
      var module = bench.module()
      module.sections = [(".stubs", .alloc, [0])]
      var elf = module.elf()
      elf.flags = 2
      _ = elf.addSymbol(".TOC.", section: section)
      let outcome = try bench.outcome(elf.build())
      #expect(outcome.verdict.rawValue == verdict)
      #expect(
        outcome.log.contains { $0.contains("Symbol .TOC. has an invalid section index") }
          == (section != 0))
    }
  }

  @Test("powerpc64 refuses branches and places in the TOC that do not fit, or are odd")
  func powerPC64() throws {
    let kernel = plain.bench("6.12.0", .powerPC64)
    let start = "ENOEXEC | module_64: sample: "
    #expect(try summary(kernel, [(10, "code", 2)]) == start + "REL24 …")
    #expect(try summary(kernel, [(10, "far", 2)]) == start + "REL24 …")
    #expect(try summary(kernel, alignment: 1, [(10, "far", 2)]) == "loads")
    #expect(try summary(kernel, [(10, "seven", 0)]) == start + "REL24 …")
    #expect(try summary(kernel, [(10, "code", 1 << 27)]) == start + "REL24 …")
    for addend in [Int64.min, 1 << 40, .max] {
      #expect(try summary(kernel, [(10, "far", addend)]) == start + "REL24 …")
    }
    #expect(
      try summary(kernel, [(10, "code", 8), (26, "code", 1), (26, "far", 1 << 33)]) == "loads")
    #expect(try summary(kernel, [(26, "code", 1 << 33)]) == start + "REL32 …")
    let toc = [(".toc", ELFSectionFlags.alloc, [UInt8](repeating: 0, count: 16))]
    for (type, name) in [(UInt32(63), "TOC16_DS"), (64, "TOC16_LO_DS")] {
      #expect(
        try summary(kernel, extra: toc, [(type, ".toc", 1)]) == start + "bad \(name) relocation …")
      #expect(try summary(kernel, extra: toc, [(type, ".toc", 4)]) == "loads")
    }
    #expect(
      try summary(kernel, extra: toc, [(47, ".toc", 1 << 17)]) == start + "bad TOC16 relocation …")
    #expect(try summary(kernel, extra: toc, [(47, ".toc", 1), (64, ".toc", 1 << 17)]) == "loads")
    #expect(try summary(kernel, extra: toc, [(47, "far", 1 << 17)]) == "loads")
  }

  @Test("powerpc64 wants a nop after calls that leave the module")
  func calls() throws {
    let (call, branch, move, nop): (UInt32, UInt32, UInt32, UInt32) = (
      0x4800_0001, 0x4800_0000, 0x7c08_02a6, 0x6000_0000
    )
    let kernel = plain.bench("6.12.0", .powerPC64)
    let line = "ENOEXEC | module_64: sample: Expected nop after call, got 7c0802a6 at …"
    func answer(_ bench: Bench, _ code: [UInt32], _ symbol: String = "kernel") throws -> String {
      try summary(bench, code: code, [(10, symbol, 0)])
    }
    #expect(try answer(kernel, [call, move]) == line)
    #expect(try answer(kernel, [call, nop]) == "loads")
    // A branch on a condition may be a call, too; what is no branch is none.
    #expect(try answer(kernel, [0x4082_0001, move]) == line)
    #expect(try answer(kernel, [0x3860_0001, move]) == "loads")
    // One that does not return needs none, nor one of the module's own.
    #expect(try answer(kernel, [branch, move]) == "loads")
    #expect(try answer(kernel, [call, move], "code") == "loads")
    #expect(try answer(plain.bench("6.12.0", .powerPC64, order: .big), [call, move]) == line)
    // Nor those of ftrace, with a dot or without.
    for (name, isTaken) in [
      ("_mcount", true), ("._mcount", true), ("ftrace_caller", true), ("mcount", false),
      ("_mcount.", false),
    ] {
      let said = isTaken ? "loads" : line
      #expect(
        try summary(kernel, code: [call, move], weak: name, [(10, name, 0)]) == said, "\(name)")
    }
    // Nor where nobody uses the TOC.
    #expect(
      try summary(
        plain.bench("6.12.0", .powerPC64, ["PPC_KERNEL_PCREL"]), code: [call, move],
        extra: [(".mygot", .alloc, [0])], [(10, "kernel", 0)]) == "loads")
    #expect(try answer(kernel, [call, 0xe841_0018]) == "loads")
    #expect(
      try answer(plain.bench("6.1.0", .powerPC64), [call, 0xe841_0018])
        == "ENOEXEC | module_64: sample: Expected nop after call, got e8410018 at …")
    #expect(
      try answer(plain.bench("4.14.0", .powerPC64), [branch, move])
        == "ENOEXEC | module_64: sample: Expect noop after relocate, got 7c0802a6")
  }

  @Test("LoongArch computes on a stack that must hold what is needed, and has room for 16 values")
  func loongArch() throws {
    let kernel = plain.bench("6.0.0", .loongArch)
    func answer(_ entries: [(UInt32, String, Int64)]) throws -> String {
      try summary(kernel, entries.map { (type: $0.0, symbol: $0.1, addend: $0.2) })
    }
    for type: UInt32 in [24, 32, 37, 38, 39, 46] {
      #expect(try answer([(type, "far", 0)]) == "ENOEXEC")
    }
    #expect(try answer([(23, "far", 0), (35, "far", 0)]) == "ENOEXEC")
    let pushes = [(UInt32, String, Int64)](repeating: (23, "seven", 0), count: 16)
    #expect(try answer(pushes) == "loads")
    #expect(try answer(pushes + [(23, "seven", 0)]) == "ENOEXEC")
    #expect(try answer(pushes + [(24, "seven", 0)]) == "ENOEXEC")
    let line = "overflow! dangerous apply_r_larch_sop_imm_field (39) relocation"
    #expect(try answer([(23, "seven", 4088), (39, "far", 0)]) == "loads")
    #expect(
      try answer([(23, "seven", 4089), (39, "far", 0)])
        == "ENOEXEC | kmod: module sample: opr1 = 0x1000 \(line)")
    #expect(
      try answer([(23, "seven", 4000), (23, "seven", 93), (35, "far", 0), (39, "far", 0)])
        == "ENOEXEC | kmod: module sample: opr1 = 0x100b \(line)")
    #expect(
      try answer([(23, "seven", 0), (42, "far", 0)])
        == "ENOEXEC | kmod: module sample: opr1 = 0x7 unaligned! dangerous "
        + "apply_r_larch_sop_imm_field (42) relocation")
    // What depends on addresses is not known.
    #expect(try answer([(23, "far", 0), (46, "far", 0)]) == "loads")
    #expect(try answer([(22, "far", 0), (39, "far", 0)]) == "loads")
  }

  // arch/loongarch/kernel/module.c, 5.19 to 7.2.
  @Test("LoongArch knows distances within a section, and those of branches that need no PLT")
  func loongArchDistances() throws {
    let kernel = plain.bench("6.0.0", .loongArch)
    func answer(_ type: UInt32, _ distance: Int64, _ field: UInt32) throws -> String {
      try summary(kernel, [(type, "code", distance), (field, "far", 0)])
    }
    func overflow(_ value: String, _ field: UInt32) -> String {
      "ENOEXEC | kmod: module sample: opr1 = 0x\(value) overflow! dangerous "
        + "apply_r_larch_sop_imm_field (\(field)) relocation"
    }
    #expect(try answer(22, 0xfff, 39) == "loads")
    #expect(try answer(22, 0x1000, 39) == overflow("1000", 39))
    let limit: Int64 = 1 << 27
    #expect(try answer(22, limit, 45) == overflow("8000000", 45))
    #expect(try answer(22, -limit, 45) == "loads")
    // The PLT is nearer, wherever it lies.
    for field: UInt32 in [44, 45] {
      #expect(try answer(29, limit, field) == "loads")
      #expect(try answer(29, -limit - 4, field) == "loads")
    }
    #expect(try answer(29, limit - 4, 44) == overflow("7fffffc", 44))
    #expect(try answer(29, -limit, 44) == overflow("fffffffff8000000", 44))
    #expect(try answer(29, -limit, 45) == "loads")
  }

  @Test(
    "LoongArch computes with the two or three values that were pushed last",
    arguments: [
      (32, [0x1001, 1], [0x1000, 1]), (33, [1, 12], [1, 11]), (34, [0x2000, 1], [0x1fff, 1]),
      (35, [0xfff, 1], [0xffe, 1]), (36, [0x1008, 0x1007], [0x1008, 0xff7]),
      (37, [0, 1, 0x1000], [1, 1, 0x1000]), (37, [1, 0x1000, 0], [0, 0x1000, 0]),
    ] as [(UInt32, [Int64], [Int64])])
  func loongArchOperations(_ type: UInt32, _ values: [Int64], _ others: [Int64]) throws {
    let kernel = plain.bench("6.0.0", .loongArch)
    // The result has to fit into 12 bits.
    func answer(_ values: [Int64]) throws -> String {
      // What is pushed is seven, and what is added to it.
      let pushes = values.map { (type: UInt32(23), symbol: "seven", addend: $0 - 7) }
      return try summary(kernel, pushes + [(type, "far", 0), (39, "far", 0)])
    }
    #expect(try answer(values).hasPrefix("ENOEXEC | kmod: module sample: opr1 = 0x1000 overflow!"))
    #expect(try answer(others) == "loads")
  }

  @Test("mips wants a low part of the same value for every high part, and words for branches")
  func mips() throws {
    func answer(
      _ entries: [(UInt32, String)], release: String = "6.12.0", hasAddends: Bool = false
    ) throws -> String {
      try summary(
        plain.bench(release, .mips, is64Bit: hasAddends), hasAddends: hasAddends,
        entries.map { (type: $0.0, symbol: $0.1, addend: 0) })
    }
    let line = "ENOEXEC | module sample: dangerous R_MIPS_LO16"
    #expect(try answer([(5, "far"), (5, "far"), (6, "far"), (6, "code")]) == "loads")
    #expect(try answer([(5, "far"), (6, "far8")]) == "\(line) relocation")
    #expect(try answer([(5, "far"), (6, "code")]) == "\(line) relocation")
    #expect(try answer([(5, "far"), (6, "kernel")], release: "4.14.0") == "\(line) REL relocation")
    #expect(try answer([(6, "far"), (5, "far")]) == "ENOEXEC")
    // Two numbers are the same or not; addresses differ in one section, and in several if they lie in them.
    for (high, low, mayBeSame) in [
      ("seven", "again", true), ("seven", "eight", false), ("seven", "far", true),
      ("far63", "code", false), ("code", "far63", false), ("far64", "code", true),
      ("code", "far64", true), ("far63", "far64", false), ("far63", "kernel", false),
      ("kernel", "far63", false), ("far64", "kernel", true), ("kernel", "far64", true),
      ("kernel", "kernel", true),
    ] {
      let said = mayBeSame ? "loads" : "\(line) relocation"
      #expect(try answer([(5, high), (6, low)]) == said, "\(high) \(low)")
    }
    #expect(try answer([(5, "far"), (6, "far8")], hasAddends: true) == "loads")
    for (type, name) in [(UInt32(4), "26"), (10, "PC16"), (60, "PC21"), (61, "PC26")] {
      #expect(
        try answer([(type, "seven")])
          == "ENOEXEC | module sample: dangerous R_MIPS_\(name) relocation")
      #expect(try answer([(type, "far8")]) == "loads")
    }
  }

  @Test("riscv, LoongArch and mips take values of symbols for error numbers, before the type")
  func errorNumbers() throws {
    let unknown = "ENOENT | sample: Unknown symbol fixed"
    for machine in [ELFMachine.riscV, .loongArch, .mips] {
      let kernel = plain.bench(machine == .loongArch ? "6.0.0" : "6.12.0", machine)
      #expect(try plain.summary(kernel, type: 200, .absolute(.max - 4)) == unknown)
      #expect(try plain.summary(kernel, type: 2, .absolute(.max - 4094)) == unknown)
      #expect(try plain.summary(kernel, type: 2, .absolute(.max - 4095)) != unknown)
    }
    // A weak one is passed over, and what comes after it is not.
    for machine in [ELFMachine.riscV, .mips] {
      let kernel = plain.bench("6.12.0", machine)
      #expect(try summary(kernel, [(200, "error", 0)]) == "loads")
      #expect(
        try summary(kernel, [(200, "error", 0), (200, "far", 0)])
          == "EINVAL | sample: Unknown relocation type 200")
    }
    let small = plain.bench("6.12.0", .mips, is64Bit: false)
    #expect(try plain.summary(small, type: 2, .absolute(0xffff_fffb), hasAddends: false) == unknown)
    #expect(
      try plain.summary(plain.bench("6.12.0", .s390, order: .big), type: 22, .absolute(.max))
        == "loads")
  }
}
