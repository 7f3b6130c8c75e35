/// The livepatch part of a load: what the loader resolves, and what the livepatch core does when the
/// module's init runs.
///
/// - Note: kernel/livepatch/core.c, patch.c and transition.c, 7.2; scripts/livepatch/init.c, 7.3.
package struct LivepatchJudge: Sendable {
  private let patch: Livepatch
  private let resolver: LivepatchResolver
  private var rules: LivepatchRules { resolver.rules }

  /// Prepares to judge a livepatch.
  package init(_ patch: Livepatch, _ resolver: LivepatchResolver) {
    self.patch = patch
    self.resolver = resolver
  }

  /// How far the loader gets with the livepatch's relocations.
  package struct LoaderAnswer: Sendable {
    /// The section that stops it, and why; `nil` if all were applied.
    package var refusal: (section: Int, line: String?)?
    /// Whether something could not be decided.
    package var isUndecided = false
  }

  /// The loader's part: sections whose object is vmlinux.
  ///
  /// - Returns: What stops it.
  package func load() -> LoaderAnswer {
    var answer = LoaderAnswer()
    guard rules.has(.resolvesWhileLoading) else { return answer }
    for section in patch.sections where section.isApplied {
      guard let name = section.name else {
        answer.refusal = (section.index, LivepatchJudge.malformed(section))
        return answer
      }
      guard name.object == "vmlinux" else { continue }
      var findings: [LivepatchFinding] = []
      guard let refusal = resolver.resolve(section, of: patch, &findings) else { continue }
      if refusal.finding.status == .unknown {
        answer.isUndecided = true
        continue
      }
      answer.refusal = (section.index, refusal.line)
      return answer
    }
    return answer
  }

  private static func malformed(_ section: LivepatchSection) -> String {
    "livepatch: section \(section.title) has an incorrectly formatted name"
  }

  // MARK: The module's init

  /// The core's part: what `klp_enable_patch` returns and says.
  package func enable() -> LivepatchDecision {
    if patch.carrier != .structures, let decision = decideByCarrier() { return decision }
    if patch.objects.contains(where: { !$0.hasFunctions })
      || (rules.has(.refusesUnnamedFunctions)
        && patch.objects.contains { $0.functions.contains { $0.oldName == nil } })
    {
      return LivepatchDecision(.initFailed, .EINVAL)
    }
    guard patch.isMarked else {
      return LivepatchDecision(
        .initFailed, .EINVAL,
        log: ["livepatch: module \(patch.moduleName) is not marked as a livepatch module"])
    }
    var decision = LivepatchDecision(.applies)
    var seen: Set<String> = []
    for object in patch.objects {
      let isFirst = seen.insert(object.title).inserted
      guard initialize(object, isFirst, &decision) else { return decision }
    }
    return enable(decision)
  }

  /// What the init that klp-build supplies does before it enables anything.
  private func decideByCarrier() -> LivepatchDecision? {
    switch patch.carrier {
    case .structures: return nil
    case .none:
      guard patch.findsSections else { return LivepatchDecision(.undecided) }
      if !patch.isMarked { return crash }
      return nothingToPatch
    case .section:
      // The kernel keeps no section headers of a module that is not marked.
      if !patch.isMarked, patch.findsSections { return crash }
      return patch.objects.isEmpty ? nothingToPatch : nil
    }
  }

  private var crash: LivepatchDecision {
    // e_shnum in the ELF header that the kernel did not keep.
    guard patch.isX86_64 else { return LivepatchDecision(.crashes) }
    return LivepatchDecision(
      .crashes, log: ["BUG: kernel NULL pointer dereference, address: 000000000000003c"])
  }

  private var nothingToPatch: LivepatchDecision {
    LivepatchDecision(.initFailed, .EINVAL, log: ["\(patch.moduleName): nothing to patch!"])
  }

  /// `klp_init_object`.
  ///
  /// - Returns: Whether to go on.
  private func initialize(
    _ object: PatchedObject, _ isFirst: Bool, _ decision: inout LivepatchDecision
  ) -> Bool {
    func fail(_ errno: LivepatchDecision.Failure, _ lines: String?...) -> Bool {
      decision.verdict = .initFailed
      decision.errno = errno
      decision.log += lines.compactMap { $0 }
      return false
    }
    if object.name.map({ $0.utf8.count > LivepatchRules.longestModuleName }) ?? false {
      return fail(.EINVAL)
    }
    if !isFirst {
      return fail(.EEXIST, duplicate("", object.title), duplicateObject(object.title))
    }
    var seen: Set<String> = []
    for function in object.functions {
      guard let name = function.oldName, function.hasNewFunction,
        name.utf8.count <= rules.longestName
      else { return fail(.EINVAL) }
      let title = "\(name),\(max(1, function.position))"
      guard seen.insert(title).inserted else {
        return fail(.EEXIST, duplicate("/\(object.title)", title), duplicateObject(title))
      }
    }
    guard isLoaded(object) else { return true }
    if object.name != nil || !rules.has(.resolvesWhileLoading) {
      for section in patch.sections {
        guard let name = section.name else {
          return fail(.EINVAL, LivepatchJudge.malformed(section))
        }
        guard name.object == object.title else { continue }
        var findings: [LivepatchFinding] = []
        guard let refusal = resolver.resolve(section, of: patch, &findings) else { continue }
        if refusal.finding.status == .unknown {
          decision.assumed.append(LivepatchJudge.unknownSymbols)
          continue
        }
        return fail(.EINVAL, refusal.line)
      }
    }
    for function in object.functions {
      let (finding, line) = resolver.find(
        object.name, function.oldName ?? "", function.position)
      if finding.status == .unknown {
        decision.assumed.append(LivepatchJudge.unknownSymbols)
        return true
      }
      if finding.status != .found { return fail(.EINVAL, line) }
    }
    return true
  }

  /// `__klp_enable_patch` and `klp_patch_object`.
  private func enable(_ initialized: LivepatchDecision) -> LivepatchDecision {
    var decision = initialized
    let name = patch.moduleName
    decision.log.append("livepatch: enabling patch '\(name)'")
    for object in patch.objects where isLoaded(object) {
      if object.callbacks.contains(.prePatch) {
        decision.assumed.append("the pre_patch callback of \(object.title) agrees")
      }
      for function in object.functions {
        let (finding, _) = resolver.find(object.name, function.oldName ?? "", function.position)
        switch finding.isTraceable {
        case true?: continue
        case nil:
          if finding.status == .found { decision.assumed.append(LivepatchJudge.unknownSites) }
          continue
        case false?: break
        }
        let old = function.oldName ?? ""
        decision.verdict = .initFailed
        decision.errno = .EINVAL
        decision.log += [
          rules.has(.findsSitesInside)
            ? "livepatch: failed to find location for function '\(old)'"
            : "livepatch: failed to set ftrace filter for function '\(old)' (-22)",
          "livepatch: failed to patch object '\(object.title)'",
          "livepatch: failed to enable patch '\(name)'",
          "livepatch: '\(name)': unpatching complete",
        ]
        return decision
      }
    }
    decision.log += [
      "livepatch: '\(name)': starting patching transition",
      "livepatch: '\(name)': patching complete",
    ]
    return decision
  }

  private func isLoaded(_ object: PatchedObject) -> Bool {
    guard let name = object.name else { return true }
    return resolver.objects[name] != nil
  }

  private func duplicate(_ directory: String, _ name: String) -> String {
    "sysfs: cannot create duplicate filename '/kernel/livepatch/\(patch.moduleName)\(directory)/"
      + "\(name)'"
  }

  private func duplicateObject(_ name: String) -> String {
    "kobject: kobject_add_internal failed for \(name) with -EEXIST, don't try to register things "
      + "with the same name in the same directory."
  }

  /// What is assumed without the kernel's symbols, for people.
  package static let unknownSymbols =
    "the kernel has every symbol that is named (it has no symbol table)"
  static let unknownSites =
    "every patched function has an fentry site (the kernel was not named by its image)"
}

