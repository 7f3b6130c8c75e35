internal import ByteStorage
internal import Livepatching
internal import ModuleVersions

/// Modules being loaded one after the other: who exports what, and what becomes of each.
///
/// - Note: `simplify_symbols`, `resolve_symbol`, `inherit_taint` and `verify_exported_symbols` of
///   kernel/module/main.c, 7.2.
struct LoadSession {
  let rules: LoaderRules
  let settings: LoaderSettings
  let kernel: LoaderKernel
  /// Whether every needed symbol is reported, not only those with problems.
  let reportsAllSymbols: Bool

  /// What livepatches name, resolved; `nil` as long as nobody needs it.
  var livepatches: LivepatchResolver?

  private(set) var modules: [InspectedModule] = []
  /// Exports of all modules; the owner is the index in ``modules``.
  private(set) var exports = ExportTable()
  private(set) var index = ExportIndex(ExportTable())
  /// Modules that are loaded on demand, as modprobe would.
  private(set) var isOnDemand: [Bool] = []
  /// Modules that the user had loaded before, oldest first.
  private var loaded: [Int] = []
  private(set) var results: [Int: Loaded] = [:]
  private var inProgress: Set<Int> = []

  /// A module after its load.
  struct Loaded {
    var outcome: LoadOutcome
    var isProprietary: Bool
    /// Modules that it made modprobe load, itself included.
    var closure: ModuleSet
  }

  init(
    rules: LoaderRules, settings: LoaderSettings, kernel: LoaderKernel, reportsAllSymbols: Bool
  ) {
    self.rules = rules
    self.settings = settings
    self.kernel = kernel
    self.reportsAllSymbols = reportsAllSymbols
  }

  /// Adds a module to those that may be loaded.
  ///
  /// - Parameters:
  ///   - module: The module, inspected.
  ///   - onDemand: Whether it is loaded when another needs what it exports.
  /// - Returns: Its number.
  mutating func add(_ module: InspectedModule, isOnDemand onDemand: Bool) -> Int {
    modules.append(module)
    isOnDemand.append(onDemand)
    // One owner a module, also for those without exports: owner numbers are module numbers.
    var table = ExportTable()
    table.addOwner(module.moduleName)
    for (number, row) in module.exports.rows.enumerated()
    where !module.hiddenExports.contains(number) {
      table.add(
        name: module.exports.bytes(row.name), namespace: module.exports.bytes(row.namespace),
        crc: row.hasCRC ? row.crc : nil, licence: row.licence, owner: 0)
    }
    exports.append(table)
    return modules.count - 1
  }

  /// Makes the added modules' exports known; call before loading.
  mutating func finishAdding() { index = ExportIndex(exports) }

