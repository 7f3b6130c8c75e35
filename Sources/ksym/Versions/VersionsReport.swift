internal import ByteStorage
internal import ELFFormat
internal import ModuleFiles
internal import ModuleVersions
internal import NameTranslation
internal import SymbolNames

/// What one job of a command yields: bytes for standard output, lines for standard error, a status.
struct JobResult: Sendable {
  var output = OutputBuffer()
  var complaints: [String] = []
  var status = ExitStatus.yes
}

struct VersionsReport: Sendable {
  let format: VersionsCommand.Format
  let dictionary: KnownNames
  let terminal: Terminal
  let showsReadable: Bool

  func describe(_ path: String, _ buffer: inout FileBuffer) throws -> JobResult {
    var result = JobResult()
    try buffer.open(path)
    try describe(path, ModuleFile(buffer.source), &result)
    return result
  }

  private func describe(_ path: String, _ module: borrowing ModuleFile, _ result: inout JobResult)
    throws(ParseError)
  {
    let tables = try module.versions()
    guard tables.hasBasic || tables.hasExtended || tables.hasExtendedCRCs || tables.hasExtendedNames
    else {
      result.status = .no
      switch format {
      case .table: result.output.append("\(plain(path)): no versions\n")
      case .json: try writeJSON(path, module, tables, &result)
      case .modprobe, .symvers: result.complaints.append("\(path): no versions")
      }
      return
    }
    if VersionsReport.isEmpty(tables) {
      result.status = .no
      if format == .modprobe || format == .symvers {
        result.complaints.append("\(path): no versions")
      }
    }
    switch format {
    case .modprobe: writeModprobe(path, tables, &result)
    case .symvers: try writeSymvers(module, tables, &result)
    case .json: try writeJSON(path, module, tables, &result)
    case .table: try writeTable(path, module, tables, &result)
    }
  }

  /// Whether there are tables, and none has a record.
  private static func isEmpty(_ tables: borrowing VersionTables) -> Bool {
    var isEmpty = true
    tables.forEach { _, _ in isEmpty = false }
    return isEmpty
  }

  /// `0x%08llx\tname\n` a record, as kmod prints: of `__versions` if kmod can read that, else of the
  /// tables that it cannot.
  private func writeModprobe(
    _ path: String, _ tables: borrowing VersionTables, _ result: inout JobResult
  ) {
    let wanted: VersionLayout =
      tables.packed != nil ? .packed : tables.hasBasic ? .basic : .extended
    tables.forEach { layout, record in
      guard layout == wanted || (layout == .hashed && wanted == .basic) else { return }
      VersionsReport.appendLine(record, to: &result.output)
    }
    for (section, defect) in tables.structuralDefects() {
      result.complaints.append("\(path): \(section): \(defect)")
      result.status = .trouble
    }
  }

  private static func appendLine(_ record: borrowing VersionRecord, to output: inout OutputBuffer) {
    output.append("0x")
    output.append(hexadecimal: record.crc, width: 8)
    output.append(0x09)
    // kmod leaves out one leading dot.
    if record.name.byte(at: 0) == 0x2e, let rest = record.name.suffix(from: 1) {
      output.append(rest)
    } else {
      output.append(record.name)
    }
    output.append(0x0a)
  }

  /// Module.symvers columns; who provides a symbol is not known here.
  private func writeSymvers(
    _ module: borrowing ModuleFile, _ tables: borrowing VersionTables, _ result: inout JobResult
  ) throws(ParseError) {
    let names = try resolvedDigests(module, tables)
    let wanted: VersionLayout? = tables.hasExtended ? .extended : nil
    tables.forEach { layout, record in
      guard layout == wanted || wanted == nil else { return }
      result.output.append("0x")
      result.output.append(hexadecimal: record.crc & 0xffff_ffff, width: 8)
      result.output.append(0x09)
      if let digest = record.digest, let name = names[digest] {
        result.output.append(name)
      } else {
        result.output.append(record.name)
      }
      result.output.append("\t(unknown)\t(unknown)\t\n")
    }
  }

  /// Names for the digests of hashed records: from the module's own undefined symbols, then from the
  /// names the user gave.
  func resolvedDigests(_ module: borrowing ModuleFile, _ tables: borrowing VersionTables)
    throws(ParseError) -> [HashedName: [UInt8]]
  {
    var sought: Set<HashedName> = []
    tables.forEach { _, record in if let hashed = record.digest { sought.insert(hashed) } }
    guard !sought.isEmpty else { return [:] }
    let needed = try HashedRecordNames(module.elf)
    var found: [HashedName: [UInt8]] = [:]
    for hashed in sought {
      found[hashed] = needed.name(for: hashed) ?? dictionary.name(for: hashed)
    }
    return found
  }
}
