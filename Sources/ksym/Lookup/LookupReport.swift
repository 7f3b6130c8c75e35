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
