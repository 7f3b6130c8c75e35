import ByteStorage
import ModuleTrust
import TestSupport
import Testing

@Suite("Keys and hashes that a kernel does not take")
struct RevocationTests {
  private static func gate(
    _ era: TrustEra, trusting keys: [String], revoking revoked: [String]? = nil
  ) throws -> SignatureGate {
    let context = TrustContext(era: era, digests: [.sha1, .sha256], hasECDSA: true)
    var gate = SignatureGate(context)
    gate.keys = try ring(keys, context)
    gate.revoked = try revoked.map { try ring($0, context) }
    return gate
  }

  private static func ring(_ names: [String], _ context: TrustContext) throws -> KeyRing {
    var ring = KeyRing()
    #expect(ring.add(try names.map { try Fixture.bytes("trust/\($0).der") }, context).isEmpty)
    return ring
  }

  private static func file(_ name: String) throws -> [UInt8] {
    let message = try Fixture.bytes("trust/\(name).p7")
    let trailer: [UInt8] = [0, 0, 2, 0, 0, 0, 0, 0, 0, 0]
    let size = [UInt8(message.count >> 8), UInt8(message.count & 0xff)]
    return try Fixture.bytes("trust/data") + message + trailer + size
      + Array("~Module signature appended~\n".utf8)
  }

  @Test("what a revoked key signed is refused, from 6.12 on whichever keyring has the key")
  func revoked() throws {
    let file = try Self.file("rsa")
    for era in TrustEra.allCases {
      let gate = try Self.gate(era, trusting: ["rsa"], revoking: ["rsa"])
      #expect(gate.verify(file.rawSpan).error == (era >= .of6_12 ? .rejected : nil))
      var platform = try Self.gate(era, trusting: [], revoking: ["rsa"])
      platform.platform = gate.keys
      #expect(platform.verify(file.rawSpan).error == .rejected)
      let other = try Self.gate(era, trusting: ["rsa"], revoking: ["stranger"])
      #expect(other.verify(file.rawSpan).error == nil)
    }
  }

  @Test("what a certificate of a revoked authority signed is refused, if it is in the message")
  func revokedAuthority() throws {
    let file = try Self.file("leaf")
    #expect(try Self.gate(.of7_2, trusting: ["rsa"]).verify(file.rawSpan).error == nil)
    let gate = try Self.gate(.of7_2, trusting: ["rsa"], revoking: ["rsa"])
    #expect(gate.verify(file.rawSpan).error == .rejected)
  }

  @Test("the list of revoked certificates follows that of trusted ones in the image")
  func lists() throws {
    let (first, second) = (try Fixture.bytes("trust/rsa.der"), try Fixture.bytes("trust/p256.der"))
    var image = ByteBuilder(.little)
    for list in [first, second + first] {
      image.pad(to: (image.count + 511) / 256 * 256)
      image.put(list)
      image.pad(to: (image.count + 255) / 256 * 256)
      image.put(UInt64(list.count))
    }
    func search(_ hasRevoked: Bool) -> BuiltInCertificates? {
      BuiltInCertificates(
        searching: image.bytes.rawSpan, alignment: 256, wordSize: 8, .little,
        hasRevoked: hasRevoked)
    }
    #expect(search(true)?.certificates == [first])
    #expect(search(true)?.revoked == [second, first])
    #expect(search(false)?.revoked == [])
  }

  @Test("a certificate in the slot for another continues the list")
  func slot() throws {
    let (first, extra) = (try Fixture.bytes("trust/rsa.der"), try Fixture.bytes("trust/p256.der"))
    for isUsed in [true, false] {
      var image = ByteBuilder(.little)
      image.put(first)
      let slot = image.count
      if isUsed { image.put(extra) }
      image.pad(to: slot + 4096)
      // Its size in use, then the length of the list, which insert-sys-cert changes.
      image.put(UInt32(isUsed ? extra.count : 0))
      image.pad(to: (image.count + 7) / 8 * 8)
      image.put(UInt64(first.count + (isUsed ? extra.count : 0)))
      let found = BuiltInCertificates(
        searching: image.bytes.rawSpan, alignment: 8, wordSize: 8, .little)
      #expect(found?.certificates == (isUsed ? [first, extra] : [first]))
    }
  }

