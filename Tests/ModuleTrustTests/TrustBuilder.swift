import ByteStorage

import ModuleTrust

/// Writes DER.
enum DER {
  static func item(_ tag: UInt8, _ parts: [UInt8]...) -> [UInt8] {
    item(tag, Array(parts.joined()))
  }

  static func item(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    let (high, low) = (UInt8(content.count >> 8), UInt8(content.count & 0xff))
    if content.count < 0x80 { return [tag, low] + content }
    return (high == 0 ? [tag, 0x81, low] : [tag, 0x82, high, low]) + content
  }

  static func oid(_ dotted: String) -> [UInt8] {
    let numbers = dotted.split(separator: ".").compactMap { Int($0) }
    var content: [UInt8] = []
    for number in [numbers[0] * 40 + numbers[1]] + numbers.dropFirst(2) {
      var digits = [UInt8(number & 0x7f)]
      var rest = number >> 7
      while rest > 0 {
        digits.insert(UInt8(rest & 0x7f | 0x80), at: 0)
        rest >>= 7
      }
      content += digits
    }
    return item(0x06, content)
  }

  static func algorithm(_ dotted: String, _ parameters: [UInt8] = [5, 0]) -> [UInt8] {
    item(0x30, oid(dotted), parameters)
  }

  static func name(_ text: String) -> [UInt8] {
    item(0x30, item(0x31, item(0x30, oid("2.5.4.3"), item(0x0c, Array(text.utf8)))))
  }

  static func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map {
      UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
  }
}

/// An RSA key of 512 bits, the smallest that kernels take, with which tests sign.
struct TestKey: Sendable {
  let modulus: [UInt8]
  private let secret: [UInt8]

  private init(_ modulus: String, _ secret: String) {
    (self.modulus, self.secret) = (DER.bytes(modulus), DER.bytes(secret))
  }

  var bytes: [UInt8] { TestKey.bytes(modulus, [1, 0, 1]) }

  static func bytes(_ modulus: [UInt8], _ exponent: [UInt8]) -> [UInt8] {
    DER.item(0x30, DER.item(0x02, [0] + modulus), DER.item(0x02, exponent))
  }

  static let first = TestKey(
    "beb401bcb1d9c8fd2383dc904f36ff2e09c9c485d9ce3b2e4790ff2275fdae19"
      + "6cd5d1c14fef9f6a85cc72c0d45d76a9d78183bc6c7f6bbd6e449f33a8104f2d",
    "b4002e3f9053b38d940f2b8a1eeb1753ba337346affe24081bcef5b2ee520318"
      + "235552c095bd8100753c46bfe9bdb8db19ee82db50090653c2b9e34bd5701b61")
  static let second = TestKey(
    "a83708fe88dbb47505e09de348a1febe648fdfd112e9d61f93b61eaed5097cdc"
      + "a7f14e3fb30435978a7300d3b14f97ae6f62801b8b38b76a33344456036f2365",
    "2ebb736d3b5a464d087ff97d2e2d8b171bdaf8a41dec06c7a902bc8d77b3f612"
      + "e7eb9d50cb1cb622b73fb3433aabdb2186fb1bee9c5fce4621af5faa5a7833c1")
  static let third = TestKey(
    "b35d705dccd110f2a632b6ea58f7a7407c7859aa8a35f01ef6779b53e54a77b5"
      + "e47961c4bfd5d8880e56242b6ebd010b1c8bfe038c873c30f9295e4a6958214d",
    "019a9248a46e3222994dd6c8dda6c93e105edb1e6541fa35acaa811f0cebcf8a"
      + "32f98700814f5f9d469a18f21d77a2f755f4c373c2640139bdb2140d540a3ad9")

  /// Signs a block of 64 bytes as it is.
  func sign(block: [UInt8]) -> [UInt8] {
    BigNumbers.power(block, secret, modulo: modulus, size: 64, excludesOnes: false) ?? []
  }

  /// A DigestInfo of SHA-256, with as many bytes of 255 before it as fill the block.
  static func info(_ data: [UInt8]) -> [UInt8] {
    [0] + DER.bytes("3031300d060960864801650304020105000420")
      + (DigestAlgorithm.sha256.value(of: data.rawSpan) ?? [])
  }

  func sign(_ data: [UInt8]) -> [UInt8] {
    let info = TestKey.info(data)
    // Ten bytes: these blocks have room for no more.
    return sign(block: [0, 1] + [UInt8](repeating: 0xff, count: 62 - info.count) + info)
  }
}

/// A certificate.
struct TestCertificate {
  static let rsaSHA256 = "1.2.840.113549.1.1.11"

  var serial: [UInt8] = [1]
  var issuer = "root"
  var subject = "root"
  var signer = TestKey.first
  var key = TestKey.first
  var signature = rsaSHA256
  var times = [
    DER.item(0x17, Array("250101000000Z".utf8)), DER.item(0x17, Array("350101000000Z".utf8)),
  ]
  /// The key's algorithm, with its parameters, and its bits.
  var algorithm = DER.algorithm("1.2.840.113549.1.1.1")
  var bits: [UInt8]?
  var extensions: [[UInt8]] = []

