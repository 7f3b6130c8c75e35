import ByteStorage
import TestSupport
import Testing
import TypeVersions

@Suite("Versions from debug information")
struct GoldenVersionsTests {
  /// What differs from a recorded run.
  private func differences(_ golden: TypeGoldens.Run) throws -> [String] {
    let list = try contents(of: golden.list)
    var request = VersionsRequest()
    request.isStable = golden.isStable
    request.wantsSymtypes = true
    request.wantsEntries = golden.output("dies") != nil
    var run = VersionsRun(try ExportList(parsing: list.rawSpan), request)
    try run.add(try MappedFile(golden.object))
    var found: [String] = []
    if run.finish().bytes != golden.output("symver") { found.append("versions") }
    if run.symtypes.bytes != golden.output("symtypes") { found.append("symtypes") }
    // Warnings are on standard error too, after the entries.
    let warnings = golden.output("warn")?.filter { $0 == 0x0a }.count ?? 0
    if run.warnings.count != warnings { found.append("warnings") }
    if let dies = golden.output("dies"), !dies.starts(with: run.dump.bytes) {
      found.append("entries")
    }
    return found.map { "\(golden.name): \($0)" }
  }

  @Test("versions, symtypes, entries and warnings are those of gendwarfksyms")
  func fixtures() throws {
    let scratch = try ScratchDirectory()
    let runs = try TypeGoldens(unpackingInto: scratch).runs
    #expect(runs.count == 23)
    #expect(try runs.flatMap(differences) == [])
  }

  @Test(
    "so are those of all recorded runs",
    .enabled(if: TypeGoldens.recorded != nil, "needs KSYM_DWARF_GOLDENS"))
  func recordings() throws {
    let runs = try #require(TypeGoldens.recorded).runs
    #expect(runs.count >= 86)
    #expect(try runs.flatMap(differences) == [])
  }

  @Test("damaged objects give an error or versions, never a trap")
  func damage() throws {
    let scratch = try ScratchDirectory()
    let runs = try TypeGoldens(unpackingInto: scratch).runs
    var generator = SystemRandomNumberGenerator()
    for golden in runs {
      let whole = try contents(of: golden.object)
      let list = try contents(of: golden.list)
      let exports = try ExportList(parsing: list.rawSpan)
      for round in 0..<12 {
        var bytes = whole
        if round < 3 {
          bytes.removeLast(bytes.count * (round + 1) / 4)
        } else {
          for _ in 0..<(1 << round % 8) {
            bytes[Int.random(in: 64..<bytes.count, using: &generator)] = .random(in: 0...255)
          }
        }
        var request = VersionsRequest()
        request.isStable = golden.isStable
        var run = VersionsRun(exports, request)
        do throws(TypeVersionsError) { try run.add(MappedFile(copying: bytes.rawSpan)) } catch {
          continue
        }
        _ = run.finish()
      }
    }
  }
}
