import ByteStorage
import Testing

import ModuleTrust

// crypto/asymmetric_keys/x509_cert_parser.c, 6.12.
@Suite("Fields of certificates")
struct CertificateFieldTests {
  /// Why a kernel does not take a certificate; `nil` if it does.
  private static func error(_ certificate: TestCertificate, _ context: TrustContext = .newest)
    -> TrustError?
  {
    var log = TrustLog()
    let bytes = certificate.bytes
    do throws(TrustError) {
      _ = try Certificate(parsing: bytes.rawSpan, context, blacklist: Blacklist(), &log)
      return nil
    } catch { return error }
  }

  @Test(
    "times are those that x509_decode_time takes",
    arguments: [
      ("491231235959Z", true), ("500101000000Z", false), ("691231235959Z", false),
      ("700101000000Z", true), ("991231235959Z", true), ("000229000000Z", true),
      ("010229000000Z", false), ("040229000000Z", true), ("250100000000Z", false),
      ("250101000000Z", true), ("250131000000Z", true), ("250132000000Z", false),
      ("250228000000Z", true), ("250430000000Z", true), ("250431000000Z", false),
      ("251201000000Z", true), ("251301000000Z", false), ("250001000000Z", false),
      // Midnight of the next day, and a leap second.
      ("250101240000Z", true), ("250101250000Z", false), ("250101005900Z", true),
      ("250101006000Z", false), ("250101000060Z", true), ("250101000061Z", false),
      ("250101000000", false), ("2501010000000", false), ("25010100000Z", false),
      ("2501010000/0Z", false), ("25010100000:Z", false),
      // What a UTCTime can name has to be one.
      ("19491231235959Z", false), ("19500101000000Z", false), ("20491231235959Z", false),
      ("20500101000000Z", true), ("21000228000000Z", true), ("21000229000000Z", false),
      ("24000229000000Z", true), ("24040229000000Z", true), ("99991231240060Z", true),
    ])
  func times(_ text: String, _ isTaken: Bool) {
    let tag: UInt8 = text.utf8.count > 13 ? 0x18 : 0x17
    let time = DER.item(tag, Array(text.utf8))
    for place in 0..<2 {
      var certificate = TestCertificate()
      certificate.times[place] = time
      #expect(Self.error(certificate) == (isTaken ? nil : .badMessage))
    }
  }

  @Test("a UTCTime has 13 characters and a GeneralizedTime 15, whatever they would say")
  func timeLengths() {
    for (tag, texts) in [
      (0x17, ["2501010101Z", "250101010101Z1", "20010101010100Z", "2501010101010101Z"]),
      (
        0x18,
        [
          "501231010101Z", "205012310101Z", "20501231010101Z1", "2050123101010101Z",
          "2050123101010Z",
        ]
      ),
    ] as [(UInt8, [String])] {
      for text in texts {
        var certificate = TestCertificate()
        certificate.times[1] = DER.item(tag, Array(text.utf8))
        #expect(Self.error(certificate) == .badMessage, "\(text)")
      }
    }
  }

