internal import ByteStorage
internal import ModuleVersions

/// What changed from one kernel's exports to another's.
package struct ExportComparison: Sendable {
  package let old: ExportRecords
  package let new: ExportRecords
  /// The changes: added, removed, then those of common names; each group by the bytes of its names.
  package private(set) var changes: [ExportChange] = []
  /// Exports of both kernels that were looked at.
  package private(set) var commonCount = 0

  /// What is asked besides additions, removals, versions and types.
  package struct Aspects: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let namespaces = Aspects(rawValue: 1)
    package static let owners = Aspects(rawValue: 2)
    /// Versions, where both kernels have them; without this, always.
    package static let knownVersions = Aspects(rawValue: 4)
  }

  /// Compares two kernels.
  ///
  /// - Parameters:
  ///   - old: The old kernel, to which modules are fitted.
  ///   - new: The new one.
  ///   - selection: The names that are looked at; `nil` for all.
  ///   - rules: What is excused; `nil` for nothing.
  ///   - aspects: What is compared too.
  package init(
    _ old: ExportRecords, _ new: ExportRecords, selection: NameSelection? = nil,
    rules: SeverityRules? = nil, aspects: Aspects = []
  ) {
    self.old = old
    self.new = new
    let comparesVersions =
      !aspects.contains(.knownVersions) || !(old.hasNoVersions || new.hasNoVersions)
    var judge = Judge(old: old, new: new, rules: rules)
    var met = [Bool](repeating: false, count: new.rows.count)
    var (removed, changed): ([Int], [(old: Int, new: Int)]) = ([], [])
    for (index, row) in old.rows.enumerated() {
      let name = old.bytes(row.name)
      if let selection, !selection.contains(name) { continue }
      guard let other = new.find(name) else {
        removed.append(index)
        continue
      }
      met[other] = true
      commonCount += 1
      if judge.mayDiffer(row, new.rows[other], aspects, comparesVersions) {
        changed.append((index, other))
      }
    }
    var added: [Int] = []
    for (index, row) in new.rows.enumerated() where !met[index] {
      if let selection, !selection.contains(new.bytes(row.name)) { continue }
      added.append(index)
    }
    for row in new.sorted(added) { changes.append(judge.change(.added, -1, row)) }
    for row in old.sorted(removed) { changes.append(judge.change(.removed, row, -1)) }
    var partners = [Int: Int](minimumCapacity: changed.count)
    for pair in changed { partners[pair.old] = pair.new }
    for row in old.sorted(changed.map(\.old)) {
      guard let other = partners[row] else { continue }
      judge.compare(row, other, aspects, comparesVersions, &changes)
    }
  }

  /// Whether a change breaks modules, and no rule excuses it.
  package var isBreaking: Bool { changes.contains { $0.isBreaking } }

  /// The name of the export that changed.
  @_lifetime(borrow self) package func name(of change: ExportChange) -> RawSpan {
    let name =
      change.old >= 0
      ? old.bytes(old.rows[change.old].name) : new.bytes(new.rows[change.new].name)
    return unsafe _overrideLifetime(name, borrowing: self)
  }
}

extension ExportRecords {
  /// Whether a selection has one of the names.
  package func containsAny(of selection: NameSelection) -> Bool {
    rows.contains { selection.contains(bytes($0.name)) }
  }

  /// Numbers of rows, by the bytes of their names.
  func sorted(_ numbers: [Int]) -> [Int] {
    let keyed = numbers.map { number in (key: bytes(rows[number].name).orderPrefix, number: number)
    }
    return keyed.sorted { left, right in
      if left.key != right.key { return left.key < right.key }
      return bytes(rows[left.number].name).compare(bytes(rows[right.number].name)) < 0
    }.map(\.number)
  }
}

extension RawSpan {
  /// The first eight bytes as a number that sorts as they do; absent ones are zero.
  var orderPrefix: UInt64 {
    if let word = integer(UInt64.self, at: 0, .big) { return word }
    var value: UInt64 = 0
    for index in 0..<8 { value = value << 8 | UInt64(byte(at: index) ?? 0) }
    return value
  }
}
