internal import ByteStorage
internal import ELFFormat
internal import ModuleFiles
internal import ModuleVersions

/// What one job of a command yields: bytes for standard output, lines for standard error, a status.
struct JobResult: Sendable {
  var output = OutputBuffer()
  var complaints: [String] = []
  var status = ExitStatus.yes
}

/// Formats the versions of one module.
struct VersionsReport: Sendable {
  let format: VersionsCommand.Format
  let dictionary: KnownNames
  let terminal: Terminal
  let showsReadable: Bool

  func describe(_ entry: DirectoryTree.Entry, _ buffer: inout FileBuffer) -> JobResult {
    var result = JobResult()
    switch entry {
    case .unreadable(let error):
      result.complaints.append("\(error)")
      result.status = .trouble
    case .file(let path):
      do {
        try buffer.open(path)
        try describe(path, ModuleFile(buffer.source), &result)
      } catch let error as ParseError {
        result.complaints.append("\(path): \(error)")
        result.status = .trouble
      } catch {
        result.complaints.append("\(error)")
        result.status = .trouble
      }
    }
    return result
  }

  private func describe(
    _ path: String, _ module: borrowing ModuleFile, _ result: inout JobResult
  ) throws(ParseError) {
    let tables = try module.versions()
    guard tables.hasBasic || tables.hasExtended || tables.hasExtendedCRCs || tables.hasExtendedNames
    else {
      result.status = .no
      switch format {
      case .table: result.output.append("\(path): no versions\n")
      case .json: try writeJSON(path, module, tables, &result)
      case .modprobe, .symvers: result.complaints.append("\(path): no versions")
      }
      return
    }
    switch format {
    case .modprobe: writeModprobe(path, tables, &result)
    case .symvers: try writeSymvers(module, tables, &result)
    case .json: try writeJSON(path, module, tables, &result)
    case .table: try writeTable(path, module, tables, &result)
    }
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
  func resolvedDigests(
    _ module: borrowing ModuleFile, _ tables: borrowing VersionTables
  ) throws(ParseError) -> [SHA256Digest: [UInt8]] {
    var sought: Set<SHA256Digest> = []
    tables.forEach { _, record in
      if let digest = record.digest { sought.insert(digest) }
    }
    guard !sought.isEmpty else { return [:] }
    var found: [SHA256Digest: [UInt8]] = [:]
    if let symbols = try module.elf.symbolTable() {
      let shortest = BasicVersions.longestName(module.elf.layout)
      // As many as there can be records.
      for index in 1..<max(1, min(symbols.count, VersionTables.mostRecords)) {
        guard let symbol = symbols.symbol(at: index),
          symbol.sectionIndex == ELFSectionIndex.undefined
        else { continue }
        let name = symbols.name(of: symbol)
        guard name.byteCount >= shortest else { continue }
        let digest = HashedName.digest(of: name)
        if sought.contains(digest) { found[digest] = name.array }
      }
    }
    for digest in sought where found[digest] == nil {
      found[digest] = dictionary.name(for: digest)
    }
    return found
  }
}
