import ByteStorage
import ELFFormat
import Modpost
import ModuleFiles
import ModuleVersions
import TestSupport
import Testing
import VersionConversion

/// Converts bytes; throws what the converter throws.
func converted(
  _ bytes: [UInt8], _ request: ConversionRequest
) throws(ConversionError) -> ConvertedModule {
  let span = bytes.rawSpan
  return try ModuleConverter.convert(span, request)
}

func converted(
  _ bytes: [UInt8], to target: ConversionRequest.Target
) throws(ConversionError) -> [UInt8] {
  try converted(bytes, ConversionRequest(target)).bytes
}

@Suite("Conversion of version tables")
struct RoundTripTests {
  static let layouts = [
    ELFLayout(is64Bit: true, order: .little), ELFLayout(is64Bit: true, order: .big),
    ELFLayout(is64Bit: false, order: .little), ELFLayout(is64Bit: false, order: .big),
  ]

  static func module(_ layout: ELFLayout, names: [String]) -> ModuleBuilder {
    var module = ModuleBuilder()
    module.layout = layout
    for (index, name) in names.enumerated() { module.require(name, UInt64(index) + 0x9000_0000) }
    module.require("module_layout", 0xffff_fffe)
    return module
  }

  @Test("basic tables come back from every other layout", arguments: layouts)
  func fromBasic(_ layout: ELFLayout) throws {
    let original = Self.module(layout, names: ["a", "_printk"]).build()
    for target in [ConversionRequest.Target.extended, .both, .packed, .hashed] {
      let other = try converted(original, to: target)
      #expect(try converted(other, to: .basic) == original, "\(target)")
      for second in [ConversionRequest.Target.extended, .both, .packed] {
        let third = try converted(other, to: second)
        #expect(try converted(third, to: .basic) == original, "\(target), \(second)")
      }
    }
  }

