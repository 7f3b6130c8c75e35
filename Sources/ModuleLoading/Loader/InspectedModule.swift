internal import ByteStorage
internal import Livepatching
internal import ModuleVersions

/// What the loader needs to know of a module once its file is gone: compact, for whole trees.
struct InspectedModule: Sendable {
  /// A symbol that the loader has something to do about, in symbol table order.
  struct Use: Sendable {
    enum Kind: UInt8 { case undefined, weak, common, badSection }

    let name: BytePool.Range
    let required: UInt64
    let hasVersion: Bool
    let kind: Kind
    /// `st_shndx` of a ``Kind/badSection``.
    let section: UInt16
  }

  /// The verdict so far: refused by a check that needs no other module, or on its way.
  var outcome: LoadOutcome
  /// Name in the module structure (`mod->name`).
  var moduleName = ""
  /// Name in modinfo, else in the structure (`info->name`).
  var infoName = ""
  /// Symbols to resolve.
  var uses: [Use] = []
  /// Names of ``uses``.
  var names = BytePool()
  /// What the module exports, if it loads.
  var exports = ExportTable()
  /// Rows of ``exports`` that the kernel's binary search does not find, in a table out of order.
  var hiddenExports: Set<Int> = []
  /// Number of log lines, and whether it was refused, when the kernel looks for a loaded module of
  /// the same name.
  var logCountAtNameCheck: Int?
  /// The section whose relocations are refused once all symbols are resolved, and the line.
  var relocationRefusal: (section: Int, line: String)?
  /// Lines by which relocations for the livepatch core are refused, by section.
  var livepatchRefusals: [Int: String] = [:]
  /// What it patches and names, if it is a livepatch.
  var livepatch: Livepatch?
  /// A refusal that comes last of all.
  var lateRefusal: (errno: LoadErrno, line: String?)?
  /// Whether its licence makes it proprietary.
  var isProprietary = false
  /// Namespaces it imports.
  var importedNamespaces: Set<String> = []
  /// The first namespace it imports that is for named modules, which no module may import.
  var forgedNamespace: String?
  /// Modules that its build found to export what it needs, as modinfo names them.
  var dependencies: [String] = []
  /// How versions are looked up.
  var versions = VersionsKind.none
  /// Whether the kernel is tainted by a forced load so far: the line shows once.
  var isForced = false
  /// Whether the once-only line about a missing version was printed.
  var hasWarnedMissing = false
  /// Number of sections, for a log line.
  var sectionCount = 0
  /// Evidence for causes.
  var evidence = LoadEvidence()

  enum VersionsKind: UInt8 { case none, basic, extended }
}
