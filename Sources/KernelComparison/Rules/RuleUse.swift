/// Which rules decide about an export of any kernel.
package struct RuleUse: Sendable {
  private let rules: SeverityRules
  private var isUsed: [Bool]

  package init(_ rules: SeverityRules) {
    self.rules = rules
    isUsed = [Bool](repeating: false, count: rules.rules.count)
  }

  /// Notes the first rule of each export.
  package mutating func add(_ records: ExportRecords) {
    for row in records.rows {
      let number = rules.first(
        name: records.bytes(row.name), module: records.bytes(row.module),
        namespace: records.bytes(row.namespace))
      if let number { isUsed[number] = true }
    }
  }

  /// Rules that decide about none, in their order.
  package var unused: [SeverityRule] {
    zip(rules.rules, isUsed).compactMap { $1 ? nil : $0 }
  }
}
