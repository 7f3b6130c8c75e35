internal import ByteStorage
internal import Livepatching
internal import ModuleFiles

/// What the loader makes of a signature, judged by its presence and form only.
///
/// - Note: kernel/module/signing.c module_sig_check, kernel/module_signature.c mod_check_sig, 7.2.
struct SignatureCheck {
  /// Length of the module without its signature, in bytes.
  private(set) var length: Int
  /// What the kernel logs if it accepts the module.
  private(set) var lines: [String] = []
  private(set) var assumption: LoadAssumption?
  private(set) var refusal: Refusal?

  init(_ source: ByteSource, settings: LoaderSettings) {
    length = source.count
    guard settings.signatures else { return }
    guard !settings.ignoresAnything, let trailer = SignatureTrailer(source) else {
      lack("unsigned module", settings)
      return
    }
    let before = trailer.lengthBeforeMarker
    let room = before - SignatureTrailer.structureSize
    guard room > 0, Int(trailer.signatureLength) < room else {
      refusal = Refusal(.EBADMSG)
      return
    }
    guard trailer.idType == 2 else {
      length = before
      lines = ["module: not signed with expected PKCS#7 message"]
      lack("module with unsupported crypto", settings)
      return
    }
    guard trailer.hasZeroParameters else {
      refusal = Refusal(.EBADMSG, "module: PKCS#7 signature info has unexpected non-zero params")
      return
    }
    length = room - Int(trailer.signatureLength)
    // A PKCS#7 message is a DER sequence; anything else cannot be parsed.
    guard let first = try? source.bytes(length..<(length + 1), in: "signature"),
      trailer.signatureLength > 0, first.byte(at: 0) == 0x30
    else {
      refusal = Refusal(.EBADMSG)
      return
    }
    assumption = LoadAssumption(.signatureUnchecked)
  }

  /// Handles a module without a signature that counts.
  private mutating func lack(_ what: String, _ settings: LoaderSettings) {
    guard settings.enforcesSignatures else { return }
    refusal = Refusal(.EKEYREJECTED)
    refusal?.lines = lines + ["Loading of \(what) is rejected"]
  }
}
