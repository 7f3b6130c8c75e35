internal import ByteStorage
internal import KernelComparison

extension CompareReport {
  func writeJSON(to output: inout OutputBuffer) {
    output.beginObject()
    for (key, side) in zip(["old", "new"] as [StaticString], sides) {
      output.member(key, object: side) { side, output in
        output.member("path", side.path)
        output.member("exports", optional: side.records.rows.count)
      }
    }
    output.member("versionsKnown", knowsVersions)
    output.member("changes", objects: comparison.changes, writeJSON)
    output.member("counts", object: comparison) { comparison, output in
      func count(_ key: StaticString, _ isCounted: (ExportChange) -> Bool) {
        output.member(key, optional: comparison.changes.count { isCounted($0) })
      }
      count("added") { $0.kind == .added }
      count("removed") { $0.kind == .removed }
      count("version") { $0.kind == .version }
      count("type") { $0.kind == .type }
      count("namespace") { $0.kind == .namespace }
      count("owner") { $0.kind == .owner }
      count("excused") { if case .excused = $0.verdict { true } else { false } }
      count("breaking") { $0.isBreaking }
    }
    if selection != nil { output.member("unknownNames", unknownNames) }
    breakage?.writeJSON(to: &output)
    types?.writeCausesJSON(to: &output)
    if showsUnused, let rules, let rulesPath {
      output.member("unusedRules", CompareReport.unusedRules(rules, sides, rulesPath))
    }
    output.endLine()
  }

  private func writeJSON(_ change: ExportChange, _ output: inout OutputBuffer) {
    let name = comparison.name(of: change).text
    output.member("name", name)
    if showsReadable, let readable = readableName(name) { output.member("readable", readable) }
    output.member("change", change.kind.word)
    let (old, new) = values(change)
    output.member("old", optional: change.old < 0 ? nil : old)
    output.member("new", optional: change.new < 0 ? nil : new)
    output.member("owner", owner(of: change))
    switch change.verdict {
    case .breaking: output.member("verdict", "breaking")
    case .harmless: output.member("verdict", "harmless")
    case .excused(let number):
      output.member("verdict", "excused")
      if let rule = rules?.rules[number] { output.member("rule", optional: rule.line) }
    }
  }
}
