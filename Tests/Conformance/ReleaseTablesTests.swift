import Foundation
import Kallsyms
import KernelReleases
import Livepatching
import ModuleLoading
import ModuleTrust
import SymbolNames
import SymbolTables
import Testing
import UnwindTables

/// Walks every table of what differs by release, and compares the page that lists them.
@Suite("Tables by release")
struct ReleaseTablesTests {
  /// A row, whatever its table is about.
  struct Row: Sendable {
    let behaviour: String
    let range: ReleaseRange
    let source: String
    let isCertain: Bool
  }

  /// A table, whatever it is about.
  struct Table: Sendable, CustomStringConvertible {
    let name: String
    let rows: [Row]
    var description: String { name }

    init<Behaviour>(_ table: ReleaseTable<Behaviour>) {
      name = table.name
      rows = table.rows.map {
        Row(
          behaviour: "\($0.behaviour)", range: $0.range, source: $0.source, isCertain: $0.isCertain)
      }
    }
  }

  /// All tables of the project: the last test finds those that are missing here.
  private static let tables = [
    Table(ReleaseTrait.table), Table(KernelRelease.symbolNameLengths), Table(NameLimit.table),
    Table(LookupEra.table), Table(KallsymsTables.Trace.table),
    Table(KallsymsTables.TypeReading.table), Table(KallsymsEncoder.Form.table),
    Table(LoaderBehaviour.table), Table(ArchitectureBehaviour.table), Table(TypeBehaviour.table),
    Table(TrustEra.table), Table(TrustBehaviour.table),
    Table(LivepatchBehaviour.table), Table(ORCRule.table),
  ]

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test("every row has a source and begins before it ends, no later than now", arguments: tables)
  func rows(_ table: Table) {
    for row in table.rows {
      #expect(!row.source.isEmpty, "\(row.behaviour)")
      if let since = row.range.since {
        #expect(row.range.until.map { since < $0 } ?? true, "\(row.behaviour)")
        #expect(since <= .newest, "\(row.behaviour)")
      }
      #expect(row.range.until.map { $0.previous != nil } ?? true, "\(row.behaviour)")
    }
  }

  @Test("no two rows give one release the same behaviour", arguments: tables)
  func overlaps(_ table: Table) {
    for (index, row) in table.rows.enumerated() {
      for other in table.rows[(index + 1)...] where other.behaviour == row.behaviour {
        #expect(!row.range.overlaps(other.range), "\(row.behaviour)")
      }
    }
  }

  @Test("the sources compare releases in tables only, and all tables are known here")
  func completeness() throws {
    let sources = Self.root.appending(path: "Sources")
    let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
    var names: [String] = []
    while let file = files?.nextObject() as? URL {
      guard file.pathExtension == "swift" else { continue }
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: /ReleaseTable<\w+>\(\s*named: "([^"]+)"/) {
        names.append(String(match.1))
      }
      if file.path.contains("/KernelReleases/") { continue }
      #expect(!text.contains(/[<>]=? \.?(KernelRelease|init)\(\d/), "\(file.path)")
    }
    #expect(names.sorted() == Self.tables.map(\.name).sorted())
  }

  /// `make releases` sets KSYM_WRITE_RELEASES, which writes the page.
  @Test("the page lists the rows of all tables")
  func page() throws {
    let path = Self.root.appending(path: "Documentation/Releases.md")
    let page = Self.page
    if ProcessInfo.processInfo.environment["KSYM_WRITE_RELEASES"] != nil {
      try page.write(to: path, atomically: true, encoding: .utf8)
    }
    let committed = try String(contentsOf: path, encoding: .utf8)
    #expect(committed == page, "Documentation/Releases.md is stale: make releases writes it")
  }

  private static var page: String {
    var text = """
      # What differs by kernel release

      `make releases` writes this page from the tables in the sources; edit those. The newest release whose
      source was read is \(KernelRelease.newest): its rules hold for later releases, too, and are assumed
      where a kernel's release is not known. *since* is the first release with a behaviour, *until* the
      first without it again. A stable release that received a change later has a row of its own. An end that
      was not looked up exactly is marked with "?".

      """
    for table in tables {
      text += "\n## \(table.name)\n\n| behaviour | since | until | source |\n|---|---|---|---|\n"
      for row in table.rows {
        let since = row.range.since.map { "\($0)" } ?? ""
        let until = row.range.until.map { "\($0)" } ?? ""
        let mark = row.isCertain ? "" : "?"
        text += "| \(words(row.behaviour)) | \(since)\(mark) | \(until) | \(row.source) |\n"
      }
    }
    return text
  }

  /// The name of a case as words: `readsExtendedVersions` is "reads extended versions".
  private static func words(_ name: String) -> String {
    guard name.allSatisfy(\.isLetter) else { return name }
    var words: [String] = []
    var wasUpper = false
    for letter in name {
      if letter.isUppercase, !wasUpper { words.append("") }
      if words.isEmpty { words.append("") }
      words[words.count - 1].append(letter)
      wasUpper = letter.isUppercase
    }
    return words.map { $0.allSatisfy(\.isUppercase) ? $0 : $0.lowercased() }.joined(separator: " ")
  }
}
