import KernelReleases
import ByteStorage
import ELFFormat
import Livepatching
import ModuleLoading
import TestSupport
import Testing

@Suite("Exports of modules")
struct ExportReadingTests {
  /// What becomes of a module that needs two exports of another, which was changed.
  private func outcome(_ change: (inout ELFBuilder) throws -> Void) throws -> String {
    let bench = Bench()
    var owner = bench.module("owner")
    owner.exports = [SampleExport("alpha", 1), SampleExport("beta", 2), SampleExport("gamma", 3)]
    var elf = owner.elf()
    try change(&elf)
    var module = bench.module()
    module.require("alpha", 1)
    module.require("gamma", 3)
    return summary(try #require(try bench.outcomes([module.build()], with: [elf.build()]).first))
  }

  private func index(_ name: String, _ elf: ELFBuilder) throws -> Int {
    try #require(elf.sections.firstIndex { $0.name == name })
  }

  @Test("as they are, they are found")
  func plain() throws { #expect(try outcome { _ in } == "loads") }

  @Test("names and types of the sections of strings and CRCs say nothing")
  func sections() throws {
    for (name, type) in [
      ("__ksymtab_strings", ELFSectionType.null), ("__kcrctab", .null), ("__kcrctab", .note),
    ] {
      #expect(
        try outcome { elf in elf.sections[try index(name, elf)].type = type } == "loads", "\(name)")
    }
    #expect(
      try outcome { elf in
        elf.sections[try index("__ksymtab_strings", elf)].name = ".rodata"
      } == "loads")
  }

