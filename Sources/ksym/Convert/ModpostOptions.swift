internal import ArgumentParser
internal import ByteStorage
internal import Modpost
internal import ModuleFiles
internal import ModuleVersions
internal import VersionConversion

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

  @Option(
    help: ArgumentHelp(
      "A module of the same kernel, to take the layout of struct module from (for mod.o).",
      valueName: "module"), completion: .file())
  var like: String?

  /// Whether a word after --symvers is a module.
  private static func isModule(_ word: String) -> Bool {
    ModulePaths.isModuleName(word) || word.hasSuffix(".o")
  }

  /// Modules that were given after --symvers.
  var modules: [String] { symvers.filter(ModpostOptions.isModule) }

  /// Module.symvers files.
  var files: [String] { symvers.filter { !ModpostOptions.isModule($0) } }

  /// Reads the files, if a source or an object is to be made.
  func read(_ form: ModpostJob.Form?, limit: Int) throws -> ModpostJob? {
    guard let form else { return nil }
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
    var structure: ModuleStructure?
    if let like {
      try buffer.open(like)
      structure = try ModuleStructure(try buffer.source.all())
    }
    return ModpostJob(
      writer: ModpostWriter(SymversLookup(table), tables: tables), form: form,
      structure: structure)
  }
}

/// Makes `.mod.c` text or objects.
struct ModpostJob: Sendable {
  /// What is made.
  enum Form: String, Sendable, CaseIterable {
    case source = "mod.c"
    case object = "mod.o"
  }

  let writer: ModpostWriter
  let form: Form
  let structure: ModuleStructure?

  func make(_ module: RawSpan, of path: String) throws -> [UInt8] {
    guard form == .object else { return try writer.source(for: module) }
    let name = ModulePaths.moduleName(ofFile: path)
    return try writer.object(for: module, named: name, structure: structure)
  }
}
