package import ByteStorage
package import KernelComparison
package import ModuleLoading

/// Modules that load on the old kernel and not on the new one, and why.
package struct ModuleBreakage: Sendable {
  /// Why a module does not load any more.
  package struct Reason: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
      /// The version of a symbol differs.
      case version
      /// A symbol is not exported any more.
      case gone
      /// It is for GPL-compatible modules only.
      case gplOnly
      /// It is in a namespace that the module does not import.
      case namespace
      /// The version magic string differs.
      case vermagic
      /// The module structure has another size.
      case structure
      /// What the kernel logs, where no symbol is the reason.
      case other

      package var isOfSymbol: Bool {
        switch self {
        case .version, .gone, .gplOnly, .namespace: true
        case .vermagic, .structure, .other: false
        }
      }
    }

    package let kind: Kind
    /// The symbol, or what the kernel logs, without the module's name.
    package let text: String
  }

  /// A module that breaks.
  package struct Module: Sendable {
    /// What becomes of it on the new kernel.
    package let outcome: LoadOutcome
    /// All reasons, in the order of its symbols.
    package let reasons: [Reason]
  }

  /// Number of modules that were read.
  package private(set) var count = 0
  /// Number of modules that load on the old kernel, or may.
  package private(set) var loadingCount = 0
  /// In the order in which they were given.
  package private(set) var modules: [Module] = []
  /// What the old kernel makes of modules that it does not load either.
  package private(set) var refused: [LoadOutcome] = []
  /// The same of files that are not modules.
  package private(set) var others: [LoadOutcome] = []
  /// What could not be read.
  package private(set) var errors: [FileError] = []

  private let comparison: ExportComparison
  /// What the modules need that load on the old kernel, by path.
  private var needs: [String: [SymbolProblem]] = [:]

  /// Asks both kernels.
  ///
  /// - Parameters:
  ///   - paths: Modules, and directories of them.
  ///   - old: The old kernel; its request asks for all symbols.
  ///   - new: The new kernel.
  ///   - comparison: What changed between them.
  ///   - progress: Receives how many of how many modules were read.
  package init(
    _ paths: [String], old: ModuleChecker, new: ModuleChecker, _ comparison: ExportComparison,
    progress: (_ done: Int, _ total: Int) -> Void
  ) {
    self.comparison = comparison
    old.check(paths, progress: progress) { answer in
      count += 1
      switch answer.result {
      case .failure(let error): errors.append(error)
      case .success(let outcome):
        if outcome.verdict == .loads || outcome.verdict == .undecided {
          loadingCount += 1
          needs[answer.path] = outcome.symbols
        } else if outcome.isOfNoModule {
          others.append(outcome)
        } else {
          refused.append(outcome)
        }
      }
    }
    new.check(paths, progress: progress) { answer in
      guard case .success(let outcome) = answer.result, let needs = needs[answer.path] else {
        return
      }
      if outcome.verdict == .refused || outcome.verdict == .crashes {
        modules.append(Module(outcome: outcome, reasons: reasons(outcome, needs)))
      } else {
        let reasons = changes(in: needs)
        if !reasons.isEmpty { modules.append(Module(outcome: outcome, reasons: reasons)) }
      }
    }
  }

  /// What a module uses that the old kernel or its modules export as it needs it, and the new one does not:
  /// another module that was given exports it, in whose place the new kernel has its own.
  private func changes(in needs: [SymbolProblem]) -> [Reason] {
    needs.compactMap { need in
      let name = Array(need.name.utf8)
      guard let row = comparison.old.find(name.rawSpan), let required = need.required,
        UInt64(comparison.old.rows[row].crc) == required, required != 0
      else { return nil }
      guard let other = comparison.new.find(name.rawSpan) else {
        return Reason(kind: .gone, text: need.name)
      }
      let crc = comparison.new.rows[other].crc
      return crc == 0 || UInt64(crc) == required ? nil : Reason(kind: .version, text: need.name)
    }
  }

  private func reasons(_ outcome: LoadOutcome, _ needs: [SymbolProblem]) -> [Reason] {
    var reasons: [Reason] = []
    var seen: Set<Reason> = []
    func add(_ kind: Reason.Kind, _ text: String) {
      let reason = Reason(kind: kind, text: text)
      if seen.insert(reason).inserted { reasons.append(reason) }
    }
    for problem in outcome.symbols {
      switch problem.problem {
      case SymbolProblem.Kind.crc?: add(.version, problem.name)
      case SymbolProblem.Kind.missing?: add(.gone, problem.name)
      case SymbolProblem.Kind.gplOnly?: add(.gplOnly, problem.name)
      case SymbolProblem.Kind.namespace?: add(.namespace, problem.name)
      default: break
      }
    }
    // A load that ends early leaves open what else it would fail for.
    for need in needs {
      let name = Array(need.name.utf8)
      guard let row = comparison.new.find(name.rawSpan) else {
        if comparison.old.find(name.rawSpan) != nil { add(.gone, need.name) }
        continue
      }
      let crc = comparison.new.rows[row].crc
      if let required = need.required, crc != 0, required != UInt64(crc) {
        add(.version, need.name)
      }
    }
    if outcome.causes.contains(where: { $0.code == .otherStructureSize }) {
      add(.structure, "another size of struct module")
    } else if outcome.firstLine.hasPrefix("version magic ") {
      add(.vermagic, outcome.firstLine)
    } else if reasons.isEmpty {
      add(.other, outcome.firstLine)
    }
    return reasons
  }
}

