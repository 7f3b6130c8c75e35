import ByteStorage
import DWARFFormat
import NameTranslation
import SymbolTables
import Testing

@Suite("Places in sources")
struct SourceFinderTests {
  /// Places that show what was asked.
  private final class Finder: SourceFinder {
    func places(inSource source: Int, address: UInt64) -> [SourcePlace] {
      guard address < 0xffff_ffff_8100_0200 else { return [] }
      let line = UInt32(truncatingIfNeeded: address & 0xfff)
      return [
        SourcePlace(path: Array("a.h".utf8), line: line),
        SourcePlace(path: Array("b.c".utf8), line: 0),
      ]
    }

    func places(inModule module: String, symbol: [UInt8], offset: UInt64) -> [SourcePlace] {
      let path = "\(module)/\(String(decoding: symbol, as: UTF8.self))\u{1b} \u{7f}.c"
      return [SourcePlace(path: Array(path.utf8), line: UInt32(truncatingIfNeeded: offset))]
    }
  }

  private static let list = """
    ffffffff81000000 T _text
    ffffffff81000100 T vfs_read
    ffffffff81000200 T _end

    """

  private func translated(_ text: String) throws -> String {
    var translator = TextTranslator(
      TranslationOptions(form: .readable), sources: [try source(Self.list)], finder: Finder())
    return String(
      decoding: NameTranslationTests.translated(Array(text.utf8), by: &translator), as: UTF8.self)
  }

  @Test(
    "follow names with offsets, innermost first",
    arguments: [
      ("vfs_read+0x10/0x100", "vfs_read+0x10/0x100 (a.h:272 b.c:?)"),
      (" vfs_read+0x0/0x100 x", " vfs_read+0x0/0x100 (a.h:256 b.c:?) x"),
      ("vfs_read+0x10/0x20", "vfs_read+0x10/0x20"), ("no_such+0x1/0x2", "no_such+0x1/0x2"),
      ("read+0x5/0x9 [ext4]", "read+0x5/0x9 (ext4/read? ?.c:5) [ext4]"),
    ])
  func tokens(_ text: String, _ expected: String) throws {
    #expect(try translated(text) == expected)
  }

  @Test(
    "of frames in call traces are those of the calls, of instruction pointers those of the address")
  func callTraces() throws {
    let text = """
      RIP: 0010:vfs_read+0x10/0x100
      Call Trace:
       <TASK>
       vfs_read+0x10/0x100
       ? vfs_read+0x0/0x100
      RIP: 0033:vfs_read+0x10/0x100
       vfs_read+0x10/0x100
      end
       vfs_read+0x10/0x100
      """
    let lines = try translated(text).split(separator: "\n").compactMap { line in
      line.split(separator: "(").dropFirst().first.map { String($0.prefix(7)) }
    }
    #expect(lines == ["a.h:272", "a.h:271", "a.h:256", "a.h:272", "a.h:271", "a.h:272"])
  }
}
