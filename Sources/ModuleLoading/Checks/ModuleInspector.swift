internal import ByteStorage
internal import KernelReleases
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
  /// What the user says of the machine.
  let machine: TrustRequest
  /// Names of the kernel's own modules, which built-in code does not have.
  let ownNames: Set<String>
  /// What had to be assumed about the kernel.
  let assumed: [LoadAssumption]
  /// Whether every version of a module is reported that is refused before its symbols are looked at.
  let comparesAll: Bool
  /// Whether the symbols of such a module are read, too.
  let goesOn: Bool
  /// Whether modules are read as livepatches that nothing marks as such.
  let readsLivepatches: Bool
  /// The rules of the livepatch core.
  let livepatchRules: LivepatchRules

  private var newVerdict: Verdict {
    var verdict = Verdict()
    verdict.log.mostBytes = rules.mostLineBytes(logsCallers: settings.logsCallers)
    return verdict
  }

  /// The answer of a kernel without a loader.
  ///
  /// - Note: `COND_SYSCALL(finit_module)` and `COND_SYSCALL(init_module)`, kernel/sys_ni.c, 5.10 to 7.2.
  private var absenceRefusal: Refusal? {
    if settings.hasLoader { return nil }
    var refusal = Refusal(.ENOSYS)
    refusal.causes = [LoadCause(.loaderAbsent)]
    return refusal
  }

  /// Opens a file, and checks the module in it; the kernel is to unpack it if `isCompressed`.
  func inspect(
    _ path: String, isCompressed: Bool, _ buffers: inout ModuleBuffers
  ) throws(FileError) -> CheckedModule {
    guard isCompressed else {
      try buffers.file.open(path)
      return inspect(buffers.file.source, path: path, packed: buffers.file.packedBytes)
    }
    try buffers.file.open(path, unpacking: false)
    if let refusal = absenceRefusal { return refused(path, newVerdict, refusal) }
    if !rules.has(.unpacksModules) { return refused(path, newVerdict, Refusal(.EINVAL)) }
    let appraisal = AppraisalCheck(path, isFromMemory: false, trust)
    if let refusal = appraisal.refusal { return refused(path, newVerdict, refusal) }
    guard let decompressor = settings.decompressor else {
      var refusal = Refusal(.EOPNOTSUPP)
      refusal.causes = [LoadCause(.noDecompressor)]
      return refused(path, newVerdict, refusal)
    }
    let bytes: RawSpan
    do { bytes = try buffers.file.source.all() } catch {
      throw FileError(path: path, cause: .malformed(error))
    }
    if bytes.byteCount == 0 { return inspect(buffers.file.source, path: path) }
    if let refusal = try decompressor.unpack(bytes, into: &buffers.unpacked, path: path) {
      return refused(path, newVerdict, refusal)
    }
    return inspect(buffers.unpacked.source, path: path)
  }

  /// Reads and checks a module, and keeps what is needed later; `packed` is the file before it was
  /// unpacked, if it was.
  func inspect(
    _ source: ByteSource, path: String, packed: RawSpan = RawSpan()
  ) -> CheckedModule {
    var verdict = newVerdict
    if let refusal = absenceRefusal { return refused(path, verdict, refusal) }
    // kernel_read_file gives no empty file to the loader.
    guard source.count > 0 else {
      var refusal = Refusal(.EINVAL)
      if let cause = GivenFile.cause(source) { refusal.causes = [cause] }
      return refused(path, verdict, refusal)
    }
    let appraisal = AppraisalCheck(
      path, isFromMemory: machine.isFromMemory ?? (packed.byteCount > 0), trust)
    if let refusal = appraisal.refusal { return refused(path, verdict, refusal) }
    if let assumption = appraisal.assumption { verdict.assumed.append(assumption) }
    let signature = SignatureCheck(
      source, settings: settings, trust, isLeftOut: machine.leavesOutSignatures)
    if let refusal = signature.refusal { return refused(path, verdict, refusal) }
    for line in signature.lines { verdict.log.say(line) }
    for line in signature.firstUses { verdict.log.noteTaint(line) }
    verdict.assumed += signature.assumptions
    if let doubt = signature.doubt { verdict.doubt(doubt) }
    if packed.byteCount > 0,
      let cause = settings.decompressor?.cause(packed, unpackedTo: source.count, path: path)
    {
      verdict.causes.append(cause)
    }
    do throws(ELFValidity.Failure) {
      let validity = try ELFValidity(
        source, length: signature.length, layout: kernel.layout, machine: kernel.machine(source),
        rules: rules, structureSize: kernel.structureSize.expected(for: path),
        ignoresModversions: settings.ignoresModversions)
      var inspection = Inspection(validity, self, isSigned: signature.counts)
      return check(&inspection, path, verdict)
    } catch {
      let refused = refused(path, verdict, refusal(error, of: source, path))
      return goesOn ? readOn(source, length: signature.length, refused) : refused
    }
  }

  /// Reads what the symbols of a refused module are, if only its structure has another size.
  private func readOn(_ source: ByteSource, length: Int, _ refused: CheckedModule) -> CheckedModule
  {
    guard
      let validity = try? ELFValidity(
        source, length: length, layout: kernel.layout, machine: kernel.machine(source),
        rules: rules, structureSize: nil, ignoresModversions: settings.ignoresModversions)
    else { return refused }
    var inspection = Inspection(validity, self, isSigned: true)
    var contents = ModuleContents(exporter: inspection.header.moduleName)
    var later = LaterRefusals()
    var verdict = refused.verdict
    inspection.readOn(into: &contents, &later, &verdict)
    return CheckedModule(
      module: ModuleReading(
        path: refused.module.path, name: refused.module.name, header: inspection.header,
        contents: contents), verdict: verdict)
  }

  private func refusal(
    _ failure: ELFValidity.Failure, of source: ByteSource, _ path: String
  ) -> Refusal {
    if failure.isCrash { return Refusal(crash: .sectionNamesEmpty) }
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
    _ inspection: inout Inspection, _ path: String, _ verdict: Verdict
  ) -> CheckedModule {
    var verdict = verdict
    var contents = ModuleContents(exporter: inspection.header.moduleName)
    var later = LaterRefusals()
    var evidence = LoadEvidence()
    let refusal = inspection.firstRefusal(&verdict, &contents, &later, &evidence)
    if let refusal {
      verdict.refuse(refusal)
      verdict.cleanUp(later)
      let named = Set(verdict.problems.map(\.name))
      verdict.problems += evidence.compared.filter { !named.contains($0.name) }
      if goesOn { inspection.readOn(into: &contents, &later, &verdict) }
      if readsLivepatches { contents.livepatch = inspection.readLivepatch() }
    }
    evidence.compared = []
    let header = inspection.header
    return CheckedModule(
      module: ModuleReading(
        path: path, name: header.infoName, header: header, contents: contents,
        isTrusted: inspection.isSigned),
      verdict: verdict, later: later, evidence: evidence)
  }
}

/// What a worker needs to read modules.
struct ModuleBuffers: ~Copyable {
  var file: FileBuffer
  /// What the kernel unpacks.
  var unpacked: FileBuffer

  init(limit: Int) {
    file = FileBuffer(limit: limit)
    unpacked = FileBuffer(limit: limit)
  }
}
