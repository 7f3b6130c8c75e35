internal import ArgumentParser
internal import ByteStorage
internal import KernelComparison
internal import Kernels
internal import ModuleVersions

/// One of the two kernels.
struct CompareSide {
  let path: String
  let records: ExportRecords
  /// In words; `nil` if it is not known.
  var architecture: String?
}

/// Reads what is compared, or ends the command.
struct CompareSources {
  let limit: Int
  /// Threads that read modules.
  var workers = 1

  /// The exports of a kernel and its modules: of Module.symvers text at once, of anything else as kernels are
  /// opened, and from the modules themselves where nothing lists what they export.
  func side(_ path: String) throws -> CompareSide {
    if path != "running", PathKind(path) == .file || path == "-" {
      var buffer = FileBuffer(limit: limit)
      do {
        try buffer.open(path, trailing: .afterMembers)
        let head = try buffer.source.bytes(0..<min(buffer.count, 1024), in: "Module.symvers")
        if CompareSources.isSymvers(head) {
          let records = try ExportRecords(parsing: buffer.source.all(), as: .historic)
          if records.rows.isEmpty { throw Terminal.trouble("\(path): holds no export") }
          if records.duplicateCount > 0 {
            let lines = counted(records.duplicateCount, "line")
            Terminal.complain("\(path): \(lines) with a name of an earlier line: the first counts")
          }
          return CompareSide(path: path, records: records)
        }
      } catch let error as TextFailure {
        throw Terminal.trouble(error.line(in: path))
      } catch let code as ExitCode {
        throw code
      } catch { throw Terminal.trouble(FileFailure(path, error).words) }
    }
    do {
      let kernel = try OpenKernel(path, limit: limit)
      kernel.reportChoice()
      let facts = try kernel.facts()
      let table = try kernel.exportsWithModules().value
      var records = ExportRecords(table)
      if table.form != nil, let tree = facts.moduleTree {
        records = records.joined(with: ExportRecords(moduleExports(ModuleTree(tree))))
      }
      let architecture = KernelReport.architecture(facts)
      return CompareSide(path: path, records: records, architecture: architecture)
    } catch { throw Terminal.trouble(error.explained) }
  }

  /// What all modules of a tree export; those that cannot be read are reported.
  private func moduleExports(_ tree: ModuleTree) -> ExportTable {
    var exports = ExportTable()
    FileRun(workers: workers).readExports(of: tree.entries, limit: limit) { result, _ in
      switch result {
      case .success(let table): exports.append(table)
      case .failure(let failure): Terminal.complain(failure.words)
      }
    }
    return exports
  }

  /// Whether a text begins with a line of Module.symvers, or of an ABI file made of one.
  private static func isSymvers(_ head: RawSpan) -> Bool {
    if head.starts(with: "EXPORT_") { return true }
    var lines = TextLines(head)
    while let line = lines.next() {
      var words = TextWords(line, hasComments: true)
      guard let word = words.next() else { continue }
      return line.part(word).starts(with: "0x") || line.part(word).starts(with: "0X")
    }
    return head.byteCount == 0
  }

  func rules(_ path: String) throws -> SeverityRules {
    if PathKind(path) == .directory {
      guard let list = try list([path]) else { return SeverityRules() }
      return SeverityRules(listing: list)
    }
    return try read(path) { text throws(TextFailure) in try SeverityRules(reading: text) }
  }

  /// All lists as one; a directory is Red Hat's, with a file for each symbol. `nil` if there are none.
  func list(_ paths: [String]) throws -> SymbolList? {
    var whole: SymbolList?
    for path in paths {
      var files = [path]
      if PathKind(path) == .directory {
        files = DirectoryTree.names(in: path).filter { !$0.hasPrefix(".") }.map { "\(path)/\($0)" }
          .filter { PathKind($0) != .directory }
      }
      for file in files {
        let list = try read(file) { text throws(TextFailure) in try SymbolList(text) }
        if whole == nil { whole = list } else { whole?.add(list) }
      }
    }
    return whole
  }

  private func read<Value>(
    _ path: String, _ parse: (RawSpan) throws(TextFailure) -> Value
  ) throws -> Value {
    var buffer = FileBuffer(limit: limit)
    do {
      try buffer.open(path)
      let text = try buffer.source.all()
      if text.isUTF16 { throw FileError.inUTF16(path) }
      return try parse(text)
    } catch let error as TextFailure { throw Terminal.trouble(error.line(in: path)) } catch {
      throw Terminal.trouble(FileFailure(path, error).words)
    }
  }
}

/// What is said where patterns take longer than anybody waits.
enum PatternTime {
  static func problem(_ rules: SeverityRules?, _ path: String?) -> String? {
    rules?.exhaustedBy.map {
      "\(path ?? ""):\($0.line): the patterns up to here take too long to compare: \($0.words.prefix(200))"
    }
  }

  static func problem(_ selection: NameSelection?, _ paths: [String]) -> String? {
    selection?.isExhausted == true
      ? "\(paths.joined(separator: ", ")): the patterns take too long to compare" : nil
  }
}

extension TextFailure {
  /// The failure in one line.
  func line(in path: String) -> String {
    line == 0 ? "\(path): \(words)" : "\(path):\(line): \(words): \(text.prefix(200))"
  }
}
