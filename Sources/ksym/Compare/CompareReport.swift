internal import ByteStorage
internal import KernelComparison
internal import ModuleVersions

/// What changed between two kernels, for people.
struct CompareReport {
  let comparison: ExportComparison
  let sides: [CompareSide]
  let rules: SeverityRules?
  let rulesPath: String?
  let showsUnused: Bool
  /// Most names of a kind to list.
  let top: Int
  let showsReadable: Bool
  let terminal: Terminal
  /// What explains the versions that changed, if types are given.
  let types: TypeReport?
  /// Which modules break, if modules are given.
  let breakage: BreakageReport?
  /// The names that are looked at; `nil` for all.
  var selection: NameSelection?

  /// Names of the lists that neither kernel exports.
  var unknownNames: [String] { selection?.names(missingFrom: sides.map(\.records)) ?? [] }

  /// Whether both kernels have versions that can be compared.
  var knowsVersions: Bool {
    !comparison.old.hasNoVersions && !comparison.new.hasNoVersions
  }

  func changes(_ kind: ExportChange.Kind) -> [ExportChange] {
    comparison.changes.filter { $0.kind == kind }
  }

  func write(to output: inout OutputBuffer) {
    output.append(summary + "\n")
    if let old = sides[0].architecture, let new = sides[1].architecture, old != new {
      output.append("the kernels are of different architectures: old \(old); new \(new)\n")
    }
    for side in sides where side.records.hasNoVersions {
      output.append(
        "\(plain(side.path)) has no versions (all CRCs are 0): they are not compared\n")
    }
    breakage?.write(to: &output)
    for kind in [.removed, .type, .namespace, .added, .owner] as [ExportChange.Kind] {
      writeNames(kind, to: &output)
    }
    // Who lists symbols wants to know which of them changed.
    if selection != nil, knowsVersions { writeNames(.version, to: &output) }
    writeVersions(to: &output)
    writeUnknownNames(to: &output)
    if let types {
      let count = types.comparison.names(onlyModified: true, types.store).count
      output.append(
        "\n" + terminal.strong("\(grouped(count)) of these versions are explained by types") + "\n")
      types.writeCauses(to: &output)
    }
    if showsUnused, let rules, let rulesPath {
      for line in CompareReport.unusedRules(rules, sides, rulesPath) {
        output.append(plain(line) + "\n")
      }
    }
  }

  /// What changed, in one line.
  var summary: String {
    var parts: [String] = []
    if knowsVersions {
      parts.append(
        "\(grouped(changes(.version).count)) of \(counted(comparison.commonCount, "version")) changed"
      )
    }
    var names: [String] = []
    func add(_ kind: ExportChange.Kind, _ word: String) {
      let count = changes(kind).count
      if count > 0 { names.append("\(grouped(count)) \(word)") }
    }
    names.append("\(grouped(changes(.added).count)) added")
    names.append("\(grouped(changes(.removed).count)) removed")
    add(.type, "of another type")
    add(.namespace, "in another namespace")
    add(.owner, "moved")
    parts.append(names.joined(separator: ", "))
    if rules != nil {
      let excused = comparison.changes.count {
        if case .excused = $0.verdict { true } else { false }
      }
      parts.append("\(counted(excused, "change")) excused by rules")
    }
    if let breakage { parts.append(breakage.summary) }
    return parts.joined(separator: "; ")
  }

  private func writeNames(_ kind: ExportChange.Kind, to output: inout OutputBuffer) {
    let found = changes(kind)
    guard !found.isEmpty else { return }
    output.append("\n" + terminal.strong("\(kind.title) (\(grouped(found.count)))") + "\n")
    var columns = Columns(indentation: "  ")
    // What breaks modules comes first.
    let ordered = found.filter(\.isBreaking) + found.filter { !$0.isBreaking }
    for change in ordered.prefix(top) { columns.add(cells(change)) }
    columns.write(to: &output)
    writeRest(found.count, to: &output)
  }

