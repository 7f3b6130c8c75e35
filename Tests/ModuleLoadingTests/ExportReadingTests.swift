import ELFFormat
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
