/// A digest that the kernel's parsers know. The raw value is OpenSSL's name for it.
package enum DigestAlgorithm: String, Sendable, Hashable, CaseIterable {
  case md4, md5, sha1, sha224, sha256, sha384, sha512, sm3
  case streebog256, streebog512
  case sha3_256 = "sha3-256"
  case sha3_384 = "sha3-384"
  case sha3_512 = "sha3-512"

  /// Options of the configuration, any of which has it.
  package var options: [String] {
    switch self {
    case .md4: ["CRYPTO_MD4"]
    case .md5: ["CRYPTO_MD5"]
    case .sha1: ["CRYPTO_SHA1"]
    case .sha224, .sha256: ["CRYPTO_SHA256"]
    case .sha384, .sha512: ["CRYPTO_SHA512"]
    case .sm3: ["CRYPTO_SM3", "CRYPTO_SM3_GENERIC"]
    case .streebog256, .streebog512: ["CRYPTO_STREEBOG"]
    case .sha3_256, .sha3_384, .sha3_512: ["CRYPTO_SHA3"]
    }
  }
}

extension DigestAlgorithm {
  /// Modules that have it where its option is `m`.
  package var modules: [String] {
    switch self {
    case .md4: ["md4"]
    case .md5: ["md5"]
    case .sha1: ["sha1_generic", "sha1"]
    case .sha224, .sha256: ["sha256_generic", "sha256"]
    case .sha384, .sha512: ["sha512_generic", "sha512"]
    case .sm3: ["sm3_generic", "sm3"]
    case .streebog256, .streebog512: ["streebog_generic", "streebog"]
    case .sha3_256, .sha3_384, .sha3_512: ["sha3_generic", "sha3"]
    }
  }
}

/// What signs.
package enum SignatureKind: Sendable, Hashable {
  case rsa, ecdsa, gost, sm2, mldsa
}

/// The algorithm that an identifier names, of a release: which digests, signatures and keys its parsers
/// know.
///
/// - Note: crypto/asymmetric_keys/{pkcs7_parser.c,x509_cert_parser.c} of 5.10, 6.1, 6.12 and 7.2.
enum AlgorithmTables {
  private static let digests: [String: DigestAlgorithm] = [
    "1.2.840.113549.2.4": .md4, "1.2.840.113549.2.5": .md5, "1.3.14.3.2.26": .sha1,
    "2.16.840.1.101.3.4.2.1": .sha256, "2.16.840.1.101.3.4.2.2": .sha384,
    "2.16.840.1.101.3.4.2.3": .sha512, "2.16.840.1.101.3.4.2.4": .sha224,
    "1.2.156.10197.1.401": .sm3, "1.2.643.7.1.1.2.2": .streebog256,
    "1.2.643.7.1.1.2.3": .streebog512, "2.16.840.1.101.3.4.2.8": .sha3_256,
    "2.16.840.1.101.3.4.2.9": .sha3_384, "2.16.840.1.101.3.4.2.10": .sha3_512,
  ]

  /// The digest of a SignerInfo.
  static func digest(_ dotted: String, _ era: TrustEra) -> DigestAlgorithm? {
    guard let digest = digests[dotted] else { return nil }
    return switch digest {
    case .md4, .md5: era <= .of6_1 ? digest : nil
    case .sm3, .streebog256, .streebog512: era >= .of6_1 ? digest : nil
    case .sha3_256, .sha3_384, .sha3_512: era >= .of6_12 ? digest : nil
    default: digest
    }
  }

