import ELFFormat
import KernelReleases
import Livepatching
import ModuleLoading
import TestSupport
import Testing

@Suite("Relocations")
struct RelocationTests {
  private typealias Entry = ELFBuilder.Relocation

  /// What becomes of a module whose `.data` is relocated by tables, against an absolute symbol of a
  /// value, or else `init_module`.
  private func outcome(
    on bench: Bench = Bench(), absolute value: UInt64? = nil,
    _ tables: [[(offset: UInt64, type: UInt32, addend: Int64)]]
  ) throws -> LoadOutcome {
    var elf = bench.module().elf()
    let data = elf.addSection(
      ".data", flags: [.alloc, .write], bytes: Array(repeating: 0, count: 64))
    let symbol = elf.addSymbol(
      "target", section: value == nil ? 1 : Int(ELFSectionIndex.absolute), value: value ?? 0)
    for table in tables {
      elf.addRelocations(
        table.map { Entry(offset: $0.offset, symbol: symbol, type: $0.type, addend: $0.addend) },
        forSection: data)
    }
    return try bench.outcome(elf.build())
  }

  @Test("a place that was written before is not zero, by whichever table")
  func written() throws {
    for tables in [
      [[(0, 2, 0), (0, 2, 0)]], [[(0, 2, 0)], [(0, 2, 0)]], [[(8, 1, 0), (12, 11, 0)]],
      [[(8, 2, 0), (5, 2, 0)]], [[(8, 2, 0), (11, 2, 0)]],
    ] as [[[(offset: UInt64, type: UInt32, addend: Int64)]]] {
      let outcome = try outcome(tables)
      #expect(outcome.errno == .ENOEXEC)
      #expect(outcome.log.first?.contains("existing value is nonzero for sec") ?? false)
    }
    for tables in [[[(0, 2, 0), (4, 2, 0)]], [[(12, 2, 0), (8, 2, 0), (0, 1, 0)]]]
      as [[[(offset: UInt64, type: UInt32, addend: Int64)]]]
    {
      #expect(try outcome(tables).verdict == .loads)
    }
  }

  @Test("what writes zero leaves zero")
  func zero() throws {
    #expect(try outcome(absolute: 0, [[(0, 11, 0), (0, 11, 0), (2, 11, 0)]]).verdict == .loads)
    #expect(try outcome(absolute: 0x100, [[(0, 11, 0), (1, 11, 0)]]).errno == .ENOEXEC)
    #expect(try outcome(absolute: 0x100, [[(0, 11, 0), (2, 11, 0)]]).verdict == .loads)
    #expect(try outcome(absolute: 0x100_0000, [[(4, 11, 0), (2, 11, 0)]]).verdict == .loads)
    #expect(try outcome(absolute: 0x100_0000, [[(4, 11, 0), (4, 11, 0)]]).errno == .ENOEXEC)
  }

