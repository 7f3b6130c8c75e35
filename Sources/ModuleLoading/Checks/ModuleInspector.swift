internal import ByteStorage
internal import Livepatching
internal import ModuleFiles

/// The part of the decision that needs one module and the kernel, but no other module: everything
/// up to the resolution of symbols.
struct ModuleInspector: Sendable {
  let rules: LoaderRules
  let settings: LoaderSettings
  let kernel: LoaderKernel
  /// The kernel's signature gate.
  let trust: LoaderTrust
  /// What had to be assumed about the kernel.
  let assumed: [LoadAssumption]
  /// Whether every version of a module is reported that is refused before its symbols are looked at.
  var comparesAll = false
  /// Whether modules are read as livepatches that nothing marks as such.
  var readsLivepatches = false
  /// The rules of the livepatch core.
  let livepatchRules: LivepatchRules

  /// Reads and checks a module, and keeps what is needed later.
  func inspect(_ source: ByteSource, path: String) -> CheckedModule {
    var verdict = Verdict()
    verdict.log.mostBytes = rules.mostLineBytes(logsCallers: settings.logsCallers)
    // kernel_read_file gives no empty file to the loader.
    guard source.count > 0 else {
      var refusal = Refusal(.EINVAL)
      if let cause = GivenFile.cause(source) { refusal.causes = [cause] }
      return refused(path, verdict, refusal)
    }
    let signature = SignatureCheck(source, settings: settings, trust)
    if let refusal = signature.refusal { return refused(path, verdict, refusal) }
    for line in signature.lines { verdict.log.say(line) }
    if let assumption = signature.assumption { verdict.assumed.append(assumption) }
    if let doubt = signature.doubt { verdict.doubt(doubt) }
    do throws(ELFValidity.Failure) {
      let validity = try ELFValidity(
        source, length: signature.length, layout: kernel.layout, machine: kernel.machine(source),
        rules: rules, structureSize: kernel.structureSize.expected(for: path),
        ignoresModversions: settings.ignoresModversions)
      let inspection = Inspection(validity, self, isSigned: signature.counts)
      return check(inspection, path, verdict)
    } catch { return refused(path, verdict, refusal(error, of: source, path)) }
  }

  private func refusal(
    _ failure: ELFValidity.Failure, of source: ByteSource, _ path: String
  ) -> Refusal {
    var refusal = Refusal(.ENOEXEC, failure.line)
    if rules.has(.summarizesHeaderDefects), !failure.isOfSetup {
      refusal.lines.append("Module has invalid ELF structures")
    }
    if let cause = kernel.foreignness(of: source) {
      refusal.causes.append(cause)
    } else if let cause = GivenFile.cause(source) {
      refusal.causes.append(cause)
    } else if rules.has(.checksStructureSize) {
      refusal.causes += GivenFile.sizeCauses(source, kernel, path: path)
    }
    return refusal
  }

  /// A module whose header is not even read.
  private func refused(_ path: String, _ verdict: Verdict, _ refusal: Refusal) -> CheckedModule {
    var verdict = verdict
    verdict.refuse(refusal)
    return CheckedModule(
      module: ModuleReading(
        path: path, name: ModulePaths.moduleName(ofFile: path), header: ModuleHeader(),
        contents: ModuleContents(exporter: "")), verdict: verdict)
  }

  /// The checks after the ELF structure, and what is read if they pass.
  private func check(
    _ inspection: borrowing Inspection, _ path: String, _ verdict: Verdict
  ) -> CheckedModule {
    var verdict = verdict
    let header = inspection.header
    var contents = ModuleContents(exporter: header.moduleName)
    var later = LaterRefusals()
    var evidence = LoadEvidence()
    let refusal = inspection.firstRefusal(&verdict, &contents, &later, &evidence)
    if let refusal {
      verdict.refuse(refusal)
      let named = Set(verdict.problems.map(\.name))
      verdict.problems += evidence.compared.filter { !named.contains($0.name) }
      if readsLivepatches { contents.livepatch = inspection.readLivepatch() }
    }
    evidence.compared = []
    return CheckedModule(
      module: ModuleReading(path: path, name: header.infoName, header: header, contents: contents),
      verdict: verdict, later: later, evidence: evidence)
  }
}
