internal import ByteStorage
internal import CCrypto
internal import ModuleTrust

/// A private key and its certificate, to sign modules with as the kernel's sign-file does: a detached
/// CMS message without attributes, certificates or capabilities, and the trailer.
///
/// - Note: scripts/sign-file.c, 4.3 to 7.3; OpenSSL's `CMS_sign`.
package struct ModuleSigner: Sendable {
  /// Digests that a configuration can name: `MODULE_SIG_HASH` of kernel/module/Kconfig, 3.7 to 7.3.
  package enum Hash: String, Sendable, Hashable, CaseIterable {
    case sha1, sha224, sha256, sha384, sha512
    case sha3_256 = "sha3-256"
    case sha3_384 = "sha3-384"
    case sha3_512 = "sha3-512"
  }

  private let keys: KeyPair
  private let hash: Hash?

  /// Reads a key and a certificate.
  ///
  /// - Parameters:
  ///   - key: The private key, PEM.
  ///   - certificate: The certificate, PEM or DER.
  ///   - hash: The digest to sign; `nil` for that of the signature to replace, or SHA-256.
  ///   - passphrase: The key's passphrase, if it has one.
  /// - Throws: ``ConversionError`` if one cannot be read, or they do not belong together.
  package init(
    key: [UInt8], certificate: [UInt8], hash: Hash?, passphrase: String?
  ) throws(ConversionError) {
    keys = try KeyPair(key, certificate, passphrase)
    self.hash = hash
  }

  /// The signature of a module, with its trailer, to append to it.
  func trailer(for module: RawSpan, replacing old: RawSpan) throws(ConversionError) -> [UInt8] {
    var trailer = try keys.sign(module, hash ?? ModuleSigner.hash(of: old) ?? .sha256)
    let size = trailer.count
    trailer += [0, 0, 2, 0, 0, 0, 0, 0]
    for shift in [24, 16, 8, 0] { trailer.append(UInt8(truncatingIfNeeded: size >> shift)) }
    return trailer + Array("\(SignatureTrailer.marker)".utf8)
  }

  /// The digest of a signature, as the kernels parse it that know it.
  private static func hash(of signature: RawSpan) -> Hash? {
    for era in TrustEra.allCases.reversed() {
      let context = TrustContext(era: era, digests: Set(DigestAlgorithm.allCases), hasECDSA: true)
      var log = TrustLog()
      let message = try? SignedMessage(
        parsing: signature, context, blacklist: Blacklist(), &log)
      if let digest = message?.signers.first?.digest { return Hash(rawValue: digest.rawValue) }
    }
    return nil
  }
}

@safe private final class KeyPair: @unchecked Sendable {
  // Sendable: OpenSSL's keys and certificates may be used by several threads once they are made, and
  // these never change.
  private let key: OpaquePointer
  private let certificate: OpaquePointer

  init(
    _ key: [UInt8], _ certificate: [UInt8], _ passphrase: String?
  ) throws(ConversionError) {
    guard let private_ = unsafe KeyPair.readKey(key, passphrase) else {
      throw .init(.unreadableKey, reason: KeyPair.lastError())
    }
    guard let public_ = unsafe KeyPair.readCertificate(certificate) else {
      unsafe EVP_PKEY_free(private_)
      throw .init(.unreadableCertificate, reason: KeyPair.lastError())
    }
    unsafe self.key = private_
    unsafe self.certificate = public_
    guard unsafe X509_check_private_key(public_, private_) == 1 else {
      throw .init(.otherCertificate)
    }
  }

  private static func readKey(_ bytes: [UInt8], _ passphrase: String?) -> OpaquePointer? {
    // An empty passphrase instead of none, so that OpenSSL does not ask the terminal.
    var words = Array((passphrase ?? "").utf8CString)
    return unsafe withMemory(bytes) { memory in
      unsafe words.withUnsafeMutableBytes { buffer in
        // SAFETY: OpenSSL takes the argument for a NUL-terminated passphrase.
        unsafe PEM_read_bio_PrivateKey(memory, nil, nil, buffer.baseAddress)
      }
    }
  }

  private static func readCertificate(_ bytes: [UInt8]) -> OpaquePointer? {
    // A sequence whose length has one to four bytes: `read_x509` of scripts/sign-file.c.
    let isDER = bytes.count > 1 && bytes[0] == 0x30 && (0x81...0x84).contains(bytes[1])
    return unsafe withMemory(bytes) { memory in
      isDER ? unsafe d2i_X509_bio(memory, nil) : unsafe PEM_read_bio_X509(memory, nil, nil, nil)
    }
  }

  /// Calls `body` with a memory stream that reads the bytes.
  private static func withMemory<Result>(
    _ bytes: [UInt8], _ body: (OpaquePointer) -> Result?
  ) -> Result? {
    unsafe bytes.withUnsafeBytes { buffer -> Result? in
      guard let count = Int32(exactly: buffer.count),
        // SAFETY: the stream only reads the bytes, and is gone before they are.
        let memory = unsafe BIO_new_mem_buf(buffer.baseAddress, count)
      else { return nil }
      defer { unsafe BIO_free(memory) }
      return unsafe body(memory)
    }
  }

  /// A CMS message with the signature of some bytes, DER.
  func sign(
    _ module: RawSpan, _ hash: ModuleSigner.Hash
  ) throws(ConversionError) -> [UInt8] {
    let message = unsafe module.withUnsafeBytes { buffer -> [UInt8]? in
      guard let count = Int32(exactly: buffer.count),
        // SAFETY: the stream only reads the bytes, and is gone before they are.
        let content = unsafe BIO_new_mem_buf(buffer.baseAddress, count)
      else { return nil }
      defer { unsafe BIO_free(content) }
      return unsafe self.message(over: content, hash)
    }
    guard let message else { throw .init(.signingFailed, reason: KeyPair.lastError()) }
    return message
  }

  private func message(over content: OpaquePointer, _ hash: ModuleSigner.Hash) -> [UInt8]? {
    let flags = UInt32(CMS_NOCERTS | CMS_PARTIAL | CMS_BINARY | CMS_DETACHED | CMS_STREAM)
    // SAFETY: all objects are OpenSSL's own, freed here; `content` outlives the call.
    guard let message = unsafe CMS_sign(nil, nil, nil, nil, flags) else { return nil }
    defer { unsafe CMS_ContentInfo_free(message) }
    let signerFlags = UInt32(CMS_NOCERTS | CMS_BINARY | CMS_NOSMIMECAP | CMS_NOATTR)
    guard let digest = unsafe EVP_get_digestbyname(hash.rawValue),
      unsafe CMS_add1_signer(message, certificate, key, digest, signerFlags) != nil,
      unsafe CMS_final(message, content, nil, UInt32(CMS_NOCERTS | CMS_BINARY)) == 1
    else { return nil }
    var start: UnsafeMutablePointer<UInt8>?
    let size = unsafe i2d_CMS_ContentInfo(message, &start)
    guard size > 0, let bytes = unsafe start else { return nil }
    defer { unsafe CRYPTO_free(bytes, "", 0) }
    return unsafe Array(UnsafeBufferPointer(start: bytes, count: Int(size)))
  }

  /// OpenSSL's words for what went wrong last.
  private static func lastError() -> String {
    let code = ERR_get_error()
    guard code != 0, let words = unsafe ERR_reason_error_string(code) else {
      return "no reason given"
    }
    return unsafe String(cString: words)
  }

  deinit {
    unsafe EVP_PKEY_free(key)
    unsafe X509_free(certificate)
  }
}
