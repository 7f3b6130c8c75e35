/// The livepatch part of a load: what the loader resolves, and what the livepatch core does when the
/// module's init runs.
///
/// - Note: kernel/livepatch/core.c, patch.c and transition.c, 7.2; scripts/livepatch/init.c, 7.3.
package struct LivepatchJudge: Sendable {
  let patch: Livepatch
  let resolver: LivepatchResolver
  var rules: LivepatchRules { resolver.rules }
  /// What the symbols of each relocation section resolve to, in the order of the patch's sections.
  let sections: [LivepatchResolver.SectionAnswer]
  /// What the functions of each object resolve to, in order.
  let answers: [[LivepatchResolver.Answer]]

  /// Resolves every name that a livepatch uses, each once.
  package init(_ patch: Livepatch, _ resolver: LivepatchResolver) {
    self.patch = patch
    self.resolver = resolver
    sections = patch.sections.map { resolver.resolve($0, of: patch) }
    answers = patch.objects.map { object in
      object.functions.map { function in
        let name = function.oldName ?? ""
        guard resolver.isLoaded(object) else {
          let waiting = LivepatchFinding(object.title, name, function.position, .waiting)
          return LivepatchResolver.Answer(finding: waiting, line: nil)
        }
        return resolver.find(object.name, name, function.position)
      }
    }
  }

  /// How far the loader gets with the livepatch's relocations.
  package struct LoaderAnswer: Sendable {
    /// What stops it; `nil` if all relocations were applied.
    package var refusal: RelocationRefusal?
    /// Whether something could not be decided.
    package var isUndecided = false
  }

  /// The loader's part: sections whose object is vmlinux.
  ///
  /// - Returns: What stops it.
  package func load() -> LoaderAnswer {
    var answer = LoaderAnswer()
    guard rules.has(.resolvesWhileLoading) else { return answer }
    for (section, resolved) in zip(patch.sections, sections) where section.isApplied {
      guard let name = section.name else {
        answer.refusal = RelocationRefusal(
          section: section.index, line: LivepatchJudge.malformed(section))
        return answer
      }
      guard name.object == "vmlinux", let stop = resolved.stop else { continue }
      if stop.finding.status == .unknown {
        answer.isUndecided = true
        continue
      }
      answer.refusal = RelocationRefusal(section: section.index, line: stop.line)
      return answer
    }
    return answer
  }

  static func malformed(_ section: LivepatchSection) -> String {
    "livepatch: section \(section.title) has an incorrectly formatted name"
  }

  /// The resolution of each patched function, in order.
  package func functions() -> [LivepatchFinding] {
    zip(patch.objects, answers).flatMap { object, answers in
      zip(object.functions, answers).map { function, answer in
        var finding = answer.finding
        finding.newSize = function.newSize
        return finding
      }
    }
  }

  /// The resolution of each symbol that relocations name, each once, in order.
  package func symbols() -> [LivepatchFinding] {
    var findings: [LivepatchFinding] = []
    for (section, resolved) in zip(patch.sections, sections) {
      let owner = section.name?.object ?? "vmlinux"
      let isWaiting = owner != "vmlinux" && resolver.objects[owner] == nil
      for var finding in resolved.findings {
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
