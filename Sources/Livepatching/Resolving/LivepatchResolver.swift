/// Resolves the names that a livepatch uses, with the kernel's answers and log lines.
///
/// - Note: kernel/livepatch/core.c, `klp_find_object_symbol`, 7.2.
package struct LivepatchResolver: Sendable {
  /// The kernel's symbols; `nil` if they are not known.
  package let kernel: LivepatchKernel?
  /// The modules that are loaded, by name.
  package let objects: [String: ObjectSymbols]
  /// The rules of the release.
  package let rules: LivepatchRules

  /// Creates a resolver.
  package init(kernel: LivepatchKernel?, objects: [ObjectSymbols], rules: LivepatchRules) {
    self.kernel = kernel
    self.rules = rules
    var named: [String: ObjectSymbols] = [:]
    for object in objects where named[object.moduleName] == nil {
      named[object.moduleName] = object
    }
    self.objects = named
  }

  /// The same without a module.
  package func without(_ module: String) -> LivepatchResolver {
    LivepatchResolver(
      kernel: kernel, objects: objects.values.filter { $0.moduleName != module }, rules: rules)
  }

  /// What a name means, and the kernel's log line if it fails.
  package struct Answer: Sendable {
    /// What it means.
    package var finding: LivepatchFinding
    /// The log line; `nil` if the kernel is silent, or succeeds.
    package var line: String?
  }

  /// Whether an object that is patched is there: vmlinux, or a module that is loaded.
  func isLoaded(_ object: PatchedObject) -> Bool { object.name.map { objects[$0] != nil } ?? true }

  /// What a name means. `object` is `nil` for vmlinux, `position` 0 for the only symbol.
  package func find(_ object: String?, _ name: String, _ position: UInt64) -> Answer {
    var finding = LivepatchFinding(object ?? "vmlinux", name, position, .found)
    if let object {
      guard let module = objects[object] else {
        finding.status = .missing
        return Answer(finding: finding, line: LivepatchResolver.line(finding))
      }
      let all = module.symbols(named: name)
      finding.status = settle(&finding, all.map(\.hasValue))
      if finding.status == .found, let entry = pick(all, position) {
        finding.place = module.place(of: entry)
        finding.size = entry.size
        finding.isTraceable = module.isTraceable(entry)
      }
    } else {
      guard let kernel else {
        finding.status = .unknown
        return Answer(finding: finding, line: nil)
      }
      let all = kernel.candidates(name)
      finding.status = settle(
        &finding, all.map { kernel.hidesAddresses || kernel.address(of: $0) != 0 })
      if finding.status == .found, let symbol = pick(all, position) {
        finding.symbol = symbol
        finding.address = kernel.hidesAddresses ? nil : kernel.address(of: symbol)
        finding.size = kernel.size(of: symbol)
        finding.isTraceable = kernel.isTraceable(symbol)
      }
    }
    return Answer(finding: finding, line: LivepatchResolver.line(finding))
  }

  private func pick<Element>(_ all: [Element], _ position: UInt64) -> Element? {
    let number = Int(clamping: max(1, position)) - 1
    return number < all.count ? all[number] : nil
  }

  /// Counts as the kernel does: it stops at the position, or at the second symbol without one; the
  /// symbol that it stopped at must have an address.
  private func settle(
    _ finding: inout LivepatchFinding, _ hasAddress: [Bool]
  ) -> LivepatchFinding.Status {
    finding.count = hasAddress.count
    let stop = finding.position == 0 ? 2 : Int(clamping: finding.position)
    let met = min(stop, hasAddress.count)
    guard met > 0, hasAddress[met - 1] else { return .missing }
    if finding.position == 0 { return met > 1 ? .ambiguous : .found }
    return met == stop && finding.position <= UInt64(hasAddress.count) ? .found : .noPosition
  }

  /// The log line of an answer.
  private static func line(_ finding: LivepatchFinding) -> String? {
    let name = finding.name
    let isKernel = finding.object == "vmlinux"
    switch finding.status {
    case .missing: return "livepatch: symbol '\(name)' not found in symbol table"
    case .ambiguous:
      return "livepatch: unresolvable ambiguity for symbol '\(name)' in object "
        + "'\(isKernel ? "(null)" : finding.object)'"
    case .noPosition:
      return "livepatch: symbol position \(finding.position) for symbol '\(name)' in object "
        + "'\(finding.object)' not found"
    default: return nil
    }
  }
}

/// What stops the relocations of a module.
package struct RelocationRefusal: Sendable {
  /// Index of the section that the kernel stops at.
  package let section: Int
  /// The log line; `nil` if the kernel is silent.
  package let line: String?
  /// A line that follows.
  package var secondLine: String?

  /// Creates a refusal.
  package init(section: Int, line: String?) {
    self.section = section
    self.line = line
  }
}

extension LivepatchResolver {
  /// What the symbols of a relocation section resolve to.
  struct SectionAnswer: Sendable {
    /// What each means, also those after the one that stops the kernel.
    var findings: [LivepatchFinding] = []
    /// What stops the kernel; `nil` if nothing does.
    var stop: Answer?
  }

  /// Resolves all symbols of a section of a livepatch.
  func resolve(_ section: LivepatchSection, of patch: Livepatch) -> SectionAnswer {
    var resolved = SectionAnswer()
    for reference in section.references {
      let answer = answer(reference, section, patch)
      resolved.findings.append(answer.finding)
      if resolved.stop == nil, answer.finding.status != .found { resolved.stop = answer }
    }
    return resolved
  }

  private func answer(
    _ reference: LivepatchReference, _ section: LivepatchSection, _ patch: Livepatch
  ) -> Answer {
    func failure(_ status: LivepatchFinding.Status, _ line: String?) -> Answer {
      let name = reference.name
      let finding = LivepatchFinding(
        name?.object ?? section.name?.object ?? "", name?.name ?? reference.title ?? "",
        name?.position ?? 0, status)
      return Answer(finding: finding, line: line.map { "livepatch: \($0)" })
    }
    guard let title = reference.title else { return failure(.unknown, nil) }
    guard reference.isMarked else {
      let place =
        rules.has(.locatesUnmarkedSymbols)
        ? " at rela sec \(patch.symbolTableIndex) idx \(reference.firstUse)" : ""
      return failure(.unmarked, "symbol \(title)\(place) is not marked as a livepatch symbol")
    }
    guard let name = reference.name else {
      return failure(.malformed, "symbol \(title) has an incorrectly formatted name")
    }
    let isKernel = name.object == "vmlinux"
    if rules.has(.separatesVmlinux), isKernel, section.name?.object != "vmlinux" {
      return failure(
        .forbidden,
        "invalid access to vmlinux symbol '\(name.name)' from module-specific livepatch relocation "
          + "section")
    }
    return find(isKernel ? nil : name.object, name.name, name.position)
  }
}
