internal import ByteStorage
internal import Kallsyms
internal import Kernels
internal import SymbolNames
internal import SymbolTables

struct LookupReport {
  /// How much, and for whom.
  enum Form { case line, long, json }

  let source: KernelSymbolSource
  let index: SymbolIndex
  let kernel: String
  let form: Form
  let showsReadable: Bool
  let terminal: Terminal

  private struct Facts {
    let identity: SymbolIdentity
    let readable: String?
    let type: String
    let size: UInt64?
    let aliases: [String]

    var linkage: String { identity.name.text }
    var hexadecimalAddress: String { hexadecimal(identity.address) }
  }

  private func facts(_ found: FoundSymbol) -> Facts {
    let table = index.table
    let identity = index.identity(of: found.index, at: found.position)
    return Facts(
      identity: identity, readable: showsReadable ? identity.name.readable : nil,
      type: String(UnicodeScalar(table.type(at: found.index))), size: index.size(of: found.index),
      aliases: index.aliases(of: found.index).map { table.name(at: $0).text })
  }

  func write(_ key: String, _ found: FoundSymbol, to output: inout OutputBuffer) {
    switch form {
    case .line: writeLine(found, to: &output)
    case .long: writeLong(found, to: &output)
    case .json: writeJSON(key, found, to: &output)
    }
  }

  private func writeLine(_ found: FoundSymbol, to output: inout OutputBuffer) {
    let facts = facts(found)
    output.append(
      hexadecimal: facts.identity.address &+ (found.offset ?? 0), width: source.addressWidth)
    output.append(" \(plain(facts.type)) \(terminal.strong(plain(facts.linkage)))")
    if found.offset != nil || facts.size != nil {
      output.append("+" + hexadecimal(found.offset ?? 0))
    }
    if let size = facts.size { output.append("/" + hexadecimal(size)) }
    let owner = facts.identity.owner
    if owner != SymbolTable.kernelName { output.append(" [\(plain(owner))]") }
    if let readable = facts.readable { output.append("  " + plain(readable)) }
    if let file = facts.identity.file { output.append("  " + plain(file)) }
    if found.position.count > 1 { output.append(terminal.faint("  (\(found.position))")) }
    if !facts.aliases.isEmpty {
      output.append(terminal.faint("  (also \(plain(facts.aliases.joined(separator: ", "))))"))
    }
    output.append("\n")
  }

  private func writeLong(_ found: FoundSymbol, to output: inout OutputBuffer) {
    let facts = facts(found)
    output.append(terminal.strong(plain(facts.linkage)) + "\n")
    func line(_ label: String, _ value: String?) {
      guard let value else { return }
      output.append("  \(padded(label, to: 10))\(plain(value))\n")
    }
    line("source", facts.identity.name.source.text)
    line("readable", facts.readable)
    line("hashed", "sha256:\(facts.identity.name.hashed.hexadecimal)")
    line("owner", facts.identity.owner)
    line("type", facts.type)
    line("address", facts.hexadecimalAddress + (facts.identity.hasPlace ? "" : " in its section"))
    line("offset", found.offset.map { hexadecimal($0) })
    line("size", facts.size.map { hexadecimal($0) })
    line("position", "\(found.position)")
    line("file", facts.identity.file)
    if !facts.aliases.isEmpty { line("aliases", facts.aliases.joined(separator: ", ")) }
  }

  private func writeJSON(_ key: String, _ found: FoundSymbol, to output: inout OutputBuffer) {
    let facts = facts(found)
    output.beginObject()
    output.member("kernel", kernel)
    output.member("key", key)
    output.member("linkage", facts.linkage)
    output.member("source", facts.identity.name.source.text)
    output.member("readable", optional: facts.readable)
    output.member("hashed", facts.identity.name.hashed.hexadecimal)
    output.member("owner", facts.identity.owner)
    output.member("type", facts.type)
    if facts.identity.hasPlace {
      output.member("address", facts.hexadecimalAddress)
    } else {
      output.member(null: "address")
    }
    output.member("size", optional: facts.size.map { Int(clamping: $0) })
    output.member("offset", optional: found.offset.map { Int(clamping: $0) })
    output.member("sympos", optional: found.position.number)
    output.member("equals", optional: found.position.count)
    output.member("file", optional: facts.identity.file)
    output.member("aliases", facts.aliases)
    output.endLine()
  }
}

/// What several kernels know of the same keys: a line for each symbol, a column for each kernel.
struct LookupMatrix {
  private struct Row: Hashable {
    let name: String
    let owner: String
    let position: Int
    let offset: UInt64?
  }

  private let kernels: [String]
  private var column = -1
  private var rows: [Row] = []
  private var cells: [Row: [Int: String]] = [:]
  private var hasEquals: Set<String> = []

  init(_ kernels: [String]) { self.kernels = kernels }

  mutating func beginKernel() { column += 1 }

  mutating func add(_ found: FoundSymbol, _ table: SymbolTable, size: UInt64?) {
    let name = table.name(at: found.index).text
    let row = Row(
      name: name, owner: table.owner(at: found.index), position: found.position.number,
      offset: found.offset)
    if found.position.count > 1 { hasEquals.insert(name) }
    let known = cells[row]
    if known == nil { rows.append(row) }
    guard known?[column] == nil else { return }
    var cell = String(table.addresses[found.index] &+ (found.offset ?? 0), radix: 16)
    if let size { cell += "/" + hexadecimal(size) }
    if found.position.count > 1 { cell += " (\(found.position))" }
    cells[row, default: [:]][column] = cell
  }

  /// Names of which several kernels have several symbols: those of one line need not be the same.
  var ambiguousNames: [String] {
    let shared = rows.filter { hasEquals.contains($0.name) && (cells[$0]?.count ?? 0) > 1 }
    return Set(shared.map(\.name)).sorted()
  }

  func write(_ terminal: Terminal, to output: inout OutputBuffer) {
    guard !rows.isEmpty else { return }
    var columns = Columns()
    columns.add([""] + kernels.map { plain($0) })
    for row in rows {
      let cells = cells[row] ?? [:]
      columns.add([label(row)] + kernels.indices.map { cells[$0] ?? "-" })
    }
    for (number, line) in columns.lines.enumerated() {
      output.append((number == 0 ? terminal.faint(line) : line) + "\n")
    }
  }

  private func label(_ row: Row) -> String {
    var label = row.name
    if hasEquals.contains(row.name) { label += ",\(row.position)" }
    if let offset = row.offset { label += "+" + hexadecimal(offset) }
    if row.owner != SymbolTable.kernelName { label += " [\(row.owner)]" }
    return plain(label)
  }
}
