package import ByteStorage
internal import ELFFormat
internal import KernelImages
package import Kernels
package import Livepatching
internal import ModuleFiles
internal import ModuleVersions
internal import OrderedWork
package import SymbolTables

/// Asks one kernel about modules: which of them it would load, and why not the others.
package struct ModuleChecker {
  /// What is asked beside the modules themselves.
  package struct Request: Sendable {
    /// Modules that are loaded before, in order.
    package var with: [String] = []
    /// Whether modules of the kernel's tree count as loaded when they export what is needed.
    package var loadsDependencies = true
    /// Whether every needed symbol is reported, not only those with problems.
    package var reportsAllSymbols = false
    /// Largest module after unpacking, in bytes.
    package var limit = FileBuffer.defaultLimit
    /// Threads to use.
    package var workers = 1
    /// Whether modules are judged as livepatches, up to what their init returns.
    package var judgesLivepatches = false
    /// The release by whose rules livepatches are judged, if not by the kernel's own.
    package var livepatchRelease: KernelVersion?

    /// The defaults.
    package init() {}
  }

  /// An answer, or why there is none, for one module.
  package enum Answer: Sendable {
    case outcome(LoadOutcome)
    case unreadable(FileError)
  }

  let facts: KernelFacts
  /// The kernel itself, for what livepatches are asked of its symbols.
  let kernel: OpenKernel?
  /// The kernel's own modules.
  let tree: ModuleTree?
  let rules: LoaderRules
  let settings: LoaderSettings
  let request: Request
  /// What had to be assumed about the kernel.
  package private(set) var assumed: [LoadAssumption]

  /// Prepares to ask a kernel.
  ///
  /// - Parameters:
  ///   - facts: What is known of the kernel.
  ///   - kernel: The kernel itself; without it livepatches' symbols are unknown.
  ///   - given: What the user says of the kernel, which overrides what was read.
  ///   - request: What is asked beside the modules themselves.
  ///   - adjust: Sets the flags and the blacklist.
  package init(
    _ facts: KernelFacts, of kernel: OpenKernel? = nil,
    given: [GivenFact] = [], request: Request,
    adjust: (inout LoaderSettings) -> Void = { _ in }
  ) {
    var facts = facts
    var assumed: [LoadAssumption] = []
    for fact in given { fact.apply(to: &facts, &assumed) }
    // Debian's release string hides the patch level; its build tag gives it.
    let isGiven = given.contains { $0.key == "release" }
    let tag = isGiven ? nil : facts.banner?.value.debianVersion
    let named = tag ?? facts.release?.value ?? facts.vermagic?.value
    let release = named.flatMap { KernelRelease($0) }
    if release == nil {
      let newest = LoaderRules.newestKnown
      assumed.append(
        LoadAssumption(
          .releaseUnknown, key: "release", value: "\(newest.major).\(newest.minor)"))
    }
    rules = LoaderRules(release ?? LoaderRules.newestKnown)
    var settings = LoaderSettings(facts, rules, given: given)
    adjust(&settings)
    self.facts = facts
    self.kernel = kernel
    tree = facts.moduleTree.map { ModuleTree($0) }
    self.settings = settings
    self.request = request
    self.assumed = assumed + settings.assumed
  }

  /// Checks modules and directories of modules.
  ///
  /// - Parameters:
  ///   - paths: Modules, directories, or `-`.
  ///   - progress: Told how many of how many modules were read.
  ///   - preloaded: Receives what became of each of ``Request/with``, in order.
  ///   - consume: Receives the answers in the order of the paths.
  package func check(
    _ paths: [String], progress: (_ done: Int, _ total: Int) -> Void = { _, _ in },
    preloaded: (Answer) -> Void = { _ in }, consume: (Answer) -> Void
  ) {
    let targets = ModulePaths.expand(paths)
    var gathering = Gathering(
      inspector: makeInspector(targets), tree: tree, request: request)
    var session = LoadSession(
      rules: rules, settings: settings, kernel: gathering.inspector.kernel,
      reportsAllSymbols: request.reportsAllSymbols)
    gathering.read(request.with + targets.compactMap(\.path), into: &session, progress)
    if request.loadsDependencies { gathering.readDependencies(into: &session, progress) }
    let shared = assumed + gathering.inspector.assumed
    session.livepatches = livepatchResolver(gathering, session)
    for path in request.with {
      if let number = gathering.numbers[path] {
        let outcome = session.preload(number)
        if outcome.verdict != .loads {
          session.livepatches = session.livepatches?.without(outcome.name)
        }
        preloaded(.outcome(outcome))
      } else if let error = gathering.errors[path] {
        preloaded(.unreadable(error))
      }
    }
    for target in targets {
      switch target {
      case .unreadable(let error): consume(.unreadable(error))
      case .file(let path):
        if let error = gathering.errors[path] {
          consume(.unreadable(error))
        } else if let number = gathering.numbers[path] {
          var outcome = session.outcome(of: number)
          outcome.assumed = shared + outcome.assumed
          if request.judgesLivepatches { session.judgeLivepatch(number, &outcome) }
          consume(.outcome(outcome))
        }
      }
    }
  }

  /// The inspector, with the facts that come from modules where the image lacks them.
  func makeInspector(_ targets: [DirectoryTree.Entry]) -> ModuleInspector {
    var assumed: [LoadAssumption] = []
    var buffer = FileBuffer(limit: request.limit)
    let layout = facts.layout?.value ?? firstLayout(targets, &buffer)
    let known = facts.moduleStructureSize?.value
    var references: [StructureSize.Reference] = []
    if known == nil, rules.has(.checksStructureSize) {
      references = structureReferences(&buffer)
      if references.isEmpty {
        assumed.append(LoadAssumption(.structureSizeUnknown))
      }
    }
    if facts.vermagic == nil {
      assumed.append(LoadAssumption(.vermagicUnknown))
    }
    let kernel = LoaderKernel(
      layout: layout, machine: facts.machine?.value, vermagic: facts.vermagic?.value,
      structureSize: StructureSize(known: known, references: references),
      exports: facts.exports?.value)
    return ModuleInspector(
      rules: rules, settings: settings, kernel: kernel, assumed: assumed,
      readsLivepatches: request.judgesLivepatches, livepatchRules: livepatchRules)
  }

  private func firstLayout(
    _ targets: [DirectoryTree.Entry], _ buffer: inout FileBuffer
  ) -> ELFLayout {
    for case .file(let path) in targets where path != "-" {
      guard (try? buffer.open(path)) != nil,
        let head = try? buffer.source.bytes(0..<min(16, buffer.count), in: "ELF header"),
        let layout = try? ELFLayout(identifying: head)
      else { continue }
      return layout
    }
    return ELFLayout(is64Bit: true, order: .little)
  }

  /// Modules of the kernel's own tree, which must have the very vermagic of the kernel.
  private func structureReferences(_ buffer: inout FileBuffer) -> [StructureSize.Reference] {
    guard let vermagic = facts.vermagic?.value else { return [] }
    var found: [StructureSize.Reference] = []
    for path in tree?.paths ?? [] {
      guard (try? buffer.open(path)) != nil, let module = try? ModuleFile(buffer.source),
        let info = try? module.info(), info.value("vermagic") == vermagic,
        let index = module.elf.sectionIndex(named: ".gnu.linkonce.this_module"),
        let size = Int(exactly: module.elf.sections[index].size)
      else { continue }
      found.append(
        StructureSize.Reference(path: path, identity: FileIdentity(path), size: size))
      if found.count == 2 { break }
    }
    return found
  }
}

extension GivenFact {
  /// Puts a fact of the kernel in place of what was read; options are left to the settings.
  fileprivate func apply(to facts: inout KernelFacts, _ assumed: inout [LoadAssumption]) {
    switch key {
    case "release": facts.release = KernelFacts.Fact(value, from: FactSource(.assumption))
    case "vermagic": facts.vermagic = KernelFacts.Fact(value, from: FactSource(.assumption))
    case "struct-module-size":
      if let size = Int(value) {
        facts.moduleStructureSize = KernelFacts.Fact(size, from: FactSource(.assumption))
      }
    case "missing-version": break
    default: return
    }
    assumed.append(LoadAssumption(.given, key: key, value: value))
  }
}

extension DirectoryTree.Entry {
  var path: String? {
    if case .file(let path) = self { return path }
    return nil
  }
}
