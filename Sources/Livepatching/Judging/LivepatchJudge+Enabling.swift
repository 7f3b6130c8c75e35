internal import KernelReleases

extension LivepatchJudge {
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
    for (object, answers) in zip(patch.objects, answers) {
      let isFirst = seen.insert(object.title).inserted
      guard initialize(object, answers, isFirst, &decision) else { return decision }
    }
    var enabled = enable(decision)
    // Whether the kernel has what is named is not known; that it refuses something else is.
    if enabled.verdict == .applies, needsKernelSymbols {
      (enabled.verdict, enabled.log) = (.undecided, [])
    }
    return enabled
  }

  /// Whether a symbol that the core would look up cannot be, as the kernel's symbols are not known.
  private var needsKernelSymbols: Bool {
    let named = answers.joined().map(\.finding) + sections.flatMap(\.findings)
    return resolver.kernel == nil
      && named.contains { $0.object == "vmlinux" && $0.status == .unknown }
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
    _ object: PatchedObject, _ answers: [LivepatchResolver.Answer], _ isFirst: Bool,
    _ decision: inout LivepatchDecision
  ) -> Bool {
    func fail(_ errno: LoadErrno, _ lines: String?...) -> Bool {
      decision.verdict = .initFailed
      decision.errno = errno
      decision.log += lines.compactMap { $0 }
      return false
    }
    if object.name.map({ $0.utf8.count > LivepatchRules.longestModuleName }) ?? false {
      return fail(.EINVAL)
    }
    if !isFirst { return fail(.EEXIST, duplicate("", object.title), duplicateObject(object.title)) }
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
    guard resolver.isLoaded(object) else { return true }
    if object.name != nil || !rules.has(.resolvesWhileLoading) {
      for (section, resolved) in zip(patch.sections, sections) {
        guard let name = section.name else {
          return fail(.EINVAL, LivepatchJudge.malformed(section))
        }
        guard name.object == object.title, let stop = resolved.stop else { continue }
        if stop.finding.status == .unknown {
          decision.assumed.append(LoadAssumption(.kernelSymbolsUnknown))
          continue
        }
        return fail(.EINVAL, stop.line)
      }
    }
    for answer in answers {
      if answer.finding.status == .unknown {
        decision.assumed.append(LoadAssumption(.kernelSymbolsUnknown))
        return true
      }
      if answer.finding.status != .found { return fail(.EINVAL, answer.line) }
    }
    return true
  }

  /// `__klp_enable_patch` and `klp_patch_object`.
  private func enable(_ initialized: LivepatchDecision) -> LivepatchDecision {
    var decision = initialized
    let name = patch.moduleName
    decision.log.append("livepatch: enabling patch '\(name)'")
    for (object, answers) in zip(patch.objects, answers) where resolver.isLoaded(object) {
      if object.callbacks.contains(.prePatch) {
        decision.assumed.append(LoadAssumption(.callbackUnknown, object: object.title))
      }
      for (function, answer) in zip(object.functions, answers) {
        switch answer.finding.isTraceable {
        case true?: continue
        case nil:
          if answer.finding.status == .found {
            decision.assumed.append(LoadAssumption(.fentrySitesUnknown))
          }
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

  private func duplicate(_ directory: String, _ name: String) -> String {
    "sysfs: cannot create duplicate filename '/kernel/livepatch/\(patch.moduleName)\(directory)/"
      + "\(name)'"
  }

  private func duplicateObject(_ name: String) -> String {
    "kobject: kobject_add_internal failed for \(name) with -EEXIST, don't try to register things "
      + "with the same name in the same directory."
  }
}
