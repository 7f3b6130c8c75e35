import ByteStorage
import ModuleTrust
import TestSupport
import Testing

// 4,400 damaged and odd signatures were compared with booted kernels of 5.10, 6.1, 6.12 and 7.2.
@Suite("The signature gate")
struct SignatureGateTests {
  private static let digests: Set<DigestAlgorithm> = [.sha1, .sha224, .sha256, .sha384, .sha512]

  private static func gate(_ era: TrustEra, trusting keys: [String]) throws -> SignatureGate {
    let context = TrustContext(era: era, digests: digests, hasECDSA: era >= .of6_12)
    var gate = SignatureGate(context)
    var log = TrustLog()
    for key in keys {
      try gate.keys.add(
        parsing: Fixture.bytes("trust/\(key).der"), context, blacklist: Blacklist(), &log)
    }
    return gate
  }

  /// The signed data, with a signature and its trailer.
  private static func file(_ message: String, _ change: (inout [UInt8]) -> Void = { _ in }) throws
    -> [UInt8]
  {
    let message = try Fixture.bytes("trust/\(message).p7")
    var trailer: [UInt8] = [0, 0, 2, 0, 0, 0, 0, 0, 0, 0]
    trailer += [UInt8(message.count >> 8), UInt8(message.count & 0xff)]
    var file = try Fixture.bytes("trust/data") + message + trailer
    change(&file)
    return file + Array("~Module signature appended~\n".utf8)
  }

  private static func verify(
    _ file: [UInt8], _ era: TrustEra = .of7_2, trusting keys: [String] = ["rsa", "p256"]
  ) throws -> SignatureGate.Answer {
    try gate(era, trusting: keys).verify(file.rawSpan)
  }

  @Test("a trusted signature counts, and ends where the module does", arguments: TrustEra.allCases)
  func trusted(_ era: TrustEra) throws {
    let answer = try Self.verify(Self.file("rsa"), era, trusting: ["rsa"])
    #expect(answer.error == nil)
    #expect(answer.length == 14)
    #expect(answer.log.lines.isEmpty)
    let byKey = try Self.verify(Self.file("by-key-id"), era, trusting: ["rsa"])
    #expect(byKey.error == nil)
  }

  @Test("elliptic curves count where the kernel knows them")
  func curves() throws {
    #expect(try Self.verify(Self.file("p256")).error == nil)
    let old = try Self.verify(Self.file("p256"), .of5_10, trusting: ["rsa"])
    #expect(old.error == .noPackage)
    #expect(old.log.lines.last == "Unsupported pkey algo: 78")
  }

  @Test("a signer that nobody knows is no key; the platform's keys are asked next")
  func unknown() throws {
    #expect(try Self.verify(Self.file("stranger")).error == .noKey)
    var gate = try Self.gate(.of7_2, trusting: ["rsa"])
    gate.platform = try Self.gate(.of7_2, trusting: ["stranger"]).keys
    let file = try Self.file("stranger")
    #expect(gate.verify(file.rawSpan).error == nil)
  }

  @Test("a leaf in the message counts if its issuer is trusted")
  func chain() throws {
    #expect(try Self.verify(Self.file("leaf")).error == nil)
    #expect(try Self.verify(Self.file("leaf"), trusting: ["p256"]).error == .noKey)
  }

  @Test("a module that was changed is refused, whoever signed it")
  func changed() throws {
    let file = try Self.file("rsa") { $0[0] ^= 1 }
    #expect(try Self.verify(file).error == .rejected)
    #expect(try Self.verify(Self.file("stranger") { $0[0] ^= 1 }).error == .noKey)
  }

