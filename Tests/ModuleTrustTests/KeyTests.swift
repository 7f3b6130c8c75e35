import ByteStorage
import TestSupport
import Testing

import ModuleTrust

@Suite("RSA")
struct RSATests {
  private static func error(
    _ key: [UInt8], _ value: [UInt8], _ context: TrustContext = .newest,
    of data: [UInt8] = TestMessage.data
  ) -> TrustError? {
    var signature = SignatureValue()
    signature.digest = .sha256
    signature.digestValue = DigestAlgorithm.sha256.value(of: data.rawSpan) ?? []
    signature.value = value
    do throws(TrustError) {
      try PublicKey(bytes: key).verify(signature, context)
      return nil
    } catch { return error }
  }

  // crypto/rsa-pkcs1pad.c pkcs1pad_verify_complete, 6.12; crypto/rsassa-pkcs1.c, 7.2.
  @Test("eight bytes of padding suffice, a NUL ends them, and the digest is what follows")
  func padding() {
    let info = TestKey.info(TestMessage.data)
    func block(_ ones: Int, _ rest: [UInt8]) -> [UInt8] {
      let block = [0, 1] + [UInt8](repeating: 0xff, count: ones) + rest
      return block + [UInt8](repeating: 0, count: max(0, 64 - block.count))
    }
    let wrong = Array(info.dropLast()) + [info[info.count - 1] ^ 1]
    for (block, error) in [
      (block(10, info), nil), (block(10, wrong), .rejected),
      // The digest has two bytes more.
      (block(8, info), .rejected), (block(7, info), .badMessage),
      (block(62, []), .badMessage), (block(61, [0]), .badMessage), (block(61, [1]), .badMessage),
      ([0, 2] + block(10, info).dropFirst(2), .badMessage),
      ([1] + block(10, info).dropFirst(), .invalid),
    ] as [([UInt8], TrustError?)] {
      #expect(Self.error(TestKey.first.bytes, TestKey.first.sign(block: block)) == error)
    }
    let good = TestKey.first.sign(TestMessage.data)
    #expect(Self.error(TestKey.first.bytes, Array(good.dropLast())) == .invalid)
    #expect(Self.error(TestKey.first.bytes, good + [0]) == .invalid)
    #expect(Self.error(TestKey.first.bytes, [0] + good) == .invalid)
    #expect(Self.error(TestKey.second.bytes, good) != nil)
  }

  // crypto/rsa.c: _rsa_enc, 6.1 and 6.12.
  @Test("a signature is below the modulus, and since 6.12 none of those that stay as they are")
  func range() {
    // A modulus of 63 bytes, so that the first of 64 is 0 whatever the result.
    let modulus = [UInt8](repeating: 0xff, count: 63)
    let key = TestKey.bytes(modulus, [1, 0, 1])
    func number(_ low: UInt8, _ high: UInt8 = 0) -> [UInt8] {
      [0] + [UInt8](repeating: high, count: 62) + [low]
    }
    for (value, old, new) in [
      (number(0), .badMessage, .invalid), (number(1), .badMessage, .invalid),
      (number(2), .badMessage, .badMessage), (number(0xfd, 0xff), .badMessage, .badMessage),
      (number(0xfe, 0xff), .badMessage, .invalid), (number(0xff, 0xff), .invalid, .invalid),
      ([1] + number(0).dropFirst(), .invalid, .invalid),
    ] as [([UInt8], TrustError, TrustError)] {
      #expect(Self.error(key, value, .of(.of6_1)) == old, "\(value)")
      #expect(Self.error(key, value, .of(.of6_12)) == new, "\(value)")
    }
  }

  // crypto/rsa_helper.c: rsa_get_e.
  @Test("an exponent has no more bytes than the modulus")
  func exponents() {
    let good = TestKey.first.sign(TestMessage.data)
    for (zeros, error) in [(0, nil), (62, nil), (63, .invalid)] as [(Int, TrustError?)] {
      let exponent = [UInt8](repeating: 0, count: zeros) + [1, 0, 1]
      #expect(Self.error(TestKey.bytes(TestKey.first.modulus, exponent), good) == error)
    }
    #expect(Self.error(TestKey.bytes(TestKey.first.modulus, []), good) == .invalid)
  }

