internal import ByteStorage
internal import ModuleVersions

extension LoadSession {
  /// Adds likely causes to a refusal.
  func explain(_ module: inout InspectedModule) {
    guard module.outcome.verdict == .refused else { return }
    module.outcome.causes += LoadCauses(module, kernel, settings).found
    for problem in module.outcome.symbols where problem.problem == .missing {
      guard let cause = exporterThatFails(problem.name) else { continue }
      module.outcome.causes.append(cause)
    }
  }

  /// Why a symbol is missing though a module of the tree exports it.
  private func exporterThatFails(_ name: String) -> LoadCause? {
    let bytes = Array(name.utf8)
    guard let row = index.first(bytes.rawSpan, in: exports) else { return nil }
    let owner = Int(exports.rows[row].owner)
    let exporter = modules[owner].moduleName
    if isOnDemand[owner], results[owner]?.outcome.verdict == .refused {
      return LoadCause(.ownerRefused, symbol: name, owner: exporter)
    }
    return isOnDemand[owner] ? nil : LoadCause(.ownerNotLoaded, symbol: name, owner: exporter)
  }
}
