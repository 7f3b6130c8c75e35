internal import ByteStorage
internal import KernelReleases
internal import Livepatching
internal import ModuleVersions

/// Modules being loaded one after the other: who exports what, and what becomes of each.
struct LoadSession {
  let rules: LoaderRules
  let settings: LoaderSettings
  let kernel: LoaderKernel
  /// Whether every needed symbol is reported, not only those with problems.
  let reportsAllSymbols: Bool
  /// The modules that may be loaded.
  let modules: [CheckedModule]
  /// Whether a module is loaded when another needs what it exports, as modprobe would.
  let isOnDemand: [Bool]
  /// Exports of all modules; the owner is the index in ``modules``.
  let exports: ExportLookup

  /// Where modules that others need were looked for.
  var sources = ModuleSources()
  /// What livepatches name, resolved; `nil` as long as nobody needs it.
  var livepatches: LivepatchResolver?
  /// Modules that the user had loaded before, oldest first.
  private(set) var loaded: [Int] = []
  /// Modules after their load.
  var results: [Int: Loaded] = [:]
  /// Modules whose exporters are being loaded.
  var inProgress: Set<Int> = []

  /// A module after its load.
  struct Loaded {
    let verdict: Verdict
    let isProprietary: Bool
    /// Modules that it made modprobe load, itself included.
    let closure: ModuleSet
  }

  init(_ inspector: ModuleInspector, _ gathered: Gathering.Modules, reportsAllSymbols: Bool) {
    rules = inspector.rules
    settings = inspector.settings
    kernel = inspector.kernel
    self.reportsAllSymbols = reportsAllSymbols
    modules = gathered.modules
    isOnDemand = gathered.isOnDemand
    var exports = ExportTable()
    for module in modules { LoadSession.add(module.module, to: &exports) }
    self.exports = ExportLookup(exports)
  }

  /// Adds the exports that the kernel finds, as those of one owner.
  private static func add(_ module: ModuleReading, to exports: inout ExportTable) {
    let contents = module.contents
    guard !contents.hiddenExports.isEmpty else {
      exports.append(contents.exports)
      return
    }
    let owner = exports.addOwner(module.header.moduleName)
    for (number, row) in contents.exports.rows.enumerated()
    where !contents.hiddenExports.contains(number) {
      exports.add(
        name: contents.exports.bytes(row.name), namespace: contents.exports.bytes(row.namespace),
        crc: row.hasCRC ? row.crc : nil, licence: row.licence, owner: owner)
    }
  }

  /// The name that a module has when it is loaded.
  func name(of number: Int) -> String { modules[number].module.header.moduleName }

  /// Symbols that a module needs, or would use, and that neither vmlinux nor one of the modules exports.
  func unknownSymbols(_ number: Int, orWeak: Bool = false) -> [String] {
    guard let vmlinux = kernel.exports else { return [] }
    let uses = modules[number].module.contents.uses
    return uses.all.compactMap { use in
      guard use.kind == .undefined || orWeak && use.kind == .weak else { return nil }
      let name = uses.name(of: use)
      let isKnown =
        vmlinux.first(name) != nil || exports.first(name) != nil || kernel.isIgnored(name)
      return isKnown ? nil : name.text
    }
  }

  /// Whether a module exports one of some symbols.
  func exports(_ number: Int, oneOf names: Set<String>) -> Bool {
    names.contains { name in
      rows(of: Array(name.utf8).rawSpan).contains {
        Int(exports.table.rows[$0].owner) == number
      }
    }
  }

  /// Loads a module before the others, as the user says; it stays loaded if the kernel takes it.
  mutating func preload(_ number: Int) -> LoadOutcome {
    let outcome = outcome(of: number)
    if outcome.verdict == .loads { loaded.append(number) }
    return outcome
  }

  /// What becomes of a module.
  mutating func outcome(of number: Int) -> LoadOutcome {
    let verdict = whenAlreadyLoaded(number) ?? load(number).verdict
    return LoadOutcome(modules[number].module, verdict)
  }

  /// The refusal of a module whose name is that of a loaded one.
  private func whenAlreadyLoaded(_ number: Int) -> Verdict? {
    var verdict = modules[number].verdict
    guard let count = verdict.log.countAtNameCheck,
      let other = loaded.first(where: { name(of: $0) == name(of: number) })
    else { return nil }
    verdict.log.cut(to: count)
    var refusal = Refusal(.EEXIST)
    refusal.causes = [LoadCause(.alreadyLoaded, owner: modules[other].module.path)]
    verdict.refuse(refusal)
    return verdict
  }

  /// Rows of the modules' exports with a name: those of loaded modules first, newest first.
  func rows(of name: RawSpan) -> [Int] {
    guard let first = exports.first(name) else { return [] }
    var rows = [first]
    while let last = rows.last, let next = exports.next(after: last) { rows.append(next) }
    guard rows.count > 1, !loaded.isEmpty else { return rows }
    func age(_ row: Int) -> Int {
      loaded.lastIndex(of: Int(exports.table.rows[row].owner)).map { -$0 - 1 } ?? 0
    }
    return rows.enumerated().sorted { (age($0.element), $0.offset) < (age($1.element), $1.offset) }
      .map(\.element)
  }
}
