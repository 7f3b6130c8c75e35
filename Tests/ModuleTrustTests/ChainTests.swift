import ByteStorage
import Testing

import ModuleTrust

@Suite("Certificates in a message")
struct ChainTests {
  private static let root = TestCertificate(extensions: [TestCertificate.keyID([0x11])])
  private static let middle = TestCertificate(
    serial: [3], subject: "middle", key: .third,
    extensions: [
      TestCertificate.keyID([0x33]), TestCertificate.authority([0x11], ("root", [1])),
    ])

  /// A certificate by the root.
  private static func leaf(_ authority: [UInt8]? = TestCertificate.authority([0x11]))
    -> TestCertificate
  {
    TestCertificate(
      serial: [2], subject: "leaf", key: .second,
      extensions: [TestCertificate.keyID([0x22])] + (authority.map { [$0] } ?? []))
  }

  private static let signer = TestSigner(serial: [2], key: .second)

  @Test("a trusted root in the message vouches for its leaf, one that is not trusted does not")
  func roots() {
    let message = TestMessage([Self.signer], certificates: [Self.leaf(), Self.root])
    #expect(message.error(trusting: [Self.root]) == nil)
    #expect(message.error(trusting: [Self.middle]) == .noKey)
    #expect(message.error() == .noKey)
  }

  @Test("a certificate's authority is found by its certificate, by its key, or by both if both fit")
  func authorities() {
    let by = ("root", [3] as [UInt8])
    for (authority, error) in [
      (TestCertificate.authority([0x33]), nil), (TestCertificate.authority(nil, by), nil),
      (TestCertificate.authority([0x33], by), nil),
      (TestCertificate.authority([0x34], by), .rejected),
      (TestCertificate.authority([0x34]), .noKey),
      (TestCertificate.authority(nil, ("root", [4])), .noKey),
      (TestCertificate.authority(nil, ("middle", [3])), .noKey),
    ] as [([UInt8], TrustError?)] {
      var leaf = Self.leaf(authority)
      (leaf.issuer, leaf.signer) = ("middle", .third)
      let signer = TestSigner(issuer: "middle", serial: [2], key: .second)
      // The authority is in the message, with the authority of its own, which is trusted.
      let whole = TestMessage([signer], certificates: [leaf, Self.middle])
      #expect(whole.error(trusting: [Self.root]) == error)
      // It is in the keyring.
      let short = TestMessage([signer], certificates: [leaf])
      #expect(short.error(trusting: [Self.middle]) == error)
    }
  }

  @Test("what an embedded certificate's authority did not sign is refused")
  func links() {
    var leaf = Self.leaf()
    leaf.signer = .third
    let message = TestMessage([Self.signer], certificates: [leaf, Self.root])
    #expect(message.error(trusting: [Self.root]) == .invalid)
    let short = TestMessage([Self.signer], certificates: [leaf])
    #expect(short.error(trusting: [Self.root]) == .rejected)
  }

  @Test("a blacklisted certificate refuses what depends on it, and no other signer")
  func blacklisted() {
    for listed in [Self.leaf(), Self.root] {
      var blacklist = Blacklist()
      blacklist.bodies = [DigestAlgorithm.sha256.value(of: listed.body.rawSpan) ?? []]
      let certificates = [Self.leaf(), Self.root]
      let alone = TestMessage([Self.signer], certificates: certificates)
      #expect(alone.error(trusting: [Self.root], blacklist: blacklist) == .rejected)
      let other = TestSigner(serial: [3], key: .third)
      for signers in [[Self.signer, other], [other, Self.signer]] {
        let both = TestMessage(signers, certificates: certificates)
        #expect(both.error(trusting: [Self.middle], blacklist: blacklist) == nil)
      }
    }
  }

