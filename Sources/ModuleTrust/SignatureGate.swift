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
  }

  private static let marker = Array("~Module signature appended~\n".utf8)

  /// Verifies the signature at the end of a module.
  ///
  /// - Parameter file: The whole file, unpacked.
  /// - Returns: The answer, with what is logged.
  package func verify(_ file: RawSpan) -> Answer {
    var answer = Answer(length: file.byteCount)
    let end = file.byteCount - SignatureGate.marker.count
    guard end > 0, file.suffix(from: end)?.array == SignatureGate.marker else {
      answer.error = .noData
      return answer
    }
    do throws(TrustError) { try verify(file, before: end, &answer) } catch { answer.error = error }
    return answer
  }

  private func verify(
    _ file: RawSpan, before end: Int, _ answer: inout Answer
  ) throws(TrustError) {
    let start = end - 12
    guard start > 0, let trailer = file.slice(start..<end),
      let size = trailer.integer(UInt32.self, at: 8, .big), Int(size) < start
    else { throw .badMessage }
    guard trailer.byte(at: 2) == 2 else {
      answer.log.say("module: not signed with expected PKCS#7 message")
      throw .noPackage
    }
    for offset in [0, 1, 3, 4, 5, 6, 7] where trailer.byte(at: offset) != 0 {
      answer.log.say("module: PKCS#7 signature info has unexpected non-zero params")
      throw .badMessage
    }
    answer.length = start - Int(size)
    guard let data = file.slice(0..<answer.length), let blob = file.slice(answer.length..<start)
    else { throw .badMessage }
    do throws(TrustError) { try verify(data, blob, keys, &answer) } catch {
      guard error == .noKey, let platform else { throw error }
      try verify(data, blob, platform, &answer)
    }
    if context.era <= .of6_12, !blacklist.files.isEmpty,
      let hash = DigestAlgorithm.sha256.value(of: file), blacklist.files.contains(hash)
    {
      answer.log.say("Module hash \(hexadecimal(hash)) is blacklisted")
      throw .rejected
    }
  }

  private func verify(
    _ data: RawSpan, _ blob: RawSpan, _ keys: KeyRing, _ answer: inout Answer
  ) throws(TrustError) {
    let message = try SignedMessage(parsing: blob, context, blacklist: blacklist, &answer.log)
    answer.message = message
    try message.verify(data, trusting: keys, context, &answer.log)
  }
}
