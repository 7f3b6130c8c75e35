import ByteStorage
import ELFFormat
import Livepatching
import ModuleLoading
import TestSupport
import Testing

/// The least and the greatest value that a relocation takes: arch/*/kernel/module.c, 6.12.
@Suite("Values of architecture relocations")
struct ArchitectureValueTests {
  private let tests = ArchitectureRelocationTests()

  private func bench(_ machine: ELFMachine, is64Bit: Bool = true) -> Bench {
    tests.bench("6.12.0", machine, is64Bit: is64Bit)
  }

  @Test(
    "arm64 takes numbers of as many bits as the instruction has",
    arguments: [
      (258, 0xffff_ffff, true), (258, 1 << 32, false), (259, 0xffff, true), (259, 0x10000, false),
      (265, 0xffff_ffff, true), (265, 1 << 32, false), (263, 0xffff, true),
      (267, 0xffff_ffff_ffff, true), (267, 1 << 48, false),
      // Those of the signed ones have as many zeros or ones before them.
      (270, 0xffff, true), (270, 0x10000, false), (270, ~0xffff, true), (270, ~0x10000, false),
      (271, 0xffff_ffff, true), (271, 1 << 32, false), (271, ~0xffff_ffff, true),
      (271, ~(1 << 32), false), (272, 0xffff_ffff_ffff, true), (272, 1 << 48, false),
      (272, ~0xffff_ffff_ffff, true), (272, ~(1 << 48), false),
      // Distances: modules lie in the last 2^52 bytes of all addresses, and not in the last 2^36.
      (275, 0, false), (275, 0xffef_ffef_ffff_ffff, false), (275, 0xffef_fff0_0000_0000, true),
    ] as [(UInt32, UInt64, Bool)])
  func arm64(_ type: UInt32, _ value: UInt64, _ isTaken: Bool) throws {
    let summary = try tests.summary(bench(.aarch64), type: type, .absolute(value))
    let line = "module sample: overflow in relocation type \(type) val \(String(value, radix: 16))"
    #expect(summary == (isTaken ? "loads" : "ENOEXEC | Modules: \(line)"))
  }

  @Test("an address stays one with an addend of less than 2^40")
  func addends() throws {
    for (addend, isTaken) in [
      ((1 << 40) - 1, false), (1 << 40, true), (1 - (1 << 40), false), (-(1 << 40), true),
    ] as [(Int64, Bool)] {
      for target in [ArchitectureRelocationTests.Target.own, .kernel] {
        let summary = try tests.summary(bench(.aarch64), type: 258, target, addend: addend)
        #expect((summary == "loads") == isTaken, "\(addend)")
      }
    }
  }

  @Test("riscv takes 32 bits, and for a low part a place of the module that has a high part")
  func riscV() throws {
    let bench = bench(.riscV)
    #expect(try tests.summary(bench, type: 1, .absolute(0xffff_ffff)) == "loads")
    #expect(try tests.summary(bench, type: 1, .absolute(1 << 32)) != "loads")
    let lone = "EINVAL | sample: Can not find HI20 relocation information"
    for type in [24, 25] as [UInt32] {
      #expect(try tests.summary(bench, type: type, .absolute(7)) == lone)
      #expect(try tests.summary(bench, type: type, .kernel) == lone)
      #expect(try tests.summary(bench, type: type, .weak) == "loads")
    }
  }

  @Test("arm's branches go to multiples of four, as far as the file shows where a section begins")
  func arm() throws {
    let bench = bench(.arm, is64Bit: false)
    let calls: (ArchitectureRelocationTests.Target, Int) throws -> Bool = {
      try tests.summary(bench, type: 28, $0, hasAddends: false, alignment: $1).contains(
        "unsupported interworking call")
    }
    for value in [1, 2, 3, 5, 6] as [UInt64] { #expect(try calls(.absolute(value), 8)) }
    for value in [0, 4, 8] as [UInt64] { #expect(try !calls(.absolute(value), 8)) }
    for alignment in [4, 8, 64] { #expect(try calls(.odd, alignment)) }
    for alignment in [0, 1, 2, 6] { #expect(try !calls(.odd, alignment)) }
    #expect(try !calls(.own, 4))
  }

  @Test("what nothing says of options of the architecture is listed with what is usual")
  func options() throws {
    for (machine, type, key, isTaken) in [
      (ELFMachine.arm, 47, "THUMB2_KERNEL", false), (.arm, 57, "ARM_HAS_GROUP_RELOCS", true),
    ] as [(ELFMachine, UInt32, String, Bool)] {
      var bench = tests.bench("6.12.0", machine, is64Bit: false)
      bench.hasConfig = false
      bench.exports = []
      var module = bench.module()
      module.sections = [(".plt", .alloc, [0]), (".init.plt", .alloc, [0])]
      module.basic = nil
      var elf = module.elf()
      let data = elf.addSection(
        ".data", flags: [.alloc, .write], bytes: [UInt8](repeating: 0, count: 16))
      let symbol = elf.addSymbol("own", section: data)
      elf.addRelocations(
        [ELFBuilder.Relocation(offset: 0, symbol: symbol, type: type)], forSection: data,
        hasAddends: false)
      let outcome = try bench.outcome(elf.build())
      #expect((outcome.log == ["sample: unknown relocation: \(type)"]) == !isTaken)
      let value = isTaken ? "y" : "n"
      let assumption = LoadAssumption(.optionUnknown, key: key, value: value)
      if !isTaken { #expect(outcome.assumed.contains(assumption)) }
    }
  }
  // arch/powerpc/kernel/module_64.c, restore_r2.
  @Test("what a call of a powerpc64 module means is not known where its symbol is beyond the table")
  func calleeBeyondSymbols() throws {
    let bench = bench(.powerPC64)
    for isBeyond in [false, true] {
      var module = bench.module()
      module.sections = [(".stubs", .alloc, [0])]
      var elf = module.elf()
      elf.flags = 2
      var code = ByteBuilder(bench.layout.order)
      for word in [0x4800_0001, 0x7c08_02a6] as [UInt32] { code.put(word) }
      let text = elf.addSection(
        ".text.call", flags: [.alloc, .execInstructions], bytes: code.bytes, alignment: 8)
      let symbol = elf.addUndefinedSymbol("_printk")
      elf.addRelocations(
        [ELFBuilder.Relocation(offset: 0, symbol: isBeyond ? 1 << 20 : symbol, type: 10)],
        forSection: text, hasAddends: true)
      let outcome = try bench.outcome(elf.build())
      #expect(outcome.log.contains { $0.contains("Expected nop after call") } != isBeyond)
    }
  }
}
