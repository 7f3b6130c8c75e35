internal import ByteStorage
internal import KernelUpdates

/// A list of symbols against a kernel, for people and as JSON.
struct ListReport {
  let check: SymbolListCheck
  let kernel: String
  let top: Int
  let showsReadable: Bool
  let terminal: Terminal

  private func symbols(_ verdict: SymbolListCheck.Verdict) -> [SymbolListCheck.Symbol] {
    check.symbols.filter { $0.verdict == verdict }
  }

  func write(to output: inout OutputBuffer) {
    let listed = check.symbols.filter(\.isListed)
    let kept = listed.count { $0.verdict == .kept }
    let needed = check.symbols.filter { !$0.users.isEmpty }
    output.append("\(grouped(kept)) of \(counted(listed.count, "listed symbol")) are exported")
    if !needed.isEmpty {
      let unlisted = needed.count { $0.verdict == .unlisted }
      let missing = needed.count { $0.verdict == .missing }
      output.append(
        "; modules need \(counted(needed.count, "symbol")): \(grouped(unlisted)) not listed, "
          + "\(grouped(missing)) not exported")
    }
    output.append("\n")
    write("not exported", symbols(.missing), to: &output)
    write("exported, and not listed", symbols(.unlisted), to: &output)
    guard !check.protectedExports.isEmpty else { return }
    output.append(
      "\n" + terminal.bad("protected, and exported (\(check.protectedExports.count))") + "\n")
    for export in check.protectedExports.prefix(top) {
      output.append("  \(plain(export.name))  \(terminal.faint(plain(export.module)))\n")
    }
  }

  private func write(
    _ title: String, _ symbols: [SymbolListCheck.Symbol], to output: inout OutputBuffer
  ) {
    guard !symbols.isEmpty else { return }
    output.append("\n" + terminal.strong("\(title) (\(grouped(symbols.count)))") + "\n")
    var columns = Columns(indentation: "  ")
    for symbol in symbols.prefix(top) {
      let name = showsReadable ? readableName(symbol.name) ?? symbol.name : symbol.name
      let users = symbol.users.prefix(2).map { fileName($0) }.joined(separator: ", ")
      let more = symbol.users.count > 2 ? " and \(grouped(symbol.users.count - 2)) more" : ""
      columns.add([
        plain(name), symbol.isListed ? "listed" : "",
        terminal.faint(symbol.users.isEmpty ? "" : "needed by \(plain(users))\(more)"),
      ])
    }
    columns.write(to: &output)
    if symbols.count > top {
      output.append(
        "  \(Sign.ellipsis) \(grouped(symbols.count - top)) more (--verbose lists them)\n")
    }
  }

  private func fileName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  func writeJSON(to output: inout OutputBuffer) {
    output.beginObject()
    output.member("new", object: kernel) { $1.member("path", $0) }
    output.member("listed", objects: check.symbols) { symbol, output in
      output.member("name", symbol.name)
      output.member("verdict", symbol.verdict.rawValue)
      output.member("isListed", symbol.isListed)
      output.member("neededBy", symbol.users)
    }
    output.member("protectedExports", objects: check.protectedExports) { export, output in
      output.member("name", export.name)
      output.member("module", export.module)
    }
    output.endLine()
  }
}
