import ByteStorage
import FuzzTargets
import TestSupport
import Testing

/// Damaged streams and signatures end elsewhere, and with other errors, in other versions of liblzma, zstd
/// and libcrypto.
private let isDebian12: Bool = {
  guard let release = try? contents(of: "/etc/os-release") else { return false }
  let lines = String(decoding: release, as: UTF8.self).split(separator: "\n")
  return lines.contains("ID=debian") && lines.contains("VERSION_ID=\"12\"")
}()

/// What every parser makes of the seeds of its fuzz target and of damaged copies of them, compared with what
/// it made of them when the answers were recorded: what changes unmeant, in paths that sound inputs never
/// take, shows here. `make answers` records them anew; whoever does looks at what changed, and why.
@Suite(
  "Answers to damaged inputs", .serialized,
  .enabled(if: isDebian12, "needs the libraries of Debian 12"))
struct AnswerTests {
  private static let seeds = Fixture.path("../../Fuzz/Seeds")
  private static let recorded = Fixture.path("answers")

  @Test(
    "every parser makes of damaged inputs what it made of them before",
    arguments: FuzzTargets.all.keys.sorted())
  func answers(_ name: String) throws {
    let target = try #require(FuzzTargets.all[name])
    var lines: [String] = []
    for seed in DirectoryTree.names(in: "\(Self.seeds)/\(name)") {
      var line = seed
      let bytes = try contents(of: "\(Self.seeds)/\(name)/\(seed)")
      for number in 0..<Damage.count(for: bytes) {
        let damaged = Damage.damaged(bytes, "\(name)/\(seed)", number)
        let answer = FuzzTargets.answer(to: damaged.rawSpan, target)
        line += " " + String(answer >> 48 | 0x10000, radix: 16).dropFirst()
      }
      lines.append(line)
    }
    let file = "\(Self.recorded)/\(name)"
    if environment("KSYM_WRITE_ANSWERS") != nil {
      try AtomicFile.write(Array(lines.map { $0 + "\n" }.joined().utf8), to: file)
      return
    }
    let wanted = String(decoding: try contents(of: file), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == wanted.count)
    for (line, wanted) in zip(lines, wanted) where line != wanted {
      let (words, others) = (line.split(separator: " "), wanted.split(separator: " "))
      let differing = zip(words, others).enumerated().filter { $0.element.0 != $0.element.1 }
      let numbers = differing.map { String($0.offset - 1) }.joined(separator: " ")
      Issue.record("\(name)/\(words[0]): other answers to damages \(numbers) (make answers)")
    }
  }
}
