import ByteStorage
import ModuleTrust

extension FuzzTargets {
  /// What is at the end of a module, and what keys come in: messages, certificates, EFI lists.
  static func trust(_ bytes: RawSpan) {
    let digests: Set<DigestAlgorithm> = [.sha1, .sha256, .sha384, .sha512]
    for era in TrustEra.allCases {
      let context = TrustContext(era: era, digests: digests, hasECDSA: true)
      var gate = SignatureGate(context)
      var log = TrustLog()
      let blacklist = Blacklist()
      if let message = try? SignedMessage(parsing: bytes, context, blacklist: blacklist, &log) {
        for certificate in message.certificates { gate.keys.add(certificate) }
        try? message.verify(bytes, trusting: gate.keys, context, &log)
      }
      if let certificate = try? Certificate(parsing: bytes, context, blacklist: blacklist, &log) {
        gate.keys.add(certificate)
      }
      use(gate.verify(bytes).length)
    }
    use(EFISignatureList(parsing: bytes).certificates.count)
    use(CertificateFile.certificates(in: bytes).count)
    for alignment in [8, 256] {
      let found = BuiltInCertificates(
        searching: bytes, alignment: alignment, wordSize: 8, .little)
      use(found?.certificates.count ?? 0)
    }
  }
}
