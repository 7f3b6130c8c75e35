internal import ByteStorage
internal import KernelImages
internal import Kernels
internal import ModuleVersions

extension KernelReport {
  /// The table of layouts, and what follows from options.
  mutating func writeLayouts(_ config: KernelConfig, _ facts: KernelFacts) {
    let table = VersionLayoutTable(config, of: facts)
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(1, width - text.count))
    }
    func yes(_ flag: Bool) -> String { flag ? "yes" : "-" }
    var lines = [
      padded("layout", 10) + padded("modpost writes", 16) + padded("loader reads", 14)
        + padded("kmod reads", 12) + "longest name"
    ]
    for row in table.rows {
      lines.append(
        padded(row.layout.rawValue, 10) + padded(yes(row.isWritten), 16)
          + padded(yes(row.isRead), 14) + padded(yes(row.isReadByTools), 12)
          + (row.longestName.map { "\($0) bytes" } ?? "any"))
    }
    for effect in table.effects {
      lines.append("\(effect.option)\(effect.isSet ? "=y" : "=n"): \(effect.words)")
    }
    for (index, line) in lines.enumerated() {
      append(Array("  \(padded(index == 0 ? "layouts" : "", 15))\(line)\n".utf8))
    }
  }

  /// The same as members of an object.
  static func writeLayouts(
    _ config: KernelConfig, _ facts: KernelFacts, _ json: inout JSONWriter
  ) {
    let table = VersionLayoutTable(config, of: facts)
    json.key("layouts")
    json.beginArray()
    for row in table.rows {
      json.beginObject()
      json.member("layout", row.layout.rawValue)
      json.member("written", row.isWritten)
      json.member("read", row.isRead)
      json.member("readByTools", row.isReadByTools)
      json.member("longestName", optional: row.longestName)
      json.endObject()
    }
    json.endArray()
    json.key("effects")
    json.beginArray()
    for effect in table.effects {
      json.beginObject()
      json.member("option", effect.option)
      json.member("set", effect.isSet)
      json.member("means", effect.words)
      json.endObject()
    }
    json.endArray()
  }
}
