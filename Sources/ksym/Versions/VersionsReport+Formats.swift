internal import ByteStorage
internal import KernelReleases
internal import ModuleFiles
internal import ModuleVersions
internal import SymbolNames

extension VersionsReport {
  /// What kernels make of the layouts that are present.
  static func usage(_ tables: borrowing VersionTables) -> [(kernels: String, layout: String)] {
    let isPacked = tables.packed != nil
    let hasExtended = tables.hasExtendedCRCs || tables.hasExtendedNames
    let extended = ReleaseTrait.readsExtendedVersions.range
    var usage: [(kernels: String, layout: String)] = []
    if isPacked {
      let ubuntu = ReleaseTrait.packsVersionsInUbuntu.range.words
      usage = [("Ubuntu \(ubuntu)", "packed"), ("others", "misread")]
    } else {
      let layout = tables.hasBasicSection ? "basic" : "none"
      usage = [(hasExtended ? extended.before.words : "all", layout)]
    }
    if hasExtended {
      // elf_validity_cache_index_versions (kernel/module/main.c, 6.14 to 7.2).
      let isWhole =
        tables.hasExtendedCRCs && tables.hasExtendedNames && tables.extended.hasNameForEveryCRC
      usage.append((extended.words, isWhole ? "extended" : "refused"))
    }
    return usage
  }

  func writeJSON(
    _ path: String, _ module: borrowing ModuleFile, _ tables: borrowing VersionTables,
    _ result: inout JobResult
  ) throws(ParseError) {
    let names = try resolvedDigests(module, tables)
    let name = try module.name()
    result.output.beginObject()
    result.output.member("module", path)
    result.output.member("name", optional: name)
    result.output.member("layouts", tables.layouts.map(\.rawValue))
    result.output.member("used", objects: VersionsReport.usage(tables)) { item, json in
      let (kernels, layout) = item
      json.member("kernels", kernels)
      json.member("layout", layout)
    }
    result.output.key("versions")
    result.output.beginArray()
    tables.forEach { layout, record in write(layout, record, names, &result.output) }
    result.output.endArray()
    writeDefects(tables, &result)
    result.output.endLine()
  }

  private func write(
    _ layout: VersionLayout, _ record: borrowing VersionRecord, _ names: [HashedName: [UInt8]],
    _ json: inout OutputBuffer
  ) {
    json.beginObject()
    let resolved = record.digest.flatMap { names[$0] }.map { String(decoding: $0, as: UTF8.self) }
    json.key("name")
    if record.digest == nil { json.value(record.name) } else { json.value(optional: resolved) }
    if showsReadable, record.digest != nil || record.name.starts(with: "_"),
      let readable = readableName(resolved ?? record.name.text)
    {
      json.member("readable", readable)
    }
    json.member("crc", checksum(record.crc))
    json.member("layout", layout.rawValue)
    if let digest = record.digest { json.member("sha256", digest.hexadecimal) }
    json.endObject()
  }

  /// About as many bytes as one takes: of a damaged table each record may have some, and growing by doubling
  /// would take as much memory again.
  private static let defectSize = 128

  private func writeDefects(_ tables: borrowing VersionTables, _ result: inout JobResult) {
    result.output.key("defects")
    result.output.beginArray()
    let defects = tables.defects()
    result.output.reserve(defects.count * VersionsReport.defectSize)
    for (section, defect) in defects {
      result.status = max(result.status, defect.status)
      result.output.beginObject()
      result.output.member("section", section)
      result.output.key("offset")
      result.output.value(defect.offset)
      result.output.member("what", "\(defect)")
      if !defect.name.isEmpty { result.output.member("name", defect.name) }
      result.output.endObject()
    }
    result.output.endArray()
  }

  func writeTable(
    _ path: String, _ module: borrowing ModuleFile, _ tables: borrowing VersionTables,
    _ result: inout JobResult
  ) throws(ParseError) {
    let names = try resolvedDigests(module, tables)
    let layouts = tables.layouts.map(\.rawValue).joined(separator: " + ")
    let usage = VersionsReport.usage(tables).map { "\($0.kernels): \($0.layout)" }
    result.output.append(
      "\(terminal.strong(plain(path))): \(layouts)  (\(usage.joined(separator: ", ")))\n")
    if tables.layouts.count == 1, tables.layouts.first != .hashed {
      writeRows(ofOnly: tables, to: &result.output)
      writeDefectLines(tables, &result)
      return
    }
    var rows = VersionRows()
    tables.forEach { layout, record in
      let name: String
      if let digest = record.digest {
        name =
          names[digest].map { String(decoding: $0, as: UTF8.self) }
          ?? "sha256:\(digest.hexadecimal)"
      } else {
        name = record.name.text
      }
      rows.add(name, record.crc, layout)
    }
    for row in rows.rows {
      let readable = showsReadable ? readableName(row.name) : nil
      let shown =
        readable.map { "\(plain($0))  \(terminal.faint(plain(row.name)))" } ?? plain(row.name)
      let crc = row.isContested ? terminal.bad(checksum(row.crc)) : checksum(row.crc)
      let layouts = row.layouts.map(\.rawValue).joined(separator: "+")
      result.output.append("  \(crc)  \(padded(layouts, to: 14))  \(shown)\n")
    }
    writeDefectLines(tables, &result)
  }

  /// The rows of a module with one table: nothing to merge, so straight into bytes.
  private func writeRows(ofOnly tables: borrowing VersionTables, to output: inout OutputBuffer) {
    tables.forEach { layout, record in
      output.append("  0x")
      output.append(hexadecimal: record.crc, width: 8)
      output.append("  ")
      output.append(layout.rawValue)
      for _ in layout.rawValue.utf8.count..<16 { output.append(0x20) }
      if showsReadable, record.name.starts(with: "_R") || record.name.starts(with: "_ZN"),
        let readable = readableName(record.name.text)
      {
        output.append("\(plain(readable))  \(terminal.faint(plain(record.name.text)))")
      } else {
        appendPlain(record.name, to: &output)
      }
      output.append(0x0a)
    }
  }

  private func writeDefectLines(_ tables: borrowing VersionTables, _ result: inout JobResult) {
    let defects = tables.defects()
    result.output.reserve(defects.count * VersionsReport.defectSize)
    for (section, defect) in defects {
      result.status = max(result.status, defect.status)
      let place = "\(section)+\(hexadecimal(defect.offset))"
      result.output.append("  \(terminal.bad("!")) \(place): \(plain("\(defect)"))\n")
    }
  }
}

/// Records of several tables, those that say the same in one row.
private struct VersionRows {
  struct Row {
    let name: String
    let crc: UInt64
    var layouts: [VersionLayout]
    var isContested = false
  }

  private(set) var rows: [Row] = []
  private var indices: [String: Int] = [:]

  mutating func add(_ name: String, _ crc: UInt64, _ layout: VersionLayout) {
    guard let index = indices[name], !rows[index].layouts.contains(layout) else {
      if indices[name] == nil { indices[name] = rows.count }
      rows.append(Row(name: name, crc: crc, layouts: [layout]))
      return
    }
    if rows[index].crc == crc {
      rows[index].layouts.append(layout)
    } else {
      rows[index].isContested = true
      rows.append(Row(name: name, crc: crc, layouts: [layout], isContested: true))
    }
  }
}

extension VersionDefect {
  /// Tables that disagree are an answer; anything else is malformed input.
  var status: ExitStatus {
    switch kind {
    case .disagreement, .onlyInOneTable, .notAllocated: .no
    default: .trouble
    }
  }
}
