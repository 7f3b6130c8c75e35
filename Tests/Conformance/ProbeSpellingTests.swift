import ByteStorage
import KernelReleases
import Kernels
import NameTranslation
import SymbolSpelling
import SymbolTables
import TestSupport
import Testing

/// Spellings for tracefs, asked of kernels booted for the occasion.
@Suite("Probe spellings", .serialized)
struct ProbeSpellingTests {
  /// What is asked: a line, and whether the kernel should take it.
  private struct Question {
    let file: String
    let text: String
    let isTaken: Bool
  }

  private static let images =
    RealCorpus.folders(with: "bzImage").map { "\($0)/bzImage" }
    + RealKernel.all.filter { $0.label == "amd64-6.12" }.map(\.root)

  @Test(
    "booted kernels take the lines for kprobe_events and set_ftrace_filter, and refuse the rest",
    .needs("qemu-system-x86_64", "cpio", "gcc"),
    .enabled(if: !images.isEmpty, "needs make kernels (amd64-6.12), or KSYM_CORPUS"))
  func bootedKernels() async throws {
    for path in Self.images { try await ask(path) }
  }

  private func ask(_ path: String) async throws {
    let kernel = try OpenKernel(path)
    let image = kernel.filePath ?? path
    let source = try kernel.symbols(withProbeSites: true)
    try #require(source.probeSites != nil)
    let speller = SymbolSpeller(
      SymbolIndex(source.table),
      kernel: .init(
        release: source.release.flatMap { KernelRelease($0) },
        configuration: .init(hasClangLTO: path.contains("thinlto")), sites: source.probeSites))
    let questions = Self.questions(speller)
    let scratch = try ScratchDirectory()
    let plan = questions.enumerated().map { "\($0)\t\($1.file)\t\($1.text)\n" }.joined()
    try scratch.write(Array(plan.utf8), to: "plan")
    let run = try await Ksym.run(
      [image, "\(scratch.path)/plan", "\(scratch.path)/answers"],
      program: Fixture.path("../Oracle/probes.sh"))
    try #require(run.status == 0, "\(run.errors)")
    var answers = FileBuffer()
    try answers.open("\(scratch.path)/answers")
    let lines = try answers.source.all().text.split(separator: "\n")
    #expect(lines.count == questions.count)
    var differences: [String] = []
    for (question, line) in zip(questions, lines) {
      let isTaken = line.hasSuffix("\t0")
      if isTaken != question.isTaken { differences.append("\(question.text) (\(line))") }
    }
    #expect(differences.isEmpty, "\(path): \(differences.prefix(20))")
    report("\(path): \(lines.count) lines for tracefs asked of the booted kernel")
  }

  /// Every kind of name, and some of all functions.
  private static func questions(_ speller: SymbolSpeller) -> [Question] {
    let index = speller.index
    guard let text = index.symbols(named: "_text").first.map({ index.table.addresses[$0] }) else {
      return []
    }
    var questions: [Question] = []
    var seen: [String: Int] = [:]
    for symbol in stride(from: 0, to: index.kernelCount, by: 7)
    where index.table.type(at: symbol) | 0x20 == 0x74 {
      let name = index.table.name(at: symbol).text
      let kind =
        [".llvm.", ".cold", ".isra.", ".constprop.", ".part.", "_R", "__cfi_", "__pfx_"]
        .first { name.contains($0) }
        ?? (index.position(of: symbol).count > 1 ? "equal" : "plain")
      seen[kind, default: 0] += 1
      // The first of each kind lie close together: every so many-th.
      guard (seen[kind, default: 0] &* 7919) % 101 < (kind == "plain" ? 3 : 20) else { continue }
      let kprobe = speller.spelling(of: symbol, for: .kprobe)
      let distance = String(index.table.addresses[symbol] &- text, radix: 16)
      questions.append(
        Question(
          file: "kprobe_events", text: kprobe.text ?? "p:refused _text+0x\(distance)",
          isTaken: kprobe.text != nil))
      // A filter cannot choose among equal names: only what is unique can be asked.
      // The kernel goes through all its functions for each, and does so slowly here.
      guard questions.count % 8 == 0, index.position(of: symbol).count == 1 else { continue }
      let ftrace = speller.spelling(of: symbol, for: .ftrace)
      questions.append(
        Question(
          file: "set_ftrace_filter", text: ftrace.text ?? name, isTaken: ftrace.text != nil))
    }
    return questions
  }
}
