internal import ByteStorage
internal import KernelComparison
internal import SymtypesFormat
internal import TypeVersions

/// Which changes of types change exports, for people and as JSON.
struct TypeReport {
  let comparison: TypeComparison
  let store: SymtypesStore
  /// Most exports and causes to list.
  let top: Int
  let terminal: Terminal

  func write(to output: inout OutputBuffer) {
    let changed = comparison.names(onlyModified: true, store).count
    output.append(
      "\(counted(changed, "export")) changed by \(counted(comparison.causes.count, "change")) of types; "
        + "\(grouped(comparison.added.count)) added, \(grouped(comparison.removed.count)) removed\n"
    )
    writeNames(comparison.removed, "removed", to: &output)
    writeNames(comparison.added, "added", to: &output)
    writeCauses(to: &output)
  }

  /// Writes the causes, those that change most exports first.
  func writeCauses(to output: inout OutputBuffer) {
    let ranked = comparison.causes.sorted { $0.exports.count > $1.exports.count }
    for reach in ranked.prefix(top) {
      let names = reach.exports.prefix(top).map { plain(name($0)) }.joined(separator: ", ")
      let more = reach.exports.count - min(top, reach.exports.count)
      output.append(
        "\n" + terminal.strong("\(plain(shownName(reach.cause.key))) changes ")
          + "\(counted(reach.exports.count, "export")): \(names)"
          + (more > 0 ? " \(Sign.ellipsis) \(grouped(more)) more\n" : "\n"))
      if reach.chain.count > 1 {
        var names = reach.chain.map { plain(shownName($0)) }
        let left = reach.chainLength - names.count
        if left > 0 { names.insert("\(grouped(left)) more", at: names.count / 2) }
        let chain = names.joined(separator: " \(Sign.arrow) ")
        output.append("  " + terminal.faint("shortest chain: ") + chain + "\n")
      }
      for line in lines(of: reach.cause) {
        output.append("  \(plain(line.marked.replacing("\t", with: "    ")))\n")
      }
    }
    if ranked.count > top {
      output.append(
        "\n\(Sign.ellipsis) \(grouped(ranked.count - top)) more causes (--verbose lists them)\n")
    }
  }

  /// What changed in a type.
  func lines(of cause: TypeComparison.Cause) -> [LineDifference.Line] {
    let key = Int(cause.key)
    let wasDeclared = store.isDeclaration(Int(cause.old), ofKey: key)
    if wasDeclared != store.isDeclaration(Int(cause.new), ofKey: key) {
      let words = ["a forward declaration", "a definition"]
      return [.removed(words[wasDeclared ? 0 : 1]), .added(words[wasDeclared ? 1 : 0])]
    }
    func lines(_ text: UInt32) -> [PlacedLine] {
      TypeLayout.lines(store.text(Int(text)), ofKey: store.keys.name(key))
    }
    return LineDifference(lines(cause.old), lines(cause.new)).lines
  }

  private func writeNames(_ keys: [UInt32], _ title: String, to output: inout OutputBuffer) {
    guard !keys.isEmpty else { return }
    output.append("\n" + terminal.strong("\(title) (\(grouped(keys.count)))") + "\n")
    for key in keys.prefix(top) { output.append("  \(plain(name(key)))\n") }
    if keys.count > top {
      output.append("  \(Sign.ellipsis) \(grouped(keys.count - top)) more (--verbose lists them)\n")
    }
  }

  /// A type as C names it.
  func shownName(_ key: UInt32) -> String { TypeLayout.name(ofKey: store.keys.name(Int(key))) }

  private func name(_ key: UInt32) -> String { store.keys.name(Int(key)).text }

  /// Writes the members of an object.
  func writeJSON(to output: inout OutputBuffer) {
    output.member("added", comparison.added.map(name))
    output.member("removed", comparison.removed.map(name))
    writeCausesJSON(to: &output)
  }

  func writeCausesJSON(to output: inout OutputBuffer) {
    let text = KsymtypesOutput(comparison, store, style: .readable)
    output.member("causes", objects: comparison.causes) { reach, output in
      output.member("type", name(reach.cause.key))
      output.member("exports", reach.exports.map(name))
      output.member("chain", reach.chain.map(name))
      output.member("chainLength", optional: reach.chainLength)
      var change = OutputBuffer()
      text.write(reach.cause, to: &change)
      output.member("text", change.bytes.rawSpan.text)
    }
  }
}
