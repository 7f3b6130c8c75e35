internal import ByteStorage
internal import KernelReleases
internal import Livepatching
internal import ModuleFiles
internal import ModuleTrust

/// What the loader makes of a module's signature, before it looks at anything else.
///
/// - Note: kernel/module/signing.c module_sig_check, 7.2.
struct SignatureCheck {
  /// Length of the module without its signature, in bytes.
  private(set) var length: Int
  /// What the kernel logs if it accepts the module.
  private(set) var lines: [String] = []
  /// What it logs once per boot, when an algorithm is used for the first time.
  private(set) var firstUses: [String] = []
  private(set) var assumptions: [LoadAssumption] = []
  private(set) var refusal: Refusal?
  /// What leaves the answer open: a key of the machine may have made the signature.
  private(set) var doubt: LoadCause?
  /// Whether the signature counts, or no signature is asked for; else the load taints the kernel.
  private(set) var counts = true

  init(
    _ source: ByteSource, settings: LoaderSettings, _ trust: LoaderTrust, isLeftOut: Bool
  ) {
    length = source.count
    guard settings.signatures else { return }
    if isLeftOut {
      length = SignatureTrailer(source)?.contentLength ?? source.count
      assumptions = [LoadAssumption(.signaturesLeftOut)]
      return
    }
    guard !settings.ignoresAnything, let bytes = try? source.all() else {
      lack(
        .noData, nil, settings, trust,
        because: settings.ignoresAnything && SignatureTrailer(source) != nil
          ? LoadCause(.signatureIgnored) : nil)
      return
    }
    guard trust.readsMessages else {
      readTrailer(source, settings, trust)
      return
    }
    let answer = trust.gate.verify(bytes)
    length = answer.length
    lines = answer.log.lines
    firstUses = trust.gate.firstUses(answer)
    noteDigests(of: answer, trust)
    guard let error = answer.error else {
      noteGivenKey(answer, bytes, trust)
      return
    }
    if error == .unverifiable {
      doubt = LoadCause(.signatureUnverifiable)
      doubt?.options = answer.message?.signers.map(\.algorithm) ?? []
      return
    }
    if error == .noKey, !trust.knowsBuiltIn {
      // Any signer may be the kernel's own.
      lines = []
      assumptions = [LoadAssumption(.signatureUnchecked)]
      return
    }
    if error == .noKey, trust.isSignerEnrolled { return }
    if error == .noKey, trust.unaskedPlatform?.verify(bytes).error == nil,
      trust.unaskedPlatform != nil
    {
      assumptions.append(LoadAssumption(.platformNotAsked))
    }
    var cause = answer.isRefusedForAttributes ? LoadCause(.signedAttributes) : nil
    if error == .noKey, let leftOut = trust.gateOfLeftOut, leftOut.verify(bytes).error == nil {
      cause = LoadCause(
        .signerNotLoaded, symbol: answer.message.flatMap(SignatureCheck.signer),
        owner: answer.message?.signers.first?.issuerText)
    }
    lack(error, answer.message, settings, trust, because: cause)
  }

  /// Lists that a certificate which the user gives is taken to be enrolled, if no other made the signature.
  private mutating func noteGivenKey(
    _ answer: SignatureGate.Answer, _ bytes: RawSpan, _ trust: LoaderTrust
  ) {
    guard let others = trust.gateWithoutGiven, others.verify(bytes).error == .noKey else { return }
    assumptions.append(
      LoadAssumption(
        .keyEnrolled, key: trust.keyrings.joined(separator: ", "),
        value: answer.message.flatMap(SignatureCheck.signer)))
  }

  /// A signature of 4.2 and older, whose key the trailer names: only whether there is one is known.
  private mutating func readTrailer(
    _ source: ByteSource, _ settings: LoaderSettings, _ trust: LoaderTrust
  ) {
    guard let trailer = SignatureTrailer(source), let content = trailer.contentLength else {
      lack(.noData, nil, settings, trust)
      return
    }
    length = content
    assumptions = [LoadAssumption(.signatureUnchecked)]
  }

  /// Lists the modules that the kernel has to load before it can compute the signature's digests.
  private mutating func noteDigests(of answer: SignatureGate.Answer, _ trust: LoaderTrust) {
    guard answer.error == nil || answer.error == .rejected else { return }
    for case let digest? in Set(answer.message?.signers.map(\.digest) ?? []) {
      guard let module = trust.gate.context.onDemand?.module(of: digest) else { continue }
      assumptions.append(
        LoadAssumption(.digestLoaded, key: digest.rawValue, value: module))
    }
  }

  /// Handles a signature that does not count, for a reason that the error does not show: so the kernel does
  /// not look for one in modules that it is to load by force (`mangled_module` of `module_sig_check`).
  private mutating func lack(
    _ error: TrustError, _ message: SignedMessage?, _ settings: LoaderSettings,
    _ trust: LoaderTrust, because reason: LoadCause? = nil
  ) {
    counts = false
    var policy = trust.policy
    policy.enforces = policy.enforces || settings.enforcesSignatures
    if error == .noKey, !trust.knowsMachine {
      assumptions.append(
        LoadAssumption(
          .keyNotEnrolled, key: message?.signers.first?.issuerText,
          value: message.flatMap(SignatureCheck.signer)))
    }
    // Android's kernels never enforce, and do not ask lockdown.
    if settings.protectsSymbols { policy = TrustPolicy(enforces: false, lockdown: .none) }
    guard let found = policy.refusal(error) else {
      if !settings.protectsSymbols { assumptions += trust.policyAssumptions }
      return
    }
    if error == .noKey, !trust.knowsMachine {
      doubt = SignatureCheck.cause(error, message, trust, isOpen: true)
      doubt?.kernel = found.line
      return
    }
    var refusal = Refusal(LoadErrno(rawValue: found.error.rawValue))
    refusal.lines = lines + (found.line.map { [$0] } ?? [])
    if let cause = reason ?? SignatureCheck.cause(error, message, trust) {
      refusal.causes = [cause]
    }
    self.refusal = refusal
  }

  /// By which the signer's certificate is known: its serial number, or its key's identifier.
  private static func signer(_ message: SignedMessage) -> String? {
    guard let signer = message.signers.first, let id = signer.serial ?? signer.keyID else {
      return nil
    }
    return id.hexadecimal
  }

  private static func cause(
    _ error: TrustError, _ message: SignedMessage?, _ trust: LoaderTrust, isOpen: Bool = false
  ) -> LoadCause? {
    switch error {
    case .noData: return LoadCause(.unsigned)
    case .noPackage:
      var cause = LoadCause(.cryptoUnsupported)
      cause.options = message?.signers.map { "\($0.digest?.rawValue ?? "?")" } ?? []
      return cause
    case .noKey:
      var cause = LoadCause(
        isOpen ? .signerOpen : .signerUnknown, symbol: message.flatMap(signer),
        owner: message?.signers.first?.issuerText)
      cause.options = trust.keyrings
      return cause
    case .rejected: return LoadCause(.changedAfterSigning)
    case .badMessage: return LoadCause(.signatureMalformed)
    default: return nil
    }
  }
}
