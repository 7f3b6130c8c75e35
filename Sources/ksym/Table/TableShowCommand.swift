internal import ArgumentParser
internal import ByteStorage
internal import NameTables
internal import SymbolNames

/// `ksym table show`: names of tables by whatever is known of them.
struct TableShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Find names in tables: by digest, linkage, source or readable name.",
    usage: "ksym table show -t <table> ... [<options>] <keys> ...",
    discussion: """
      A key is a SHA-256 digest (64 digits, or sha256:…), a linkage name, a source name (without what \
      compilers append), or a readable Rust path or the end of one. The first way of reading it that \
      finds any name counts.

      Examples:
        ksym table show -t all.names \\
          5696f427db4abf4205b4ae9621688a5d7cfe42909dc115bd5c758560c898836c
        ksym table show -t all.names init_once print::call_printk
        ksym table show -t all.names --json vfs_read | jq -r '.owners[].release'

      JSON, one object a name: key, the four names (linkage, source, readable, hashed), owners [{name, \
      buildId, release, kernelBuildId}].

      Exit status: 0 every key was found; 1 one was not; 2 a table cannot be read or is damaged.
      """)

  @Option(
    name: [
      .customShort("t", allowingJoined: true), .customLong("table"), .customLong("names"),
    ],
    help: ArgumentHelp("A name table to search (repeatable).", valueName: "file"),
    completion: .file())
  var table: [String]

  @OptionGroup var json: JSONOption
  @OptionGroup var colour: ColourOption
  @OptionGroup var readable: ReadableOption

  @Argument(help: "Digests or names.")
  var keys: [String]

  func validate() throws {
    if table.isEmpty { throw ValidationError("--table names the table to search") }
  }

  func run() throws {
    var tables: [(path: String, table: NameTable)] = []
    var status = ExitStatus.yes
    for path in table {
      do { tables.append((path, try NameTable(path))) } catch {
        Terminal.complain("\(error)")
        status = .trouble
      }
    }
    let report = TableReport(
      isJSON: json.isWanted, showsReadable: readable.isWanted, terminal: colour.terminal)
    var output = OutputBuffer()
    for key in keys {
      var search = TableSearch(key)
      for (path, table) in tables {
        do throws(ParseError) { try search.add(table) } catch {
          Terminal.complain("\(path): \(error)")
          status = .trouble
        }
      }
      if search.found.isEmpty {
        Terminal.write(&output)
        Terminal.complain("\(key): not found")
        status = max(status, .no)
      }
      for name in search.found { report.write(key, name, to: &output) }
      if output.bytes.count > 1 << 16 { Terminal.write(&output) }
    }
    Terminal.write(&output)
    throw ExitCode(status.rawValue)
  }
}

/// A name with all its owners.
struct FoundName {
  let name: [UInt8]
  var owners: [NameTable.Owner]
}

/// What a key means in several tables.
struct TableSearch {
  /// Ways of reading a key, the first that finds any counts.
  private enum Reading: CaseIterable { case digest, linkage, source, readable }

  private let key: [UInt8]
  private let digest: HashedName?
  /// What was found, in the order of the first table that has it.
  private(set) var found: [FoundName] = []
  private var places: [[UInt8]: Int] = [:]

  init(_ key: String) {
    self.key = Array(key.utf8)
    digest = HashedName(key)
  }

  /// Adds what a table has.
  mutating func add(_ table: NameTable) throws(ParseError) {
    for reading in Reading.allCases {
      let names = try names(table, reading)
      if names.isEmpty { continue }
      for name in names { try add(name, table) }
      return
    }
  }

  private func names(_ table: NameTable, _ reading: Reading) throws(ParseError) -> [[UInt8]] {
    var names: [[UInt8]] = []
    let key = self.key.rawSpan
    switch reading {
    case .digest:
      if let digest { try table.forEachRecord(for: digest) { names.append($0.name.array) } }
    case .linkage:
      if let record = try table.record(linkage: key) { names.append(record.name.array) }
    case .source:
      try table.forEachRecord(source: key) { record in
        names.append(record.name.array)
        return true
      }
    case .readable:
      try table.forEachRecord(readable: key) { record in
        names.append(record.name.array)
        return true
      }
    }
    return names
  }

  private mutating func add(_ name: [UInt8], _ table: NameTable) throws(ParseError) {
    guard let record = try table.record(linkage: name.rawSpan) else { return }
    var owners: [NameTable.Owner] = []
    for owner in try table.owners(of: record) { owners.append(try table.owner(at: owner)) }
    guard let place = places[name] else {
      places[name] = found.count
      found.append(FoundName(name: name, owners: owners))
      return
    }
    let known = Set(found[place].owners)
    found[place].owners += owners.filter { !known.contains($0) }
  }
}

/// Prints names of tables.
struct TableReport {
  let isJSON: Bool
  let showsReadable: Bool
  let terminal: Terminal

  /// Owners to list for people.
  private static let mostOwners = 3

  func write(_ key: String, _ found: FoundName, to output: inout OutputBuffer) {
    let name = String(decoding: found.name, as: UTF8.self)
    let readable = showsReadable ? readableName(name) : nil
    if isJSON {
      writeJSON(key, name, readable, found, to: &output)
      return
    }
    output.append(terminal.strong(plain(name)))
    if let readable { output.append("  " + plain(readable)) }
    let words = found.owners.prefix(TableReport.mostOwners).map { owner in
      owner.release.isEmpty ? plain(owner.name) : "\(plain(owner.name)) \(plain(owner.release))"
    }
    var list = words.joined(separator: ", ")
    if found.owners.count > words.count { list += " and \(found.owners.count - words.count) more" }
    if list.isEmpty { list = "owner unknown" }
    output.append(terminal.faint("  (\(list))") + "\n")
  }

  private func writeJSON(
    _ key: String, _ name: String, _ readable: String?, _ found: FoundName,
    to output: inout OutputBuffer
  ) {
    output.beginObject()
    output.member("key", key)
    output.member("linkage", name)
    output.member("source", LinkageName.sourceName(of: name))
    output.member("readable", optional: readable)
    output.member("hashed", SymbolName(found.name).hashed.hexadecimal)
    output.key("owners")
    output.beginArray()
    for owner in found.owners {
      output.beginObject()
      output.member("name", owner.name)
      output.member("buildId", hexadecimal(owner.buildID))
      output.member("release", owner.release)
      output.member("kernelBuildId", hexadecimal(owner.kernelBuildID))
      output.endObject()
    }
    output.endArray()
    output.endLine()
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
