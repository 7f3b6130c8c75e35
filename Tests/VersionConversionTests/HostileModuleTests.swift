import ByteStorage
import ELFFormat
import Modpost
import TestSupport
import Testing
import VersionConversion

/// Section headers of modules that no linker writes: refused with the place, or harmless.
@Suite("Conversion of malformed modules")
struct HostileModuleTests {
  private static let original = RoundTripTests.module(
    RoundTripTests.layouts[0], names: ["a", "_printk"]
  ).build()

  /// Where fields of a 64-bit section header are, and how wide they are.
  private enum Field: Int {
    case name = 0
    case type = 4
    case offset = 24
    case size = 32
    case link = 40
    case info = 44
    case alignment = 48

    var width: Int { [.name, .type, .link, .info].contains(self) ? 4 : 8 }
  }

  private static func place(_ section: String, in bytes: [UInt8]) throws -> Int {
    let elf = try ELFFile(ByteSource(bytes.rawSpan))
    let index = elf.sections.firstIndex { elf.name(of: $0).text == section }
    return elf.headerOffset(ofSection: try #require(index))
  }

  /// The module with one field of a section header changed.
  private static func damaged(
    _ section: String, _ field: Field, _ value: UInt64, in bytes: [UInt8] = original
  ) throws -> [UInt8] {
    var result = bytes
    let start = try place(section, in: bytes) + field.rawValue
    for index in 0..<field.width {
      result[start + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
    }
    return result
  }

  /// The words of the refusal; `nil` if the module is converted.
  private static func refusal(
    _ bytes: [UInt8], _ target: ConversionRequest.Target = .both
  ) -> String? {
    do {
      _ = try converted(bytes, to: target)
      return nil
    } catch { return "\(error)" }
  }

  @Test("a section name table without bytes is refused, with the place", arguments: [0, 8])
  func nameTable(_ type: UInt64) throws {
    let module = try Self.damaged(".shstrtab", .type, type)
    let place = String(try Self.place(".shstrtab", in: Self.original), radix: 16)
    for target in [ConversionRequest.Target.extended, .both, .packed, .none] {
      let words = Self.refusal(module, target) ?? "converted"
      #expect(words.contains("type of the section name table at 0x\(place)"), "\(target): \(words)")
    }
  }

  @Test("a section name beyond its table, or a table without an end, is refused")
  func names() throws {
    let elf = try ELFFile(ByteSource(Self.original.rawSpan))
    let names = elf.sections[Int(elf.header.sectionNameTableIndex)]
    for offset in [names.size, 1 << 30] {
      let module = try Self.damaged(".text", .name, offset)
      #expect(Self.refusal(module)?.contains("sh_name") == true, "\(offset)")
    }
    var module = Self.original
    module[Int(names.offset + names.size) - 1] = 0x78
    #expect(Self.refusal(module)?.contains("section name table") == true)
  }

  @Test("sections that overlap, or lie outside of the file, are refused")
  func extents() throws {
    let count = UInt64(Self.original.count)
    for (section, field, value) in [
      (".symtab", Field.offset, 64), (".text", .offset, 0), (".modinfo", .size, 1 << 62),
      (".modinfo", .offset, count), (".modinfo", .offset, .max), (".strtab", .size, count),
      ("__versions", .offset, count - 1), (".shstrtab", .offset, 70),
    ] as [(String, Field, UInt64)] {
      let module = try Self.damaged(section, field, value)
      #expect(Self.refusal(module) != nil, "\(section) \(field) \(value)")
    }
  }

  @Test("no alignment makes the module grow beyond it, or moves what is in sections")
  func alignments() throws {
    for value in [0, 3, 4096, 1 << 21, 1 << 22, 0xf800_0000, 1 << 40, 1 << 63, .max] as [UInt64] {
      for section in [".strtab", ".symtab", ".text", ".modinfo", "__versions", ".shstrtab"] {
        let module = try Self.damaged(section, .alignment, value)
        let result = try converted(module, to: .both)
        #expect(result.count < module.count + (8 << 20), "\(section) \(value)")
        #expect(try RoundTripTests.outline(result) == RoundTripTests.outline(module))
        #expect(try converted(result, to: .basic).count <= result.count)
      }
    }
  }

  @Test(
    "a new table has the alignment of the one that is there, if that is a sane one",
    arguments: [(0, 8), (64, 64), (4096, 4096), (8192, 8)] as [(UInt64, UInt64)])
  func takenAlignments(_ given: UInt64, _ taken: UInt64) throws {
    let module = try Self.damaged("__versions", .alignment, given)
    let result = try converted(module, to: .both)
    let elf = try ELFFile(ByteSource(result.rawSpan))
    let found = elf.sectionIndex(named: "__version_ext_crcs")
    let index = try #require(found)
    // The usual one for three CRCs is 8.
    #expect(elf.sections[index].alignment == taken)
  }

  @Test("sections without bytes may have any size and offset")
  func withoutBytes() throws {
    var builder = RoundTripTests.module(RoundTripTests.layouts[0], names: ["a"])
    builder.sections = [(".bss", [.alloc, .write], [])]
    let plain = builder.build()
    for type in [0, 8] as [UInt64] {
      for (field, value) in [
        (Field.size, 1 << 62), (.offset, 0), (.offset, .max), (.alignment, 1 << 21),
      ] as [(Field, UInt64)] {
        let typed = try Self.damaged(".bss", .type, type, in: plain)
        let module = try Self.damaged(".bss", field, value, in: typed)
        let result = try converted(module, to: .both)
        #expect(result.count < module.count + (8 << 20))
        #expect(try RoundTripTests.outline(result) == RoundTripTests.outline(module))
        #expect(try converted(result, to: .basic).count <= result.count)
      }
    }
  }

  @Test("an empty table may have any offset in the file", arguments: [0, 64, 101, 700])
  func emptyTable(_ offset: UInt64) throws {
    var builder = ModuleBuilder()
    builder.basic = []
    let module = try Self.damaged("__versions", .offset, offset, in: builder.build())
    for target in [ConversionRequest.Target.packed, .none] {
      let result = try converted(module, to: target)
      #expect(result.count < module.count + (8 << 20))
      #expect(try RoundTripTests.outline(result) == RoundTripTests.outline(module))
    }
    #expect(try converted(converted(module, to: .packed), to: .basic).count < 2 * module.count)
    let outside = try Self.damaged("__versions", .offset, .max - offset, in: module)
    #expect(Self.refusal(outside, .packed) != nil)
    #expect(Self.refusal(outside, .none) == nil, "what is removed is not read")
  }

  @Test("tables of another type, and tables that other sections need, are refused")
  func tables() throws {
    for type in [0, 2, 3, 4, 8, 17] as [UInt64] {
      #expect(Self.refusal(try Self.damaged("__versions", .type, type)) != nil, "\(type)")
    }
    let elf = try ELFFile(ByteSource(Self.original.rawSpan))
    let index = elf.sectionIndex(named: "__versions")
    let table = try #require(index)
    for target in [ConversionRequest.Target.both, .packed, .none] {
      let strings = try Self.damaged(".symtab", .link, UInt64(table))
      #expect(Self.refusal(strings, target) != nil)
      let relocated = try Self.damaged(
        ".modinfo", .info, UInt64(table), in: Self.damaged(".modinfo", .type, 4))
      #expect(Self.refusal(relocated, target) != nil)
    }
  }

  @Test("a file cut anywhere is refused, or converted as before")
  func cut() throws {
    for count in stride(from: 0, to: Self.original.count, by: 7) {
      #expect(Self.refusal(Array(Self.original[..<count])) != nil, "\(count)")
    }
  }
}
