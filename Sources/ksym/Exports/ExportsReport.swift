internal import ByteStorage
internal import ModuleVersions

struct ExportsReport {
  let format: ExportsCommand.Format
  let terminal: Terminal
  let showsReadable: Bool
  private(set) var status = ExitStatus.yes
  private var output = OutputBuffer(reserving: 1 << 17)
  private var count = 0

  init(format: ExportsCommand.Format, terminal: Terminal, showsReadable: Bool) {
    self.format = format
    self.terminal = terminal
    self.showsReadable = showsReadable
  }

  mutating func complain(_ line: String) {
    write()
    Terminal.complain(line)
    status = max(status, .trouble)
  }

  /// Adds what a file exports, or only what one owner does.
  mutating func add(_ table: ExportTable, from path: String, only owner: String? = nil) {
    for row in table.rows where owner == nil || table.owners[Int(row.owner)] == owner {
      count += 1
      switch format {
      case .symvers: Symvers.write(row, of: table, to: &output)
      case .json: writeJSON(row, table, path)
      case .table: writeText(row, table)
      }
      if output.bytes.count > 1 << 16 { write() }
    }
  }

  private mutating func write() {
    if format == .symvers { Terminal.writeMachineLines(&output) } else { Terminal.write(&output) }
  }

  mutating func finish() {
    if count == 0, status == .yes {
      Terminal.complain("nothing is exported")
      status = .no
    }
    write()
  }

  private mutating func writeText(_ row: ExportTable.Row, _ table: ExportTable) {
    output.append(row.hasCRC ? checksum(row.crc) : "-         ")
    output.append(row.licence.isGPLOnly ? "  GPL  " : "       ")
    let name = table.text(row.name)
    if showsReadable, let readable = readableName(name) {
      output.append("\(plain(readable))  \(terminal.faint(plain(name)))")
    } else {
      output.append(plain(name))
    }
    output.append("  \(terminal.faint(plain(table.owners[Int(row.owner)])))")
    if !row.namespace.isEmpty { output.append("  [\(plain(table.text(row.namespace)))]") }
    output.append(0x0a)
  }

  private mutating func writeJSON(_ row: ExportTable.Row, _ table: ExportTable, _ path: String) {
    output.beginObject()
    let name = table.text(row.name)
    output.member("name", name)
    if showsReadable, let readable = readableName(name) { output.member("readable", readable) }
    output.member("crc", optional: row.hasCRC ? checksum(row.crc) : nil)
    output.member("licence", "\(row.licence.symversName)")
    output.member("namespace", table.text(row.namespace))
    output.member("owner", table.owners[Int(row.owner)])
    output.member("file", path)
    output.endLine()
  }
}
