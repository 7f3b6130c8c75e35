import Foundation
import SymbolNames
import Testing

/// One line of a file in Tests/Fixtures/names.
struct GoldenName: Sendable {
  let linkage: String
  let plain: String
  /// Empty where the tool is wrong.
  let withHashes: String

  static func all(in file: String) throws -> [GoldenName] {
    let fixtures = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/names")
    let text = try String(contentsOf: fixtures.appending(path: file), encoding: .utf8)
    return try text.split(separator: "\n").map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      try #require(fields.count == 3)
      return GoldenName(linkage: fields[0], plain: fields[1], withHashes: fields[2])
    }
  }
}

@Suite("Rust names against llvm-cxxfilt and c++filt")
struct RustGoldenTests {
  @Test(
    "every golden name reads as the tools say",
    arguments: ["kernel.tsv", "compiled.tsv", "grammar.tsv", "legacy.tsv"])
  func goldenNames(file: String) throws {
    for golden in try GoldenName.all(in: file) {
      let plain = RustDemangler.readableName(of: golden.linkage)
      #expect((plain ?? golden.linkage) == golden.plain)
      guard !golden.withHashes.isEmpty else { continue }
      let full = RustDemangler.readableName(of: golden.linkage, style: .showingHashes)
      #expect((full ?? golden.linkage) == golden.withHashes)
    }
  }

  @Test(
    "names are appended to one buffer side by side; a string that is not a name leaves it alone")
  func sharedBuffer() throws {
    var output = NameBuffer(minimumCapacity: 1)
    var expected = ""
    for golden in try GoldenName.all(in: "kernel.tsv") {
      let isMangled = RustDemangler.appendReadableName(
        of: Array(golden.linkage.utf8).span, to: &output)
      let isPieceMangled = RustDemangler.appendReadableName(
        of: Array(golden.linkage.utf8.prefix(6)).span, to: &output)
      #expect(isMangled && !isPieceMangled)
      expected += golden.plain
    }
    #expect(output.string == expected)
    #expect(output.count == expected.utf8.count)
    output.removeAll()
    #expect(output.count == 0)
    let left = output.bytes.count
    #expect(left == 0)
  }

  @Test("a name cut anywhere is a value or nothing, never a trap")
  func truncatedNames() throws {
    var output = NameBuffer()
    for golden in try GoldenName.all(in: "grammar.tsv") + GoldenName.all(in: "legacy.tsv") {
      let bytes = Array(golden.linkage.utf8)
      for length in 0..<bytes.count {
        _ = RustDemangler.appendReadableName(of: bytes.span.extracting(first: length), to: &output)
        output.removeAll()
      }
    }
  }
}
