import ByteStorage
import ELFFormat
import ModuleFiles
import ModuleVersions
import TestSupport
import Testing

@Suite("Version tables of a module")
struct VersionTablesTests {
  private static let layout = ELFLayout(is64Bit: true, order: .little)
  private static let versions = [
    RequiredVersion("_printk", 0x9aec_1234), RequiredVersion("module_layout", 0x0bad_cafe),
  ]

  /// What the tables of a module say.
  private struct Summary {
    var layouts: [VersionLayout] = []
    var records: [String] = []
    var defects: [VersionDefect.Kind] = []
    var structural: [VersionDefect.Kind] = []
    var hasBasicSection = false
  }

  private func read(_ bytes: [UInt8]) throws -> Summary {
    let file = try ModuleFile(ByteSource(bytes.rawSpan))
    let tables = try file.versions()
    var summary = Summary()
    summary.layouts = tables.layouts
    tables.forEach { layout, record in
      summary.records.append("\(layout) \(record.name.text) \(String(record.crc, radix: 16))")
    }
    summary.defects = tables.defects().map(\.defect.kind)
    summary.structural = tables.structuralDefects().map(\.defect.kind)
    summary.hasBasicSection = tables.hasBasicSection
    return summary
  }

  private func read(_ change: (inout ModuleBuilder) -> Void) throws -> Summary {
    var module = ModuleBuilder()
    change(&module)
    return try read(module.build())
  }

  @Test("every layout is recognised and read")
  func layouts() throws {
    #expect(try read { _ in }.layouts.isEmpty)
    #expect(try read { $0.basic = Self.versions }.layouts == [.basic])
    #expect(try read { $0.extended = Self.versions }.layouts == [.extended])
    let both = try read {
      $0.basic = Self.versions
      $0.extended = Self.versions
    }
    #expect(both.layouts == [.basic, .extended])
    #expect(
      both.records == [
        "basic _printk 9aec1234", "basic module_layout badcafe", "extended _printk 9aec1234",
        "extended module_layout badcafe",
      ])
    #expect(both.defects.isEmpty)
    let packed = try read {
      let bytes = VersionTableBuilder.packed(Self.versions, Self.layout)
      $0.sections = [("__versions", .alloc, bytes)]
    }
    #expect(packed.layouts == [.packed])
    #expect(packed.records == ["packed _printk 9aec1234", "packed module_layout badcafe"])
    let hashed = try read {
      var record = VersionTableBuilder.basic([RequiredVersion("sha256", 7)], Self.layout)
      record[15] = 0x55
      $0.sections = [("__versions", .alloc, record)]
    }
    #expect(hashed.layouts == [.basic, .hashed])
    #expect(hashed.records == ["hashed sha256 7"])
  }

  @Test("a record without a name is in one table only without a word")
  func nameless() throws {
    let (named, nameless) = (RequiredVersion("_printk", 1), RequiredVersion("", 2))
    let defects = try read {
      $0.basic = [named, nameless, RequiredVersion("extra", 3)]
      $0.extended = [named]
    }.defects
    let missing = defects.filter {
      if case .onlyInOneTable = $0 { return true }
      return false
    }
    #expect(missing.count == 1)
  }

  @Test("the first allocated section counts; others are read only where there is none")
  func allocation() throws {
    let (first, second) = ([RequiredVersion("first", 1)], [RequiredVersion("second", 2)])
    let hidden = VersionTableBuilder.basic(first, Self.layout)
    let shown = VersionTableBuilder.basic(second, Self.layout)
    let both = try read {
      $0.sections = [("__versions", [], hidden), ("__versions", .alloc, shown)]
    }
    #expect(both.records == ["basic second 2"] && both.hasBasicSection)
    #expect(both.defects == [.notAllocated(section: "__versions")])
    let only = try read { $0.sections = [("__versions", [], hidden)] }
    #expect(only.records == ["basic first 1"] && !only.hasBasicSection)
    #expect(only.defects == [.notAllocated(section: "__versions")])
  }

  @Test("an empty section is there")
  func empty() throws {
    let summary = try read { $0.basic = [] }
    #expect(summary.layouts == [.basic] && summary.hasBasicSection)
    #expect(summary.records.isEmpty && summary.defects.isEmpty)
  }

  @Test("one extended section alone is reported")
  func half() throws {
    for (there, missing) in [
      ("__version_ext_crcs", "__version_ext_names"), ("__version_ext_names", "__version_ext_crcs"),
    ] {
      let summary = try read { $0.sections = [(there, .alloc, [0, 0, 0, 0])] }
      #expect(summary.layouts.isEmpty)
      #expect(summary.defects == [.halfPresent(missing: missing)])
      #expect(summary.structural == summary.defects)
    }
  }

  @Test("tables that disagree, or lack what both could hold, are reported")
  func disagreement() throws {
    let long = String(repeating: "n", count: 56)
    let summary = try read {
      $0.basic = Self.versions + [RequiredVersion("basic_only", 1)]
      $0.extended = [
        RequiredVersion("_printk", 1), Self.versions[1], RequiredVersion("extended_only", 2),
        RequiredVersion(long, 3), RequiredVersion(String(long.dropLast()), 4),
      ]
    }
    #expect(
      summary.defects == [
        .disagreement(basic: 0x9aec_1234, extended: 1), .onlyInOneTable(missingIn: .basic),
        .onlyInOneTable(missingIn: .basic), .onlyInOneTable(missingIn: .extended),
      ])
    #expect(summary.structural.isEmpty)
  }

  @Test("sections without bytes, or outside of the file, are reported or refused")
  func outside() throws {
    var elf = ModuleBuilder().elf()
    elf.addSection("__versions", type: .nobits, size: 64)
    #expect(try read(elf.build()).defects.contains(.withoutBytes(section: "__versions")))
    for (offset, size) in [(UInt64.max, 64), (1 << 40, 64), (0, Int.max)] {
      var damaged = ModuleBuilder().elf()
      let index = damaged.addSection(
        "__versions", bytes: VersionTableBuilder.basic(Self.versions, Self.layout))
      if offset > 0 { damaged.sections[index - 1].claimedOffset = offset }
      damaged.sections[index - 1].size = size
      let bytes = damaged.build()
      let error = #expect(throws: ParseError.self) { try read(bytes) }
      #expect(error?.region.description == "__versions")
    }
  }

  @Test("every cut at 64 bytes and every flipped byte is read or refused, without a trap")
  func damage() throws {
    var module = ModuleBuilder()
    module.basic = Self.versions
    module.extended = Self.versions
    module.exports = [SampleExport("mine", 3), SampleExport("ours", 4, namespace: "NS")]
    let whole = module.build()
    var files = stride(from: 0, to: whole.count, by: 64).map { Array(whole.prefix($0)) }
    for offset in stride(from: 0, to: whole.count, by: 5) {
      var bytes = whole
      bytes[offset] ^= 0xff
      files.append(bytes)
    }
    var refused = 0
    for bytes in files {
      do {
        _ = try read(bytes)
        var table = ExportTable()
        table.addOwner("sample")
        try ELFFile(ByteSource(bytes.rawSpan)).addModuleExports(to: &table, owner: 0)
      } catch { refused += 1 }
    }
    #expect(refused >= whole.count / 64 - 1 && refused < files.count)
  }
}

