internal import ByteStorage

/// Reads a PKCS#7 message: pkcs7.asn1, with the actions of crypto/asymmetric_keys/pkcs7_parser.c in the
/// order of the bytes; the first error ends it.
struct MessageParser: ~Escapable {
  private(set) var message = SignedMessage()
  private(set) var log: TrustLog
  private var walker: BERWalker
  private let context: TrustContext
  private let blacklist: Blacklist
  private let identifiers: ObjectIdentifiers
  private var lastOID: ObjectIdentifiers.Entry
  private var version: UInt8 = 0
  private var contentType = 0
  private var isAuthenticode = false
  // What one signer names stays for those that follow.
  private var serial: [UInt8]?
  private var issuer: [UInt8]?
  private var keyID: [UInt8]?

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, _ context: TrustContext, _ blacklist: Blacklist, _ log: TrustLog) {
    walker = BERWalker(bytes)
    (self.context, self.blacklist, self.log) = (context, blacklist, log)
    identifiers = ObjectIdentifiers.of(context.era)
    lastOID = identifiers.look(up: RawSpan())
  }

  mutating func parse() throws(TrustError) {
    let outer = walker.enter(try walker.require(0x30))
    try parseOID()
    if lastOID.dotted != "1.2.840.113549.1.7.2" {
      throw warn("Only support pkcs7_signedData type", .invalid)
    }
    if let content = try walker.match(0xa0, optional: true) {
      let frame = walker.enter(content)
      try parseSignedData()
      _ = try walker.end(frame)
    }
    _ = try walker.end(outer)
    let wanted = message.hasAttributes
    if message.signers.isEmpty || message.signers.contains(where: { $0.hasAttributes != wanted }) {
      throw warn("Inconsistently supplied authAttrs", .invalid)
    }
  }

  private mutating func warn(_ text: String, _ error: TrustError) -> TrustError {
    log.say("PKCS7: \(text)")
    return error
  }

  private mutating func refuseAttributes(_ text: String) -> TrustError {
    log.refuseAttributes("PKCS7: \(text)")
    return .rejected
  }

  /// `pkcs7_note_OID`.
  private mutating func note(_ element: BERWalker.Element) {
    let bytes = walker.span(element)
    lastOID = identifiers.look(up: bytes)
    if lastOID.dotted.isEmpty {
      log.say("PKCS7: Unknown OID: [\(element.start)] \(ObjectIdentifiers.shown(bytes))")
    }
  }

  private mutating func parseOID() throws(TrustError) {
    note(try walker.skip(try walker.require(0x06)))
  }

  private mutating func parseAlgorithm() throws(TrustError) {
    let frame = walker.enter(try walker.require(0x30))
    try parseOID()
    if let parameters = try walker.match(nil, optional: true) { _ = try walker.skip(parameters) }
    _ = try walker.end(frame)
    walker.finishType()
  }

  /// An INTEGER of one byte; 0 for any other.
  private mutating func parseVersion() throws(TrustError) -> UInt8 {
    let bytes = walker.bytes(try walker.skip(try walker.require(0x02)))
    return bytes.count == 1 ? bytes[0] : 0
  }

  private mutating func parseSignedData() throws(TrustError) {
    let frame = walker.enter(try walker.require(0x30))
    version = try parseVersion()
    if version != 1, version != 3 { throw warn("Unsupported SignedData version", .invalid) }
    if let digests = try matchList(0x31, 0x30) {
      let list = walker.enter(digests)
      repeat { try parseAlgorithm() } while try walker.leave(list, repeating: true) == nil
      walker.finishType()
    }
    try parseContent()
    try parseCertificates()
    if let signers = try matchList(0x31, 0x30) {
      let list = walker.enter(signers)
      repeat { try parseSigner() } while try walker.leave(list, repeating: true) == nil
      walker.finishType()
    }
    _ = try walker.end(frame)
  }

  /// One of two lists; `nil` where the kernel's decoder passes at the end.
  private mutating func matchList(
    _ first: UInt8, _ second: UInt8
  ) throws(TrustError) -> BERWalker.Element? {
    if let element = try walker.match(first, optional: true) { return element }
    let element = try walker.match(second, optional: true, alternative: true)
    if element == nil { try walker.demandChoice() }
    return element
  }

  private mutating func parseContent() throws(TrustError) {
    let frame = walker.enter(try walker.require(0x30))
    let type = try walker.skip(try walker.require(0x06))
    // The type's own action, and that of the field.
    note(type)
    note(type)
    if let content = try walker.match(0xa0, optional: true) {
      let inner = walker.enter(content)
      _ = try walker.skip(try walker.require(nil))
      _ = try walker.end(inner)
      message.hasContent = true
    }
    _ = try walker.end(frame)
    contentType = lastOID.number
    message.isData = lastOID.dotted == "1.2.840.113549.1.7.1"
    isAuthenticode = lastOID.dotted == "1.3.6.1.4.1.311.2.1.4"
    if !message.isData, !isAuthenticode {
      throw warn("Unsupported data type \(contentType)", .invalid)
    }
    walker.finishType()
  }

  private mutating func parseCertificates() throws(TrustError) {
    var list = try walker.match(0xa0, optional: true)
    if list == nil { list = try walker.match(0xa2, optional: true, alternative: true) }
    if let list {
      let frame = walker.enter(list)
      repeat {
        if let certificate = try parseCertificate(inSet: list.tag & 0x1f == 0) {
          message.certificates.append(certificate)
        }
      } while try walker.leave(frame, repeating: true) == nil
      walker.finishType()
    }
    var revoked = try walker.match(0xa1, optional: true)
    let isSet = revoked != nil
    if revoked == nil { revoked = try walker.match(0xa3, optional: true, alternative: true) }
    guard let revoked else { return }
    let frame = walker.enter(revoked)
    repeat {
      let inner = walker.enter(try walker.require(0x30))
      repeat {
        _ = try parseCertificate(inSet: false)
      } while try walker.leave(
        inner, repeating: true) == nil
    } while try walker.leave(frame, repeating: true) == nil
    if isSet { walker.finishType() }
    walker.finishType()
  }

  /// `pkcs7_extract_cert`.
  private mutating func parseCertificate(inSet: Bool) throws(TrustError) -> Certificate? {
    guard let head = try walker.match(nil, optional: inSet) else { return nil }
    let element = try walker.skip(head)
    guard element.tag == 0x30 else { throw .badMessage }
    let start = element.start - element.headerSize
    guard let rest = walker.data.slice(start..<element.range.upperBound) else { throw .badMessage }
    var certificateLog = TrustLog()
    defer { log.say(certificateLog) }
    return try Certificate(parsing: rest, context, blacklist: blacklist, &certificateLog)
  }

  private mutating func parseSigner() throws(TrustError) {
    let frame = walker.enter(try walker.require(0x30))
    var signer = SignedMessage.Signer()
    let form = try parseVersion()
    guard form == 1 || form == 3 else { throw warn("Unsupported SignerInfo version", .invalid) }
    if (form == 1) != (version == 1) {
      throw warn("SignedData-SignerInfo version mismatch", .badMessage)
    }
    try parseIdentity()
    try parseAlgorithm()
    guard let digest = AlgorithmTables.digest(lastOID.dotted, context.era) else {
      log.say("Unsupported digest algo: \(lastOID.number)")
      throw .noPackage
    }
    signer.hasAttributes = try parseAttributes()
    try parseAlgorithm()
    guard let kind = AlgorithmTables.signature(lastOID.dotted, context.era) else {
      log.say("Unsupported pkey algo: \(lastOID.number)")
      throw .noPackage
    }
    let value = walker.bytes(try walker.skip(try walker.require(0x04)))
    try parseUnsignedAttributes()
    _ = try walker.end(frame)
    if isAuthenticode, !signer.hasAttributes {
      throw warn("Authenticode requires AuthAttrs", .badMessage)
    }
    if form == 1 {
      (signer.issuer, signer.serial) = (issuer, serial)
      signer.id = (serial ?? []) + (issuer ?? [])
    } else {
      signer.keyID = keyID
      signer.id = keyID ?? []
    }
    signer.digest = digest
    signer.signature = SignatureValue(kind: kind, digest: digest, value: value)
    message.signers.append(signer)
    walker.finishType()
  }

  private mutating func parseIdentity() throws(TrustError) {
    if let element = try walker.match(0x30, optional: true) {
      let frame = walker.enter(element)
      var types: [BERWalker.Element] = []
      let name: Range<Int>
      do throws(TrustError) {
        name = try walker.name { type, value in if type.start == value.start { types.append(type) }
        }
      } catch {
        for type in types { note(type) }
        throw error
      }
      for type in types { note(type) }
      issuer = walker.bytes(name)
      serial = walker.bytes(try walker.skip(try walker.require(0x02)))
      _ = try walker.end(frame)
      walker.finishType()
    } else if let element = try walker.match(0x80, optional: true, alternative: true) {
      keyID = walker.bytes(try walker.skip(element))
    } else {
      try walker.demandChoice()
    }
  }

  private mutating func parseUnsignedAttributes() throws(TrustError) {
    var list = try walker.match(0xa1, optional: true)
    if list == nil { list = try walker.match(0xa3, optional: true, alternative: true) }
    guard let list else { return }
    let frame = walker.enter(list)
    repeat {
      let pair = walker.enter(try walker.require(0x30))
      try parseOID()
      let values = walker.enter(try walker.require(0x31))
      repeat {
        _ = try walker.skip(try walker.require(nil))
      } while try walker.leave(values, repeating: true) == nil
      _ = try walker.end(pair)
    } while try walker.leave(frame, repeating: true) == nil
  }

  // MARK: Attributes

  /// Reads the attributes that are signed; gives whether they count as there.
  private mutating func parseAttributes() throws(TrustError) -> Bool {
    var seen: Set<String> = []
    if let set = try walker.match(0xa0, optional: true) {
      let frame = walker.enter(set)
      repeat { try parseAttribute(&seen) } while try walker.leave(frame, repeating: true) == nil
      walker.finishType()
      guard seen.contains("1.2.840.113549.1.9.3"), seen.contains("1.2.840.113549.1.9.4") else {
        throw warn("Missing required AuthAttr", .badMessage)
      }
      return true
    }
    guard let explicit = try walker.match(0xa2, optional: true, alternative: true) else {
      return false
    }
    let outer = walker.enter(explicit)
    let list = walker.enter(try walker.require(0x30))
    repeat { try parseAttribute(&seen) } while try walker.leave(list, repeating: true) == nil
    _ = try walker.end(outer)
    return false
  }

  private mutating func parseAttribute(_ seen: inout Set<String>) throws(TrustError) {
    let pair = walker.enter(try walker.require(0x30))
    try parseOID()
    let type = lastOID.dotted
    let values = walker.enter(try walker.require(0x31))
    repeat {
      try process(type, try walker.skip(try walker.require(nil)), &seen)
    } while try walker.leave(values, repeating: true) == nil
    _ = try walker.end(pair)
  }

  /// `pkcs7_sig_note_authenticated_attr`.
  private mutating func process(
    _ type: String, _ value: BERWalker.Element, _ seen: inout Set<String>
  ) throws(TrustError) {
    let known = [
      "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5",
      "1.2.840.113549.1.9.15", "1.3.6.1.4.1.311.2.1.12", "1.3.6.1.4.1.311.2.1.11",
    ]
    guard known.contains(type) else { return }
    if !seen.insert(type).inserted {
      throw warn("Repeated/multivalue AuthAttrs not permitted", .rejected)
    }
    switch type {
    case "1.2.840.113549.1.9.3":
      let number = identifiers.look(up: walker.span(value)).number
      if number != contentType {
        throw warn(
          "Mismatch between global data type (\(contentType)) and sinfo 0 (\(number))", .badMessage)
      }
    case "1.2.840.113549.1.9.4": if value.tag != 0x04 { throw .badMessage }
    case "1.2.840.113549.1.9.5":
      guard CertificateTime.isValid(walker.bytes(value), tag: value.tag) else { throw .badMessage }
    case "1.2.840.113549.1.9.15":
      if !isAuthenticode { throw refuseAttributes("S/MIME Caps only allowed with Authenticode") }
    default:
      if !isAuthenticode {
        throw refuseAttributes("Authenticode AuthAttrs only allowed with Authenticode")
      }
    }
  }
}