  @Test("forms that no module's signature has are named")
  func forms() throws {
    let attributes = try Self.verify(Self.file("attributes"))
    #expect(attributes.error == .rejected)
    #expect(attributes.log.lines == ["PKCS7: Invalid module sig (has authattrs)"])
    let content = try Self.verify(Self.file("content"))
    #expect(content.error == .badMessage)
    #expect(
      content.log.lines == [
        "PKCS7: Data already supplied", "PKCS#7 signature with non-detached data",
      ])
  }

  @Test("the trailer's length must leave something before it")
  func trailers() throws {
    let data = try Self.file("rsa")
    let end = data.count - 28
    func with(length: Int) throws -> TrustError? {
      var file = data
      for (index, shift) in [24, 16, 8, 0].enumerated() {
        file[end - 4 + index] = UInt8(truncatingIfNeeded: length >> shift)
      }
      return try Self.verify(file).error
    }
    #expect(try with(length: end - 12) == .badMessage)
    #expect(try with(length: end - 13) == .badMessage)
    #expect(try with(length: 0) == .badMessage)
    #expect(try with(length: .max) == .badMessage)
    let other = try Self.file("rsa") { $0[$0.count - 10] = 1 }
    #expect(try Self.verify(other).error == .noPackage)
    let odd = try Self.file("rsa") { $0[$0.count - 12] = 1 }
    #expect(
      try Self.verify(odd).log.lines == [
        "module: PKCS#7 signature info has unexpected non-zero params"
      ])
    #expect(try Self.verify(Array(data.dropLast())).error == .noData)
    #expect(try Self.verify(Array("~Module signature appended~\n".utf8)).error == .noData)
  }

  @Test("keys of sizes that the kernel does not take are not loaded")
  func sizes() throws {
    #expect(throws: TrustError.self) { try Self.gate(.of7_2, trusting: ["odd"]) }
  }

  @Test("a blacklisted file is refused by kernels that look, though its signature is good")
  func blacklist() throws {
    let file = try Self.file("rsa")
    for isLooking in [true, false] {
      var gate = try Self.gate(.of6_12, trusting: ["rsa"])
      gate.context.refusesListedFiles = isLooking
      gate.blacklist.files = [DigestAlgorithm.sha256.value(of: file.rawSpan) ?? []]
      #expect(gate.verify(file.rawSpan).error == (isLooking ? .rejected : nil))
    }
  }

  @Test("what cannot be computed is neither good nor bad")
  func unverifiable() throws {
    var gate = try Self.gate(.of7_2, trusting: ["rsa", "p256"])
    gate.context.hasECDSA = false
    let file = try Self.file("p256")
    #expect(gate.verify(file.rawSpan).error == .rejected)
    gate.context.unverifiable = [.ecdsa]
    #expect(gate.verify(file.rawSpan).error == .unverifiable)
  }

  @Test("certificates are read from DER, PEM and EFI signature lists")
  func files() throws {
    let der = try Fixture.bytes("trust/rsa.der")
    #expect(CertificateFile.certificates(in: der.rawSpan) == [der])
    let pem = try Fixture.bytes("trust/rsa.pem")
    #expect(CertificateFile.certificates(in: pem.rawSpan) == [der])
    let type: [UInt8] = [
      0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0,
      0x72,
    ]
    var list = ByteBuilder(.little)
    list.put(type)
    for size in [28 + 16 + der.count, 0, 16 + der.count] { list.put(UInt32(size)) }
    list.pad(to: 28 + 16)
    list.put(der)
    #expect(CertificateFile.certificates(in: list.bytes.rawSpan) == [der])
    // The hyphens of the first line are not those of the last.
    let joined = Array("-----BEGIN CERTIFICATE-----END CERTIFICATE-----".utf8)
    #expect(CertificateFile.certificates(in: joined.rawSpan).isEmpty)
    let cut = EFISignatureList(parsing: (list.bytes + [1]).rawSpan)
    #expect(cut.certificates == [der] && cut.damagedAt == list.count)
  }

  @Test("built-in certificates are found by their form, at the alignment of the architecture")
  func builtIn() throws {
    let (first, second) = (try Fixture.bytes("trust/rsa.der"), try Fixture.bytes("trust/p256.der"))
    for alignment in [8, 256] {
      var image = ByteBuilder(.little)
      image.pad(to: 4096)
      image.put(first + second)
      image.pad(to: (image.count + alignment - 1) / alignment * alignment)
      image.put(UInt64(first.count + second.count))
      let bytes = image.bytes
      let found = BuiltInCertificates(
        searching: bytes.rawSpan, alignment: alignment, wordSize: 8, .little)
      #expect(found?.certificates == [first, second])
      let none = BuiltInCertificates(
        searching: Array(bytes.dropLast(8)).rawSpan, alignment: alignment, wordSize: 8, .little)
      #expect(none == nil)
    }
  }

  @Test("any change of any byte of a message gives an answer", arguments: ["rsa", "leaf", "p256"])
  func hostile(_ message: String) throws {
    let gate = try Self.gate(.of7_2, trusting: ["rsa"])
    let file = try Self.file(message)
    for offset in 14..<(file.count - 28) {
      for value in [0, 0x80, 0xff] as [UInt8] {
        var changed = file
        changed[offset] = value
        let answer = gate.verify(changed.rawSpan)
        if answer.error == nil { #expect(answer.length <= file.count) }
      }
    }
  }
}

@Suite("What becomes of a signature that does not count")
struct TrustPolicyTests {
  @Test("enforcement comes before lockdown, and neither excuses a malformed signature")
  func policies() {
    let free = TrustPolicy(enforces: false, lockdown: .none)
    #expect(free.refusal(.noData) == nil)
    #expect(free.refusal(.badMessage)?.error == .badMessage)
    let enforced = TrustPolicy(enforces: true, lockdown: .integrity)
    #expect(enforced.refusal(.noKey)?.error == .rejected)
    #expect(
      enforced.refusal(.noKey)?.line == "Loading of module with unavailable key is rejected")
    let locked = TrustPolicy(enforces: false, lockdown: .integrity)
    #expect(locked.refusal(.noPackage)?.error == .notPermitted)
  }
}