  @Test(
    "absolute values overflow by themselves",
    arguments: [
      (10, 0xffff_ffff, true), (10, 0x1_0000_0000, false), (10, 0xffff_ffff_8000_0000, false),
      (11, 0x7fff_ffff, true), (11, 0x8000_0000, false), (11, 0xffff_ffff_8000_0000, true),
      (11, 0xffff_ffff_7fff_ffff, false), (1, 0xffff_ffff_7fff_ffff, true), (2, 1 << 40, true),
    ] as [(UInt32, UInt64, Bool)])
  func absolute(_ type: UInt32, _ value: UInt64, _ fits: Bool) throws {
    let outcome = try outcome(absolute: value, [[(0, type, 0)]])
    #expect((outcome.verdict == .loads) == fits)
    guard !fits else { return }
    #expect(
      outcome.log.first?.hasPrefix(
        "module: overflow in relocation type \(type) val \(String(value, radix: 16)) sec ") ?? false
    )
    #expect(outcome.log.last == "module: `sample' likely not compiled with -mcmodel=kernel")
  }

  @Test(
    "values that depend on addresses overflow where no address helps",
    arguments: [
      (10, 0, false), (10, 0x8000_0000, true), (10, 1 << 40, false), (11, 0, true),
      (11, 0x8000_0000, true), (11, 1 << 40, false), (11, -0x8000_0000, false), (2, 1 << 40, true),
      (24, 1 << 40, true), (11, -0x3000_0000, true),
      // Modules lie in the last 1.5 GB of all addresses, and not in the last 16 MB.
      (10, 0xff_ffff, false), (10, 0x100_0000, true), (10, 0x1_5fff_ffff, true),
      (10, 0x1_6000_0000, false),
    ] as [(UInt32, Int64, Bool)])
  func relative(_ type: UInt32, _ addend: Int64, _ fits: Bool) throws {
    #expect((try outcome([[(0, type, addend)]]).verdict == .loads) == fits)
  }

  @Test("what is not kept lies in the copy of the file, too far away for 32 bits")
  func notKept() throws {
    for (section, fits) in [(".text", true), (".modinfo", false), (".comment", false)] {
      var elf = Bench().module().elf()
      elf.addSection(".comment", flags: [], bytes: [0])
      let place = try #require(elf.sections.firstIndex { $0.name == section }) + 1
      let data = elf.addSection(
        ".data", flags: [.alloc, .write], bytes: Array(repeating: 0, count: 64))
      let symbol = elf.addSymbol("target", section: place)
      elf.addRelocations([Entry(offset: 0, symbol: symbol, type: 11)], forSection: data)
      let outcome = try Bench().outcome(elf.build())
      #expect((outcome.verdict == .loads) == fits, "\(section)")
    }
  }

  @Test("up to 6.3 the place is looked at before the value")
  func order() throws {
    for (release, word) in [("6.1.0", "Skipping invalid"), ("6.12.0", "overflow")] {
      let outcome = try outcome(on: Bench(release), [[(0, 2, 0), (0, 10, 0)]])
      #expect(outcome.log.first?.contains(word) ?? false)
    }
  }

  @Test("that memory after the symbol table does no harm is an assumption")
  func beyondSymbols() throws {
    var elf = Bench().module().elf()
    let data = elf.addSection(
      ".data", flags: [.alloc, .write], bytes: Array(repeating: 0, count: 64))
    elf.addRelocations([Entry(offset: 0, symbol: 1 << 20, type: 2, addend: 0)], forSection: data)
    let outcome = try Bench().outcome(elf.build())
    #expect(outcome.assumed.map(\.code).contains(.symbolsBeyondTable))
    let plain = try self.outcome([[(0, 2, 0)]])
    #expect(!plain.assumed.map(\.code).contains(.symbolsBeyondTable))
  }

  // klp_apply_section_relocs: those of vmlinux are applied when the livepatch is loaded.
  @Test("a livepatch's relocations for the kernel are looked at, those for modules later")
  func livepatch() throws {
    for (object, type, isTaken) in [
      ("vmlinux", 311, false), ("vmlinux", 1, true), ("other", 311, true),
    ] as [(String, UInt32, Bool)] {
      let bench = Bench()
      var module = bench.module("fix")
      module.setInfo("livepatch", "Y")
      var elf = module.elf()
      let data = elf.addSection(
        ".data", flags: [.alloc, .write], bytes: Array(repeating: 0, count: 64))
      let symbol = elf.addSymbol(".klp.sym.\(object).f,0", section: 0xff20)
      let table = elf.addRelocations(
        [Entry(offset: 0, symbol: symbol, type: type)], forSection: data)
      elf.sections[table - 1].name = ".klp.rela.\(object)..data"
      elf.sections[table - 1].flags = ELFSectionFlags(rawValue: 0x10_0002)
      let outcome = try bench.outcome(elf.build())
      let line = "module: fix: Unknown rela relocation: 311"
      #expect(outcome.log.contains(line) == !isTaken, "\(object) \(type)")
      #expect((outcome.errno == .ENOEXEC) == !isTaken)
    }
  }

  @Test("a module is a livepatch by its modinfo, or by relocations for the livepatch core")
  func livepatches() throws {
    for (isMarked, hasSection) in [(false, false), (true, false), (false, true), (true, true)] {
      var module = Bench().module("fix")
      if isMarked { module.setInfo("livepatch", "Y") }
      var elf = module.elf()
      if hasSection {
        let symbol = elf.addSymbol(".klp.sym.other.f,0", section: 0xff20)
        let table = elf.addRelocations(
          [Entry(offset: 0, symbol: symbol, type: 1)], forSection: 1)
        elf.sections[table - 1].name = ".klp.rela.other..text"
        elf.sections[table - 1].flags = ELFSectionFlags(rawValue: 0x10_0002)
      }
      #expect(try Bench().outcome(elf.build()).isLivepatch == (isMarked || hasSection))
    }
  }

  @Test("of a livepatch's sections for the kernel the first is looked at that is refused")
  func livepatchSections() throws {
    let bench = Bench()
    var module = bench.module("fix")
    module.setInfo("livepatch", "Y")
    for types in [[1, 311], [1, 1, 312], [311, 312], [312, 1]] as [[UInt32]] {
      var elf = module.elf()
      for (number, type) in types.enumerated() {
        let data = elf.addSection(
          ".data.\(number)", flags: [.alloc, .write], bytes: Array(repeating: 0, count: 64))
        let symbol = elf.addSymbol(".klp.sym.vmlinux.f,0", section: 0xff20)
        let table = elf.addRelocations(
          [Entry(offset: 0, symbol: symbol, type: type)], forSection: data)
        elf.sections[table - 1].name = ".klp.rela.vmlinux..data.\(number)"
        elf.sections[table - 1].flags = ELFSectionFlags(rawValue: 0x10_0002)
      }
      let first = try #require(types.first { $0 != 1 })
      let outcome = try bench.outcome(elf.build())
      #expect(
        outcome.log.filter { $0.hasPrefix("module: fix:") }
          == ["module: fix: Unknown rela relocation: \(first)"])
    }
  }

  @Test("a module structure that takes no room in the file has no name later")
  func emptyStructure() throws {
    var elf = Bench("6.1.0").module().elf()
    let data = elf.addSection(
      ".data", flags: [.alloc, .write], bytes: Array(repeating: 0, count: 64))
    elf.addRelocations([Entry(offset: 0, symbol: 1, type: 311, addend: 0)], forSection: data)
    let place = try #require(
      elf.sections.firstIndex { $0.name == ".gnu.linkonce.this_module" })
    let named = try Bench("6.1.0").outcome(elf.build())
    elf.sections[place].type = .nobits
    let unnamed = try Bench("6.1.0").outcome(elf.build())
    #expect(named.log == ["module: sample: Unknown rela relocation: 311"])
    #expect(unnamed.log == ["module: : Unknown rela relocation: 311"])
  }
}