  @Test("a key's identifier has a byte or more, and there is one")
  func keyIDs() throws {
    for (value, id) in [
      ([4, 1, 7], [7]), ([4, 2, 7, 8], [7, 8]), ([4, 0], nil), ([4, 2, 7], nil),
      ([4, 1, 7, 8], nil),
      ([5, 1, 7], nil), ([4], nil), ([], nil),
    ] as [([UInt8], [UInt8]?)] {
      var certificate = TestCertificate()
      certificate.extensions = [TestCertificate.extended("2.5.29.14", value)]
      #expect(Self.error(certificate) == (id == nil ? .badMessage : nil))
      if id != nil { #expect(try certificate.parsed(.newest).subjectKeyID == id) }
    }
    var twice = TestCertificate()
    twice.extensions = [TestCertificate.keyID([1]), TestCertificate.keyID([1])]
    #expect(Self.error(twice) == .badMessage)
  }

  @Test("the usage of a key is a string of bits, of which the sixth is for certificates")
  func usages() throws {
    for (value, signs) in [
      ([3, 2, 0, 4], true), ([3, 2, 2, 4], true), ([3, 2, 3, 4], false), ([3, 2, 7, 4], false),
      ([3, 2, 8, 4], nil), ([3, 2, 0], nil), ([4, 2, 0, 4], nil), ([3, 2, 0, 8], false),
      ([3, 3, 7, 4, 0x80], true), ([3, 3, 7, 4], false), ([3, 3, 7, 2, 4], false),
      ([3, 1, 0, 4], false), ([3, 1, 0, 4, 0], false), ([3, 4, 7, 4, 0x80], false),
    ] as [([UInt8], Bool?)] {
      var certificate = TestCertificate()
      certificate.extensions = [
        TestCertificate.extended("2.5.29.15", value),
        TestCertificate.extended("2.5.29.19", [0x30, 3, 1, 1, 0xff]),
      ]
      #expect(Self.error(certificate) == (signs == nil ? .badMessage : nil), "\(value)")
      guard let signs else { continue }
      #expect(try certificate.parsed(.newest).isForAuthorities(strict: true) == signs, "\(value)")
    }
  }

  @Test("whether a certificate is an authority's is a boolean that is true")
  func authorities() throws {
    for (value, isAuthority) in [
      ([0x30, 3, 1, 1, 0xff], true), ([0x30, 0], false), ([0x30, 3, 2, 1, 0], false),
      ([0x30, 3, 1, 1, 0], nil), ([0x30, 3, 1, 2, 0xff], nil), ([0x30, 2, 1, 1], nil),
      ([0x30, 2], nil), ([0x31, 0], nil), ([0x30], nil),
    ] as [([UInt8], Bool?)] {
      var certificate = TestCertificate()
      certificate.extensions = [TestCertificate.extended("2.5.29.19", value)]
      #expect(Self.error(certificate) == (isAuthority == nil ? .badMessage : nil), "\(value)")
      guard let isAuthority else { continue }
      #expect(try certificate.parsed(.newest).isAuthority == isAuthority)
    }
  }

  // parse_OID of lib/oid_registry.c, and x509_extract_key_data.
  @Test("a curve is named by an identifier of a byte or more, and has to be known")
  func curves() {
    for (parameters, error) in [
      (DER.oid("1.2.840.10045.3.1.7"), nil), ([6, 1, 42], .noPackage), ([6, 0], .badMessage),
      ([6, 2, 42], .badMessage), ([5, 1, 42], .badMessage), ([], .badMessage),
    ] as [([UInt8], TrustError?)] {
      var certificate = TestCertificate(subject: "leaf")
      certificate.algorithm = DER.algorithm("1.2.840.10045.2.1", parameters)
      // An element that is cut short ends the certificate.
      #expect(Self.error(certificate) == error, "\(parameters)")
    }
  }

  private struct Row {
    let identifier: String
    let eras: Set<TrustEra>
    let kind: SignatureKind
    var digest: DigestAlgorithm?
  }

  private static let all = Set(TrustEra.allCases)
  private static let early: Set<TrustEra> = [.of5_10, .of6_1]
  private static let late: Set<TrustEra> = [.of6_12, .of7_2]

  @Test("a certificate's signature is made with what its release knows")
  func signatures() throws {
    let rows = [
      Row(identifier: "1.2.840.113549.1.1.3", eras: Self.early, kind: .rsa, digest: .md4),
      Row(identifier: "1.2.840.113549.1.1.4", eras: Self.early, kind: .rsa, digest: .md5),
      Row(identifier: "1.2.840.113549.1.1.5", eras: Self.all, kind: .rsa, digest: .sha1),
      Row(identifier: "1.2.840.113549.1.1.14", eras: Self.all, kind: .rsa, digest: .sha224),
      Row(identifier: "2.16.840.1.101.3.4.3.14", eras: Self.late, kind: .rsa, digest: .sha3_256),
      Row(
        identifier: "1.2.840.10045.4.3.2", eras: Self.all.subtracting([.of5_10]), kind: .ecdsa,
        digest: .sha256),
      Row(identifier: "2.16.840.1.101.3.4.3.12", eras: Self.late, kind: .ecdsa, digest: .sha3_512),
      Row(identifier: "1.2.643.7.1.1.3.2", eras: Self.all, kind: .gost, digest: .streebog256),
      Row(identifier: "1.2.156.10197.1.501", eras: Self.early, kind: .sm2, digest: .sm3),
      Row(identifier: "2.16.840.1.101.3.4.3.18", eras: [.of7_2], kind: .mldsa),
      Row(identifier: "1.2.840.113549.1.1.10", eras: [], kind: .rsa),
    ]
    for row in rows {
      for era in TrustEra.allCases {
        let certificate = TestCertificate(subject: "leaf", signature: row.identifier)
        guard row.eras.contains(era) else {
          #expect(Self.error(certificate, .of(era)) == .noPackage, "\(row) \(era)")
          continue
        }
        let parsed = try certificate.parsed(.of(era))
        #expect(parsed.signature.kind == row.kind && parsed.signature.digest == row.digest)
      }
    }
  }

  @Test("a certificate's key is one that its release knows")
  func keys() throws {
    let curve = "1.2.840.10045.2.1"
    let sm2 = "1.2.156.10197.1.301"
    let rows: [(algorithm: [UInt8], kinds: [TrustEra: SignatureKind])] = [
      (
        DER.algorithm("1.2.840.113549.1.1.1"),
        [.of5_10: .rsa, .of6_1: .rsa, .of6_12: .rsa, .of7_2: .rsa]
      ),
      (
        DER.algorithm("1.2.643.7.1.1.1.1"),
        [.of5_10: .gost, .of6_1: .gost, .of6_12: .gost, .of7_2: .gost]
      ),
      (DER.algorithm(sm2), [.of5_10: .sm2, .of6_1: .sm2]),
      (DER.algorithm(curve, DER.oid(sm2)), [.of5_10: .sm2, .of6_1: .sm2]),
      (
        DER.algorithm(curve, DER.oid("1.3.132.0.34")),
        [.of5_10: .sm2, .of6_1: .ecdsa, .of6_12: .ecdsa, .of7_2: .ecdsa]
      ),
      (
        DER.algorithm(curve, DER.oid("1.3.132.0.35")),
        [.of5_10: .sm2, .of6_12: .ecdsa, .of7_2: .ecdsa]
      ),
      (DER.algorithm("2.16.840.1.101.3.4.3.17"), [.of7_2: .mldsa]),
    ]
    for (algorithm, kinds) in rows {
      for era in TrustEra.allCases {
        let certificate = TestCertificate(subject: "leaf", algorithm: algorithm)
        if let kind = kinds[era] {
          #expect(try certificate.parsed(.of(era)).key.kind == kind)
        } else {
          #expect(Self.error(certificate, .of(era)) == .noPackage, "\(algorithm) \(era)")
        }
      }
    }
  }
}

// crypto/asymmetric_keys/pkcs7_parser.c: pkcs7_sig_note_digest_algo, pkcs7_sig_note_pkey_algo.
@Suite("Algorithms of signers")
struct SignerAlgorithmTests {
  private static func isKnown(_ signer: TestSigner, _ era: TrustEra) -> Bool {
    let bytes = TestMessage([signer]).bytes
    var log = TrustLog()
    do throws(TrustError) {
      _ = try SignedMessage(parsing: bytes.rawSpan, .of(era), blacklist: Blacklist(), &log)
      return true
    } catch {
      #expect(error == .noPackage)
      return false
    }
  }

