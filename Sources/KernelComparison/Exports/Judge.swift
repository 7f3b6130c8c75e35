internal import ByteStorage
internal import ModuleVersions

/// Finds the changes of one export, and what each means for modules.
struct Judge {
  let old: ExportRecords
  let new: ExportRecords
  let rules: SeverityRules?

  typealias Aspects = ExportComparison.Aspects

  /// Whether two rows of one name differ in what is asked.
  func mayDiffer(
    _ row: ExportRecords.Row, _ other: ExportRecords.Row, _ aspects: Aspects,
    _ comparesVersions: Bool
  ) -> Bool {
    if row.crc != other.crc && comparesVersions || row.licence != other.licence { return true }
    if aspects.contains(.namespaces), differ(row.namespace, other.namespace) { return true }
    return aspects.contains(.owners) && differ(row.module, other.module)
  }

  private func differ(_ piece: ExportRecords.Piece, _ other: ExportRecords.Piece) -> Bool {
    !old.bytes(piece).equals(new.bytes(other))
  }

  /// Appends the changes of an export that both kernels have.
  mutating func compare(
    _ row: Int, _ other: Int, _ aspects: Aspects, _ comparesVersions: Bool,
    _ changes: inout [ExportChange]
  ) {
    let (before, after) = (old.rows[row], new.rows[other])
    if comparesVersions, before.crc != after.crc { changes.append(change(.version, row, other)) }
    if before.licence != after.licence { changes.append(change(.type, row, other)) }
    if aspects.contains(.namespaces), differ(before.namespace, after.namespace) {
      changes.append(change(.namespace, row, other))
    }
    if aspects.contains(.owners), differ(before.module, after.module) {
      changes.append(change(.owner, row, other))
    }
  }

  /// A change with its verdict: what rules say of the old export (of additions, the new one) counts
  /// first.
  func change(_ kind: ExportChange.Kind, _ row: Int, _ other: Int) -> ExportChange {
    ExportChange(kind: kind, old: row, new: other, verdict: verdict(kind, row, other))
  }

  private func verdict(_ kind: ExportChange.Kind, _ row: Int, _ other: Int) -> ExportChange.Verdict
  {
    if let rules {
      let records = row >= 0 ? old : new
      let export = records.rows[row >= 0 ? row : other]
      let number = rules.first(
        name: records.bytes(export.name), module: records.bytes(export.module),
        namespace: records.bytes(export.namespace))
      if let number, rules.rules[number].excuses { return .excused(rule: number) }
    }
    switch kind {
    case .removed, .version: return .breaking
    case .added, .owner: return .harmless
    case .type:
      let (before, after) = (old.rows[row].licence, new.rows[other].licence)
      return after.restrictions.isSubset(of: before.restrictions) ? .harmless : .breaking
    // A module that imports a namespace may use what is in none.
    case .namespace: return new.rows[other].namespace.isEmpty ? .harmless : .breaking
    }
  }
}

extension ExportLicence {
  fileprivate enum Restriction { case gpl, now, unused }

  /// What keeps modules from using the export (kabi.pl of SUSE's kernel sources).
  fileprivate var restrictions: Set<Restriction> {
    switch self {
    case .any, .unknown: []
    case .gplOnly: [.gpl, .now]
    case .gplFuture: [.gpl]
    case .unused: [.unused]
    case .unusedGPL: [.gpl, .now, .unused]
    }
  }
}
