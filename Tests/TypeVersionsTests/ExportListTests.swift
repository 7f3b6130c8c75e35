import ByteStorage
import TestSupport
import Testing
import TypeVersions

@Suite("Lists of exports")
struct ExportListTests {
  /// The lines of a run without objects, and its warnings.
  private func lines(_ text: String) throws -> [String] {
    let bytes = Array(text.utf8)
    var run = VersionsRun(try ExportList(parsing: bytes.rawSpan), VersionsRequest())
    let output = run.finish().bytes
    #expect(run.warnings.count == output.filter { $0 == 0x0a }.count)
    return output.rawSpan.text.split(separator: "\n").map(String.init)
  }

  @Test("the first word of a line counts, and a name once")
  func words() throws {
    #expect(
      try lines(" a b c\na\n\tb\n") == ["#SYMVER b 0x00000000", "#SYMVER a 0x00000000"]
        || lines(" a b c\na\n\tb\n") == ["#SYMVER a 0x00000000", "#SYMVER b 0x00000000"])
    #expect(try lines("") == [])
  }

  @Test("a line without a word is an error", arguments: ["\n", "a\n \nb\n", "a\n\n"])
  func emptyLines(_ text: String) {
    let bytes = Array(text.utf8)
    let error = #expect(throws: TypeVersionsError.self) {
      try ExportList(parsing: bytes.rawSpan)
    }
    #expect(error == .emptyLine(text == "\n" ? 1 : 2))
  }
}
