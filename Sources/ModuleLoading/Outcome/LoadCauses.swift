/// Likely causes of a refusal, where the evidence shows them.
struct LoadCauses {
  private(set) var found: [LoadCause] = []

  /// Looks for causes; `inherited` is the proprietary module whose taint the module has taken over, if it
  /// did.
  init(
    _ problems: [SymbolProblem], _ evidence: LoadEvidence, _ kernel: LoaderKernel,
    inherited: String? = nil
  ) {
    let crcs = problems.filter { $0.problem == .crc }
    let hasLayoutProblem = crcs.contains { $0.name == "module_layout" }
    if evidence.moduleUsesDWARF != evidence.kernelUsesDWARF,
      let usesDWARF = evidence.moduleUsesDWARF, !crcs.isEmpty
    {
      let (module, kernel) =
        usesDWARF ? ("gendwarfksyms", "genksyms") : ("genksyms", "gendwarfksyms")
      found.append(LoadCause(.otherGenerator, module: module, kernel: kernel))
    } else if hasLayoutProblem {
      explainLayout(evidence, kernel)
    }
    if !hasLayoutProblem, !crcs.isEmpty {
      if let cause = otherRelease(evidence, kernel) {
        found.append(cause)
      } else {
        explainProviders(crcs)
      }
    }
    explainUnversioned(problems, evidence)
    if problems.contains(where: { $0.problem == .gplOnly }) {
      found.append(
        inherited.map { LoadCause(.ownerProprietary, owner: $0) }
          ?? LoadCause(.licenceIncompatible))
    }
    let owners = problems.filter { $0.problem == .proprietary }.compactMap(\.provider)
    for owner in Set(owners).sorted() where owner != inherited {
      found.append(LoadCause(.ownerProprietary, owner: owner))
    }
    for problem in problems where problem.problem == .namespace {
      found.append(LoadCause(.namespaceNotImported, symbol: problem.name, owner: problem.provider))
    }
  }

  private mutating func explainLayout(_ evidence: LoadEvidence, _ kernel: LoaderKernel) {
    found.append(otherRelease(evidence, kernel) ?? LoadCause(.otherConfiguration))
    let total = evidence.agreeing + evidence.differing
    if total > 1 {
      var cause = LoadCause(.versionsDiffer)
      (cause.count, cause.total) = (evidence.differing, total)
      cause.options = evidence.differingNames
      found.append(cause)
    }
  }

  /// That the module was built for another release, or another flavour of the same one.
  private func otherRelease(_ evidence: LoadEvidence, _ kernel: LoaderKernel) -> LoadCause? {
    guard let built = evidence.vermagic.map({ String($0.prefix { $0 != " " }) }),
      let running = kernel.release, kernel.isOtherRelease(built)
    else { return nil }
    return LoadCause(.otherRelease, module: built, kernel: running)
  }

  private mutating func explainProviders(_ crcs: [SymbolProblem]) {
    var counts: [String: Int] = [:]
    for problem in crcs { counts[problem.provider ?? "?", default: 0] += 1 }
    for (provider, count) in counts.sorted(by: { $0.key < $1.key }) where count > 1 {
      var cause = LoadCause(.ownerRebuilt, owner: provider)
      cause.count = count
      found.append(cause)
    }
  }

  private mutating func explainUnversioned(_ problems: [SymbolProblem], _ evidence: LoadEvidence) {
    let long = problems.filter {
      $0.problem == .unversioned && $0.name.utf8.count > evidence.longestBasicName
    }
    guard !long.isEmpty, !evidence.hasExtended else { return }
    var cause = LoadCause(.namesTooLong)
    (cause.count, cause.limit) = (long.count, evidence.longestBasicName)
    found.append(cause)
  }
}
