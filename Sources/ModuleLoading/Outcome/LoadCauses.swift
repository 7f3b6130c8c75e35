/// Likely causes of a refusal, where the evidence shows them.
struct LoadCauses {
  private(set) var found: [String] = []

  init(_ module: InspectedModule, _ kernel: LoaderKernel, _ settings: LoaderSettings) {
    let evidence = module.evidence
    let problems = module.outcome.symbols
    let crcs = problems.filter { $0.problem == .crc }
    let hasLayoutProblem = crcs.contains { $0.name == "module_layout" }
    if evidence.moduleUsesDWARF != evidence.kernelUsesDWARF,
      let usesDWARF = evidence.moduleUsesDWARF,
      !crcs.isEmpty
    {
      let (module, kernel) =
        usesDWARF ? ("gendwarfksyms", "genksyms") : ("genksyms", "gendwarfksyms")
      found.append(
        "the module's versions were made by \(module), the kernel's by \(kernel): no CRC of one "
          + "equals any of the other")
    } else if hasLayoutProblem {
      explainLayout(evidence, kernel)
    }
    if !hasLayoutProblem { explainProviders(crcs) }
    explainUnversioned(problems, module)
    if problems.contains(where: { $0.problem == .gplOnly }) {
      found.append(
        "the module is not GPL-compatible (first license= is what counts), so GPL-only exports are "
          + "invisible to it")
    }
    for problem in problems where problem.problem == .namespace {
      found.append(
        "\(problem.name): add MODULE_IMPORT_NS for its namespace, unless it is for named modules only"
      )
    }
  }

  private mutating func explainLayout(_ evidence: LoadEvidence, _ kernel: LoaderKernel) {
    let built = evidence.vermagic.map { String($0.prefix { $0 != " " }) }
    let running = kernel.vermagic.map { String($0.prefix { $0 != " " }) }
    if let built, let running, built != running {
      found.append("the module was built for \(built), this kernel is \(running)")
    } else {
      found.append(
        "module_layout differs at the same release: another configuration or compiler")
    }
    let total = evidence.agreeing + evidence.differing
    if total > 1 {
      found.append("\(evidence.differing) of its \(total) versions of vmlinux symbols differ")
    }
  }

  private mutating func explainProviders(_ crcs: [SymbolProblem]) {
    var counts: [String: Int] = [:]
    for problem in crcs { counts[problem.provider ?? "?", default: 0] += 1 }
    for (provider, count) in counts.sorted(by: { $0.key < $1.key }) where count > 1 {
      found.append("\(count) versions of \(provider) differ: it was probably rebuilt since")
    }
  }

  private mutating func explainUnversioned(
    _ problems: [SymbolProblem], _ module: InspectedModule
  ) {
    let long = problems.filter {
      $0.problem == .unversioned && $0.name.utf8.count > module.evidence.longestBasicName
    }
    guard !long.isEmpty, !module.evidence.hasExtended else { return }
    found.append(
      "\(long.count) names are longer than the \(module.evidence.longestBasicName) bytes that the "
        + "basic layout holds, and the module has no extended versions: rebuild it with "
        + "EXTENDED_MODVERSIONS")
  }
}