extension LivepatchJudge {
  /// What every function that is patched means, in order.
  package func functions() -> [LivepatchFinding] {
    patch.objects.flatMap { object in
      object.functions.map { function in
        var finding: LivepatchFinding
        if isLoaded(object) {
          finding = resolver.find(object.name, function.oldName ?? "", function.position).finding
        } else {
          finding = LivepatchFinding(
            object.title, function.oldName ?? "", function.position, .waiting)
        }
        finding.newSize = function.newSize
        return finding
      }
    }
  }

  /// What every symbol that relocations name means, each once, in order.
  package func symbols() -> [LivepatchFinding] {
    var findings: [LivepatchFinding] = []
    for section in patch.sections {
      let owner = section.name?.object ?? "vmlinux"
      let isWaiting = owner != "vmlinux" && resolver.objects[owner] == nil
      var found: [LivepatchFinding] = []
      _ = resolver.resolve(section, of: patch, &found)
      for var finding in found {
        if isWaiting, finding.status == .missing { finding.status = .waiting }
        // Whether ftrace can patch it matters for functions that are patched only.
        finding.isTraceable = nil
        findings.append(finding)
      }
    }
    var seen: Set<String> = []
    return findings.filter { seen.insert("\($0.object)\u{0}\($0.name),\($0.position)").inserted }
  }
}
