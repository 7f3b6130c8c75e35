internal import ByteStorage
internal import KernelImages
internal import KernelReleases
internal import Kernels
internal import ModuleVersions

extension KernelReport {
  /// The table of layouts, and what follows from options.
  mutating func writeLayouts(_ config: KernelConfig, _ facts: KernelFacts) {
    let table = VersionLayoutTable(config, of: facts)
    func yes(_ flag: Bool) -> String { flag ? "yes" : "-" }
    var columns = Columns(minimums: [8, 14, 12, 10])
    columns.add(["layout", "modpost writes", "loader reads", "kmod reads", "longest name"])
    for row in table.rows {
      columns.add([
        row.layout.rawValue, yes(row.isWritten), yes(row.isRead), yes(row.isReadByTools),
        row.longestName.map { "\($0) bytes" } ?? "any",
      ])
    }
    var lines = columns.lines
    for effect in table.effects {
      lines.append("\(effect.option)\(effect.isSet ? "=y" : "=n"): \(effect.words)")
    }
    if let assumption = facts.basis.assumption { lines.append("assumed: \(assumption)") }
    for (index, line) in lines.enumerated() {
      output.append("  \(KernelReport.labelled(index == 0 ? "layouts" : ""))\(line)\n")
    }
  }

  static func writeLayouts(_ config: KernelConfig, _ facts: KernelFacts, _ json: inout OutputBuffer)
  {
    let table = VersionLayoutTable(config, of: facts)
    json.member("layouts", objects: table.rows) { row, json in
      json.member("layout", row.layout.rawValue)
      json.member("written", row.isWritten)
      json.member("read", row.isRead)
      json.member("readByTools", row.isReadByTools)
      json.member("longestName", optional: row.longestName)
    }
    json.member("effects", objects: table.effects) { effect, json in
      json.member("option", effect.option)
      json.member("set", effect.isSet)
      json.member("means", effect.words)
      json.member("code", effect.code.rawValue)
    }
  }
}
