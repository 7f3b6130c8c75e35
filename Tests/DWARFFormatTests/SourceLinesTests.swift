import ByteStorage
import DWARFFormat
import ELFFormat
import TestSupport
import Testing

@Suite("Source lines")
struct SourceLinesTests {
  /// The places that addr2line gave for a byte of code.
  private struct Recorded {
    let section: String
    let address: UInt64
    let places: [String]
  }

  private static let files = [
    "gcc-dw4.elf", "gcc-dw5.elf", "gcc-dw5-packed.elf", "clang-dw4.elf", "clang-dw5.elf",
    "gcc-dw4.o", "gcc-dw5.o", "clang-dw4.o", "rustc-dw4.o",
  ]

  private let root: String
  private let scratch: ScratchDirectory

  init() throws {
    scratch = try ScratchDirectory()
    try TarArchive.unpack(Fixture.path("sources/sources.tar.xz"), into: scratch)
    root = scratch.path
  }

  private func recorded(_ file: String) throws -> [Recorded] {
    let text = String(decoding: try contents(of: "\(root)/places"), as: UTF8.self)
    return text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count > 2, words[0] == file,
        let address = UInt64(words[2].dropFirst(2), radix: 16)
      else { return nil }
      return Recorded(
        section: String(words[1]), address: address, places: words.dropFirst(3).map(String.init))
    }
  }

  /// Where sections of a relocatable file were placed, by name.
  private func places(_ file: MappedFile, _ data: DebugData) throws -> [String: UInt64] {
    let elf = try ELFFile(ByteSource(file.bytes))
    var places: [String: UInt64] = [:]
    for (index, base) in data.bases.enumerated() {
      places[elf.name(of: elf.sections[index]).text] = base
    }
    return places
  }

  @Test(
    "are those of addr2line for each byte of code, calls that were inlined included",
    arguments: files)
  func recordedPlaces(_ name: String) throws {
    let file = try MappedFile("\(root)/\(name)")
    let data = try DebugData(file, placesSections: true)
    let bases = try places(file, data)
    var lines = try SourceLines(data)
    #expect(!lines.isEmpty)
    let rows = try recorded(name)
    #expect(rows.count > 50)
    for row in rows {
      let found = lines.places(of: row.address &+ (bases[row.section] ?? 0)).map { place in
        String(decoding: place.path, as: UTF8.self) + (place.line == 0 ? ":?" : ":\(place.line)")
      }
      #expect(found == row.places, "\(name) \(row.section) \(row.address)")
    }
  }

  @Test("functions of a relocatable file are placed with their sections")
  func functions() throws {
    let data = try DebugData(try MappedFile("\(root)/gcc-dw5.o"), placesSections: true)
    let name = Array("early".utf8)
    let early = try data.functions(named: name.rawSpan)
    var lines = try SourceLines(data)
    #expect(early.count == 1)
    let place = early.first.flatMap { lines.places(of: $0).first }
    #expect(place.map { String(decoding: $0.path, as: UTF8.self) } == "/build/linux/init/main.c")
  }

  @Test("of damaged files are some or none, without a trap")
  func damage() throws {
    let whole = try contents(of: "\(root)/gcc-dw5.elf")
    for place in stride(from: 64, to: whole.count, by: 37) {
      var bytes = whole
      bytes[place] ^= 0xff
      guard let data = try? DebugData(MappedFile(copying: bytes.rawSpan), placesSections: true),
        var lines = try? SourceLines(data)
      else { continue }
      for offset in 0..<64 { _ = lines.places(of: 0x4100_0000 &+ UInt64(offset)) }
    }
  }
}
