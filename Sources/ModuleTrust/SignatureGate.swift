internal import ByteStorage

/// The keys of one kernel, and what it makes of a module's signature: `mod_verify_sig` of
/// kernel/module/signing.c, `mod_check_sig` of kernel/module_signature.c.
package struct SignatureGate: Sendable {
  package var context: TrustContext
  /// What counts for modules: the built-in keys, and those linked to them.
  package var keys = KeyRing()
  /// The platform's keys (`.platform`), where the kernel asks those too: distributions' patch.
  package var platform: KeyRing?
  package var blacklist = Blacklist()
  /// Certificates that the kernel was told not to trust (`SYSTEM_REVOCATION_LIST`); `nil` if it has no
  /// such list.
  package var revoked: KeyRing?

  package init(_ context: TrustContext) { self.context = context }

  /// What became of a signature.
  package struct Answer: Sendable {
    /// Length of the module without it, in bytes.
    package fileprivate(set) var length: Int
    /// Why it does not count; `nil` if it does.
    package fileprivate(set) var error: TrustError?
    package fileprivate(set) var log = TrustLog()
    /// The message, as far as it could be parsed.
    package fileprivate(set) var message: SignedMessage?
    /// The type in the trailer, if it is none that the kernel reads; 2 is PKCS#7.
    package fileprivate(set) var otherType: UInt8?

    /// Whether it is refused because attributes are signed with it, whoever made it: pkcs7_verify and
    /// pkcs7_sig_note_authenticated_attr of crypto/asymmetric_keys, 6.12.
    package var isRefusedForAttributes: Bool { error == .rejected && log.refusesAttributes }
  }

  /// Verifies the signature at the end of a module.
  ///
  /// - Parameter file: The whole file, unpacked.
  /// - Returns: The answer, with what is logged.
  package func verify(_ file: RawSpan) -> Answer {
    var answer = Answer(length: file.byteCount)
    guard let trailer = SignatureTrailer(ByteSource(file)) else {
      answer.error = .noData
      return answer
    }
    do throws(TrustError) { try verify(file, trailer, &answer) } catch { answer.error = error }
    return answer
  }

  private func verify(
    _ file: RawSpan, _ trailer: SignatureTrailer, _ answer: inout Answer
  ) throws(TrustError) {
    let start = trailer.lengthBeforeMarker - SignatureTrailer.structureSize
    let size = Int(trailer.signatureLength)
    guard start > 0, size < start else { throw .badMessage }
    guard trailer.idType == 2 else {
      answer.otherType = trailer.idType
      answer.log.say("module: not signed with expected PKCS#7 message")
      throw .noPackage
    }
    guard trailer.hasZeroParameters else {
      answer.log.say("module: PKCS#7 signature info has unexpected non-zero params")
      throw .badMessage
    }
    answer.length = start - size
    guard let data = file.slice(0..<answer.length), let blob = file.slice(answer.length..<start)
    else { throw .badMessage }
    // Up to 6.1 the list counts for the platform's keys only: verify_pkcs7_message_sig.
    let isListAsked = context.era >= .of6_12
    do throws(TrustError) {
      try verify(data, blob, keys, isListAsked ? revoked : nil, &answer)
    } catch {
      guard error == .noKey, let platform else { throw error }
      try verify(data, blob, platform, revoked, &answer)
    }
    if context.refusesListedFiles, !blacklist.files.isEmpty,
      let hash = DigestAlgorithm.sha256.value(of: file), blacklist.files.contains(hash)
    {
      answer.log.say("Module hash \(hash.hexadecimal) is blacklisted")
      throw .rejected
    }
  }

  private func verify(
    _ data: RawSpan, _ blob: RawSpan, _ keys: KeyRing, _ revoked: KeyRing?, _ answer: inout Answer
  ) throws(TrustError) {
    let message = try SignedMessage(parsing: blob, context, blacklist: blacklist, &answer.log)
    answer.message = message
    try message.verify(data, trusting: keys, revoked: revoked, context, &answer.log)
  }

  /// What the kernel logs the first time that a signature leads it to an algorithm: that it has no test
  /// for one, or, with `fips=1`, that one passed its test.
  ///
  /// - Note: crypto/testmgr.c alg_test, 5.10, 6.1 and 6.12; seen for these digests only, the others are
  ///   used before any module is loaded.
  package func firstUses(_ answer: Answer) -> [String] {
    guard answer.error == nil || answer.error == .rejected, let message = answer.message,
      message.isData, !message.hasAttributes
    else { return [] }
    return message.signers.compactMap { signer in
      guard signer.signature.kind == .rsa, let digest = signer.digest else { return nil }
      let name = digest.rawValue
      switch digest {
      case .md5 where context.era <= .of6_1:
        return "alg: No test for pkcs1pad(rsa,\(name)) (pkcs1pad(rsa-generic,\(name)))"
      case .sha224, .sha3_256, .sha3_384, .sha3_512:
        guard context.isFIPS, context.era == .of6_12 else { return nil }
        return "alg: self-tests for pkcs1pad(rsa-generic,\(name)) (pkcs1pad(rsa,\(name))) passed"
      default: return nil
      }
    }
  }
}