  @Test("an unsupported signer counts more than an unknown one, and less than a known one")
  func severalSigners() {
    // SM3, which a kernel knows and does not have.
    let unsupported = TestSigner(digest: "1.2.156.10197.1.401")
    let unknown = TestSigner(serial: [9])
    #expect(TestMessage([unsupported]).error(trusting: [Self.root]) == .noPackage)
    for (other, error) in [(unknown, .noPackage), (TestSigner(), nil)]
      as [(TestSigner, TrustError?)]
    {
      #expect(TestMessage([unsupported, other]).error(trusting: [Self.root]) == error)
      #expect(TestMessage([other, unsupported]).error(trusting: [Self.root]) == error)
    }
    // Two signers with one certificate.
    let twice = TestMessage([Self.signer, Self.signer], certificates: [Self.leaf(), Self.root])
    #expect(twice.error(trusting: [Self.root]) == nil)
    #expect(twice.error() == .noKey)
  }

  @Test("a key with the signer's identity and another key's does not vouch for a root")
  func posing() {
    var posing = Self.root
    posing.extensions = [TestCertificate.keyID([0x99])]
    #expect(TestMessage(certificates: [Self.root]).error(trusting: [posing]) == .noKey)
    #expect(TestMessage(certificates: [Self.root]).error(trusting: [Self.root]) == nil)
    #expect(TestMessage().error(trusting: [posing]) == nil)
  }

  @Test("a renewed certificate takes the place of the one before in its keyring, and in no other")
  func renewed() throws {
    func certificate(_ serial: UInt8, _ subject: String = "leaf", keyID: UInt8 = 0x22)
      -> TestCertificate
    {
      TestCertificate(
        serial: [serial], subject: subject, key: .second,
        extensions: [TestCertificate.keyID([keyID])])
    }
    func isKnown(_ serial: UInt8, _ keyrings: [TestCertificate]...) throws -> Bool {
      var keys = KeyRing()
      for keyring in keyrings {
        #expect(keys.add(keyring.map(\.bytes), .newest).isEmpty)
      }
      let bytes = TestMessage([TestSigner(serial: [serial], key: .second)]).bytes
      var log = TrustLog()
      let message = try SignedMessage(
        parsing: bytes.rawSpan, .newest, blacklist: Blacklist(), &log)
      do throws(TrustError) {
        try message.verify(TestMessage.data.rawSpan, trusting: keys, .newest, &log)
        return true
      } catch {
        #expect(error == .noKey)
        return false
      }
    }
    let (old, new) = (certificate(2), certificate(5))
    #expect(try !isKnown(2, [old, new]) && isKnown(5, [old, new]))
    #expect(try isKnown(2, [new, old]) && !isKnown(5, [new, old]))
    #expect(try isKnown(2, [old], [new]) && isKnown(5, [old], [new]))
    // What the user gives is in no keyring yet.
    var given = KeyRing()
    given.add([old.bytes, new.bytes], .newest, areInOneKeyring: false)
    #expect(given.certificates.count == 2)
    #expect(try isKnown(2, [old, certificate(5, "other")]))
    #expect(try isKnown(2, [old, certificate(5, keyID: 0x23)]))
  }

  @Test("a key with the signer's identity vouches for the message, whatever else is in it")
  func lastResort() {
    var posing = Self.leaf(nil)
    posing.extensions = [TestCertificate.keyID([0x99])]
    #expect(TestMessage([Self.signer]).error(trusting: [posing]) == nil)
    let message = TestMessage([Self.signer], certificates: [Self.leaf(nil)])
    #expect(message.error(trusting: [posing]) == nil)
    #expect(message.error(trusting: [Self.leaf(nil)]) == nil)
  }

