internal import ByteStorage

/// Reads a certificate: x509.asn1, with the actions of crypto/asymmetric_keys/x509_cert_parser.c.
struct CertificateParser: ~Escapable {
  private(set) var certificate = Certificate()
  /// The extension that names the authority.
  private(set) var authority: [UInt8]?

  private var walker: BERWalker
  private let era: TrustEra
  private let identifiers: ObjectIdentifiers
  private var lastOID: ObjectIdentifiers.Entry
  /// The parameters of the key's algorithm, with their head.
  private var parameters: [UInt8] = []
  private var hasSubject = false
  private var hasKey = false
  private var signatureOID = 0

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, _ era: TrustEra) {
    walker = BERWalker(bytes)
    self.era = era
    identifiers = ObjectIdentifiers.of(era)
    lastOID = identifiers.look(up: RawSpan())
  }

  /// Reads the certificate; gives the range of what is signed, in bytes.
  mutating func parse(_ log: inout TrustLog) throws(TrustError) -> Range<Int> {
    let outer = walker.enter(try walker.require(0x30))
    let element = try walker.require(0x30)
    let frame = walker.enter(element)
    try parseBody()
    let content = try walker.end(frame)
    let body = (content.lowerBound - element.headerSize)..<content.upperBound
    try parseAlgorithm()
    let value = walker.bytes(try walker.skip(try walker.require(0x03)))
    if lastOID.number != signatureOID {
      log.say(
        era == .of5_10
          ? "X.509: Got cert with pkey (\(signatureOID)) and sig (\(lastOID.number)) algorithm OIDs"
          : "X.509: signatureAlgorithm (\(lastOID.number)) differs from tbsCertificate.signature "
            + "(\(signatureOID))")
      throw .invalid
    }
    guard value.first == 0 else { throw .badMessage }
    certificate.signature.value = Array(value.dropFirst())
    _ = try walker.end(outer)
    return body
  }

  private mutating func parseBody() throws(TrustError) {
    if let version = try walker.match(0xa0, optional: true) {
      let frame = walker.enter(version)
      _ = try walker.skip(try walker.require(0x02))
      _ = try walker.end(frame)
    }
    certificate.serial = walker.bytes(try walker.skip(try walker.require(0x02)))
    try parseAlgorithm()
    guard let signature = AlgorithmTables.certificate(lastOID.dotted, era) else {
      throw .noPackage
    }
    (certificate.signature.kind, certificate.signature.digest) = (signature.kind, signature.digest)
    signatureOID = lastOID.number
    certificate.issuer = try parseName()
    let validity = walker.enter(try walker.require(0x30))
    try parseTime()
    try parseTime()
    _ = try walker.end(validity)
    certificate.subject = try parseName()
    hasSubject = true
    try parseKey()
    for tag in [0x81, 0x82] as [UInt8] {
      if let unique = try walker.match(tag, optional: true) { _ = try walker.skip(unique) }
    }
    if let extensions = try walker.match(0xa3, optional: true) {
      let outer = walker.enter(extensions)
      let list = walker.enter(try walker.require(0x30))
      repeat { try parseExtension() } while try walker.leave(list, repeating: true) == nil
      _ = try walker.end(outer)
    }
  }

  private mutating func note(_ element: BERWalker.Element) {
    lastOID = identifiers.look(up: walker.span(element))
  }

  private mutating func parseAlgorithm() throws(TrustError) {
    let frame = walker.enter(try walker.require(0x30))
    note(try walker.skip(try walker.require(0x06)))
    if let element = try walker.match(nil, optional: true) {
      let whole = try walker.skip(element)
      if hasSubject, !hasKey { parameters = walker.bytes(whole, withHead: true) }
    }
    _ = try walker.end(frame)
  }

  private mutating func parseName() throws(TrustError) -> [UInt8] {
    let range = try walker.name { _, _ in }
    return walker.bytes(range)
  }

  /// `x509_decode_time`.
  private mutating func parseTime() throws(TrustError) {
    var element = try walker.match(0x17, optional: true)
    if element == nil { element = try walker.match(0x18, optional: true, alternative: true) }
    try walker.demandChoice()
    guard let element else { return }
    guard CertificateTime.isValid(walker.bytes(try walker.skip(element)), tag: element.tag) else {
      throw .badMessage
    }
  }

  private mutating func parseKey() throws(TrustError) {
    let frame = walker.enter(try walker.require(0x30))
    try parseAlgorithm()
    let value = walker.bytes(try walker.skip(try walker.require(0x03)))
    let key = try AlgorithmTables.key(lastOID.dotted, curve: curve(), era)
    guard value.first == 0 else { throw .badMessage }
    certificate.key = PublicKey(kind: key.kind, curve: key.curve, bytes: Array(value.dropFirst()))
    hasKey = true
    _ = try walker.end(frame)
  }

  /// The identifier of the curve, if the parameters are one.
  private func curve() -> String? {
    guard parameters.count >= 3, parameters[0] == 0x06,
      Int(parameters[1]) == parameters.count - 2
    else { return nil }
    return identifiers.look(up: Array(parameters.dropFirst(2)).rawSpan).dotted
  }

  private mutating func parseExtension() throws(TrustError) {
    let frame = walker.enter(try walker.require(0x30))
    note(try walker.skip(try walker.require(0x06)))
    if let critical = try walker.match(0x01, optional: true) { _ = try walker.skip(critical) }
    let value = walker.bytes(try walker.skip(try walker.require(0x04)))
    try process(value)
    _ = try walker.end(frame)
  }

  /// `x509_process_extension`.
  private mutating func process(_ value: [UInt8]) throws(TrustError) {
    switch lastOID.dotted {
    case "2.5.29.14":
      guard certificate.subjectKeyID == nil, value.count >= 3, value[0] == 0x04,
        Int(value[1]) == value.count - 2
      else { throw .badMessage }
      certificate.subjectKeyID = Array(value.dropFirst(2))
    case "2.5.29.35": authority = value
    case "2.5.29.15" where era >= .of6_12:
      guard value.count >= 4, value[0] == 0x03, value[2] < 8 else { throw .badMessage }
      certificate.signsData = value[3] & 0x80 != 0
      certificate.signsCertificates =
        value[3] & 0x04 != 0 && (value[1] == 2 ? value[2] <= 2 : value[1] == 3 && value.count > 4)
    case "2.5.29.19" where era >= .of6_12:
      guard value.count >= 2, value[0] == 0x30, Int(value[1]) == value.count - 2 else {
        throw .badMessage
      }
      if value.count > 2, value[2] == 0x01 {
        guard value.count >= 5, value[3] == 1, value[4] == 0xff else { throw .badMessage }
        certificate.isAuthority = true
      }
    default: break
    }
  }
}

