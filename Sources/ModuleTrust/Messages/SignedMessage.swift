internal import ByteStorage

/// A PKCS#7 message that signs a module, as the kernel's parser takes it: `pkcs7_parse_message` of
/// crypto/asymmetric_keys/pkcs7_parser.c.
package struct SignedMessage: Sendable {
  /// One signer.
  package struct Signer: Sendable {
    /// By which the key is found: serial number and issuer, or the key's identifier.
    package internal(set) var id: [UInt8] = []
    /// The issuer's name and the serial number, or the key's identifier, as people know them.
    package internal(set) var issuer: [UInt8]?
    package internal(set) var serial: [UInt8]?
    package internal(set) var keyID: [UInt8]?
    package internal(set) var digest: DigestAlgorithm?
    var signature = SignatureValue()
    var hasAttributes = false
  }

  package internal(set) var signers: [Signer] = []
  package internal(set) var certificates: [Certificate] = []
  /// Whether the content is of the type `data`.
  var isData = false
  /// Whether the content is in the message, where a module's is not.
  var hasContent = false
  var hasAttributes: Bool { signers.first?.hasAttributes ?? false }

  init() {}

  /// Parses a message; what follows it is ignored.
  ///
  /// - Throws: ``TrustError`` as the kernel's parser.
  package init(
    parsing bytes: RawSpan, _ context: TrustContext, blacklist: Blacklist, _ log: inout TrustLog
  ) throws(TrustError) {
    if bytes.byteCount > 0xffff { throw .messageSize }
    var parser = MessageParser(bytes, context, blacklist, log)
    defer { log = parser.log }
    try parser.parse()
    self = parser.message
  }
}
