internal import ArgumentParser
internal import ByteStorage
internal import ModuleConversion
internal import ModuleFiles
internal import ModuleVersions

/// What modpost would be told.
struct ModpostOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Module.symvers files with what the module may use (for mod.c and mod.o).",
      valueName: "file"), completion: .file())
  var symvers: [String] = []

  @Flag(help: "Write the basic table (for mod.c and mod.o).")
  var basic = false

  @Flag(help: "Write the extended table (for mod.c and mod.o).")
  var extended = false

  /// Whether a word after --symvers is a module.
  private static func isModule(_ word: String) -> Bool {
    ModulePaths.isModuleName(word) || word.hasSuffix(".o")
  }

  /// Modules that were given after --symvers.
  var modules: [String] { symvers.filter(ModpostOptions.isModule) }

  /// Module.symvers files.
  var files: [String] { symvers.filter { !ModpostOptions.isModule($0) } }

  /// Reads the files, if a source or an object is to be made.
  func read(_ target: ConversionTarget?, limit: Int) throws -> ModpostJob? {
    guard let target, target.isGenerated else { return nil }
    var table = ExportTable()
    var buffer = FileBuffer(limit: limit)
    for path in files {
      try buffer.open(path)
      do throws(ParseError) { table.append(try Symvers.parse(buffer.source.all())) } catch {
        throw FileError(path: path, cause: .malformed(error))
      }
    }
    let tables: ModpostWriter.Tables =
      basic || extended ? .these(basic: basic, extended: extended) : .asFound
    return ModpostJob(writer: ModpostWriter(SymversLookup(table), tables: tables), target: target)
  }
}

/// Makes `.mod.c` text or objects.
struct ModpostJob: Sendable {
  let writer: ModpostWriter
  let target: ConversionTarget

  func make(_ module: RawSpan, of path: String) throws -> [UInt8] {
    try writer.source(for: module)
  }
}