/// Reads the extension that names a certificate's authority: x509_akid.asn1.
struct AuthorityParser: ~Escapable {
  /// The authority by serial number and issuer, and by key.
  private(set) var authority: [UInt8]?
  private(set) var keyID: [UInt8]?
  private var issuer: [UInt8]?
  private var walker: BERWalker

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) { walker = BERWalker(bytes) }

  mutating func parse() throws(TrustError) {
    let frame = walker.enter(try walker.require(0x30))
    if let element = try walker.match(0x80, optional: true) {
      keyID = walker.bytes(try walker.skip(element))
    }
    if let element = try walker.match(0xa1, optional: true) {
      let names = walker.enter(element)
      repeat { try parseName() } while try walker.leave(names, repeating: true) == nil
    }
    if let element = try walker.match(0x82, optional: true) {
      let serial = walker.bytes(try walker.skip(element))
      if let issuer { authority = serial + issuer }
    }
    _ = try walker.end(frame)
  }

  /// A GeneralName.
  private mutating func parseName() throws(TrustError) {
    var isFirst = true
    for tag in [0xa0, 0x81, 0x82, 0xa3, 0xa4, 0xa5, 0x86, 0x87, 0x88] as [UInt8] {
      defer { isFirst = false }
      guard let element = try walker.match(tag, optional: true, alternative: !isFirst) else {
        continue
      }
      guard tag & 0x20 != 0 else {
        _ = try walker.skip(element)
        continue
      }
      let frame = walker.enter(element)
      if tag == 0xa4 {
        let range = try walker.name { _, _ in }
        issuer = walker.bytes(range)
      } else {
        _ = try walker.skip(try walker.require(nil))
      }
      _ = try walker.end(frame)
      walker.finishType()
    }
    try walker.demandChoice()
  }
}

/// Times of certificates.
enum CertificateTime {
  private static let days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

  /// Whether `x509_decode_time` takes a UTCTime or a GeneralizedTime.
  static func isValid(_ text: [UInt8], tag: UInt8) -> Bool {
    guard tag == 0x17 && text.count == 13 || tag == 0x18 && text.count == 15, text.last == 0x5a
    else { return false }
    var numbers: [Int] = []
    for index in stride(from: 0, to: text.count - 1, by: 2) {
      guard case 0x30...0x39 = text[index], case 0x30...0x39 = text[index + 1] else { return false }
      numbers.append(Int(text[index] - 0x30) * 10 + Int(text[index + 1] - 0x30))
    }
    var year = numbers.removeFirst()
    if tag == 0x17 {
      year += year >= 50 ? 1900 : 2000
    } else {
      year = year * 100 + numbers.removeFirst()
      if (1950...2049).contains(year) { return false }
    }
    guard year >= 1970, (1...12).contains(numbers[0]) else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let length = days[numbers[0] - 1] + (numbers[0] == 2 && isLeap ? 1 : 0)
    return (1...length).contains(numbers[1]) && numbers[2] <= 24 && numbers[3] <= 59
      && numbers[4] <= 60
  }
}