extension ModuleBreakage {
  /// The symbol whose version stands for the kernel's own structures.
  private static let layout = Reason(kind: .version, text: "module_layout")

  /// The reasons, those of most modules first, each with the numbers of its modules.
  package var ranked: [(reason: Reason, modules: [Int])] {
    var found: [Reason: [Int]] = [:]
    for (number, module) in modules.enumerated() {
      for reason in module.reasons { found[reason, default: []].append(number) }
    }
    return found.map { (reason: $0.key, modules: $0.value) }.sorted {
      if $0.modules.count != $1.modules.count { return $0.modules.count > $1.modules.count }
      if ($0.reason == Self.layout) != ($1.reason == Self.layout) {
        return $0.reason == Self.layout
      }
      return $0.reason.text < $1.reason.text
    }
  }

  /// How many modules break, by what the kernel stops at: each counts once.
  package struct Summary: Sendable {
    /// By `module_layout`, and how many of these need what is gone, too.
    package var byLayout = 0
    package var byLayoutAndGone = 0
    /// Others by what is gone, and others by versions, types and namespaces.
    package var byGone = 0
    package var bySymbols = 0
    /// Others by the size of the module structure, and others by vermagic.
    package var byStructure = 0
    package var byVermagic = 0
    /// Others.
    package var byOther = 0
  }

  package var summary: Summary {
    var summary = Summary()
    for module in modules {
      let isGone = module.reasons.contains { $0.kind == .gone }
      if module.reasons.contains(Self.layout) {
        summary.byLayout += 1
        if isGone { summary.byLayoutAndGone += 1 }
      } else if isGone {
        summary.byGone += 1
      } else if module.reasons.contains(where: { $0.kind == .structure }) {
        summary.byStructure += 1
      } else if module.reasons.contains(where: { $0.kind == .vermagic }) {
        summary.byVermagic += 1
      } else if module.reasons.contains(where: { $0.kind == .other }) {
        summary.byOther += 1
      } else {
        summary.bySymbols += 1
      }
    }
    return summary
  }
}

extension LoadOutcome {
  /// Whether the file is not a module at all.
  package var isOfNoModule: Bool { causes.contains { $0.code == .notAModule } }

  /// The first line that the kernel logs, without the module's name; else the verdict.
  package var firstLine: String {
    let prefix = "\(name): "
    let line = log.first ?? verdict.rawValue
    return line.hasPrefix(prefix) ? String(line.dropFirst(prefix.count)) : line
  }
}
