import BTFFormat
import ByteStorage
import ModuleTrust

extension FuzzTargets {
  private static func context(_ era: TrustEra) -> TrustContext {
    var context = TrustContext(
      era: era, digests: [.md5, .sha1, .sha224, .sha256, .sha384, .sha512, .sm3], hasECDSA: true)
    context.unverifiable = [.gost, .mldsa]
    context.waivesAttributes = true
    return context
  }

  /// What is at the end of a module: messages, with the keys that they bring along.
  static func message(_ bytes: RawSpan) {
    for era in TrustEra.allCases {
      let context = context(era)
      var gate = SignatureGate(context)
      var log = TrustLog()
      if let message = try? SignedMessage(parsing: bytes, context, blacklist: Blacklist(), &log) {
        for certificate in message.certificates { gate.keys.add(certificate) }
        gate.revoked = gate.keys
        try? message.verify(bytes, trusting: gate.keys, context, &log)
        try? message.verify(
          bytes, trusting: gate.keys, revoked: gate.revoked, context, &log)
        for signer in message.signers { use(signer.issuerText ?? "-") }
      }
      use("\(gate.verify(bytes))")
    }
  }

  /// Certificates, alone and in files and images.
  static func certificate(_ bytes: RawSpan) {
    for era in TrustEra.allCases {
      let context = context(era)
      var keys = KeyRing()
      var log = TrustLog()
      if let certificate = try? Certificate(
        parsing: bytes, context, blacklist: Blacklist(), &log)
      {
        keys.add(certificate)
        use(certificate.subjectText)
        use(certificate.issuerText)
        use(certificate.isForAuthorities(strict: true) ? 1 : 0)
      }
    }
    use(CertificateFile.certificates(in: bytes).count)
    for alignment in [8, 256] {
      let found = BuiltInCertificates(
        searching: bytes, alignment: alignment, wordSize: 8, .little, hasRevoked: true)
      use((found?.certificates.count ?? 0) &+ (found?.revoked.count ?? 0))
    }
  }

  /// The variables of a machine, and the hashes in an image.
  static func efi(_ bytes: RawSpan) {
    let list = EFISignatureList(parsing: bytes)
    use(list.certificates.count &+ list.files.count &+ list.bodies.count)
    guard list.damagedAt ?? 0 <= bytes.byteCount else { fatalError("a fault outside") }
    let variable = MachineKeys.Variable(bytes.byte(at: 0).map(UInt32.init), bytes.array)
    use(MachineKeys { _ in variable }.isSecureBoot == true ? 1 : 0)
    let hashes = Blacklist(searching: bytes)
    use(hashes.bodies.count &+ hashes.files.count)
  }

  /// A module's types on a kernel's: flags, the lengths of the kernel's types and of the distilled base (two
  /// bytes each), then the three sections.
  static func btf(_ bytes: RawSpan) {
    guard let flags = bytes.byte(at: 0), let first = bytes.integer(UInt16.self, at: 1, .little),
      let second = bytes.integer(UInt16.self, at: 3, .little)
    else { return }
    let start = 5 &+ Int(first)
    guard let kernel = bytes.slice(5..<start),
      let distilled = bytes.slice(start..<(start &+ Int(second))),
      let module = bytes.suffix(from: start &+ Int(second))
    else { return }
    var rules = BTFRules()
    rules.hasWideInfo = flags & 1 != 0
    rules.headerSize = rules.hasWideInfo ? 32 : 24
    rules.ordersTypeTags = flags & 2 != 0
    rules.allowsFlaggedTags = flags & 4 != 0
    rules.isQuiet = flags & 8 != 0
    rules.greatestKind = flags & 16 != 0 ? 15 : 19
    let order: ByteOrder = flags & 32 != 0 ? .big : .little
    guard let base = try? BTFBase(parsing: kernel) else { return }
    let plain = BTFVerification(module, distilled: nil, kernel: base, order, rules)
    let relocated = BTFVerification(module, distilled: distilled, kernel: base, order, rules)
    for line in plain.log.lines + relocated.log.lines { use(line) }
    use("\(String(describing: plain.error)) \(String(describing: relocated.error))")
    let origin = BTFOrigin(module)
    use(origin.firstName(in: module, from: plain.passed) ?? "-")
  }
}