  private static let ecdsa: [String: DigestAlgorithm] = [
    "1.2.840.10045.4.1": .sha1, "1.2.840.10045.4.3.1": .sha224, "1.2.840.10045.4.3.2": .sha256,
    "1.2.840.10045.4.3.3": .sha384, "1.2.840.10045.4.3.4": .sha512,
    "2.16.840.1.101.3.4.3.10": .sha3_256, "2.16.840.1.101.3.4.3.11": .sha3_384,
    "2.16.840.1.101.3.4.3.12": .sha3_512,
  ]
  private static let rsa: [String: DigestAlgorithm] = [
    "1.2.840.113549.1.1.3": .md4, "1.2.840.113549.1.1.4": .md5, "1.2.840.113549.1.1.5": .sha1,
    "1.2.840.113549.1.1.11": .sha256, "1.2.840.113549.1.1.12": .sha384,
    "1.2.840.113549.1.1.13": .sha512, "1.2.840.113549.1.1.14": .sha224,
    "2.16.840.1.101.3.4.3.14": .sha3_256, "2.16.840.1.101.3.4.3.15": .sha3_384,
    "2.16.840.1.101.3.4.3.16": .sha3_512,
  ]
  private static let gostSignatures: [String: DigestAlgorithm] = [
    "1.2.643.7.1.1.3.2": .streebog256, "1.2.643.7.1.1.3.3": .streebog512,
  ]
  private static let gostKeys: Set = ["1.2.643.7.1.1.1.1", "1.2.643.7.1.1.1.2"]
  private static let mldsa: Set = [
    "2.16.840.1.101.3.4.3.17", "2.16.840.1.101.3.4.3.18", "2.16.840.1.101.3.4.3.19",
  ]
  static let rsaEncryption = "1.2.840.113549.1.1.1"
  private static let sm2 = "1.2.156.10197.1.301"
  private static let sm2WithSM3 = "1.2.156.10197.1.501"
  private static let ecPublicKey = "1.2.840.10045.2.1"

  /// The signature of a SignerInfo.
  static func signature(_ dotted: String, _ era: TrustEra) -> SignatureKind? {
    if dotted == rsaEncryption { return .rsa }
    guard era >= .of6_1 else { return nil }
    if let digest = ecdsa[dotted] { return isKnown(digest, era) ? .ecdsa : nil }
    if gostKeys.contains(dotted) { return .gost }
    if dotted == sm2WithSM3 { return era == .of6_1 ? .sm2 : nil }
    return mldsa.contains(dotted) && era >= .of7_2 ? .mldsa : nil
  }

  /// The signature on a certificate; without a digest for one that hashes for itself.
  static func certificate(
    _ dotted: String, _ era: TrustEra
  ) -> (kind: SignatureKind, digest: DigestAlgorithm?)? {
    if let digest = rsa[dotted] {
      let isOld = digest == .md4 || digest == .md5
      return isOld
        ? (era <= .of6_1 ? (.rsa, digest) : nil) : isKnown(digest, era) ? (.rsa, digest) : nil
    }
    if let digest = ecdsa[dotted] {
      return era >= .of6_1 && isKnown(digest, era) ? (.ecdsa, digest) : nil
    }
    if let digest = gostSignatures[dotted] { return (.gost, digest) }
    if dotted == sm2WithSM3 { return era <= .of6_1 ? (.sm2, .sm3) : nil }
    return mldsa.contains(dotted) && era >= .of7_2 ? (.mldsa, nil) : nil
  }

  private static func isKnown(_ digest: DigestAlgorithm, _ era: TrustEra) -> Bool {
    switch digest {
    case .sha3_256, .sha3_384, .sha3_512: era >= .of6_12
    default: true
    }
  }

  /// The key in a certificate: its kind, and OpenSSL's name of the curve.
  static func key(
    _ dotted: String, curve: String?, _ era: TrustEra
  ) throws(TrustError) -> (kind: SignatureKind, curve: String?) {
    if dotted == rsaEncryption { return (.rsa, nil) }
    if gostKeys.contains(dotted) { return (.gost, nil) }
    if dotted == sm2, era <= .of6_1 { return (.sm2, nil) }
    if mldsa.contains(dotted), era >= .of7_2 { return (.mldsa, nil) }
    guard dotted == ecPublicKey else { throw .noPackage }
    if era == .of5_10 { return (.sm2, nil) }
    guard let name = curve else { throw .badMessage }
    if name == sm2, era == .of6_1 { return (.sm2, nil) }
    let curves = [
      "1.2.840.10045.3.1.1": "prime192v1", "1.2.840.10045.3.1.7": "prime256v1",
      "1.3.132.0.34": "secp384r1", "1.3.132.0.35": "secp521r1",
    ]
    guard let known = curves[name], name != "1.3.132.0.35" || era >= .of6_12 else {
      throw .noPackage
    }
    return (.ecdsa, known)
  }
}
