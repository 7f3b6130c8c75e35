internal import ByteStorage

/// An X.509 certificate, as the kernel takes it: `x509_cert_parse` of
/// crypto/asymmetric_keys/x509_cert_parser.c. Dates, purposes and whether it may sign are not looked at.
package struct Certificate: Sendable, Hashable {
  package internal(set) var serial: [UInt8] = []
  /// The content of the issuer's and the subject's name.
  var issuer: [UInt8] = []
  var subject: [UInt8] = []
  /// `subjectKeyIdentifier`.
  package internal(set) var subjectKeyID: [UInt8]?
  /// The authority by serial number and issuer, and by key.
  var authority: [UInt8]?
  var authorityKeyID: [UInt8]?
  package var key = PublicKey()
  package var signature = SignatureValue()
  /// Whether the kernel lacks what its signature is made with.
  private(set) var isUnsupported = false
  private(set) var isSelfSigned = false
  private(set) var isBlacklisted = false
  /// What `basicConstraints` and `keyUsage` say: a certificate of an authority, for certificates, for data.
  package var isAuthority = false
  var signsCertificates = false
  var signsData = false

  init() {}

  /// The identity by which a key is found: serial number, then issuer.
  var id: [UInt8] { serial + issuer }

  /// Parses a certificate; what follows it is ignored.
  ///
  /// - Throws: ``TrustError`` as the kernel's parser.
  package init(
    parsing bytes: RawSpan, _ context: TrustContext, blacklist: Blacklist, _ log: inout TrustLog
  ) throws(TrustError) {
    var parser = CertificateParser(bytes, context.era)
    let body = try parser.parse(&log)
    self = parser.certificate
    if let authority = parser.authority {
      var names = AuthorityParser(authority.rawSpan)
      do throws(TrustError) { try names.parse() } catch {
        log.say("X.509: Couldn't decode AuthKeyIdentifier")
        throw error
      }
      (self.authority, authorityKeyID) = (names.authority, names.keyID)
    }
    if let body = bytes.slice(body) { digest(body, context, blacklist, &log) }
    try checkSelfSigned(context)
  }

  /// `x509_get_sig_params`.
  private mutating func digest(
    _ body: RawSpan, _ context: TrustContext, _ blacklist: Blacklist, _ log: inout TrustLog
  ) {
    var listed: [UInt8]?
    if let digest = signature.digest, context.has(digest) {
      signature.digestValue = digest.value(of: body) ?? []
      listed = signature.digestValue
    } else {
      isUnsupported = signature.kind != .mldsa
    }
    guard !blacklist.bodies.isEmpty else { return }
    if context.era >= .of7_2 { listed = DigestAlgorithm.sha256.value(of: body) }
    if let listed, blacklist.bodies.contains(listed) {
      log.say("X.509: Cert \(listed.hexadecimal) is blacklisted")
      isBlacklisted = true
    }
  }

  /// `x509_check_for_self_signed`.
  private mutating func checkSelfSigned(_ context: TrustContext) throws(TrustError) {
    guard subject == issuer else { return }
    if authority != nil || authorityKeyID != nil {
      let isKeySame = subjectKeyID != nil && subjectKeyID == authorityKeyID
      let isIDSame = authority == id
      guard isKeySame || isIDSame else { return }
      if !isIDSame && authority != nil || !isKeySame && authorityKeyID != nil { throw .rejected }
    }
    if isUnsupported { return }
    key.prepare()
    do throws(TrustError) {
      try key.verify(signature, context)
      isSelfSigned = true
    } catch {
      switch error {
      case .noPackage: isUnsupported = true
      // Whoever built or enrolled it had a kernel that took it.
      case .unverifiable: isSelfSigned = true
      default: throw error
      }
    }
  }
}

extension Certificate {
  /// Whether the machine's keyring takes it where that is for authorities only, and with `strict` for those
  /// alone that sign no data: `restrict_link_by_ca` of crypto/asymmetric_keys/restrict.c, 6.12.
  package func isForAuthorities(strict isStrict: Bool) -> Bool {
    isAuthority && signsCertificates && !(isStrict && signsData)
  }
}

/// Hashes that a kernel does not take.
package struct Blacklist: Sendable {
  /// Digests of certificates' bodies (`tbs:`).
  package var bodies: Set<[UInt8]> = []
  /// SHA-256 of whole files (`bin:`).
  package var files: Set<[UInt8]> = []

  package init() {}
}
