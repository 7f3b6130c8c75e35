internal import ByteStorage
internal import Kernels
internal import ModuleFiles
internal import ModuleLoading
internal import ModuleVersions

/// One kernel under a root, opened once, and what it makes of sets of external modules.
final class GateKernel {
  let release: String
  private let checker: ModuleChecker
  private let exports: ExportLookup
  private let hasVersions: Bool
  /// Whether its exports are those of its modules, too.
  private let isComplete: Bool

  /// `nil` if the kernel is not installed: what it exports is not known.
  init?(_ release: String, in directory: String, request: LoadRequest) {
    guard let kernel = try? OpenKernel(directory, limit: request.limit),
      let facts = try? kernel.factsForLoading(), let table = facts.exports?.value
    else { return nil }
    self.release = release
    var request = request
    request.reportsAllSymbols = true
    var checker = ModuleChecker(facts, of: kernel, request: request)
    checker.prepare()
    self.checker = checker
    exports = ExportLookup(table)
    hasVersions = table.rows.contains { $0.crc != 0 }
    isComplete = table.owners.count > 1 || facts.moduleTree == nil
  }

  /// What the loader says of modules of which each counts as loaded if another needs it.
  func load(_ paths: [String]) -> [String: Result<LoadOutcome, FileError>] {
    var results: [String: Result<LoadOutcome, FileError>] = [:]
    checker.check(paths) { if !$0.isPreloaded { results[$0.path] = $0.result } }
    return results
  }

  /// Whether a need is met; forgiven is what keeps a module from loading on any kernel.
  enum Fit { case fits, forgiven, fails }

  /// Whether a need is met, going by the loader's own answer for it where there is one.
  func fit(
    of need: GateModule.Need, _ module: GateModule, _ answer: SymbolProblem?,
    _ others: (_ name: [UInt8]) -> OtherExport?
  ) -> Fit {
    let other = others(need.name)
    if let answer {
      switch answer.problem {
      case nil:
        guard let provider = answer.provider, provider != "vmlinux", other == .dropped(provider)
        else { return .fits }
        return .fails
      case SymbolProblem.Kind.missing?, SymbolProblem.Kind.unknown?:
        guard case .present(let crc)? = other else { return .fails }
        return agrees(need, crc, module) ? .forgiven : .fails
      case SymbolProblem.Kind.unversioned?:
        return GateKernel.isForgiven(need.name) ? .forgiven : .fails
      default: return .fails
      }
    }
    // The loader ended before it came to this symbol, or does not ask for it.
    let row = exports.first(need.name.rawSpan).map { exports.table.rows[$0] }
    if case .present(let crc)? = other, row == nil {
      return agrees(need, crc, module) ? .fits : .fails
    }
    guard let row else { return isComplete ? .fails : .fits }
    return agrees(need, UInt64(row.crc), module) ? .fits : .fails
  }

  /// An export of another external module.
  enum OtherExport: Equatable {
    case present(UInt64?)
    /// Of a module, by its name, that is not linked.
    case dropped(String)
  }

  /// The loader lets single missing versions go.
  private func agrees(_ need: GateModule.Need, _ crc: UInt64?, _ module: GateModule) -> Bool {
    guard let crc, hasVersions else { return true }
    return need.version.map { $0 == crc }
      ?? (GateKernel.isForgiven(need.name) || module.hasVersions || crc == 0)
  }

  /// Whether a missing version is no reason: the basic table has no room for the name, or no symbol of the
  /// module has it.
  private static func isForgiven(_ name: [UInt8]) -> Bool {
    name.count > GateModule.longestName || name.elementsEqual("module_layout".utf8)
  }
}