  @Test("of hashed names that no symbol has, each is named, in the order of the table")
  func unknownHashes() throws {
    let names = ["x", "known", "y", "z"].map { $0 + String(repeating: "n", count: 60) }
    var module = ModuleBuilder()
    module.undefined = names
    module.extended = (names + ["module_layout"]).map { RequiredVersion($0, 1) }
    let hashed = try converted(module.build(), to: .hashed)
    #expect(try Self.names(converted(hashed, to: .extended)) == names + ["module_layout"])
    var renamed = hashed
    for name in names where !name.hasPrefix("known") {
      let bytes = Array(name.utf8)
      let place = try #require(renamed.indices.first { renamed[$0...].starts(with: bytes) })
      renamed[place] = UInt8(ascii: "w")
    }
    let unknown = names.filter { !$0.hasPrefix("known") }
      .map { SHA256Digest(of: Array($0.utf8).rawSpan).hexadecimal }
    #expect(throws: ConversionError(.unknownHashes, unknown)) {
      try converted(renamed, to: .extended)
    }
  }

  @Test("long names survive in extended, packed and hashed tables", arguments: layouts)
  func longNames(_ layout: ELFLayout) throws {
    let long = String(repeating: "x", count: 60)
    var module = ModuleBuilder()
    module.layout = layout
    module.undefined = ["short", long]
    module.extended = [.init("short", 1), .init(long, 2), .init("module_layout", 3)]
    let original = module.build()
    for target in [ConversionRequest.Target.packed, .hashed, .both] {
      let there = try converted(original, to: target)
      let back = try converted(there, to: .extended)
      #expect(try Self.names(back) == ["short", long, "module_layout"], "\(target)")
    }
    #expect(throws: ConversionError.self) { try converted(original, to: .basic) }
    var request = ConversionRequest(.basic)
    request.dropsUnrepresentable = true
    let dropped = try converted(original, request)
    #expect(try Self.names(dropped.bytes) == ["short", "module_layout"])
    #expect(dropped.notices.contains(.init(.leftOut, [long])))
  }

  @Test("hashes beside extended versions are those of their names, or the tables disagree")
  func hashesBeside() throws {
    var module = ModuleBuilder()
    module.undefined = ["a", "b"]
    module.basic = [.init("a", 1), .init("b", 2)]
    let hashed = try converted(module.build(), to: .hashed)
    let elf = try ELFFile(ByteSource(hashed.rawSpan))
    let table = elf.sectionIndex(named: "__versions")
    let bytes = try elf.bytes(of: elf.sections[try #require(table)]).array
    module.basic = nil
    module.sections = [("__versions", .alloc, bytes)]
    module.extended = [.init("a", 1), .init("b", 2)]
    let both = module.build()
    #expect(try Self.names(converted(both, to: .extended)) == ["a", "b"])
    module.extended = [.init("a", 1), .init("c", 2)]
    let other = module.build()
    #expect(throws: ConversionError.self) { try converted(other, to: .extended) }
    // Names that do not fit have hashes.
    let names = ["a", String(repeating: "b", count: 80), String(repeating: "c", count: 80)]
    module = ModuleBuilder()
    module.undefined = names
    module.extended = names.map { .init($0, 1) }
    let long = try converted(module.build(), to: .hashed)
    let file = try ELFFile(ByteSource(long.rawSpan))
    let place = file.sectionIndex(named: "__versions")
    let hashes = try file.bytes(of: file.sections[try #require(place)]).array
    module.sections = [("__versions", .alloc, hashes)]
    #expect(try Self.names(converted(module.build(), to: .extended)) == names)
    for places in [[1], [2], [1, 2]] {
      var changed = module
      for place in places {
        let letter = place == 1 ? "d" : "e"
        changed.extended?[place] = .init(String(repeating: letter, count: 80), 1)
      }
      let bytes = changed.build()
      #expect(throws: ConversionError.self) { try converted(bytes, to: .extended) }
    }
  }

  @Test("names of the longest length that fits are kept, longer ones refused", arguments: layouts)
  func limits(_ layout: ELFLayout) throws {
    for (length, fits) in [(63 - layout.wordSize, true), (64 - layout.wordSize, false)] {
      var module = ModuleBuilder()
      module.layout = layout
      module.extended = [.init(String(repeating: "n", count: length), 7)]
      let original = module.build()
      if fits {
        #expect(try Self.names(converted(original, to: .basic)).first?.count == length)
      } else {
        #expect(throws: ConversionError.self) { try converted(original, to: .basic) }
      }
    }
  }

  @Test("a module that is as asked for is not changed")
  func unchanged() throws {
    let original = Self.module(Self.layouts[0], names: ["a"]).build()
    let result = try converted(original, ConversionRequest(.basic))
    #expect(!result.isChanged && result.bytes == original)
  }

  @Test("tables that disagree, half tables and damaged ones are refused")
  func refused() throws {
    var module = Self.module(Self.layouts[0], names: ["a"])
    module.extended = [.init("a", 5), .init("module_layout", 0xffff_fffe)]
    let disagreeing = module.build()
    #expect(throws: ConversionError.self) { try converted(disagreeing, to: .extended) }
    var half = ModuleBuilder()
    half.sections = [("__version_ext_crcs", .alloc, [1, 2, 3, 4])]
    let halfBytes = half.build()
    #expect(throws: ConversionError.self) { try converted(halfBytes, to: .basic) }
    var wide = ModuleBuilder()
    wide.basic = [.init("a", 1 << 32)]
    let wideBytes = wide.build()
    #expect(throws: ConversionError.self) { try converted(wideBytes, to: .extended) }
    let none = ModuleBuilder().build()
    #expect(throws: ConversionError.self) { try converted(none, to: .both) }
  }

  @Test("tables disagree about a name that only one has though it fits the other")
  func leftOut() throws {
    for (length, fits) in [(55, true), (56, false)] {
      let name = String(repeating: "n", count: length)
      var module = ModuleBuilder()
      module.undefined = ["a", name]
      module.basic = [.init("a", 1)]
      module.extended = [.init("a", 1), .init(name, 2)]
      let bytes = module.build()
      if fits {
        #expect(throws: ConversionError.self) { try converted(bytes, to: .extended) }
      } else {
        #expect(try Self.names(converted(bytes, to: .extended)) == ["a", name])
      }
    }
  }

  @Test("names that do not fit and names that come twice make no tables disagree")
  func harmless() throws {
    let long = String(repeating: "x", count: 60)
    var module = ModuleBuilder()
    for names in [["a", "b", long], ["a", "a", "b"]] {
      module.extended = names.map { .init($0, 1) }
      module.basic = [.init("b", 1), .init("a", 1)]
      #expect(try Self.names(converted(module.build(), to: .extended)) == names)
    }
  }

  @Test("a name that only one table has makes tables disagree, after one that comes twice too")
  func onlyInOne() throws {
    for (extended, basic) in [
      (["a", "a", "c"], ["a"]), (["a"], ["a", "b"]), (["a", "b"], ["a"]),
    ] {
      var module = ModuleBuilder()
      module.extended = extended.map { .init($0, 1) }
      module.basic = basic.map { .init($0, 1) }
      let file = module.build()
      let error = #expect(throws: ConversionError.self) { try converted(file, to: .extended) }
      #expect(error?.code == .tablesDisagree)
    }
  }

  @Test("of tables that disagree, only versions that are all put in anew decide")
  func disagreement() throws {
    var module = Self.module(Self.layouts[0], names: ["a", "b"])
    let basic = try #require(module.basic)
    module.extended = basic.reversed()
    let reversed = module.build()
    #expect(try converted(reversed, ConversionRequest(.basic)).count == basic.count)
    module.extended = basic.map { RequiredVersion($0.name, $0.name == "a" ? 5 : $0.crc) }
    let disagreeing = module.build()
    for (known, isRight) in [("a", true), ("b", false)] {
      let exports = Self.exports([(known, 9)])
      var request = ConversionRequest(.both)
      request.retargeting = Retargeting(exports)
      #expect(((try? converted(disagreeing, request)) != nil) == isRight)
      request.retargeting?.only = [Array("b".utf8)]
      #expect(throws: ConversionError.self) { try converted(disagreeing, request) }
    }
  }

  @Test("other sections, symbols and relocations stay as they are")
  func others() throws {
    var module = Self.module(Self.layouts[0], names: ["a", "b"])
    module.exports = [SampleExport("mine", 4), SampleExport("ours", 5, isGPLOnly: true)]
    let original = module.build()
    for target in [ConversionRequest.Target.extended, .both, .packed, .none] {
      let result = try converted(original, to: target)
      #expect(try Self.outline(result) == Self.outline(original), "\(target)")
    }
  }

  private static func exports(_ versions: [(String, UInt32)]) -> ExportTable {
    var exports = ExportTable()
    let owner = exports.addOwner("vmlinux")
    for (name, crc) in versions {
      let bytes = Array(name.utf8)
      exports.add(
        name: bytes.rawSpan, namespace: RawSpan(), crc: crc, licence: .any, owner: owner)
    }
    return exports
  }

  @Test("CRCs of another kernel are put in, and only where asked")
  func retargeting() throws {
    let original = Self.module(Self.layouts[0], names: ["a", "b", "gone"]).build()
    let exports = Self.exports([("a", 0x11), ("b", 0x22), ("module_layout", 0x33)])
    var request = ConversionRequest(nil)
    var retargeting = Retargeting(exports)
    request.retargeting = retargeting
    let all = try converted(original, request)
    #expect(try Self.crcs(all.bytes) == [0x11, 0x22, 0x9000_0002, 0x33])
    #expect(all.notices.contains(.init(.kept, ["gone"])))
    retargeting.only = [Array("b".utf8)]
    request.retargeting = retargeting
    #expect(try Self.crcs(converted(original, request).bytes)[..<2] == [0x9000_0000, 0x22])
    // A table made from nothing.
    var none = ConversionRequest(.both)
    var adding = Retargeting(exports)
    adding.addsMissing = true
    none.retargeting = adding
    let made = try converted(try converted(original, to: .none), none)
    #expect(try Self.names(made.bytes) == ["a", "b", "module_layout"])
    #expect(made.notices.contains(.init(.stillMissing, ["gone"])))
  }

  // MARK: Reading results

  static func names(_ bytes: [UInt8]) throws -> [String] {
    var found: [String] = []
    let tables = try ModuleFile(ByteSource(bytes.rawSpan)).versions()
    let wanted: VersionLayout =
      tables.hasExtended ? .extended : tables.packed == nil ? .basic : .packed
    tables.forEach { layout, record in
      if layout == wanted { found.append(record.name.text) }
    }
    return found
  }

  static func crcs(_ bytes: [UInt8]) throws -> [UInt64] {
    var found: [UInt64] = []
    try ModuleFile(ByteSource(bytes.rawSpan)).versions().forEach { found.append($1.crc) }
    return found
  }

  /// Everything but version tables, offsets and indices: sections with what they hold, symbols with
  /// the names of their sections, relocations with the names of their targets.
  static func outline(_ bytes: [UInt8]) throws -> [String] {
    let elf = try ELFFile(ByteSource(bytes.rawSpan))
    func name(_ index: Int) -> String {
      elf.sections.indices.contains(index) ? elf.name(of: elf.sections[index]).text : "\(index)"
    }
    var lines: [String] = []
    for section in elf.sections {
      let title = elf.name(of: section).text
      if title.hasPrefix("__version") || section.type == .null { continue }
      lines.append("\(title) \(section.type) \(section.flags) \(section.alignment)")
      if [".shstrtab", ".symtab"].contains(title) { continue }
      if section.type == .rela {
        lines.append("\(name(Int(section.link))) \(name(Int(section.info)))")
      }
      lines.append("\(try elf.bytes(of: section).array)")
    }
    if let table = try elf.symbolTable() {
      for index in 1..<max(1, table.count) {
        guard let symbol = table.symbol(at: index) else { break }
        lines.append(
          "\(table.name(of: symbol).text) \(name(Int(symbol.sectionIndex))) \(symbol.value) \(symbol.info)"
        )
      }
    }
    return lines
  }
}
