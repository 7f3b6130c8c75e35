import ByteStorage
import ELFFormat
import KernelReleases
import Livepatching
import SymbolTables
import TestSupport
import Testing

/// What booted kernels said of livepatches, from facts that are committed with the tests.
@Suite("Recorded livepatches")
struct RecordedLivepatchTests {
  private static let rules = LivepatchRules(KernelRelease(7, 3, 4))

  @Test(
    "every row is answered as the kernel did, in both stages",
    arguments: [("livepatch-7.3", 90, false), ("thinlto-7.3", 90, true)])
  func rows(_ name: String, _ count: Int, _ hasLTO: Bool) throws {
    let folder = Fixture.path("livepatches/\(name)")
    let rows = try VerdictRow.read("\(folder)/rows.tsv.xz")
    #expect(rows.count >= count)
    let scratch = try ScratchDirectory()
    try TarArchive.unpack("\(folder)/modules.tar.xz", into: scratch)
    let kernel = try Self.kernel(name, hasLTO)
    var differences: [String] = []
    for row in rows {
      let objects = try row.dependencies.map { path in
        try Self.read(scratch.file(path)) { elf throws(ParseError) in
          try ObjectSymbols(elf, moduleName: "livepatch_shadow_mod", path: path)
        }
      }
      let resolver = LivepatchResolver(kernel: kernel, objects: objects, rules: Self.rules)
      let patch = try Self.read(scratch.file(row.module)) { elf throws(ParseError) in
        try Livepatch(elf, rules: Self.rules)
      }
      let said = Self.answer(patch, resolver)
      let wanted = Self.words(
        row.result, row.errno, row.log)
      if said != wanted { differences.append("\(row.id): \(said), the kernel: \(wanted)") }
    }
    #expect(differences.isEmpty, "\(differences.count): \(differences.joined(separator: "\n"))")
  }

  /// Both stages, as the recorded rows have them.
  private static func answer(_ patch: Livepatch, _ resolver: LivepatchResolver) -> String {
    let judge = LivepatchJudge(patch, resolver)
    if let refusal = judge.load().refusal {
      return words("refused", "EINVAL", [refusal.line ?? ""])
    }
    let decision = judge.enable()
    let result: String
    switch decision.verdict {
    case .applies: result = "loaded"
    case .crashes: result = "crashed"
    default: result = decision.verdict.rawValue
    }
    return words(result, decision.errno?.name ?? "", decision.log)
  }

  private static func words(_ result: String, _ errno: String, _ log: [String]) -> String {
    "\(result) \(errno) \(log.map(KernelLog.trimmed))"
  }

  private static func kernel(_ name: String, _ hasLTO: Bool) throws -> LivepatchKernel {
    let map = try Fixture.bytes("livepatches/\(name)/System.map")
    let sites = String(
      decoding: try Fixture.bytes("livepatches/\(name)/sites"), as: UTF8.self)
    return LivepatchKernel(
      SymbolIndex(try SymbolText(parsing: map.rawSpan).table), rules: rules,
      configuration: .init(hasClangLTO: hasLTO, hasCFIWithThinLTO: hasLTO),
      sites: sites.split(separator: "\n").compactMap { UInt64($0, radix: 16) })
  }

  private static func read<Value>(
    _ path: String, _ body: (ELFFile) throws(ParseError) -> Value
  ) throws -> Value {
    var buffer = FileBuffer()
    try buffer.open(path)
    return try body(ELFFile(buffer.source))
  }
}