  private func writeUnknownNames(to output: inout OutputBuffer) {
    let names = unknownNames
    guard !names.isEmpty else { return }
    let title = "listed, and exported by neither kernel (\(grouped(names.count)))"
    output.append("\n" + terminal.strong(title) + "\n")
    for name in names.prefix(top) { output.append("  \(plain(name))\n") }
    writeRest(names.count, to: &output)
  }

  private func writeRest(_ count: Int, to output: inout OutputBuffer) {
    guard count > top else { return }
    output.append("  \(Sign.ellipsis) \(grouped(count - top)) more (--verbose lists them)\n")
  }

  private func cells(_ change: ExportChange) -> [String] {
    let name = comparison.name(of: change).text
    let shown = showsReadable ? readableName(name) ?? name : name
    let (before, after) = values(change)
    var text = change.old < 0 ? after : change.new < 0 ? before : "\(before) \(Sign.arrow) \(after)"
    text = plain(text)
    let owner = change.kind == .owner ? "" : plain(owner(of: change))
    let verdict: String
    switch change.verdict {
    case .breaking: verdict = terminal.bad("breaks modules")
    case .harmless: verdict = ""
    case .excused: verdict = terminal.faint("excused by rules")
    }
    return [plain(shown), text, terminal.faint(owner), verdict]
  }

  /// Versions by owner, those with most changes first.
  private func writeVersions(to output: inout OutputBuffer) {
    guard knowsVersions else { return }
    var totals: [String: Int] = [:]
    var changed: [String: Int] = [:]
    for change in comparison.changes where change.kind == .version {
      changed[owner(of: change), default: 0] += 1
    }
    guard !changed.isEmpty else { return }
    for row in comparison.old.rows
    where selection?.contains(comparison.old.bytes(row.name)) ?? true {
      totals[comparison.old.bytes(row.module).text, default: 0] += 1
    }
    output.append("\n" + terminal.strong("versions changed, by owner") + "\n")
    var columns = Columns(indentation: "  ")
    let ordered = changed.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    for (owner, count) in ordered.prefix(top) {
      columns.add([plain(owner), "\(grouped(count)) of \(grouped(totals[owner] ?? count))"])
    }
    columns.write(to: &output)
    if ordered.count > top {
      output.append(
        "  \(Sign.ellipsis) \(grouped(ordered.count - top)) more owners (--verbose lists them)\n")
    }
  }

  func owner(of change: ExportChange) -> String {
    change.old >= 0
      ? comparison.old.bytes(comparison.old.rows[change.old].module).text
      : comparison.new.bytes(comparison.new.rows[change.new].module).text
  }

  /// What the export had and has: the value that the change is about. Of an addition and a removal, its
  /// type.
  func values(_ change: ExportChange) -> (old: String, new: String) {
    func value(_ records: ExportRecords, _ number: Int) -> String {
      guard number >= 0 else { return "" }
      let row = records.rows[number]
      switch change.kind {
      case .version: return checksum(row.crc)
      case .namespace: return row.namespace.isEmpty ? "none" : records.bytes(row.namespace).text
      case .owner: return records.bytes(row.module).text
      case .added, .removed, .type: return "\(row.licence.symversName)"
      }
    }
    return (value(comparison.old, change.old), value(comparison.new, change.new))
  }

  /// A line for each rule that decides about no export.
  static func unusedRules(
    _ rules: SeverityRules, _ sides: [CompareSide], _ path: String
  ) -> [String] {
    var use = RuleUse(rules)
    for side in sides { use.add(side.records) }
    return use.unused.map { "\(path):\($0.line): rule is unused: \($0.words)" }
  }
}

extension ExportChange.Kind {
  fileprivate var title: String {
    switch self {
    case .added: "added"
    case .removed: "removed"
    case .version: "versions"
    case .type: "other type"
    case .namespace: "other namespace"
    case .owner: "moved"
    }
  }

  /// The word of JSON.
  var word: String {
    switch self {
    case .added: "added"
    case .removed: "removed"
    case .version: "version"
    case .type: "type"
    case .namespace: "namespace"
    case .owner: "owner"
    }
  }
}
