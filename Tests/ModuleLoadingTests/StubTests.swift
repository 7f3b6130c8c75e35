import ELFFormat
import Livepatching
import ModuleLoading
import TestSupport
import Testing

/// What powerpc64's loader does before it applies relocations: it counts stubs.
///
/// - Note: `get_stubs_size` and `stub_for_addr` (arch/powerpc/kernel/module_64.c), 5.10 to 7.2.
@Suite("Stubs of powerpc64")
struct StubTests {
  private let kernel = ArchitectureSectionTests.bench("6.12.0", .powerPC64)

  /// A module whose `.stubs` is of a type, with relocations of data against two symbols.
  private func outcome(
    _ type: ELFSectionType = .nobits, _ entries: [(type: UInt32, symbol: Int, addend: Int64)]
  ) throws -> LoadOutcome {
    var module = kernel.module()
    module.sections = [(".stubs", .alloc, [0])]
    var elf = module.elf()
    elf.flags = 2
    let place = try #require(elf.sections.firstIndex { $0.name == ".stubs" })
    elf.sections[place].type = type
    let data = elf.addSection(
      ".data", flags: [.alloc, .write], bytes: [UInt8](repeating: 0, count: 16))
    let symbols = [elf.addSymbol("low", section: data), elf.addSymbol("high", section: data)]
    elf.addRelocations(
      entries.map {
        ELFBuilder.Relocation(
          offset: 0, symbol: symbols[$0.symbol], type: $0.type, addend: $0.addend)
      }, forSection: data)
    return try kernel.outcome(elf.build())
  }

  @Test("the highest symbol comes first, of that the highest type, and of that the addend")
  func order() throws {
    for (entries, type) in [
      ([(2, 0, 0), (11, 1, 0)], 11), ([(11, 1, 0), (2, 0, 0)], 11), ([(11, 0, 0), (2, 1, 0)], 2),
      ([(2, 0, 0), (11, 0, 0)], 11),
    ] as [([(UInt32, Int, Int64)], Int)] {
      let said = summary(
        try outcome(.nobits, entries.map { (type: $0.0, symbol: $0.1, addend: $0.2) }))
      #expect(said == "ENOEXEC | module_64: sample: Unknown ADD relocation: \(type)")
    }
  }

  @Test("a section for them that has bytes is an assumption", arguments: [true, false])
  func filled(hasBytes: Bool) throws {
    let outcome = try outcome(hasBytes ? .progbits : .nobits, [])
    #expect(outcome.verdict == .loads)
    #expect(outcome.assumed.map(\.code).contains(.stubsEmpty) == hasBytes)
  }
}
