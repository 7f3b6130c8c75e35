internal import ByteStorage
internal import Livepatching
internal import ModuleFiles

/// What the loader makes of a signature, judged by its presence and form only.
///
/// - Note: kernel/module/signing.c module_sig_check, kernel/module_signature.c mod_check_sig, 7.2.
struct SignatureCheck {
  enum Result {
    /// The load goes on with so many bytes; lines printed; what was assumed.
    case accepted(length: Int, log: [String], assumption: LoadAssumption?)
    case refused(LoadErrno, log: [String])
  }

  let result: Result

  init(_ source: ByteSource, rules: LoaderRules, settings: LoaderSettings) {
    guard settings.signatures else {
      result = .accepted(length: source.count, log: [], assumption: nil)
      return
    }
    guard !settings.ignoresAnything, let trailer = SignatureTrailer(source) else {
      result = SignatureCheck.unsigned(
        "unsigned module", length: source.count, log: [], settings)
      return
    }
    let before = trailer.lengthBeforeMarker
    let room = before - SignatureTrailer.structureSize
    guard room > 0, Int(trailer.signatureLength) < room else {
      result = .refused(.EBADMSG, log: [])
      return
    }
    guard trailer.idType == 2 else {
      result = SignatureCheck.unsigned(
        "module with unsupported crypto", length: before,
        log: ["module: not signed with expected PKCS#7 message"], settings)
      return
    }
    guard trailer.hasZeroParameters else {
      result = .refused(
        .EBADMSG, log: ["module: PKCS#7 signature info has unexpected non-zero params"])
      return
    }
    let length = room - Int(trailer.signatureLength)
    // A PKCS#7 message is a DER sequence; anything else cannot be parsed.
    guard let first = try? source.bytes(length..<(length + 1), in: "signature"),
      trailer.signatureLength > 0, first.byte(at: 0) == 0x30
    else {
      result = .refused(.EBADMSG, log: [])
      return
    }
    result = .accepted(
      length: length, log: [], assumption: LoadAssumption(.signatureUnchecked))
  }

  private static func unsigned(
    _ what: String, length: Int, log: [String], _ settings: LoaderSettings
  ) -> Result {
    guard settings.enforcesSignatures else {
      return .accepted(length: length, log: log, assumption: nil)
    }
    return .refused(.EKEYREJECTED, log: log + ["Loading of \(what) is rejected"])
  }
}