  @Test("zeros at the end spoil the search; a byte too few loses the last entry")
  func size() throws {
    let lost = "ENOENT | sample: Unknown symbol gamma (err -2)"
    // Of six entries the fourth is looked at first: it has no name, so what is sought lies behind it.
    #expect(
      try outcome { elf in
        let table = try index("__ksymtab", elf)
        elf.sections[table].bytes += [UInt8](repeating: 0, count: 36)
        elf.sections[table].size += 36
      } == "ENOENT | sample: Unknown symbol alpha (err -2) | sample: Unknown symbol gamma (err -2)")
    #expect(
      try outcome { elf in elf.sections[try index("__ksymtab", elf)].size -= 1 } == lost)
  }

  @Test("strings run on into the section behind them")
  func runningOn() throws {
    #expect(
      try outcome { elf in
        let strings = try index("__ksymtab_strings", elf)
        elf.sections[strings].size -= 2
        elf.sections[strings].bytes.removeLast(2)
        elf.sections[strings].alignment = 1
      } == "loads", "what follows begins with zeros")
  }

  @Test("a relocation of no type keeps none of those after it from setting a pointer")
  func noType() throws {
    let bench = Bench()
    var elf = bench.module("owner").elf()
    let strings = elf.addSection("__ksymtab_strings", bytes: Array("alpha\0\0".utf8))
    let table = elf.addSection("__ksymtab", bytes: [UInt8](repeating: 0, count: 12))
    elf.addSection("__kcrctab", bytes: [1, 0, 0, 0])
    elf.addSection("__kflagstab", bytes: [0])
    let code = elf.addSymbol("code", section: 1)
    let names = elf.addSymbol("names", section: strings)
    elf.addRelocations(
      [
        .init(offset: 0, symbol: code, type: 0), .init(offset: 0, symbol: code, type: 2),
        .init(offset: 4, symbol: names, type: 2),
        .init(offset: 8, symbol: names, type: 2, addend: 6),
      ], forSection: table)
    var module = bench.module()
    module.require("alpha", 1)
    let outcome = try #require(try bench.outcomes([module.build()], with: [elf.build()]).first)
    #expect(summary(outcome) == "loads")
  }

  @Test("names in a section that is not kept, or taken for entries, are at addresses of nothing")
  func wild() throws {
    let bench = Bench()
    var owner = bench.module("owner")
    owner.exports = [SampleExport("alpha", 1)]
    var elf = owner.elf()
    let strings = try index("__ksymtab_strings", elf)
    elf.sections[strings].flags = []
    #expect(try bench.outcome(elf.build()).verdict == .crashes)
    for machine in [ELFMachine.x86_64, .aarch64] {
      let bench = ArchitectureSectionTests.bench("7.2.0", machine)
      var owner = bench.module("owner")
      owner.sections = [
        (".plt", .alloc, [0]), (".init.plt", .alloc, [0]),
        ("__ksymtab", .alloc, Array("lz4_compress".utf8)),
        ("__kcrctab", .alloc, [1, 0, 0, 0]), ("__kflagstab", .alloc, [0]),
      ]
      #expect(try bench.outcome(owner).verdict == .crashes, "\(machine)")
    }
  }

  @Test(
    "names and CRCs are read in the byte order of the kernel", arguments: [ByteOrder.little, .big])
  func orders(_ order: ByteOrder) throws {
    var bench = ArchitectureSectionTests.bench("6.12.0", .aarch64, order: order)
    bench.config.append("MODVERSIONS")
    var table = ByteBuilder(order)
    // The name follows the table, at the next multiple of eight.
    for word in [1, 12, 0] as [UInt32] { table.put(word) }
    var crcs = ByteBuilder(order)
    crcs.put(UInt32(0x0102_0304))
    var owner = bench.module("owner")
    owner.sections = [
      (".plt", .alloc, [0]), (".init.plt", .alloc, [0]), ("__ksymtab", .alloc, table.bytes),
      ("names", .alloc, Array("alpha\0".utf8)), ("__kcrctab", .alloc, crcs.bytes),
    ]
    var module = bench.module()
    module.sections = [(".plt", .alloc, [0]), (".init.plt", .alloc, [0])]
    module.require("alpha", 0x0102_0304)
    #expect(summary(try bench.outcome(module, with: [owner])) == "loads")
    module.basic?.removeLast()
    module.basic?.append(RequiredVersion("alpha", 0x0403_0201))
    #expect(try bench.outcome(module, with: [owner]).errno == .EINVAL)
  }

  @Test("an entry of zeros has its name at address 0, but where it counts from its own place")
  func zeros() throws {
    for (machine, is64Bit, verdict) in [
      (ELFMachine.x86_64, true, LoadVerdict.loads), (.aarch64, true, .loads),
      (.arm, false, .crashes), (.riscV, true, .crashes),
    ] {
      let bench = ArchitectureSectionTests.bench("6.12.0", machine, is64Bit: is64Bit)
      var owner = bench.module("owner")
      owner.sections = [
        (".plt", .alloc, [0]), (".init.plt", .alloc, [0]),
        ("__ksymtab", .alloc, [UInt8](repeating: 0, count: 24)),
        ("__kcrctab", .alloc, [1, 0, 0, 0]),
      ]
      #expect(try bench.outcome(owner).verdict == verdict, "\(machine)")
    }
  }

  // find_exported_symbol_in_section; one table for all licences since 7.1.
  @Test(
    "what is out of order in its table is not found, on machines whose entries are not known, too")
  func otherMachines() throws {
    let (any, gpl) = (["beta", "gamma"], ["alpha", "delta"])
    func answer(_ release: String, _ names: [String]) throws -> String {
      let bench = ArchitectureSectionTests.bench(release, .superH, is64Bit: false)
      var (owner, module) = (bench.module("owner"), bench.module())
      owner.exports = names.map { SampleExport($0, 1, isGPLOnly: gpl.contains($0)) }
      for name in (any + gpl).sorted() { module.require(name, 1) }
      return summary(try bench.outcome(module, with: [owner]))
    }
    let unknown = { (names: [String]) in
      "ENOENT" + names.map { " | sample: Unknown symbol \($0) (err -2)" }.joined()
    }
    #expect(try answer("6.12.0", any + gpl) == "loads")
    #expect(try answer("7.2.0", (any + gpl).sorted()) == "loads")
    #expect(try answer("7.2.0", any + gpl) == unknown(["beta", "gamma"]))
    #expect(try answer("6.12.0", ["gamma", "beta"] + gpl) == unknown(["gamma"]))
    #expect(try answer("6.12.0", any + ["delta", "alpha"]) == unknown(["delta"]))
  }

  @Test("a distance where arm takes an address is the address of nothing")
  func distance() throws {
    let bench = ArchitectureSectionTests.bench("6.12.0", .arm, is64Bit: false)
    for (type, verdict) in [(UInt32(2), LoadVerdict.loads), (42, .crashes)] {
      var owner = bench.module("owner")
      owner.sections = [
        (".plt", .alloc, [0]), (".init.plt", .alloc, [0]), ("names", .alloc, Array("alpha\0".utf8)),
      ]
      var elf = owner.elf()
      let names = try #require(elf.sections.firstIndex { $0.name == "names" }) + 1
      let symbol = elf.addSymbol("names", section: names)
      let table = elf.addSection("__ksymtab", bytes: [UInt8](repeating: 0, count: 12))
      elf.addSection("__kcrctab", bytes: [1, 0, 0, 0])
      // One that does nothing comes first.
      elf.addRelocations(
        [0, type].map { ELFBuilder.Relocation(offset: 4, symbol: symbol, type: $0) },
        forSection: table, hasAddends: false)
      #expect(try bench.outcome(elf.build()).verdict == verdict, "\(type)")
    }
  }

  // find_exported_symbol_in_section searches by halves.
  @Test("of two exports of one name the search finds the second")
  func twins() throws {
    let bench = Bench()
    var owner = bench.module("owner")
    owner.exports = [SampleExport("alpha", 1), SampleExport("alpha", 2)]
    for (crc, verdict) in [(1, LoadVerdict.refused), (2, .loads)] as [(UInt64, LoadVerdict)] {
      var module = bench.module()
      module.require("alpha", crc)
      #expect(try bench.outcome(module, with: [owner]).verdict == verdict)
    }
  }

  @Test("a name in a section that is not kept is out of reach on x86-64, and may not be on arm64")
  func notKept() throws {
    for (machine, type, verdict) in [
      (ELFMachine.x86_64, UInt32(2), LoadVerdict.crashes), (.aarch64, 261, .loads),
    ] {
      let bench = ArchitectureSectionTests.bench("6.12.0", machine)
      var owner = bench.module("owner")
      owner.sections = [(".plt", .alloc, [0]), (".init.plt", .alloc, [0])]
      var elf = owner.elf()
      let names = elf.addSection("names", flags: [], bytes: Array("alpha\0".utf8))
      let symbol = elf.addSymbol("names", section: names)
      let table = elf.addSection("__ksymtab", bytes: [UInt8](repeating: 0, count: 12))
      elf.addSection("__kcrctab", bytes: [1, 0, 0, 0])
      elf.addRelocations(
        [0, 4].map { ELFBuilder.Relocation(offset: $0, symbol: symbol, type: type) },
        forSection: table)
      #expect(try bench.outcome(elf.build()).verdict == verdict, "\(machine)")
    }
  }

  @Test("a distance to addresses of nothing begins at a gigabyte, on arm64 at half of one")
  func reach() throws {
    let rows: [(ELFMachine, UInt32, LoadVerdict)] = [
      (.x86_64, 0x4000_0000, .crashes), (.x86_64, 0x3fff_ffff, .loads),
      (.aarch64, 0x2000_0000, .crashes), (.aarch64, 0x1fff_ffff, .loads),
    ]
    for (machine, distance, verdict) in rows {
      let bench = ArchitectureSectionTests.bench("6.12.0", machine)
      var table = ByteBuilder(.little)
      for word in [1, distance, 0] { table.put(word) }
      var owner = bench.module("owner")
      owner.sections = [
        (".plt", .alloc, [0]), (".init.plt", .alloc, [0]), ("__ksymtab", .alloc, table.bytes),
        ("__kcrctab", .alloc, [1, 0, 0, 0]),
      ]
      #expect(try bench.outcome(owner).verdict == verdict, "\(machine) \(distance)")
    }
  }

  @Test("a symbol of a section that is not there does no harm, whichever is the first that is not")
  func missingSections() throws {
    let bench = ArchitectureSectionTests.bench("6.12.0", .x86_64)
    for section in 0..<24 {
      var elf = bench.module("owner").elf()
      let symbol = elf.addSymbol("names", section: section)
      let table = elf.addSection("__ksymtab", bytes: [UInt8](repeating: 0, count: 12))
      elf.addSection("__kcrctab", bytes: [1, 0, 0, 0])
      elf.addRelocations(
        [ELFBuilder.Relocation(offset: 4, symbol: symbol, type: 2)], forSection: table)
      let structure = try index(".gnu.linkonce.this_module", elf) + 1
      let start = elf.addSymbol("init_module", section: section, size: 1, type: 2)
      elf.addRelocations(
        [ELFBuilder.Relocation(offset: 0x138, symbol: start, type: 1)], forSection: structure)
      #expect(!summary(try bench.outcome(elf.build())).isEmpty, "\(section)")
    }
  }

  @Test("a CRC table without bytes is zeros")
  func noBytes() throws {
    #expect(
      try outcome { elf in elf.sections[try index("__kcrctab", elf)].type = .nobits }
        == "EINVAL | sample: disagrees about version of symbol alpha"
        + " | sample: Unknown symbol alpha (err -22)"
        + " | sample: disagrees about version of symbol gamma"
        + " | sample: Unknown symbol gamma (err -22)")
  }
}