  @Test(
    "of the authority's two names a certificate that vouches for itself may have the one that fits")
  func selfSigned() throws {
    let own = ("root", [1] as [UInt8])
    for (authority, isTaken) in [
      (TestCertificate.authority([0x11]), true), (TestCertificate.authority(nil, own), true),
      (TestCertificate.authority([0x11], own), true),
      (TestCertificate.authority([0x12], own), false),
      (TestCertificate.authority([0x11], ("root", [2])), false),
      (TestCertificate.authority([0x11], ("other", [1])), false),
      // It is by another of the same name.
      (TestCertificate.authority([0x12]), true),
      (TestCertificate.authority([0x12], ("root", [2])), true),
    ] {
      var certificate = Self.root
      certificate.extensions.append(authority)
      if isTaken {
        _ = try certificate.parsed(.newest)
      } else {
        #expect(throws: TrustError.rejected) { try certificate.parsed(.newest) }
      }
    }
  }
}

@Suite("The form of messages")
struct MessageFormTests {
  private static let root = TestCertificate()

  private static func attribute(_ type: String, _ values: [UInt8]...) -> [UInt8] {
    DER.item(0x30, DER.oid(type), DER.item(0x31, Array(values.joined())))
  }

  private static let attributes =
    attribute("1.2.840.113549.1.9.3", DER.oid("1.2.840.113549.1.7.1"))
    + attribute("1.2.840.113549.1.9.4", DER.item(0x04, [1, 2]))

  @Test("all signers have attributes, or none has, and there is a signer")
  func attributes() {
    let with = TestSigner(attributes: DER.item(0xa0, Self.attributes))
    let without = TestSigner()
    var none = TestMessage()
    none.signers = []
    #expect(none.error(trusting: [Self.root]) == .invalid)
    #expect(TestMessage([with, without]).error(trusting: [Self.root]) == .invalid)
    #expect(TestMessage([without, with]).error(trusting: [Self.root]) == .invalid)
    #expect(TestMessage([with, with]).error(trusting: [Self.root]) == .rejected)
    #expect(TestMessage([without, without]).error(trusting: [Self.root]) == nil)
  }

  @Test("attributes are waived for ML-DSA alone")
  func waivedAttributes() throws {
    var context = TrustContext.newest
    context.waivesAttributes = true
    let bytes = TestMessage([TestSigner(attributes: DER.item(0xa0, Self.attributes))]).bytes
    var log = TrustLog()
    let message = try SignedMessage(
      parsing: bytes.rawSpan, context, blacklist: Blacklist(), &log)
    var ring = KeyRing()
    ring.add([Self.root.bytes], context)
    let error: TrustError?
    do throws(TrustError) {
      try message.verify(TestMessage.data.rawSpan, trusting: ring, context, &log)
      error = nil
    } catch let refusal { error = refusal }
    #expect(error == .rejected)
    #expect(log.lines.last == "PKCS7: Invalid module sig (has authattrs)")
  }

