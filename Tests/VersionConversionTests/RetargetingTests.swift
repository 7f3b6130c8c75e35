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
    #expect(
      try notices(["a", "zz"], adds: true).dropFirst() == [
        "not-required [\"zz\"] 1", "added [\"a\"] 1",
      ])
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
