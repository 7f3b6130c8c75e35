internal import ByteStorage
internal import KernelReleases
internal import Livepatching
internal import ModuleVersions

extension LoadSession {
  /// A module whose exporters are being loaded, and the first of its symbols not looked at yet.
  private struct Pending {
    let number: Int
    var use = 0
  }

  /// Loads a module after the modules that it needs, without recursion: chains may be long.
  mutating func load(_ number: Int) -> Loaded {
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
    guard let vmlinux = kernel.exports, !modules[pending.number].verdict.isRefused else {
      return nil
    }
    let uses = modules[pending.number].module.contents.uses
    while pending.use < uses.all.count {
      let use = uses.all[pending.use]
      if use.kind == .undefined || use.kind == .weak {
        let name = uses.name(of: use)
        if isMissing(name, in: vmlinux) {
          for row in rows(of: name) {
            let owner = Int(exports.table.rows[row].owner)
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
  private func isMissing(_ name: RawSpan, in vmlinux: ExportLookup) -> Bool {
    guard let row = vmlinux.first(name) else { return true }
    return vmlinux.table.rows[row].licence.isGPLOnly
  }

  /// Whether a module may be loaded on demand for another, and was not yet.
  private func isLoadable(_ owner: Int, for number: Int) -> Bool {
    isOnDemand[owner] && results[owner] == nil && !inProgress.contains(owner)
      && name(of: owner) != name(of: number)
  }

  /// What becomes of a module whose exporters were judged.
  private func judge(_ number: Int) -> Loaded {
    let checked = modules[number]
    var resolution = Resolution(number, in: self)
    if !checked.verdict.isRefused, kernel.exports != nil {
      resolution.resolve()
    } else if checked.verdict.answer == .loads {
      resolution.verdict.doubt(.exportsUnknown)
    }
    var verdict = opened(resolution.verdict, checked) ?? resolution.verdict
    if checked.verdict.isRefused, kernel.exports != nil { verdict.problems += survey(number) }
    explain(&verdict, checked.evidence, inherited: resolution.inheritedFrom.map { name(of: $0) })
    return Loaded(
      verdict: verdict, isProprietary: resolution.isProprietary, closure: resolution.closure)
  }

  /// What else is wrong with the symbols of a module that is refused before they are looked at, if they were
  /// read.
  private func survey(_ number: Int) -> [SymbolProblem] {
    guard !modules[number].module.contents.uses.all.isEmpty else { return [] }
    var survey = Resolution(number, in: self, isSurvey: true)
    let known = Set(survey.verdict.problems.map(\.name))
    survey.resolve()
    return survey.verdict.problems.filter { $0.problem != nil && !known.contains($0.name) }
  }

  /// The verdict if all that refuses a module is symbols that modules may export which were not
  /// looked at: what is unknown is not missing.
  private func opened(_ verdict: Verdict, _ checked: CheckedModule) -> Verdict? {
    guard verdict.errno == .ENOENT, !checked.verdict.isRefused,
      verdict.problems.allSatisfy({ $0.problem == nil || $0.problem == .missing })
    else { return nil }
    let needed = sources.unknown(checked.module.header.dependencies)
    guard !needed.isEmpty else { return nil }
    var open = checked.verdict
    var cause = LoadCause(.modulesNotFound)
    cause.options = needed
    cause.total = sources.count
    open.doubt(cause)
    open.problems = verdict.problems.map { $0.problem == nil ? $0 : $0.asUnknown }
    open.assumed.append(LoadAssumption(.modulesNotFound, value: "\(sources.count)"))
    return open
  }

  // MARK: Causes

  /// Adds likely causes to a refusal.
  private func explain(
    _ verdict: inout Verdict, _ evidence: LoadEvidence, inherited: String?
  ) {
    guard verdict.isRefused else { return }
    verdict.causes +=
      LoadCauses(verdict.problems, evidence, kernel, inherited: inherited).found
    for problem in verdict.problems where problem.problem == .missing {
      if let cause = exporterThatFails(problem.name) { verdict.causes.append(cause) }
    }
    let missing = verdict.problems.count { $0.problem == .missing }
    guard missing > 0, sources.count > 0 else { return }
    var cause = LoadCause(.notExported)
    (cause.count, cause.total) = (missing, sources.count)
    verdict.causes.append(cause)
  }

  /// Why a symbol is missing though a module of the tree exports it.
  private func exporterThatFails(_ name: String) -> LoadCause? {
    let owners = rows(of: Array(name.utf8).rawSpan).map { Int(exports.table.rows[$0].owner) }
    guard let owner = owners.first(where: { isOnDemand[$0] }) ?? owners.first else { return nil }
    guard !isOnDemand[owner] else {
      guard results[owner]?.verdict.isRefused ?? false else { return nil }
      return LoadCause(.ownerRefused, symbol: name, owner: self.name(of: owner))
    }
    // modprobe inserts one of several files of a name, and stops if the kernel refuses that.
    let isRefused = modules.indices.contains { other in
      isOnDemand[other] && modules[other].verdict.isRefused
        && self.name(of: other) == self.name(of: owner)
    }
    return LoadCause(
      isRefused ? .ownerRefused : .ownerNotLoaded, symbol: name, owner: self.name(of: owner))
  }
}
