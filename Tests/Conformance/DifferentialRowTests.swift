import ByteStorage
import TestSupport
import Testing

/// What real kernels said of minimal modules, each with one small edit near a decision of the loader.
///
/// `$KSYM_DIFFERENTIAL` names a folder with one folder a kernel: `verdicts.tsv`, and the modules that
/// its rows name. The kernels are those of the corpus and of the cache.
@Suite("Modules near the loader's decisions", .serialized)
struct DifferentialRowTests {
  private static let directory = environment("KSYM_DIFFERENTIAL")

  /// Labels of kernels in the cache, and the release that the rows are of.
  private static let cached = [
    "d510": "amd64-5.10", "d61": "amd64-6.1", "d612": "amd64-6.12", "d612arm64": "arm64-6.12",
  ]

  @Test(
    "every row is answered as the kernel did",
    .enabled(if: directory != nil, "needs KSYM_DIFFERENTIAL"),
    arguments: ["d510", "d61", "d612", "d612arm64", "rust-ext", "thinlto"])
  func rows(_ name: String) async throws {
    let folder = "\(try #require(Self.directory))/\(name)"
    try need(PathKind("\(folder)/verdicts.tsv") == .file, folder)
    let kernel = try #require(try kernel(name, folder))
    let rows = try VerdictRow.read("\(folder)/verdicts.tsv").filter {
      // BTF is not looked at; code that ftrace has changed is no name to know.
      !$0.id.hasPrefix("section-btf-") && !$0.id.hasPrefix("exports-name-of-entry-1-is-in-text")
    }
    #expect(rows.count > 100)
    var comparison = VerdictComparison(directory: folder, kernel: kernel, hidesForceNotices: true)
    comparison.ignoresAddresses = true
    let found = try await comparison.differences(rows)
    #expect(found.isEmpty, "\(found.count): \(found.prefix(40).joined(separator: "\n"))")
  }

  private func kernel(_ name: String, _ folder: String) throws -> [String]? {
    guard let label = Self.cached[name] else {
      let kernel = RealCorpus.folders.first { $0.hasSuffix("/\(name)") }
      try need(kernel != nil, "KSYM_CORPUS with \(name)")
      return kernel.map {
        ["-k", "\($0)/bzImage", "--config", "\($0)/config", "--assume", "missing-version=refuse"]
      }
    }
    let kernel = RealKernel.all.first { $0.label == label }
    try need(kernel != nil, label)
    // Versions of symbols change within a release: only the very kernel will do.
    let magic = Array("vermagic=".utf8)
    let module = try bytes("\(folder)/\(try #require(controls(folder).first))")
    let start = try #require(module.firstRange(of: magic)).upperBound
    let release = String(decoding: module[start...].prefix { $0 != 0x20 }, as: UTF8.self)
    try need(kernel?.image?.hasSuffix(release) ?? false, "\(label) of release \(release)")
    return kernel.map { ["-k", $0.root] }
  }

  private func controls(_ folder: String) throws -> [String] {
    try VerdictRow.read("\(folder)/verdicts.tsv").filter { $0.id.hasPrefix("control-unchanged") }
      .map(\.module)
  }

  private func bytes(_ path: String) throws -> [UInt8] {
    var buffer = FileBuffer()
    try buffer.open(path)
    return try buffer.source.all().array
  }
}
