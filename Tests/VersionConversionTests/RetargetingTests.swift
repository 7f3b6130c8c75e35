import ByteStorage
import ELFFormat
import ModuleVersions
import TestSupport
import Testing
import VersionConversion

@Suite("Placement of version tables")
struct PlacementTests {
  private func placement<Value>(
    _ machine: ELFMachine, is64Bit: Bool = true, _ comment: String,
    _ read: (TablePlacement) -> Value
  ) throws -> Value {
    var elf = ELFBuilder(layout: ELFLayout(is64Bit: is64Bit, order: .little), machine: machine)
    elf.addSection(".comment", flags: [], bytes: Array("\0\(comment)\0".utf8))
    let bytes = elf.build()
    return read(TablePlacement(try ELFFile(ByteSource(bytes.rawSpan))))
  }

  @Test("tables are aligned by their size as each compiler aligns arrays")
  func alignments() throws {
    let (gcc, clang) = ("GCC: (Debian 12.2.0-14) 12.2.0", "Debian clang version 19.1.4")
    for (machine, is64Bit, comment, role, sizes, expected) in [
      (.x86_64, true, gcc, .versions, [8, 15, 16, 31, 32, 64], [8, 8, 16, 16, 32, 32]),
      (.x86_64, true, gcc, .crcs, [4, 7, 8, 15, 16, 31, 32], [4, 4, 8, 8, 16, 16, 32]),
      (.x86_64, true, gcc, .names, [1, 15, 16, 32], [1, 1, 16, 32]),
      (.x86_64, true, clang, .versions, [15, 16, 64], [8, 16, 16]),
      (.x86_64, true, clang, .crcs, [8, 15, 16, 32], [4, 4, 16, 16]),
      (.i386, false, gcc, .names, [1, 31, 32], [4, 4, 32]),
      (.i386, false, clang, .versions, [64], [4]), (.i386, false, clang, .names, [64], [1]),
      (.aarch64, true, gcc, .names, [1, 64], [8, 8]), (.aarch64, true, clang, .crcs, [64], [4]),
      (.arm, false, gcc, .crcs, [64], [4]), (.aarch64, true, clang, .versions, [64], [8]),
    ] as [(ELFMachine, Bool, String, TableRole, [Int], [Int])] {
      let found = try placement(machine, is64Bit: is64Bit, comment) { placement in
        sizes.map { placement.alignment(of: role, size: $0) }
      }
      #expect(found == expected, "\(machine.name) \(comment) \(role)")
    }
  }

  @Test("GCC emits the tables backwards, Clang in order")
  func orders() throws {
    #expect(try placement(.x86_64, "GCC: 12") { $0.order } == [.names, .crcs, .versions])
    #expect(try placement(.x86_64, "clang version 19") { $0.order } == [.versions, .crcs, .names])
  }
}

@Suite("Versions of another kernel")
struct RetargetingTests {
  private static let exports: ExportTable = {
    var table = ExportTable()
    let owner = table.addOwner("vmlinux")
    for (name, crc) in [("a", 1), ("b", 2), ("c", 3), ("module_layout", 9)] as [(String, UInt32)] {
      table.add(
        name: Array(name.utf8).rawSpan, namespace: RawSpan(), crc: crc, licence: .any, owner: owner)
    }
    return table
  }()

  private func converted(
    _ present: [String], needed: [String] = ["a", "c", "b"],
    _ change: (inout Retargeting) -> Void
  ) throws -> ConvertedModule {
    var module = ModuleBuilder()
    module.undefined = needed
    module.basic = present.map { RequiredVersion($0, 0x77) }
    var request = ConversionRequest(nil)
    var retargeting = Retargeting(Self.exports)
    change(&retargeting)
    request.retargeting = retargeting
    let file = module.build()
    return try ModuleConverter.convert(file.rawSpan, request)
  }

  @Test(
    "versions are added in the order of the symbols, module_layout staying first or last",
    arguments: [
      (["b", "module_layout"], ["b", "a", "c", "module_layout"]),
      (["module_layout", "b"], ["module_layout", "c", "a", "b"]),
      (["module_layout"], ["a", "c", "b", "module_layout"]),
      (["b"], ["b", "a", "c", "module_layout"]),
      (["a", "c", "b", "module_layout"], ["a", "c", "b", "module_layout"]),
    ])
  func added(_ present: [String], _ expected: [String]) throws {
    let result = try converted(present) { $0.addsMissing = true }
    #expect(try RoundTripTests.names(result.bytes) == expected)
    let added = expected.filter { !present.contains($0) }
    let notice = result.notices.first { $0.code == .added }
    #expect((notice?.names ?? []).sorted() == added.sorted())
    #expect(notice == nil || notice?.count == added.count)
  }