@Suite("Exports of a module")
struct ModuleExportsTests {
  private func rows(
    _ module: ModuleBuilder, _ reading: ELFFile.LicenceReading = .asFound
  ) throws -> [String] {
    let bytes = module.build()
    var table = ExportTable()
    let owner = table.addOwner("sample")
    try ELFFile(ByteSource(bytes.rawSpan)).addModuleExports(
      to: &table, owner: owner, reading: reading)
    return table.rows.map { row in
      "\(table.text(row.name)) \(row.hasCRC ? "\(row.crc)" : "-") \(row.licence) \(table.text(row.namespace))"
    }
  }

  private var module: ModuleBuilder {
    var module = ModuleBuilder()
    module.exports = [
      SampleExport("alpha", 1), SampleExport("beta", 2, namespace: "NS", isGPLOnly: true),
      SampleExport("gamma", 3, namespace: "NS"),
    ]
    return module
  }

  @Test("exports are those of the table's relocations")
  func relocations() throws {
    #expect(try rows(module) == ["alpha 1 any ", "beta 2 gplOnly NS", "gamma 3 any NS"])
    var separate = module
    separate.hasFlagTable = false
    #expect(try rows(separate) == ["alpha 1 any ", "gamma 3 any NS", "beta 2 gplOnly NS"])
    separate.hasCRCs = false
    #expect(try rows(separate) == ["alpha - any ", "gamma - any NS", "beta - gplOnly NS"])
    #expect(try rows(ModuleBuilder()).isEmpty)
  }

  @Test("exports have the licence that the kernel's release looks at")
  func licences() throws {
    #expect(try rows(module, .sections) == ["alpha 1 any ", "beta 2 any NS", "gamma 3 any NS"])
    var separate = module
    separate.hasFlagTable = false
    #expect(try rows(separate, .flagTable) == ["alpha 1 any ", "gamma 3 any NS"])
    #expect(try rows(separate, .sections) == rows(separate))
  }
}