  @Test("with fips=1 a modulus has 2,048 bits, and since 6.6 an exponent is odd and above 2^16")
  func fips() {
    func error(_ era: TrustEra, _ size: Int, _ exponent: [UInt8], isFIPS: Bool = true)
      -> TrustError?
    {
      var context = TrustContext.of(era)
      context.isFIPS = isFIPS
      let modulus = [UInt8](repeating: 0xff, count: size)
      let two = [UInt8](repeating: 0, count: (size + 7) / 8 * 8 - 1) + [2]
      return Self.error(TestKey.bytes(modulus, exponent), two, context)
    }
    // Modulo 2^2048 - 1 two to the power of any of these is a small number: a signature with no padding.
    let zeros = [UInt8](repeating: 0, count: 30)
    let exponents: [(exponent: [UInt8], isTaken: Bool)] = [
      ([3], false), ([0xf8, 1], false), ([1, 0, 0], false), ([1, 0, 1], true),
      ([0, 1, 0, 1], true),
      ([1, 0, 2], false), ([UInt8](repeating: 0xff, count: 30) + [0xf8, 1], true),
      ([1] + zeros + [0, 1], false),
    ]
    for (exponent, isTaken) in exponents {
      #expect(error(.of6_1, 256, exponent) == .badMessage, "\(exponent)")
      #expect(error(.of7_2, 256, exponent, isFIPS: false) == .badMessage, "\(exponent)")
      for era in [.of6_12, .of7_2] as [TrustEra] {
        #expect(error(era, 256, exponent) == (isTaken ? .badMessage : .invalid), "\(exponent)")
      }
    }
    for era in TrustEra.allCases {
      #expect(error(era, 255, [1, 0, 1], isFIPS: false) == .badMessage)
      #expect(error(era, 255, [1, 0, 1]) == .invalid)
      // Sizes are rounded up to whole words.
      #expect(error(era, 383, [1, 0, 1]) == error(era, 383, [1, 0, 1], isFIPS: false))
    }
  }
}

@Suite("Elliptic curves")
struct CurveTests {
  // crypto/ecdsa.c: ecdsa_get_signature_rs, 6.12.
  @Test("a signature's numbers have one zero more than their digits at most")
  func lengths() throws {
    let text = String(decoding: try Fixture.bytes("trust/p384-signatures"), as: UTF8.self)
    let line = try #require(text.split(separator: "\n").first)
    let fields = line.split(separator: " ").map { DER.bytes(String($0)) }
    let middle = 4 + Int(fields[2][3])
    let numbers = [fields[2][4..<middle], fields[2][(middle + 2)...]].map { number in
      let short = Array(number.drop { $0 == 0 })
      return [UInt8](repeating: 0, count: 48 - short.count) + short
    }
    let key = PublicKey(kind: .ecdsa, curve: "secp384r1", bytes: fields[0])
    func error(_ heads: [[UInt8]]) -> TrustError? {
      var signature = SignatureValue(kind: .ecdsa, digest: .sha384, digestValue: fields[1])
      signature.value = DER.item(
        0x30, DER.item(0x02, heads[0] + numbers[0]), DER.item(0x02, heads[1] + numbers[1]))
      do throws(TrustError) {
        try key.verify(signature, .newest)
        return nil
      } catch { return error }
    }
    #expect(error([[], []]) == nil)
    #expect(error([[0], [0]]) == nil)
    for head in [[7], [0, 0], [7, 0], [0, 7]] as [[UInt8]] {
      #expect(error([head, []]) == .invalid)
      #expect(error([[], head]) == .invalid)
    }
  }
}

