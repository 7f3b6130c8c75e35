internal import ArgumentParser
internal import ByteStorage
internal import OrderedWork
internal import SymtypesFormat
internal import TypeVersions

struct TypesCRCCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crc",
    abstract: "Compute versions from the text of types.",
    usage: "ksym types crc [--verify <symvers>] [<options>] <files> ...",
    discussion: """
      A version (CRC) is a hash of the text of an export and of all types that it reaches. Takes what \
      the kernel's build writes with KBUILD_SYMTYPES=1, by genksyms or gendwarfksyms: a .symtypes \
      file, a directory of them, or a consolidated file, plain or compressed.

      Examples:
        ksym types crc fs/read_write.symtypes
        ksym types crc --verify Module.symvers build/
        ksym types crc --json symtypes-6.12 | jq -r .crc

      JSON, one object an export: name, crc, generator, path; with --verify also recorded.

      Exit status: 0 versions were computed, and with --verify those recorded follow from the types; \
      1 some do not, or nothing is exported; 2 a file cannot be read, or nothing could be verified.
      """)

  @Option(
    help: ArgumentHelp(
      "Module.symvers: show only the versions that do not follow from the types.",
      valueName: "symvers"), completion: .file())
  var verify: String?

  @OptionGroup var json: JSONOption
  @OptionGroup var jobs: JobsOption
  @OptionGroup var input: InputOptions

  @Argument(help: "Symtypes files and directories of them.", completion: .file())
  var paths: [String]

  func run() throws {
    do {
      var input = SymtypesInput(limit: input.limit)
      let recorded = try verify.map { try RecordedVersions($0, limit: self.input.limit) }
      var report = TypesCRCReport(isJSON: json.isWanted, recorded: recorded)
      for path in paths {
        do {
          let directory = paths.count > 1 && PathKind(path) == .directory ? path : nil
          try add(try input.read(path), input.store, in: directory, to: &report)
        } catch { report.complain(error.explained) }
      }
      throw ExitCode(report.finish().rawValue)
    } catch let code as ExitCode { throw code } catch { throw Terminal.trouble(error.explained) }
  }

  /// Adds the versions of a tree; `directory` is what precedes its paths, if there are several.
  private func add(
    _ tree: SymtypesTree, _ store: SymtypesStore, in directory: String?,
    to report: inout TypesCRCReport
  ) throws {
    let folder = directory.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? ""
    var failure: TypeVersionsFailure?
    OrderedWork.run(
      count: tree.files.count, workers: jobs.workers, makeState: {},
      work: { _, index -> Result<[UInt32], TypeVersionsError> in
        let file = tree.files[index]
        return Result { () throws(TypeVersionsError) in
          var sums = try SymtypesSums(file, store, SymtypesGenerator(of: file, store))
          var crcs: [UInt32] = []
          for key in file.exports { crcs.append(try sums.version(ofExport: Int(key)) ?? 0) }
          return crcs
        }
      },
      consume: { index, result in
        let file = tree.files[index]
        switch result {
        case .failure(let error):
          failure = TypeVersionsFailure(
            path: plain(folder + file.path.rawSpan.text), cause: error)
          return false
        case .success(let crcs):
          let generator = SymtypesGenerator(of: file, store)
          for (key, crc) in zip(file.exports, crcs) {
            report.add(
              store.keys.name(Int(key)).text, crc, generator, folder + file.path.rawSpan.text)
          }
          return true
        }
      })
    if let failure { throw failure }
  }
}

private struct TypesCRCReport {
  let isJSON: Bool
  let recorded: RecordedVersions?
  private var output = OutputBuffer(reserving: 1 << 16)
  private var seen: Set<String> = []
  private var count = 0
  private var wrong = 0
  private var hasTrouble = false

  init(isJSON: Bool, recorded: RecordedVersions?) {
    self.isJSON = isJSON
    self.recorded = recorded
  }

  mutating func complain(_ line: String) {
    Terminal.write(&output)
    Terminal.complain(line)
    hasTrouble = true
  }

  mutating func add(
    _ name: String, _ crc: UInt32, _ generator: SymtypesGenerator, _ path: String
  ) {
    count += 1
    let known = recorded?.crcs[name]
    if recorded != nil {
      seen.insert(name)
      guard let known, known != crc else { return }
      wrong += 1
    }
    if isJSON {
      output.beginObject()
      output.member("name", name)
      output.member("crc", checksum(crc))
      output.member("generator", generator == .genksyms ? "genksyms" : "gendwarfksyms")
      output.member("path", path)
      if let known { output.member("recorded", checksum(known)) }
      output.endLine()
    } else if let known {
      output.append(
        "\(plain(name)): \(checksum(known)) is recorded, the types give \(checksum(crc))"
          + " (\(plain(path)))\n")
    } else {
      output.append("\(checksum(crc))  \(plain(name))  \(plain(path))\n")
    }
    if output.bytes.count > 1 << 16 { Terminal.write(&output) }
  }

  mutating func finish() -> ExitStatus {
    if let recorded, !isJSON {
      let missing = recorded.crcs.keys.filter { !seen.contains($0) }.count
      let checked = recorded.crcs.count - missing
      output.append("\(checked - wrong) of \(checked) versions follow from the types")
      if missing > 0 { output.append("; \(missing) exports have no types here") }
      output.append("\n")
    }
    Terminal.write(&output)
    if hasTrouble { return .trouble }
    if count == 0 { Terminal.complain("nothing is exported") }
    if let recorded, count > 0, !seen.contains(where: { recorded.crcs[$0] != nil }) {
      Terminal.complain("nothing to verify: no version is recorded of what has types here")
      return .trouble
    }
    return count == 0 || wrong > 0 ? .no : .yes
  }
}
