import ByteStorage
import ELFFormat
import ModuleVersions
import TestSupport
import Testing

@Suite("Exports of a kernel")
struct KernelExportsTests {
  private static let exports = [
    SampleExport("_printk", 0x9aec_1234), SampleExport("gpl_thing", 0xffff_ffff, isGPLOnly: true),
    SampleExport("module_layout", 0x0bad_cafe),
    SampleExport("spaced", 7, namespace: "USB_STORAGE", isGPLOnly: true),
    SampleExport("unversioned", 0),
  ]

  private func rows(_ kernel: KernelBuilder) throws -> [String]? {
    let bytes = kernel.build()
    let found = try KernelExports(ELFFile(ByteSource(bytes.rawSpan))).read()
    guard let table = found else { return nil }
    #expect(table.owners == ["vmlinux"])
    return table.rows.map { row in
      "\(table.text(row.name)) \(row.hasCRC ? String(row.crc, radix: 16) : "-") "
        + "\(row.licence.isGPLOnly) \(table.text(row.namespace))"
    }.sorted()
  }

  private func form(_ kernel: KernelBuilder) throws -> ExportForm? {
    let bytes = kernel.build()
    return try KernelExports(ELFFile(ByteSource(bytes.rawSpan))).read()?.form
  }

  private func expected(_ kernel: KernelBuilder) -> [String] {
    kernel.exports.map { export in
      "\(export.name) \(kernel.crcForm == .none ? "-" : String(export.crc, radix: 16)) "
        + "\(export.isGPLOnly) \(kernel.hasNamespaces ? export.namespace : "")"
    }.sorted()
  }

  @Test(
    "exports are read from entries of 8, 12, 16 and 24 bytes, in both byte orders",
    arguments: [true, false], [true, false])
  func entrySizes(_ is64Bit: Bool, _ hasNamespaces: Bool) throws {
    for order in [ByteOrder.little, .big] {
      for isPlaceRelative in [true, false] {
        for hasFlagTable in [true, false] {
          var kernel = KernelBuilder(exports: Self.exports)
          kernel.layout = ELFLayout(is64Bit: is64Bit, order: order)
          kernel.machine =
            is64Bit ? (order == .little ? .x86_64 : .s390) : (order == .little ? .arm : .powerPC)
          kernel.hasNamespaces = hasNamespaces
          kernel.isPlaceRelative = isPlaceRelative
          kernel.hasFlagTable = hasFlagTable
          #expect(try rows(kernel) == expected(kernel))
          let form = try #require(try form(kernel))
          #expect(form.hasFlagTable == hasFlagTable && form.crcs == .word32)
          #expect(form.entries.isPlaceRelative == isPlaceRelative)
          #expect(form.entries.hasNamespace == hasNamespaces)
        }
      }
    }
  }

  @Test("exports have CRCs as literals, longs or offsets, or none")
  func crcForms() throws {
    for form in [KernelBuilder.CRCForm.none, .literal, .long] {
      var kernel = KernelBuilder(exports: Self.exports)
      kernel.crcForm = form
      #expect(try rows(kernel) == expected(kernel), "\(form)")
    }
    var kernel = KernelBuilder(exports: Self.exports)
    kernel.layout = ELFLayout(is64Bit: true, order: .big)
    kernel.machine = .powerPC64
    kernel.isPlaceRelative = false
    kernel.crcForm = .relative
    #expect(try rows(kernel) == expected(kernel))
  }

