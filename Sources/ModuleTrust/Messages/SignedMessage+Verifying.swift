internal import ByteStorage

extension SignedMessage {
  /// What the message's own certificates say of one signer.
  private struct Chain {
    var isUnsupported = false
    var isBlacklisted = false
    /// Indices of the signer's certificate and of those that vouch for it, in order.
    var path: [Int] = []
    /// Whether the last of them vouches for itself.
    var isRooted = false
  }

  /// Whether a kernel accepts this message as the signature of some bytes: `verify_pkcs7_message_sig` of
  /// certs/system_keyring.c.
  ///
  /// - Throws: ``TrustError`` if it does not.
  package func verify(
    _ data: RawSpan, trusting keys: KeyRing, revoked: KeyRing? = nil, _ context: TrustContext,
    _ log: inout TrustLog
  ) throws(TrustError) {
    if hasContent {
      log.say("PKCS7: Data already supplied")
      log.say("PKCS#7 signature with non-detached data")
      throw .badMessage
    }
    if !isData {
      log.say("PKCS7: Invalid module sig (not pkcs7-data)")
      throw .rejected
    }
    let isWaived = context.waivesAttributes && signers.allSatisfy { $0.signature.kind == .mldsa }
    if hasAttributes, isWaived {
      log.say("PKCS7: Waived invalid module sig (has authattrs)")
    } else if hasAttributes {
      log.refuseAttributes("PKCS7: Invalid module sig (has authattrs)")
      throw .rejected
    }
    var digests: [DigestAlgorithm: [UInt8]] = [:]
    var signed: [Signer] = []
    var chains: [Chain] = []
    var result: TrustError? = .noPackage
    for (index, signer) in signers.enumerated() {
      var signer = signer
      var chain = Chain()
      do throws(TrustError) {
        guard let digest = signer.digest, context.has(digest) else {
          throw .noPackage
        }
        if digests[digest] == nil { digests[digest] = digest.value(of: data) ?? [] }
        signer.signature.digestValue = digests[digest] ?? []
        try follow(signer, number: index + 1, context, &chain, &log)
        if !chain.isBlacklisted { result = nil }
        if chain.isBlacklisted, result == .noPackage { result = .rejected }
      } catch {
        guard error == .noPackage else { throw error }
        chain.isUnsupported = true
      }
      signed.append(signer)
      chains.append(chain)
    }
    if let result { throw result }
    if let revoked, isTrusted(signed, chains, revoked, context) { throw .rejected }
    try trust(signed, chains, keys, context)
  }

  /// `is_key_on_revocation_list`.
  private func isTrusted(
    _ signers: [Signer], _ chains: [Chain], _ keys: KeyRing, _ context: TrustContext
  ) -> Bool {
    do throws(TrustError) {
      try trust(signers, chains, keys, context)
      return true
    } catch { return false }
  }

  /// `pkcs7_find_key` and `pkcs7_verify_sig_chain`.
  private func follow(
    _ signer: Signer, number: Int, _ context: TrustContext, _ chain: inout Chain,
    _ log: inout TrustLog
  ) throws(TrustError) {
    guard !signer.id.isEmpty, var place = certificates.firstIndex(where: { $0.id == signer.id })
    else { return }
    try certificates[place].key.verify(signer.signature, context)
    var seen: Set<Int> = []
    while true {
      chain.path.append(place)
      seen.insert(place)
      let certificate = certificates[place]
      if certificate.isBlacklisted {
        chain.isBlacklisted = true
        return
      }
      if certificate.isUnsupported { return }
      if certificate.isSelfSigned {
        chain.isRooted = true
        return
      }
      let next: Int?
      if let authority = certificate.authority {
        next = certificates.firstIndex { $0.id == authority }
        if let next, let keyID = certificate.authorityKeyID,
          certificates[next].subjectKeyID != keyID
        {
          log.say(
            "PKCS7: Sig \(number): X.509 chain contains auth-skid nonmatch "
              + "(\(place + 1)->\(next + 1))")
          throw .rejected
        }
      } else if let keyID = certificate.authorityKeyID {
        next = certificates.firstIndex { $0.subjectKeyID == keyID }
      } else {
        next = nil
      }
      guard let next else { return }
      if seen.contains(next) {
        log.say("PKCS7: Sig \(number): X.509 chain contains loop")
        return
      }
      try certificates[next].key.verify(certificate.signature, context)
      place = next
    }
  }

  /// `pkcs7_validate_trust`.
  private func trust(
    _ signers: [Signer], _ chains: [Chain], _ keys: KeyRing, _ context: TrustContext
  ) throws(TrustError) {
    var result: TrustError? = .noKey
    var seen: Set<Int> = []
    for (signer, chain) in zip(signers, chains) {
      do throws(TrustError) {
        try trust(signer, chain, keys, context, &seen)
        result = nil
      } catch {
        switch error {
        case .noKey: continue
        case .noPackage: if result == .noKey { result = .noPackage }
        default: throw error
        }
      }
    }
    if let result { throw result }
  }

  /// `pkcs7_validate_trust_one`; `seen` has the certificates of the signers before.
  ///
  /// - Note: crypto/asymmetric_keys/pkcs7_trust.c. As a last resort a key with the signer's own identity is
  ///   asked about the message itself; before 4.16 it was asked about the signature at the chain's top.
  private func trust(
    _ signer: Signer, _ chain: Chain, _ keys: KeyRing, _ context: TrustContext,
    _ seen: inout Set<Int>
  ) throws(TrustError) {
    if chain.isUnsupported { throw .noPackage }
    var signature = signer.signature
    var last: Certificate?
    for (step, place) in chain.path.enumerated() {
      // If a key vouched for it, the message is trusted, and this signer changes nothing.
      guard seen.insert(place).inserted else { throw .noKey }
      let certificate = certificates[place]
      var found: Certificate?
      do throws(TrustError) {
        found = try keys.find(certificate.id, certificate.subjectKeyID)
      } catch {}
      if let found { return try demand(found, signature, context) }
      if chain.isRooted, step == chain.path.count - 1 { throw .noKey }
      last = certificate
      signature = certificate.signature
    }
    if let last, last.authority != nil || last.authorityKeyID != nil {
      do throws(TrustError) {
        let found = try keys.find(last.authority, last.authorityKeyID)
        return try demand(found, signature, context)
      } catch { if error != .noKey { throw error } }
    }
    try demand(try keys.find(signer.id), signer.signature, context)
  }

  private func demand(
    _ certificate: Certificate, _ signature: SignatureValue, _ context: TrustContext
  ) throws(TrustError) {
    do throws(TrustError) { try certificate.key.verify(signature, context) } catch {
      throw error == .unverifiable ? error : .rejected
    }
  }
}