  /// Undefined symbols of a module that neither vmlinux nor an added module exports.
  func hasUnknownSymbols(_ number: Int) -> Bool {
    guard let vmlinux = kernel.exports else { return false }
    let module = modules[number]
    return module.uses.contains { use in
      guard use.kind == .undefined else { return false }
      let name = module.names.bytes(use.name)
      return kernel.index.first(name, in: vmlinux) == nil && index.first(name, in: exports) == nil
        && !kernel.isIgnored(name)
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
    if let twin = whenAlreadyLoaded(number) { return twin }
    return load(number).outcome
  }

  /// The refusal of a module whose name is that of a loaded one.
  private func whenAlreadyLoaded(_ number: Int) -> LoadOutcome? {
    let module = modules[number]
    guard let count = module.logCountAtNameCheck,
      loaded.contains(where: { modules[$0].moduleName == module.moduleName })
    else { return nil }
    var outcome = module.outcome
    outcome.log = Array(outcome.log.prefix(count))
    outcome.refuse(.EEXIST)
    return outcome
  }

  /// A module whose exporters are being loaded, and the first of its symbols not looked at yet.
  private struct Pending {
    let number: Int
    var use = 0
  }

  /// Loads a module after the modules that it needs, without recursion: chains may be long.
  private mutating func load(_ number: Int) -> Loaded {
    if let known = results[number] { return known }
    var stack = [Pending(number: number)]
    inProgress.insert(number)
    while var top = stack.popLast() {
      if let owner = nextExporter(&top) {
        stack.append(top)
        stack.append(Pending(number: owner))
        inProgress.insert(owner)
      } else {
        let result = judge(top.number)
        results[top.number] = result
        inProgress.remove(top.number)
        if stack.isEmpty { return result }
      }
    }
    return judge(number)
  }

  /// A module that exports what a pending one needs, and was not loaded yet.
  private func nextExporter(_ pending: inout Pending) -> Int? {
    let module = modules[pending.number]
    guard let vmlinux = kernel.exports, module.outcome.verdict != .refused else { return nil }
    while pending.use < module.uses.count {
      let use = module.uses[pending.use]
      if use.kind == .undefined || use.kind == .weak {
        let name = module.names.bytes(use.name)
        if isMissing(name, in: vmlinux) {
          for row in rows(of: name) {
            let owner = Int(exports.rows[row].owner)
            if isLoadable(owner, for: pending.number) { return owner }
          }
        }
      }
      pending.use += 1
    }
    return nil
  }

  /// Whether vmlinux does not export a symbol, or not to modules that are proprietary (as one may
  /// turn out to be while it is resolved).
  private func isMissing(_ name: RawSpan, in vmlinux: ExportTable) -> Bool {
    guard let row = kernel.index.first(name, in: vmlinux) else { return true }
    return vmlinux.rows[row].licence.isGPLOnly
  }

  /// Whether a module may be loaded on demand for another, and was not yet.
  private func isLoadable(_ owner: Int, for number: Int) -> Bool {
    isOnDemand[owner] && results[owner] == nil && !inProgress.contains(owner)
      && modules[owner].moduleName != modules[number].moduleName
  }

  /// What becomes of a module whose exporters were judged.
  private func judge(_ number: Int) -> Loaded {
    var module = modules[number]
    var closure = ModuleSet(number)
    if module.outcome.verdict != .refused, kernel.exports != nil {
      resolve(number, &module, &closure)
    } else if module.outcome.verdict == .loads {
      module.outcome.verdict = .undecided
      module.outcome.causes.append(LoadCause(.exportsUnknown))
    }
    explain(&module)
    return Loaded(
      outcome: module.outcome, isProprietary: module.isProprietary, closure: closure)
  }

  // MARK: Resolution

  /// Most log lines and symbols of one module to keep: a module may be made of unknown symbols.
  private static let mostLines = 100_000

  /// An export that was found.
  private struct Found {
    let crc: UInt32?
    let licence: ExportLicence
    let namespace: String
    /// The exporting module, `nil` for vmlinux.
    let owner: Int?
  }

  private func resolve(
    _ number: Int, _ module: inout InspectedModule, _ closure: inout ModuleSet
  ) {
    let original = module
    var usesGPLOnly = false
    for use in original.uses {
      let name = original.names.bytes(use.name)
      switch use.kind {
      case .common:
        if name.starts(with: "__gnu_lto") { continue }
        module.outcome.refuse(
          .ENOEXEC, "\(module.moduleName): please compile with -fno-common")
        report(name, use, nil, .malformed, &module)
      case .badSection:
        guard rules.has(.checksSymbolSections) else { continue }
        module.outcome.refuse(
          .ENOEXEC,
          "\(module.moduleName): Symbol \(name.text) has an invalid section index \(use.section)"
            + " (max \(module.sectionCount - 1))")
        report(name, use, nil, .malformed, &module)
      case .undefined, .weak:
        resolve(name, use, number, &usesGPLOnly, &module, &closure)
      }
    }
    if module.outcome.verdict != .refused { relocate(&module) }
    if module.outcome.verdict != .refused { checkDuplicates(number, closure, &module) }
    if module.outcome.verdict != .refused, let (errno, line) = module.lateRefusal {
      module.outcome.refuse(errno, line)
    }
  }

  /// `resolve_symbol` and what `simplify_symbols` makes of its answer.
  private func resolve(
    _ name: RawSpan, _ use: InspectedModule.Use, _ number: Int, _ usesGPLOnly: inout Bool,
    _ module: inout InspectedModule, _ closure: inout ModuleSet
  ) {
    var hidden: Found?
    guard let found = find(name, for: number, module.isProprietary, &hidden, &closure) else {
      if use.kind == .weak || kernel.isIgnored(name) { return }
      fail(name, -2, .ENOENT, &module)
      report(name, use, hidden, hidden == nil ? .missing : .gplOnly, &module)
      return
    }
    if found.licence.isGPLOnly { usesGPLOnly = true }
    guard inherit(from: found.owner, name, usesGPLOnly, &module) else {
      if use.kind == .weak { return }
      fail(name, -2, .ENOENT, &module)
      report(name, use, found, .proprietary, &module)
      return
    }
    let required = use.hasVersion ? use.required : nil
    let isAccepted = VersionCheck(settings: settings).check(
      name.text, required: required, provided: found.crc, &module)
    guard isAccepted else {
      fail(name, -22, .EINVAL, &module)
      report(name, use, found, required == nil ? .unversioned : .crc, &module)
      return
    }
    guard importsNamespace(found.namespace, name, &module) else {
      fail(name, -22, .EINVAL, &module)
      report(name, use, found, .namespace, &module)
      return
    }
    if reportsAllSymbols { report(name, use, found, nil, &module) }
  }

  /// `find_symbol`: vmlinux, then the loaded modules, newest first. Exports for GPL-compatible
  /// modules are invisible to others; `hidden` receives such a one.
  private func find(
    _ name: RawSpan, for number: Int, _ isProprietary: Bool, _ hidden: inout Found?,
    _ closure: inout ModuleSet
  ) -> Found? {
    if let vmlinux = kernel.exports, let row = kernel.index.first(name, in: vmlinux) {
      let export = vmlinux.rows[row]
      let found = Found(
        crc: export.hasCRC ? export.crc : nil, licence: export.licence,
        namespace: vmlinux.text(export.namespace), owner: nil)
      if !(isProprietary && found.licence.isGPLOnly) { return found }
      hidden = found
    }
    for row in rows(of: name) {
      let export = exports.rows[row]
      let owner = Int(export.owner)
      guard owner != number, isAvailable(owner, to: number, &closure) else { continue }
      let found = Found(
        crc: export.hasCRC ? export.crc : nil, licence: export.licence,
        namespace: exports.text(export.namespace), owner: owner)
      if !(isProprietary && found.licence.isGPLOnly) { return found }
      hidden = hidden ?? found
    }
    return nil
  }

  /// Rows of the modules' exports with a name: those of loaded modules first, newest first.
  private func rows(of name: RawSpan) -> [Int] {
    guard let first = index.first(name, in: exports) else { return [] }
    var rows = [first]
    while let last = rows.last, let next = index.next(after: last) { rows.append(next) }
    guard rows.count > 1, !loaded.isEmpty else { return rows }
    func age(_ row: Int) -> Int {
      loaded.lastIndex(of: Int(exports.rows[row].owner)).map { -$0 - 1 } ?? 0
    }
    return rows.enumerated().sorted { (age($0.element), $0.offset) < (age($1.element), $1.offset) }
      .map(\.element)
  }

  /// Whether a module is loaded, or can be loaded on demand.
  private func isAvailable(_ owner: Int, to number: Int, _ closure: inout ModuleSet) -> Bool {
    if loaded.contains(owner) { return true }
    if closure.contains(owner) { return true }
    guard isOnDemand[owner], !inProgress.contains(owner),
      modules[owner].moduleName != modules[number].moduleName, let result = results[owner],
      result.outcome.verdict == .loads
    else { return false }
    closure.formUnion(result.closure)
    return true
  }

  private func inherit(
    from owner: Int?, _ name: RawSpan, _ usesGPLOnly: Bool, _ module: inout InspectedModule
  ) -> Bool {
    guard rules.has(.inheritsTaint), let owner, results[owner]?.isProprietary ?? false else {
      return true
    }
    let exporter = modules[owner].moduleName
    let which = rules.has(.namesInheritedSymbol) ? "symbols \(name.text)" : "symbols"
    if usesGPLOnly {
      module.outcome.log.append(
        "\(module.moduleName): module using GPL-only symbols uses \(which) from proprietary module "
          + "\(exporter).")
      return false
    }
    if !module.isProprietary {
      module.outcome.log.append(
        "\(module.moduleName): module uses \(which) from proprietary module \(exporter), inheriting "
          + "taint.")
      module.isProprietary = true
    }
    return true
  }

  /// `verify_namespace_is_imported`.
  private func importsNamespace(
    _ namespace: String, _ name: RawSpan, _ module: inout InspectedModule
  ) -> Bool {
    guard rules.has(.hasNamespaces), !namespace.isEmpty else { return true }
    if rules.has(.hasModuleNamespaces),
      ModuleNamespace.names(namespace, module: module.moduleName)
    {
      return true
    }
    if module.importedNamespaces.contains(namespace) { return true }
    module.outcome.log.append(
      "\(module.moduleName): module uses symbol (\(name.text)) from namespace \(namespace), but does"
        + " not import it.")
    return settings.allowsMissingImports
  }

  private func fail(
    _ name: RawSpan, _ number: Int, _ errno: LoadErrno, _ module: inout InspectedModule
  ) {
    let isHidden = number == -2 && !rules.has(.showsUnknownSymbolError)
    let line = "\(module.moduleName): Unknown symbol \(name.text) (err \(isHidden ? 0 : number))"
    module.outcome.refuse(errno, module.outcome.log.count < LoadSession.mostLines ? line : nil)
  }

  private func report(
    _ name: RawSpan, _ use: InspectedModule.Use, _ found: Found?, _ problem: SymbolProblem.Kind?,
    _ module: inout InspectedModule
  ) {
    guard module.outcome.symbols.count < LoadSession.mostLines else { return }
    let provider = found.map { $0.owner.map { modules[$0].moduleName } ?? "vmlinux" }
    module.outcome.symbols.append(
      SymbolProblem(
        name: name.text, required: use.hasVersion ? use.required : nil, provided: found?.crc,
        provider: provider, problem: problem))
  }

  /// `verify_exported_symbols`: the first export that another owner has is reported.
  private func checkDuplicates(
    _ number: Int, _ closure: ModuleSet, _ module: inout InspectedModule
  ) {
    guard let vmlinux = kernel.exports else { return }
    let own = modules[number].exports
    for row in own.rows {
      let name = own.bytes(row.name)
      var owner: String?
      if kernel.index.first(name, in: vmlinux) != nil {
        owner = "kernel"
      } else {
        owner = rows(of: name).map { Int(exports.rows[$0].owner) }
          .first { $0 != number && (loaded.contains($0) || closure.contains($0)) }
          .map { modules[$0].moduleName }
      }
      guard let owner else { continue }
      module.outcome.refuse(
        .ENOEXEC,
        "\(module.moduleName): exports duplicate symbol \(name.text) (owned by \(owner))")
      module.outcome.symbols.append(
        SymbolProblem(
          name: name.text, required: nil, provided: nil,
          provider: owner == "kernel" ? "vmlinux" : owner, problem: .duplicateExport))
      return
    }
  }
}
