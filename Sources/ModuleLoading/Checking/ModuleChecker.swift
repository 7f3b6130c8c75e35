internal import ByteStorage
internal import ELFFormat
internal import KernelImages
internal import KernelReleases
package import Kernels
package import Livepatching
internal import ModuleFiles
internal import ModuleVersions
internal import OrderedWork
internal import SymbolTables

/// Asks one kernel about modules: which of them it would load, and why not the others.
package struct ModuleChecker {
  let facts: KernelFacts
  /// The kernel itself, for what livepatches are asked of its symbols.
  let kernel: OpenKernel?
  /// The kernel's own modules.
  package let tree: ModuleTree?
  let rules: LoaderRules
  let settings: LoaderSettings
  let request: LoadRequest
  /// The modules that are loaded before.
  let preloads: Preloads
  /// What had to be assumed about the kernel.
  package let assumed: [LoadAssumption]
  /// The rules of the livepatch core.
  let livepatchRules: LivepatchRules
  /// Whether modules are read as livepatches that nothing marks as such.
  let readsLivepatches: Bool
  /// What modules are inspected with, if ``prepare()`` was called.
  private var inspector: ModuleInspector?
  private var known: KnownModules?

  /// Prepares to ask a kernel.
  /// Without the kernel itself its symbols are unknown; what is given overrides what was read.
  package init(
    _ facts: KernelFacts, of kernel: OpenKernel? = nil, given: [GivenFact] = [],
    request: LoadRequest = LoadRequest()
  ) { self.init(facts, of: kernel, given: given, request: request, readsLivepatches: false, nil) }

  init(
    _ facts: KernelFacts, of kernel: OpenKernel?, given: [GivenFact], request: LoadRequest,
    readsLivepatches: Bool, _ livepatchRelease: KernelRelease?
  ) {
    var facts = facts
    var assumed: [LoadAssumption] = []
    var request = request
    for fact in given {
      fact.apply(to: &facts, &assumed)
      request.trust.apply(fact)
    }
    // A release that the user gives counts before that of the build.
    let isGiven = given.contains { $0.key == "release" }
    let basis =
      isGiven ? ReleaseBasis(facts.release.flatMap { KernelRelease($0.value) }) : facts.basis
    if basis.isAssumed {
      assumed.append(LoadAssumption(.releaseUnknown, key: "release", value: "\(basis.release)"))
    }
    rules = LoaderRules(basis.release)
    settings = LoaderSettings(facts, rules, given: given, request: request)
    livepatchRules = LivepatchRules(livepatchRelease ?? rules.release, ofKernel: rules.release)
    self.readsLivepatches = readsLivepatches
    self.facts = facts
    self.kernel = kernel
    let tree = facts.moduleTree.map { ModuleTree($0) }
    self.tree = tree
    self.request = request
    preloads = Preloads(request, tree)
    self.assumed = assumed + settings.assumed
  }

  /// Reads once what every check needs of the kernel: types, built-in certificates, protected symbols; and
  /// modules that others need once for all checks.
  /// Without it each check does, which lets its first module stand for a kernel of unknown architecture.
  package mutating func prepare() {
    guard facts.layout != nil, facts.machine != nil else { return }
    (inspector, known) = (makeInspector([]), KnownModules())
  }

  /// Checks modules and directories of modules.
  ///
  /// - Parameter paths: Modules, directories, or `-`.
  /// - Returns: The answers in the order of the paths, without those for ``LoadRequest/with``.
  package func check(_ paths: [String]) -> [LoadAnswer<LoadOutcome>] {
    var answers: [LoadAnswer<LoadOutcome>] = []
    check(paths) { if !$0.isPreloaded { answers.append($0) } }
    return answers
  }

  /// Checks modules and directories of modules.
  ///
  /// - Parameters:
  ///   - paths: Modules, directories, or `-`.
  ///   - progress: Receives how many of how many modules were read.
  ///   - consume: Receives the answers for ``LoadRequest/with``, then those in the order of the paths.
  package func check(
    _ paths: [String], progress: (_ done: Int, _ total: Int) -> Void = { _, _ in },
    consume: (LoadAnswer<LoadOutcome>) -> Void
  ) { run(paths, progress: progress, finish: { outcome, _, _ in outcome }, consume: consume) }

  /// Loads modules one after the other.
  ///
  /// - Parameters:
  ///   - paths: Modules, directories, or `-`.
  ///   - progress: Receives how many of how many modules were read.
  ///   - finish: Makes an answer of the loader's, given the module's number in the session.
  ///   - consume: Receives the answers in order.
  func run<Outcome>(
    _ paths: [String], progress: (Int, Int) -> Void,
    finish: (LoadOutcome, Int, LoadSession) -> Outcome, consume: (LoadAnswer<Outcome>) -> Void
  ) {
    let targets = ModulePaths.expand(paths, limit: request.limit) { tree?.entry(named: $0) }
    var gathering = Gathering(
      inspector: inspector ?? makeInspector(targets), tree: tree, of: kernel, request: request,
      known: known)
    gathering.onDemand = preloads.onDemand
    if request.isCompressedFile { gathering.compressed = Set(targets.compactMap(\.path)) }
    gathering.read(preloads.paths + targets.compactMap(\.path), progress)
    if request.loadsDependencies { gathering.readDependencies(progress) }
    var session = LoadSession(
      gathering.inspector, gathering.gathered, reportsAllSymbols: request.reportsAllSymbols)
    session.sources = ModuleSources(
      gathering.gathered, tree: tree, request: request,
      exports: facts.exports?.value)
    session.sources.count = max(session.sources.count, gathering.looked ?? 0)
    let shared = assumed + gathering.inspector.assumed
    session.livepatches = livepatchResolver(gathering, session)
    var missing = MissingSymbols(kernel, facts)
    func answer(_ path: String, isPreloaded: Bool) {
      let result: Result<Outcome, FileError>
      if let error = gathering.errors[path] {
        result = .failure(error)
      } else if let number = gathering.numbers[path] {
        var outcome = isPreloaded ? session.preload(number) : session.outcome(of: number)
        if isPreloaded, outcome.verdict != .loads {
          session.livepatches = session.livepatches?.without(outcome.name)
        }
        outcome.assumed = outcome.assumed.isEmpty ? shared : shared + outcome.assumed
        outcome.explain(missing.causes(of: outcome.symbols) + ignoredVersions(outcome.symbols))
        result = .success(finish(outcome, number, session))
      } else {
        return
      }
      consume(LoadAnswer(path: path, isPreloaded: isPreloaded, result: result))
    }
    func answer(_ entry: DirectoryTree.Entry, isPreloaded: Bool) {
      switch entry {
      case .file(let path): answer(path, isPreloaded: isPreloaded)
      case .unreadable(let error):
        consume(LoadAnswer(path: error.path, isPreloaded: isPreloaded, result: .failure(error)))
      }
    }
    for entry in preloads.entries(without: targets) { answer(entry, isPreloaded: true) }
    for target in targets { answer(target, isPreloaded: false) }
  }

  /// That the kernel is asked to ignore versions, without which it takes no module.
  private func ignoredVersions(_ symbols: [SymbolProblem]) -> [LoadCause] {
    guard settings.ignoresModversions, settings.modversions, !settings.forceLoad,
      symbols.contains(where: { $0.problem == .unversioned })
    else { return [] }
    return [LoadCause(.notForced, kind: "versions")]
  }
}

extension DirectoryTree.Entry {
  var path: String? {
    if case .file(let path) = self { return path }
    return nil
  }
}
