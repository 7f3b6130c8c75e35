import ByteStorage
import Testing

@Suite("Lines")
struct LinesTests {
  @Test(
    "A line ends with a line feed, with or without a carriage return, or with the text",
    arguments: [
      ("", []), ("\n", [""]), ("a", ["a"]), ("a\n", ["a"]), ("a\n\nb", ["a", "", "b"]),
      ("a\r\nb\r", ["a", "b"]), ("a\rb\n\r\n", ["a\rb", ""]),
    ] as [(String, [String])])
  func splitting(_ text: String, _ expected: [String]) {
    #expect(lines(of: text, keepsCarriageReturns: false) == expected)
  }

  @Test("Carriage returns stay where a format has no others")
  func carriageReturns() {
    #expect(lines(of: "a\r\nb\r", keepsCarriageReturns: true) == ["a\r", "b\r"])
  }

  private func lines(of text: String, keepsCarriageReturns: Bool) -> [String] {
    let bytes = Array(text.utf8)
    var lines = Lines(bytes.rawSpan, keepsCarriageReturns: keepsCarriageReturns)
    var found: [String] = []
    while let line = lines.next() { found.append(line.text) }
    return found
  }
}