  @Test(
    "an export that follows one with its name, namespace and version is the same, as on arm64",
    arguments: [KernelBuilder.CRCForm.literal, .none])
  func repeated(_ form: KernelBuilder.CRCForm) throws {
    var kernel = KernelBuilder(
      exports: [
        SampleExport("memcpy", 5), SampleExport("memcpy", 5), SampleExport("memcpy", 6),
        SampleExport("memcpy", 6, namespace: "NS"), SampleExport("memset", 6),
      ])
    kernel.crcForm = form
    let rows = try rows(kernel)
    #expect(
      rows
        == (form == .none
          ? ["memcpy - false ", "memcpy - false NS", "memset - false "]
          : [
            "memcpy 5 false ", "memcpy 6 false ", "memcpy 6 false NS", "memset 6 false ",
          ]))
  }

  @Test("an offset of zero to a CRC is a version of zero, and the others lead to theirs")
  func missingCRC() throws {
    var kernel = KernelBuilder(exports: Self.exports)
    kernel.layout = ELFLayout(is64Bit: true, order: .big)
    kernel.machine = .powerPC64
    kernel.crcForm = .relative
    let whole = kernel.build()
    let file = try ELFFile(ByteSource(whole.rawSpan))
    let index = file.sectionIndex(named: "__kcrctab")
    let place = Int(file.sections[try #require(index)].offset)
    var bytes = whole
    bytes.replaceSubrange(place..<(place + 4), with: [0, 0, 0, 0])
    let found = try KernelExports(ELFFile(ByteSource(bytes.rawSpan))).read()
    let table = try #require(found)
    #expect(table.rows.map(\.crc) == [0] + Self.exports.dropFirst().map(\.crc))
    #expect(table.form?.crcs == .placeRelative)
  }

  @Test(
    "names have printable characters only, or the table is none",
    arguments: [
      ("a~", true), ("!a", true), ("a\u{7f}", false), ("a b", false), ("\u{e4}", false),
    ])
  func names(_ name: String, _ isName: Bool) throws {
    let kernel = KernelBuilder(exports: [SampleExport(name, 5), SampleExport("b", 6)])
    if isName {
      #expect(try rows(kernel)?.count == 2)
    } else {
      #expect(throws: ParseError.self) { try rows(kernel) }
    }
  }

  @Test(
    "names that are searched for begin with a letter or _, and go on with digits, dots or dollars",
    arguments: [
      ("a", true), ("Z", true), ("_", true), ("a.b$1_Z09", true), ("", false), ("9a", false),
      (".a", false), ("$a", false), ("a-b", false), ("a b", false), ("a/", false), ("a:", false),
      ("a@", false), ("a[", false), ("a`", false), ("a{", false), ("a#", false), ("a%", false),
    ])
  func searchedNames(_ text: String, _ isName: Bool) {
    let bytes = Array(text.utf8) + [0]
    let search = ExportTableSearch(bytes.rawSpan, ELFLayout(is64Bit: true, order: .little))
    var isFound = false
    if let name = search.name(at: 0) { isFound = name.byteCount == text.utf8.count }
    #expect(isFound == isName)
  }

  @Test("tables may reach to the end of the image, and one may be all of it, but lead no further")
  func ends() throws {
    // Two entries of twelve bytes, whose names are in the place of their values, and CRCs.
    var image = ByteBuilder()
    for name in ["one", "two"] {
      image.put(cString: name)
      image.put(UInt32(truncatingIfNeeded: -4))
      image.put(UInt32(0))
    }
    for (crcs, more) in [(true, 0), (false, 0), (true, 1), (false, 1)] as [(Bool, UInt64)] {
      var bytes = image
      if crcs { for crc in [5, 6] as [UInt32] { bytes.put(crc) } }
      let end = 0x1000 + UInt64(bytes.count) + more
      let bounds: [String: UInt64] =
        crcs
        ? [
          "__start___ksymtab": 0x1000, "__stop___ksymtab": 0x1018, "__start___kcrctab": 0x1018,
          "__stop___kcrctab": end,
        ] : ["__start___ksymtab": 0x1000, "__stop___ksymtab": end]
      let region = MappedRegion(offset: 0, address: 0x1000, size: bytes.count)
      let all = bytes.bytes
      let exports = KernelExports(
        all.rawSpan, mapped: [region], layout: ELFLayout(is64Bit: true, order: .little),
        machine: .x86_64
      ) { bounds[$0] }
      let table = try exports.read()
      #expect(
        table?.rows.map(\.hasCRC)
          == (crcs ? [more == 0, more == 0] : more == 0 ? [false, false] : nil))
    }
  }

  @Test("a table may have no entries, and ends nowhere before it begins")
  func noEntries() throws {
    let bytes = [UInt8](repeating: 0, count: 16)
    let region = MappedRegion(offset: 0, address: 0x1000, size: bytes.count)
    for (end, isTable) in [(0x1000, true), (0xfff, false)] as [(UInt64, Bool)] {
      let bounds: [String: UInt64] = ["__start___ksymtab": 0x1000, "__stop___ksymtab": end]
      let exports = KernelExports(
        bytes.rawSpan, mapped: [region], layout: ELFLayout(is64Bit: true, order: .little),
        machine: .x86_64
      ) { bounds[$0] }
      #expect(try exports.read()?.rows.count == (isTable ? 0 : nil))
    }
  }

  @Test("pointers for which the file has zeros are those that its relocations put there")
  func relocated() throws {
    var kernel = KernelBuilder(exports: Self.exports)
    kernel.isPlaceRelative = false
    let whole = kernel.build()
    let file = try ELFFile(ByteSource(whole.rawSpan))
    let number = file.sectionIndex(named: "__ksymtab")
    let section = file.sections[try #require(number)]
    let entries = try file.bytes(of: section)
    var relocations = ByteBuilder(.little)
    for place in stride(from: 0, to: entries.byteCount, by: 8) {
      let word = file.layout.word(entries, at: place)
      let target = try #require(word)
      // R_X86_64_RELATIVE.
      for word in [section.address + UInt64(place), 8, target] { relocations.put(word) }
    }
    kernel.sections = [(".rela.dyn", relocations.bytes, 0xffff_ffff_9000_0000)]
    var bytes = kernel.build()
    // The new section is behind the table.
    let range = Int(section.offset)..<Int(section.offset + section.size)
    #expect(bytes[range] == whole[range])
    bytes.replaceSubrange(range, with: [UInt8](repeating: 0, count: range.count))
    let found = try KernelExports(ELFFile(ByteSource(bytes.rawSpan))).read()
    let table = try #require(found)
    #expect(table.rows.map { table.text($0.name) } == Self.exports.map(\.name))
    #expect(table.rows.map { table.text($0.namespace) } == Self.exports.map(\.namespace))
  }

  @Test("a file without an export table has none; a damaged table is an error")
  func damage() throws {
    var elf = ELFBuilder()
    elf.addSection(".text", bytes: [0])
    let plain = elf.build()
    let none = try KernelExports(ELFFile(ByteSource(plain.rawSpan))).read()
    #expect(none == nil)
    elf.addSection("__ksymtab", bytes: [UInt8](repeating: 0x55, count: 36), address: 0x1000)
    let bytes = elf.build()
    #expect(throws: ParseError.self) {
      try KernelExports(ELFFile(ByteSource(bytes.rawSpan))).read()
    }
  }

  @Test("every cut of a kernel is read or refused, without a trap")
  func cuts() throws {
    let bytes = KernelBuilder(exports: Self.exports).build()
    for count in stride(from: 0, to: bytes.count, by: 16) {
      let cut = Array(bytes.prefix(count))
      do {
        _ = try KernelExports(ELFFile(ByteSource(cut.rawSpan))).read()
      } catch { #expect(error.offset >= 0) }
    }
  }
}

@Suite("Export tables found by their form")
struct ExportTableSearchTests {
  /// What is found in an image with place-relative entries for names, CRCs, flags, and the names. With a
  /// stray, the first CRCs look like an entry for the first name.
  private func found(_ names: [String], hasStray: Bool = false) -> FoundExportTables? {
    let end = 12 * names.count
    let start = end + 5 * names.count
    var (image, text) = (ByteBuilder(.little), ByteBuilder())
    for (index, name) in names.enumerated() {
      image.put(UInt32(0))
      image.put(UInt32(start + text.count - (12 * index + 4)))
      image.put(UInt32(0))
      text.put(cString: name)
    }
    for index in names.indices {
      let isName = hasStray && index == 1
      image.put(UInt32(isName ? start - (end + 4) : 0x1000 + index))
    }
    image.put(names.map { _ in UInt8(1) })
    image.put(text.bytes)
    let bytes = image.bytes
    let search = ExportTableSearch(bytes.rawSpan, ELFLayout(is64Bit: true, order: .little))
    return search.placeRelative { _ in true }
  }

  private static let names = ["aa", "ab", "ac", "ad", "ae", "af", "ag", "ah", "ai", "aj"]

  @Test("an entry of the name before, as arm64 has them, is of the same table")
  func equalNames() {
    let plain = found(Self.names)
    #expect(plain != nil)
    for place in [1, 2, 3, 9] {
      var names = Self.names
      names[place] = names[place - 1]
      #expect(found(names) == plain, "\(place)")
    }
    var names = Self.names
    names[9] = "aa"
    #expect(found(names) != plain, "a new order")
  }

  @Test("what follows a table and looks like an entry is none where only so the CRCs fit")
  func strays() {
    let plain = found(Self.names)
    #expect(plain != nil && found(Self.names, hasStray: true) == plain)
  }
}
