internal import ArgumentParser
internal import ByteStorage
internal import NameTables
internal import SymbolNames

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
    name: [.customShort("t", allowingJoined: true), .customLong("table"), .customLong("names")],
    help: ArgumentHelp("A name table to search (repeatable).", valueName: "file"),
    completion: .file())
  var table: [String]

  @OptionGroup var json: JSONOption
  @OptionGroup var colour: ColourOption
  @OptionGroup var readable: ReadableOption

  @Argument(help: "Digests or names.") var keys: [String]

  func validate() throws {
    if table.isEmpty { throw ValidationError("--table names the table to search") }
  }

  func run() throws {
    var tables: [(path: String, table: NameTable)] = []
    var status = ExitStatus.yes
    for path in table {
      do { tables.append((path, try NameTable(path))) } catch {
        Terminal.complain(error.explained)
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

struct TableReport {
  let isJSON: Bool
  let showsReadable: Bool
  let terminal: Terminal

  /// Owners to list in the human-readable form.
  private static let mostOwners = 3

  func write(_ key: String, _ found: FoundName, to output: inout OutputBuffer) {
    let name = found.name.text
    let readable = showsReadable ? found.name.readable : nil
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
    output.member("source", found.name.source.text)
    output.member("readable", optional: readable)
    output.member("hashed", found.name.hashed.hexadecimal)
    output.member("owners", objects: found.owners) { owner, json in
      json.member("name", owner.name)
      json.member("buildId", owner.buildID.hexadecimal)
      json.member("release", owner.release)
      json.member("kernelBuildId", owner.kernelBuildID.hexadecimal)
    }
    output.endLine()
  }
}
