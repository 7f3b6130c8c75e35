internal import ByteStorage

/// A signature, and what it is of.
package struct SignatureValue: Sendable, Hashable {
  package var kind = SignatureKind.rsa
  package var digest: DigestAlgorithm?
  package var digestValue: [UInt8] = []
  package var value: [UInt8] = []

  package init(
    kind: SignatureKind = .rsa, digest: DigestAlgorithm? = nil, digestValue: [UInt8] = [],
    value: [UInt8] = []
  ) {
    (self.kind, self.digest) = (kind, digest)
    (self.digestValue, self.value) = (digestValue, value)
  }
}

/// A key, and the arithmetic of verification with the kernel's errors: `public_key_verify_signature` of
/// crypto/asymmetric_keys/public_key.c, crypto/rsa-pkcs1pad.c, crypto/ecdsa.c.
package struct PublicKey: Sendable, Hashable {
  package var kind = SignatureKind.rsa
  /// OpenSSL's name of the curve.
  var curve: String?
  var bytes: [UInt8] = []

  private var prepared = PreparedKey()

  package init(kind: SignatureKind = .rsa, curve: String? = nil, bytes: [UInt8] = []) {
    (self.kind, self.curve, self.bytes) = (kind, curve, bytes)
  }

  /// Makes ready to verify many signatures.
  mutating func prepare() {
    guard kind == .ecdsa, let curve, prepared.key == nil else { return }
    prepared.key = CurveKey(curve, bytes)
  }

  /// Throws ``TrustError`` unless the signature is this key's.
  package func verify(_ signature: SignatureValue, _ context: TrustContext) throws(TrustError) {
    guard signature.kind == kind else { throw .rejected }
    switch kind {
    case .rsa where context.hasRSA: try RSA.verify(bytes, signature, context)
    case .ecdsa where context.hasECDSA:
      guard let curve, curve != "prime192v1" || !context.isFIPS else { throw .noEntry }
      try ECDSA.verify(bytes, curve, signature, prepared.key)
    default: throw context.unverifiable.contains(kind) ? .unverifiable : .noEntry
    }
  }
}

/// A point that was found to be on its curve; no part of what the key is.
private struct PreparedKey: Sendable, Hashable {
  var key: CurveKey?

  static func == (left: Self, right: Self) -> Bool { true }
  func hash(into hasher: inout Hasher) {}
}

/// RSA with PKCS#1 v1.5.
private enum RSA {
  /// DER of a DigestInfo up to the digest.
  private static let prefixes: [DigestAlgorithm: [UInt8]] = [
    .md5: [
      0x30, 0x20, 0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05, 0x05,
      0x00, 0x04, 0x10,
    ],
    .sha1: [
      0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14,
    ],
    .sha224: nist(4, 28), .sha256: nist(1, 32), .sha384: nist(2, 48), .sha512: nist(3, 64),
    .sha3_256: nist(8, 32), .sha3_384: nist(9, 48), .sha3_512: nist(10, 64),
  ]

  private static func nist(_ number: UInt8, _ size: UInt8) -> [UInt8] {
    [
      0x30, 17 + size, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
      number,
    ]
      + [0x05, 0x00, 0x04, size]
  }

  static func verify(
    _ bytes: [UInt8], _ signature: SignatureValue, _ context: TrustContext
  ) throws(TrustError) {
    guard let digest = signature.digest, let prefix = prefixes[digest] else { throw .invalid }
    let (modulus, exponent) = try key(bytes, context)
    let size = (modulus.count + context.wordSize - 1) / context.wordSize * context.wordSize
    guard signature.value.count == size,
      var block = BigNumbers.power(
        signature.value, exponent, modulo: modulus, size: size,
        excludesOnes: context.era >= .of6_12)
    else { throw .invalid }
    guard block[0] == 0 else { throw .invalid }
    guard block[1] == 1 else { throw .badMessage }
    let ones = block.dropFirst(2).prefix { $0 == 0xff }.count
    guard ones >= 8, 2 + ones < block.count, block[2 + ones] == 0 else { throw .badMessage }
    block.removeFirst(3 + ones)
    guard block.starts(with: prefix) else { throw .badMessage }
    guard Array(block.dropFirst(prefix.count)) == signature.digestValue else { throw .rejected }
  }

  /// Modulus and exponent: rsapubkey.asn1, and the sizes that crypto/rsa_helper.c and crypto/rsa.c take.
  /// With `fips=1` the modulus has 2,048 bits or more, and since 6.6 the exponent is odd and between 2^16
  /// and 2^256 (`rsa_check_exponent_fips`).
  private static func key(
    _ bytes: [UInt8], _ context: TrustContext
  ) throws(TrustError) -> (modulus: [UInt8], exponent: [UInt8]) {
    var walker = BERWalker(bytes.rawSpan)
    let frame = walker.enter(try walker.require(0x30))
    var modulus = walker.bytes(try walker.skip(try walker.require(0x02)))
    if modulus.isEmpty { throw .invalid }
    let encoded = modulus.count
    modulus = Array(modulus.drop { $0 == 0 })
    if context.isFIPS, modulus.count < 256 { throw .invalid }
    let exponent = walker.bytes(try walker.skip(try walker.require(0x02)))
    if exponent.isEmpty || exponent.count > encoded { throw .invalid }
    _ = try walker.end(frame)
    let words = (modulus.count + context.wordSize - 1) / context.wordSize
    guard [512, 1024, 1536, 2048, 3072, 4096].contains(words * context.wordSize * 8) else {
      throw .invalid
    }
    if context.isFIPS, context.era >= .of6_12 {
      // An odd one of three bytes is above 2^16.
      let digits = exponent.drop { $0 == 0 }
      guard (3...32).contains(digits.count), let last = digits.last, last & 1 == 1 else {
        throw .invalid
      }
    }
    return (modulus, exponent)
  }
}

/// ECDSA over the curves of NIST.
private enum ECDSA {
  private static let sizes = ["prime192v1": 24, "prime256v1": 32, "secp384r1": 48, "secp521r1": 66]

  static func verify(
    _ point: [UInt8], _ curve: String, _ signature: SignatureValue, _ prepared: CurveKey?
  ) throws(TrustError) {
    guard let size = sizes[curve], point.count == 1 + 2 * size, point[0] == 4,
      let key = prepared ?? CurveKey(curve, point)
    else { throw .invalid }
    var walker = BERWalker(signature.value.rawSpan)
    let frame = walker.enter(try walker.require(0x30))
    let digits = (size + 7) / 8 * 8
    var numbers: [[UInt8]] = []
    for _ in 0..<2 {
      var number = walker.bytes(try walker.skip(try walker.require(0x02)))
      if number.isEmpty { throw .invalid }
      if number.count > digits {
        if number.count > digits + 1 || number[0] != 0 { throw .invalid }
        number.removeFirst()
      }
      numbers.append(number)
    }
    _ = try walker.end(frame)
    // A digest that libcrypto lacks.
    if signature.digestValue.isEmpty { throw .unverifiable }
    switch key.verifies(Array(signature.digestValue.prefix(size)), numbers[0], numbers[1]) {
    case nil: throw .badMessage
    case false?: throw .rejected
    case true?: break
    }
  }
}