  @Test("a message without content has no signer")
  func noContent() {
    let bytes = DER.item(0x30, DER.oid("1.2.840.113549.1.7.2"))
    var log = TrustLog()
    #expect(throws: TrustError.invalid) {
      try SignedMessage(parsing: bytes.rawSpan, .newest, blacklist: Blacklist(), &log)
    }
    #expect(log.lines == ["PKCS7: Inconsistently supplied authAttrs"])
  }

  @Test("a message without signers has the wrong form if it does not say its length")
  func noSigners() {
    let digest = DER.item(0x31, DER.algorithm("2.16.840.1.101.3.4.2.1"))
    let data = DER.item(0x30, DER.oid("1.2.840.113549.1.7.1"))
    let content: [UInt8] = [2, 1, 1] + digest + data
    let endless: [UInt8] = [0x30, 0x80] + content + [0, 0]
    for (signed, error) in [(DER.item(0x30, content), .invalid), (endless, .badMessage)]
      as [([UInt8], TrustError)]
    {
      let bytes = DER.item(0x30, DER.oid("1.2.840.113549.1.7.2"), DER.item(0xa0, signed))
      var log = TrustLog()
      #expect(throws: error) {
        try SignedMessage(parsing: bytes.rawSpan, .newest, blacklist: Blacklist(), &log)
      }
    }
  }

  // lib/oid_registry.c: sprint_oid.
  @Test("an unknown identifier is shown with all bits of its numbers")
  func unknownIdentifier() {
    let bytes = DER.item(0x30, DER.item(0x06, [0x2a, 0x81, 0x80, 0x01]))
    var log = TrustLog()
    #expect(throws: TrustError.invalid) {
      try SignedMessage(parsing: bytes.rawSpan, .newest, blacklist: Blacklist(), &log)
    }
    #expect(
      log.lines == [
        "PKCS7: Unknown OID: [4] 1.2.16385", "PKCS7: Only support pkcs7_signedData type",
      ])
  }

  @Test("attributes in a sequence of their own are read, and do not count as there")
  func explicitAttributes() {
    func error(_ content: [UInt8]) -> TrustError? {
      let signer = TestSigner(attributes: DER.item(0xa2, DER.item(0x30, content)))
      return TestMessage([signer]).error(trusting: [Self.root])
    }
    #expect(error(Self.attributes) == nil)
    #expect(error(Self.attribute("1.2.840.113549.1.9.4", DER.item(0x04, [1]))) == nil)
    #expect(error(Self.attribute("1.2.840.113549.1.9.4", [5, 0])) == .badMessage)
    #expect(error(Self.attributes + Self.attributes) == .rejected)
    #expect(error([]) == .badMessage)
  }

  @Test(
    "attributes that nobody signed are passed over, as many as there are", arguments: [0xa1, 0xa3])
  func unsignedAttributes(_ tag: UInt8) {
    let two = Self.attribute("1.2.3", [5, 0], [2, 1, 7]) + Self.attribute("1.2.4", [5, 0])
    func error(_ content: [UInt8]) -> TrustError? {
      TestMessage([TestSigner(unsigned: DER.item(tag, content))]).error(trusting: [Self.root])
    }
    #expect(error(two) == nil)
    #expect(error(Self.attribute("1.2.3", [5, 0])) == nil)
    #expect(error([]) == .badMessage)
    #expect(error(two + [5, 0]) == .badMessage)
  }

  @Test("lists of revoked certificates are parsed, and change nothing", arguments: [0xa1, 0xa3])
  func revoked(_ tag: UInt8) {
    let certificate = Self.root.bytes
    func error(_ lists: [UInt8]...) -> TrustError? {
      var message = TestMessage()
      message.revoked = DER.item(tag, Array(lists.joined()))
      return message.error(trusting: [Self.root])
    }
    #expect(error(DER.item(0x30, certificate)) == nil)
    #expect(error(DER.item(0x30, certificate, certificate), DER.item(0x30, certificate)) == nil)
    #expect(error(DER.item(0x30)) == .badMessage)
    #expect(error(DER.item(0x30, certificate, [5, 0])) == .badMessage)
    #expect(error(DER.item(0x30, certificate), [5, 0]) == .badMessage)
    // One does not become the certificate of a signer.
    var message = TestMessage([TestSigner(serial: [2], key: .second)])
    let leaf = TestCertificate(
      serial: [2], subject: "leaf", key: .second,
      extensions: [TestCertificate.authority(nil, ("root", [1]))])
    message.revoked = DER.item(tag, DER.item(0x30, leaf.bytes))
    #expect(message.error(trusting: [Self.root]) == .noKey)
  }

  // lib/asn1_decoder.c: asn1_ber_decoder.
  @Test("a message has up to 65,535 bytes, with what follows it")
  func size() {
    let bytes = TestMessage().bytes
    var log = TrustLog()
    for (size, error) in [(0xffff, nil), (0x10000, 90)] as [(Int, Int32?)] {
      let long = bytes + [UInt8](repeating: 0, count: size - bytes.count)
      var thrown: TrustError?
      do throws(TrustError) {
        _ = try SignedMessage(parsing: long.rawSpan, .newest, blacklist: Blacklist(), &log)
      } catch { thrown = error }
      #expect(thrown?.rawValue == error)
    }
  }
}