  @Test("versions of a kernel of another architecture are refused, and of an unknown one put in")
  func otherArchitecture() throws {
    let error = #expect(throws: ConversionError.self) {
      _ = try converted(["b"]) { $0.machine = .s390 }
    }
    #expect(error?.code == .otherArchitecture && error?.names == ["x86_64", "s390"])
    #expect(try converted(["b"]) { $0.machine = .x86_64 }.isChanged)
    #expect(try converted(["b"]) { $0.machine = nil }.isChanged)
  }

  @Test("only those that are asked for are changed or added; what is not there is reported")
  func only() throws {
    func notices(_ names: [String], adds: Bool) throws -> [String] {
      let result = try converted(["b", "module_layout"]) {
        $0.only = Set(names.map { Array($0.utf8) })
        $0.addsMissing = adds
      }
      return result.notices.map { "\($0.code.rawValue) \($0.names) \($0.count)" }
    }
    #expect(try notices(["b"], adds: false) == ["retargeted [] 1"])
    #expect(try notices(["a", "b"], adds: false) == ["retargeted [] 1", "not-required [\"a\"] 1"])
    // Others come before it in the symbol table.
    #expect(try notices(["c"], adds: true) == ["retargeted [] 0", "added [\"c\"] 1"])
    #expect(
      try notices(["a", "zz"], adds: true).dropFirst() == [
        "not-required [\"zz\"] 1", "added [\"a\"] 1",
      ])
  }

  @Test("a module keeps its layouts where no others are asked for")
  func keptLayouts() throws {
    let versions = [RequiredVersion("a", 5), .init("module_layout", 5)]
    for (basic, extended) in [(true, false), (false, true), (true, true)] {
      var module = ModuleBuilder()
      module.undefined = ["a"]
      if basic { module.basic = versions }
      if extended { module.extended = versions }
      var request = ConversionRequest(nil)
      request.retargeting = Retargeting(Self.exports)
      let file = module.build()
      let result = try ModuleConverter.convert(file.rawSpan, request)
      let elf = try ELFFile(ByteSource(result.bytes.rawSpan))
      let (first, second) = (
        elf.sectionIndex(named: "__versions"), elf.sectionIndex(named: "__version_ext_crcs")
      )
      #expect(result.isChanged && (first != nil) == basic && (second != nil) == extended)
    }
  }

  @Test("a CRC that is as it was is not counted as changed")
  func unchanged() throws {
    var module = ModuleBuilder()
    module.undefined = ["a", "b"]
    module.basic = [.init("a", 1), .init("b", 5), .init("module_layout", 9)]
    var request = ConversionRequest(nil)
    request.retargeting = Retargeting(Self.exports)
    let file = module.build()
    let result = try ModuleConverter.convert(file.rawSpan, request)
    #expect(result.notices.map(\.count) == [1] && result.isChanged)
    module.basic?[1].crc = 2
    let same = module.build()
    let kept = try ModuleConverter.convert(same.rawSpan, request)
    #expect(kept.notices.map(\.count) == [0] && !kept.isChanged && kept.bytes == same)
  }

  @Test("versions that the module does not need are removed on request, but never module_layout")
  func pruned() throws {
    let present = ["a", "old", "module_layout"]
    let kept = try converted(present) { _ in }
    #expect(try RoundTripTests.names(kept.bytes) == present)
    let pruned = try converted(present) { $0.prunes = true }
    #expect(try RoundTripTests.names(pruned.bytes) == ["a", "module_layout"])
    #expect(pruned.notices.contains { $0.code == .pruned && $0.names == ["old"] })
  }
}

// scripts/mod/modpost.c: ignore_undef_symbol, 7.3.
@Suite("Symbols that a module needs")
struct NeededSymbolTests {
  private func names(_ machine: ELFMachine, _ symbols: [String], weak: [String] = []) throws
    -> [String]
  {
    var elf = ELFBuilder(machine: machine)
    elf.addSection(".text")
    elf.addSymbol("local", section: 0, binding: 0)
    for name in symbols { elf.addUndefinedSymbol(name) }
    for name in weak { elf.addUndefinedSymbol(name, isWeak: true) }
    let bytes = elf.build()
    let needed = try NeededSymbols(try ELFFile(ByteSource(bytes.rawSpan)))
    return needed.names.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("what the linker makes is not needed, and what is named twice is needed once")
  func linker() throws {
    let special = [
      "", "__this_module", "_GLOBAL_OFFSET_TABLE_", "__start_notes", "__stop_notes",
    ]
    let names = ["_printk", "kfree", "_printk", "__star", "kmalloc"]
    let expected = ["_printk", "kfree", "__star", "kmalloc"]
    #expect(try self.names(.x86_64, special + names) == expected)
    #expect(try self.names(.x86_64, zip(special, names).flatMap { [$0, $1] }) == expected)
    #expect(try self.names(.x86_64, ["a", "b"], weak: ["b", "c"]) == ["a", "b", "c"])
  }

  @Test("helpers that are linked into modules last are those of an architecture")
  func helpers() throws {
    let helpers: [(ELFMachine, [String])] = [
      (.powerPC, ["_restgpr_14", "_savegpr_14", "_rest32gpr_14_x", "_save32gpr_14", "_savevr_20"]),
      (.powerPC64, ["_restgpr0_14", "_savegpr1_14", "_restfpr_14", "_restvr_20", ".TOC."]),
      (.s390, ["__s390_indirect_jump_r1", "__s390_indirect_jump_r14"]),
    ]
    for (machine, own) in helpers {
      #expect(try names(machine, own + ["kfree"]) == ["kfree"], "\(machine.name)")
      #expect(try names(.x86_64, own + ["kfree"]) == own + ["kfree"])
    }
  }

  @Test("functions of 64-bit PowerPC have a dot before their names up to ELFv1", arguments: 0...3)
  func dots(_ flags: UInt32) throws {
    for machine in [ELFMachine.powerPC64, .x86_64] {
      var elf = ELFBuilder(machine: machine)
      elf.flags = flags
      elf.addUndefinedSymbol(".kfree")
      let bytes = elf.build()
      let needed = try NeededSymbols(try ELFFile(ByteSource(bytes.rawSpan)))
      let (dotted, plain) = (Array(".kfree".utf8), Array("kfree".utf8))
      let isCut = machine == .powerPC64 && flags < 2
      #expect(needed.exportName(dotted.rawSpan).text == (isCut ? "kfree" : ".kfree"))
      #expect(needed.exportName(plain.rawSpan).text == "kfree")
    }
  }
}
