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

  /// Reads the files, if sources or objects are to be made.
  func read(_ target: ConversionTarget?, limit: Int) throws -> ModpostJob? {
    nil
  }
}

/// Makes `.mod.c` text or objects.
struct ModpostJob: Sendable {
  func make(_ module: RawSpan, of path: String) throws -> [UInt8] { [] }
}
