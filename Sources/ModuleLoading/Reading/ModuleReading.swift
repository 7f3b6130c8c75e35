internal import ByteStorage
internal import Livepatching
internal import ModuleVersions

/// What a module is, read with the kernel's eyes: compact, for whole trees. It never changes.
struct ModuleReading: Sendable {
  let path: String
  /// The name that answers give: the module's own, or the file's if that could not be read.
  let name: String
  let header: ModuleHeader
  let contents: ModuleContents
  /// Whether its signature counts.
  var isTrusted = true
}

/// What the loader reads after its checks: empty in a module that they refuse.
struct ModuleContents: Sendable {
  /// Symbols to resolve.
  var uses = SymbolUses()
  /// What the module exports, with one owner.
  var exports = ExportTable()
  /// Rows of ``exports`` that the kernel's binary search does not find, in a table out of order.
  var hiddenExports: Set<Int> = []
  /// What it patches and names, if it is a livepatch.
  var livepatch: Livepatch?

  init(exporter name: String) { exports.addOwner(name) }
}

/// A module after the checks that need no other module.
struct CheckedModule: Sendable {
  let module: ModuleReading
  /// What the kernel makes of it so far.
  let verdict: Verdict
  /// Defects that the kernel notices after it has resolved the module's symbols.
  var later = LaterRefusals()
  /// What hints at causes.
  var evidence = LoadEvidence()
}

/// Defects that the kernel notices after it has resolved a module's symbols.
struct LaterRefusals: Sendable {
  /// The first relocation section that the architecture's code refuses.
  var relocation: RelocationRefusal?
  /// Sections that it refuses when the livepatch core applies them.
  var livepatchRelocations: [RelocationRefusal] = []
  /// Whether a refusal from here on ends in a crash: the module structure is freed before the kernel
  /// has freed all that it names (`free_mod_mem`).
  var freesStructureEarly = false
  /// What looking for its own exports ends in.
  var wildExport: Refusal?
  /// What the code of another architecture than x86-64 refuses, in relocations or after them.
  var architecture: Refusal?
  /// What ends it before the module's types are looked at.
  var coming: Refusal?
  /// What the types end it with, or log.
  var types: TypeCheck?
  /// What ends the load last of all.
  var last: Refusal?
  /// What had to be assumed for it.
  var lastAssumption: LoadAssumption?
  /// What is logged then, if nothing does.
  var lastLines: [String] = []
}
