internal import ByteStorage
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
  private(set) var assumption: LoadAssumption?
  private(set) var refusal: Refusal?
  /// What leaves the answer open: a key of the machine may have made the signature.
  private(set) var doubt: LoadCause?
  /// Whether the signature counts, or no signature is asked for; else the load taints the kernel.
  private(set) var counts = true

  init(_ source: ByteSource, settings: LoaderSettings, _ trust: LoaderTrust) {
    length = source.count
    guard settings.signatures else { return }
    guard !settings.ignoresAnything, let bytes = try? source.all() else {
      lack(.noData, nil, settings, trust)
      return
    }
    let answer = trust.gate.verify(bytes)
    length = answer.length
    lines = answer.log.lines
    guard let error = answer.error else { return }
    if error == .noKey, !trust.knowsBuiltIn {
      // Any signer may be the kernel's own.
      lines = []
      assumption = LoadAssumption(.signatureUnchecked)
      return
    }
    lack(error, answer.message, settings, trust)
  }

  /// Handles a signature that does not count.
  private mutating func lack(
    _ error: TrustError, _ message: SignedMessage?, _ settings: LoaderSettings, _ trust: LoaderTrust
  ) {
    counts = false
    var policy = trust.policy
    policy.enforces = policy.enforces || settings.enforcesSignatures
    if error == .noKey, !trust.knowsMachine {
      assumption = LoadAssumption(.keyNotEnrolled, value: message.flatMap(SignatureCheck.signer))
    }
    guard let found = policy.refusal(error) else { return }
    if error == .noKey, !trust.knowsMachine {
      doubt = SignatureCheck.cause(error, message)
      return
    }
    var refusal = Refusal(LoadErrno(rawValue: found.error.rawValue))
    refusal.lines = lines + (found.line.map { [$0] } ?? [])
    if let cause = SignatureCheck.cause(error, message) { refusal.causes = [cause] }
    self.refusal = refusal
  }

  /// By which the signer's certificate is known: its serial number, or its key's identifier.
  private static func signer(_ message: SignedMessage) -> String? {
    guard let signer = message.signers.first, let id = signer.serial ?? signer.keyID else {
      return nil
    }
    return id.hexadecimal
  }

  private static func cause(_ error: TrustError, _ message: SignedMessage?) -> LoadCause? {
    switch error {
    case .noData: LoadCause(.unsigned)
    case .noKey:
      LoadCause(
        .signerUnknown, symbol: message.flatMap(signer),
        owner: message?.signers.first?.issuerText)
    case .rejected: LoadCause(.changedAfterSigning)
    default: nil
    }
  }
}