  @Test("a release knows the digests of its parser")
  func digests() {
    for (digest, eras) in [
      ("1.2.840.113549.2.4", [.of5_10, .of6_1]), ("1.2.840.113549.2.5", [.of5_10, .of6_1]),
      ("1.3.14.3.2.26", TrustEra.allCases), ("2.16.840.1.101.3.4.2.1", TrustEra.allCases),
      ("1.2.156.10197.1.401", [.of6_1, .of6_12, .of7_2]),
      ("1.2.643.7.1.1.2.2", [.of6_1, .of6_12, .of7_2]),
      ("1.2.643.7.1.1.2.3", [.of6_1, .of6_12, .of7_2]),
      ("2.16.840.1.101.3.4.2.8", [.of6_12, .of7_2]), ("2.16.840.1.101.3.4.2.9", [.of6_12, .of7_2]),
      ("2.16.840.1.101.3.4.2.10", [.of6_12, .of7_2]), ("2.16.840.1.101.3.4.2.6", []),
    ] as [(String, [TrustEra])] {
      for era in TrustEra.allCases {
        #expect(
          Self.isKnown(TestSigner(digest: digest), era) == eras.contains(era), "\(digest) \(era)")
      }
    }
  }

  @Test("a release knows the signatures of its parser")
  func signatures() {
    for (algorithm, eras) in [
      ("1.2.840.113549.1.1.1", TrustEra.allCases), ("1.2.840.113549.1.1.11", []),
      ("1.2.840.10045.4.3.2", [.of6_1, .of6_12, .of7_2]),
      ("2.16.840.1.101.3.4.3.10", [.of6_12, .of7_2]),
      ("1.2.643.7.1.1.1.1", [.of6_1, .of6_12, .of7_2]), ("1.2.156.10197.1.501", [.of6_1]),
      ("2.16.840.1.101.3.4.3.17", [.of7_2]),
    ] as [(String, [TrustEra])] {
      for era in TrustEra.allCases {
        #expect(
          Self.isKnown(TestSigner(algorithm: algorithm), era) == eras.contains(era),
          "\(algorithm) \(era)")
      }
    }
  }
}