  static func keyID(_ id: [UInt8]) -> [UInt8] { extended("2.5.29.14", DER.item(0x04, id)) }

  /// The extension that names the authority, by its key, or by the issuer and serial number of its
  /// certificate.
  static func authority(_ keyID: [UInt8]?, _ certificate: (issuer: String, serial: [UInt8])? = nil)
    -> [UInt8]
  {
    var content = keyID.map { DER.item(0x80, $0) } ?? []
    if let certificate {
      content += DER.item(0xa1, DER.item(0xa4, DER.name(certificate.issuer)))
      content += DER.item(0x82, certificate.serial)
    }
    return extended("2.5.29.35", DER.item(0x30, content))
  }

  static func extended(_ type: String, _ value: [UInt8]) -> [UInt8] {
    DER.item(0x30, DER.oid(type), DER.item(0x04, value))
  }

  /// What is signed.
  var body: [UInt8] {
    var content = DER.item(0xa0, [2, 1, 2]) + DER.item(0x02, serial) + DER.algorithm(signature)
    content += DER.name(issuer) + DER.item(0x30, Array(times.joined())) + DER.name(subject)
    content += DER.item(0x30, algorithm, DER.item(0x03, [0], bits ?? key.bytes))
    if !extensions.isEmpty {
      content += DER.item(0xa3, DER.item(0x30, Array(extensions.joined())))
    }
    return DER.item(0x30, content)
  }

  var bytes: [UInt8] {
    let body = body
    return DER.item(0x30, body, DER.algorithm(signature), DER.item(0x03, [0], signer.sign(body)))
  }

  func parsed(_ context: TrustContext, blacklist: Blacklist = Blacklist()) throws -> Certificate {
    var log = TrustLog()
    let bytes = bytes
    return try Certificate(parsing: bytes.rawSpan, context, blacklist: blacklist, &log)
  }
}

/// A signer of a message.
struct TestSigner {
  var issuer = "root"
  var serial: [UInt8] = [1]
  var key = TestKey.first
  var data = TestMessage.data
  var digest = "2.16.840.1.101.3.4.2.1"
  var algorithm = "1.2.840.113549.1.1.1"
  var attributes: [UInt8] = []
  var unsigned: [UInt8] = []

  var bytes: [UInt8] {
    DER.item(
      0x30, [2, 1, 1], DER.item(0x30, DER.name(issuer), DER.item(0x02, serial)),
      DER.algorithm(digest), attributes, DER.algorithm(algorithm), DER.item(0x04, key.sign(data)),
      unsigned)
  }
}

/// A message that signs some data.
struct TestMessage {
  static let data = Array("what is signed".utf8)

  var signers: [[UInt8]] = [TestSigner().bytes]
  var certificates: [[UInt8]] = []
  /// The field of revoked certificates, with its head.
  var revoked: [UInt8] = []

  init(_ signers: [TestSigner] = [TestSigner()], certificates: [TestCertificate] = []) {
    self.signers = signers.map(\.bytes)
    self.certificates = certificates.map(\.bytes)
  }

  var bytes: [UInt8] {
    let embedded = certificates.isEmpty ? [] : DER.item(0xa0, Array(certificates.joined()))
    let content = DER.item(
      0x30, [2, 1, 1], DER.item(0x31, DER.algorithm("2.16.840.1.101.3.4.2.1")),
      DER.item(0x30, DER.oid("1.2.840.113549.1.7.1")), embedded, revoked,
      signers.isEmpty ? [] : DER.item(0x31, Array(signers.joined())))
    return DER.item(0x30, DER.oid("1.2.840.113549.1.7.2"), DER.item(0xa0, content))
  }

  /// Why a kernel with some keys does not take the signature; `nil` if it does.
  func error(
    _ context: TrustContext = .newest, trusting trusted: [TestCertificate] = [],
    blacklist: Blacklist = Blacklist()
  ) -> TrustError? {
    var log = TrustLog()
    var ring = KeyRing()
    ring.add(trusted.map(\.bytes), context)
    let bytes = bytes
    do throws(TrustError) {
      let message = try SignedMessage(parsing: bytes.rawSpan, context, blacklist: blacklist, &log)
      try message.verify(TestMessage.data.rawSpan, trusting: ring, context, &log)
      return nil
    } catch { return error }
  }
}

extension TrustContext {
  /// A kernel of 7.2 that has the usual algorithms.
  static let newest = of(.of7_2)

  static func of(_ era: TrustEra) -> TrustContext {
    TrustContext(
      era: era, digests: [.sha1, .sha224, .sha256, .sha384, .sha512], hasECDSA: era > .of5_10)
  }
}