  @Test("an image full of beginnings of certificates is left soon")
  func manyRows() {
    var image = ByteBuilder(.little)
    for _ in 0..<(1 << 16) { image.put([0x30, 0x82, 1, 0, 0x30, 0x82, 0, 0]) }
    let bytes = image.bytes
    #expect(
      BuiltInCertificates(searching: bytes.rawSpan, alignment: 8, wordSize: 8, .little) == nil)
  }

  @Test("hashes in the image are pairs of digits in lower case")
  func hashes() {
    let digits = String(repeating: "0a", count: 32)
    let long = String(repeating: "0", count: 130)
    let text = "\0tbs:\(digits)\0bin:\(digits)\0bin:0A\0tbs:0\0bin:\0x:tbs:00\0bin:\(long)\0tbs:00"
    let bytes = Array(text.utf8)
    let found = Blacklist(searching: bytes.rawSpan)
    let hash = (0..<32).map { _ in UInt8(0x0a) }
    #expect(found.bodies == [hash] && found.files == [hash])
  }

  @Test("a certificate whose body is listed is not loaded, nor counts in a message")
  func bodies() throws {
    let context = TrustContext(era: .of7_2, digests: [.sha256], hasECDSA: true)
    let der = try Fixture.bytes("trust/rsa.der")
    // A certificate has its body, which is a sequence with two bytes of length, after four bytes.
    let end = 8 + Int(der[6]) << 8 + Int(der[7])
    let body = Array(der[4..<end])
    var blacklist = Blacklist()
    blacklist.bodies = [DigestAlgorithm.sha256.value(of: body.rawSpan) ?? []]
    var ring = KeyRing()
    #expect(ring.add([der], context, blacklist: blacklist) == [.rejected])
    // What the kernel lacks to verify the certificate does not keep it from the list.
    let poor = TrustContext(era: .of7_2, digests: [], hasECDSA: true)
    #expect(ring.add([der], poor, blacklist: blacklist) == [.rejected])
    let older = TrustContext(era: .of6_12, digests: [], hasECDSA: true)
    #expect(ring.add([der], older, blacklist: blacklist).isEmpty)
  }
}

@Suite("Digests that a kernel gets from modules")
struct OnDemandTests {
  @Test("a module is searched for when a signature asks for its digest")
  func onDemand() throws {
    let message = try Fixture.bytes("trust/rsa.p7")
    let data = try Fixture.bytes("trust/data")
    for isThere in [true, false] {
      var context = TrustContext(era: .of6_1, digests: [], hasECDSA: false)
      context.onDemand = DigestsOnDemand { $0 == .sha256 && isThere ? "sha256_generic" : nil }
      var log = TrustLog()
      var keys = KeyRing()
      #expect(keys.add([try Fixture.bytes("trust/rsa.der")], context).isEmpty)
      let parsed = try SignedMessage(
        parsing: message.rawSpan, context, blacklist: Blacklist(), &log)
      var error: TrustError?
      do throws(TrustError) {
        try parsed.verify(data.rawSpan, trusting: keys, context, &log)
      } catch let thrown { error = thrown }
      #expect(error == (isThere ? nil : .noPackage))
    }
  }
}

@Suite("What releases make of the lack of a signature")
struct OldPolicyTests {
  @Test("before 5.4 there is one error, and no line")
  func missingKey() {
    var policy = TrustPolicy(enforces: false, lockdown: .none)
    policy.returnsMissingKey = true
    #expect(policy.refusal(.noData) == nil && policy.refusal(.noKey) == nil)
    #expect(policy.refusal(.noPackage)?.error == .noPackage)
    policy.enforces = true
    #expect(policy.refusal(.noData)?.error == .noKey && policy.refusal(.noData)?.line == nil)
    #expect(policy.refusal(.noKey)?.error == .noKey)
    #expect(policy.refusal(.badMessage)?.error == .badMessage)
  }
}