@Suite("Digests")
struct DigestTests {
  // FIPS 180-4 and 202; RFC 1321.
  @Test(
    "digests are those of the standards",
    arguments: [
      (.md5, "900150983cd24fb0d6963f7d28e17f72"),
      (.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
      (.sha224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
      (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        .sha384,
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
      ),
      (
        .sha512,
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
          + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
      ),
      (.sha3_256, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
    ] as [(DigestAlgorithm, String)])
  func values(_ algorithm: DigestAlgorithm, _ expected: String) {
    let text = Array("abc".utf8)
    #expect(algorithm.value(of: text.rawSpan) == DER.bytes(expected))
  }
}

@Suite("Lists of keys")
struct KeyListTests {
  private static let x509: [UInt8] = [
    0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72,
  ]

  private static func list(
    _ content: [UInt8], header: Int = 0, entry: Int, type: [UInt8] = x509, size: Int? = nil
  ) -> [UInt8] {
    var list = ByteBuilder(.little)
    list.put(type)
    list.put(UInt32(size ?? (28 + header + content.count)))
    list.put(UInt32(header))
    list.put(UInt32(entry))
    list.put([UInt8](repeating: 9, count: header) + content)
    return list.bytes
  }

  // security/integrity/platform_certs/efi_parser.c: parse_efi_signature_list, 7.2.
  @Test("a list has entries of one size, each after its owner; what is damaged ends the variable")
  func efi() {
    let owner = [UInt8](repeating: 1, count: 16)
    for (bytes, certificates) in [
      (Self.list(owner + [7], entry: 17), [[7]]),
      (Self.list(owner + [7] + owner + [8], entry: 17), [[7], [8]]),
      (Self.list(owner + [7], header: 3, entry: 17), [[7]]),
      (Self.list(owner + owner, entry: 16), [[], []]),
      (Self.list(owner, entry: 15), nil), (Self.list([], entry: 16), nil),
      (Self.list([], header: 3, entry: 16), nil), (Self.list(owner + [7], entry: 16), nil),
      (Self.list(owner, entry: 17), nil), (Self.list(owner, entry: 16, size: 45), nil),
      (Self.list(owner, entry: 16, size: 27), nil), (Self.list(owner, entry: 0), nil),
      (Array(Self.list(owner, entry: 16).prefix(27)), nil),
    ] as [([UInt8], [[UInt8]]?)] {
      let list = EFISignatureList(parsing: bytes.rawSpan)
      #expect(list.certificates == certificates ?? [])
      #expect(list.damagedAt == (certificates == nil ? 0 : nil))
      // What comes before counts.
      let both = Self.list(owner + [5], entry: 17) + bytes
      let more = EFISignatureList(parsing: both.rawSpan)
      #expect(more.certificates == [[5]] + (certificates ?? []))
      #expect(more.damagedAt == (certificates == nil ? 45 : nil))
    }
    let other = Self.list(owner + [7], entry: 17, type: owner) + Self.list(owner + [8], entry: 17)
    #expect(EFISignatureList(parsing: other.rawSpan).certificates == [[8]])
  }

  @Test("only the owner of a key writes authenticated variables, and those without attributes")
  func authenticated() {
    for (attributes, isAuthenticated) in [(nil, true), (0x27, true), (0x07, false)]
      as [(UInt32?, Bool)]
    {
      let keys = MachineKeys { $0 == "db" ? MachineKeys.Variable(attributes, []) : nil }
      #expect(keys.db?.isAuthenticated == isAuthenticated)
    }
  }

  @Test("certificates are written as text and read again, whatever their size")
  func texts() {
    for size in 252..<260 {
      let certificate = [0x30, 0x82, 0, 0] + (0..<size).map { UInt8(truncatingIfNeeded: $0) }
      let text = Array(CertificateFile.text(of: certificate).utf8)
      #expect(CertificateFile.certificates(in: text.rawSpan) == [certificate])
      let twice = text + text
      #expect(CertificateFile.certificates(in: twice.rawSpan) == [certificate, certificate])
    }
  }

  @Test("a row of built-in certificates has up to 64, each of 256 bytes or more")
  func rows() {
    for (count, size, isFound) in [
      (1, 255, false), (1, 256, true), (64, 256, true), (65, 256, false),
    ] {
      let certificate = [0x30, 0x82] + [UInt8(0), UInt8(size - 4), 0x30]
      let whole = certificate + [UInt8](repeating: 1, count: size - 5)
      var image = ByteBuilder(.little)
      for _ in 0..<count { image.put(whole) }
      let length = image.count
      image.align(to: 8)
      image.put(UInt64(length))
      let bytes = image.bytes
      let found = BuiltInCertificates(
        searching: bytes.rawSpan, alignment: 8, wordSize: 8, .little)
      #expect(found?.certificates.count == (isFound ? count : nil))
    }
  }

  @Test("a certificate that ends the image belongs to the row before it")
  func rowAtEnd() {
    // Eight bytes into the second certificate is the length of the first.
    for (more, isFound) in [(0, false), (1, true)] {
      var image = ByteBuilder(.little)
      for _ in 0..<2 {
        image.put([0x30, 0x82, 0, 252, 0x30] as [UInt8])
        image.put([UInt8](repeating: 1, count: 251))
      }
      image.set(UInt64(256), at: 264)
      // A second one that leads out of the image is none.
      image.set(UInt8(252 + more), at: 256 + 3)
      let bytes = image.bytes
      let found = BuiltInCertificates(
        searching: bytes.rawSpan, alignment: 8, wordSize: 8, .little)
      #expect(found?.certificates.count == (isFound ? 1 : nil))
    }
  }
}

@Suite("What is logged of algorithms")
struct FirstUseTests {
  // crypto/testmgr.c: alg_test.
  @Test("algorithms without a test are named up to 6.1, with fips=1 those that pass theirs in 6.12")
  func lines() throws {
    for (name, digest) in [
      ("md5", "1.2.840.113549.2.5"), ("sha224", "2.16.840.1.101.3.4.2.4"),
      ("sha3-256", "2.16.840.1.101.3.4.2.8"), ("sha256", "2.16.840.1.101.3.4.2.1"),
    ] {
      for era in TrustEra.allCases {
        for isFIPS in [false, true] {
          var context = TrustContext.of(era)
          context.digests = Set(DigestAlgorithm.allCases)
          context.isFIPS = isFIPS
          var gate = SignatureGate(context)
          gate.keys.add([TestCertificate(subject: "leaf").bytes], context)
          let message = TestMessage([TestSigner(digest: digest)]).bytes
          let size = [UInt8(message.count >> 8), UInt8(message.count & 0xff)]
          let file =
            TestMessage.data + message + [0, 0, 2, 0, 0, 0, 0, 0, 0, 0] + size
            + Array("~Module signature appended~\n".utf8)
          let answer = gate.verify(file.rawSpan)
          let lines = gate.firstUses(answer)
          switch (name, era) {
          case ("md5", .of5_10), ("md5", .of6_1):
            #expect(lines == ["alg: No test for pkcs1pad(rsa,md5) (pkcs1pad(rsa-generic,md5))"])
          case ("sha224", .of6_12) where isFIPS, ("sha3-256", .of6_12) where isFIPS:
            #expect(
              lines == [
                "alg: self-tests for pkcs1pad(rsa-generic,\(name)) (pkcs1pad(rsa,\(name))) passed"
              ])
          default: #expect(lines.isEmpty, "\(name) \(era)")
          }
        }
      }
    }
  }
}
