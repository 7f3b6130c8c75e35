internal import ByteStorage
internal import CCrypto
internal import Synchronization

/// Numbers of any size.
package enum BigNumbers {
  /// `base` ^ `exponent` modulo `modulus`, as `size` bytes; `nil` if the base is not below the modulus,
  /// or is one that a kernel excludes: 0, 1, and the modulus less 1.
  package static func power(
    _ base: [UInt8], _ exponent: [UInt8], modulo modulus: [UInt8], size: Int, excludesOnes: Bool
  ) -> [UInt8]? {
    guard let context = unsafe BN_CTX_new() else { return nil }
    defer { unsafe BN_CTX_free(context) }
    // SAFETY: numbers live as long as the context does; libcrypto gives them room.
    unsafe BN_CTX_start(context)
    defer { unsafe BN_CTX_end(context) }
    guard let number = unsafe number(base, context),
      let power = unsafe self.number(exponent, context),
      let modulus = unsafe self.number(modulus, context), let result = unsafe BN_CTX_get(context)
    else { return nil }
    if unsafe BN_cmp(number, modulus) >= 0 { return nil }
    if excludesOnes {
      guard let last = unsafe BN_CTX_get(context), unsafe BN_copy(last, modulus) != nil,
        unsafe BN_sub_word(last, 1) == 1
      else { return nil }
      if unsafe BN_is_zero(number) == 1 || BN_is_one(number) == 1 || BN_cmp(number, last) >= 0 {
        return nil
      }
    }
    guard unsafe BN_is_odd(modulus) == 1,
      unsafe BN_mod_exp(result, number, power, modulus, context) == 1
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: size)
    return unsafe BN_bn2binpad(result, &bytes, Int32(size)) == Int32(size) ? bytes : nil
  }

  /// By what the base point and the key are multiplied to verify a signature (FIPS 186-5, 6.4.2), as numbers
  /// of 48 bytes; `nil` if the signature's numbers are not from 1 to the order.
  static func factors(
    _ digest: [UInt8], _ first: [UInt8], _ second: [UInt8], _ order: [UInt8]
  ) -> (base: [UInt8], key: [UInt8])? {
    guard let context = unsafe BN_CTX_new() else { return nil }
    defer { unsafe BN_CTX_free(context) }
    // SAFETY: numbers live as long as the context does; libcrypto gives them room.
    unsafe BN_CTX_start(context)
    defer { unsafe BN_CTX_end(context) }
    guard let digest = unsafe number(digest, context), let r = unsafe number(first, context),
      let s = unsafe number(second, context), let order = unsafe number(order, context),
      unsafe BN_is_zero(r) == 0 && BN_cmp(r, order) < 0,
      unsafe BN_is_zero(s) == 0 && BN_cmp(s, order) < 0,
      let inverse = unsafe BN_CTX_get(context),
      unsafe BN_mod_inverse(inverse, s, order, context) != nil,
      let base = unsafe BN_CTX_get(context), let key = unsafe BN_CTX_get(context),
      unsafe BN_mod_mul(base, digest, inverse, order, context) == 1,
      unsafe BN_mod_mul(key, r, inverse, order, context) == 1
    else { return nil }
    var bytes = ([UInt8](repeating: 0, count: 48), [UInt8](repeating: 0, count: 48))
    guard unsafe BN_bn2binpad(base, &bytes.0, 48) == 48,
      unsafe BN_bn2binpad(key, &bytes.1, 48) == 48
    else { return nil }
    return bytes
  }

  /// The numbers of 48 bytes that are one modulo the order: itself, and the order more if that has room.
  static func abscissas(_ number: [UInt8], _ order: [UInt8]) -> [[UInt8]] {
    let short = Array(number.drop { $0 == 0 })
    guard short.count <= 48 else { return [] }
    let least = [UInt8](repeating: 0, count: 48 - short.count) + short
    var (greater, carry): ([UInt8], Int) = (least, 0)
    for index in greater.indices.reversed() {
      let sum = Int(least[index]) + Int(order[index]) + carry
      (greater[index], carry) = (UInt8(truncatingIfNeeded: sum), sum >> 8)
    }
    return carry == 0 ? [least, greater] : [least]
  }

  private static func number(_ bytes: [UInt8], _ context: OpaquePointer) -> OpaquePointer? {
    guard let number = unsafe BN_CTX_get(context), let count = Int32(exactly: bytes.count) else {
      return nil
    }
    return unsafe BN_bin2bn(bytes, count, number)
  }
}

/// A point on a curve, with which signatures are verified.
///
/// That a signature is right, quicker sums than libcrypto's may find out; that it is wrong, only libcrypto
/// does.
package final class CurveKey: Sendable {
  private let quick: P384Key?
  private let point: [UInt8]
  private let number: Int32
  /// libcrypto only reads a key when it verifies with it, so that threads may share one.
  private let known = Mutex<LibraryKey?>(nil)

  /// `nil` if the bytes are no point of the curve. Points of these curves have no smaller order, so that
  /// nothing is left to check.
  package init?(_ curve: String, _ point: [UInt8]) {
    guard let number = CurveKey.numbers[curve] else { return nil }
    (self.number, self.point) = (number, point)
    quick = number == NID_secp384r1 ? P384Key(point.rawSpan) : nil
    if quick == nil, libraryKey() == nil { return nil }
  }

  private static let numbers = [
    "prime192v1": NID_X9_62_prime192v1, "prime256v1": NID_X9_62_prime256v1,
    "secp384r1": NID_secp384r1, "secp521r1": NID_secp521r1,
  ]

  /// libcrypto's form of the key, which is made when it is first asked.
  private func libraryKey() -> LibraryKey? {
    known.withLock { known in
      if known == nil { known = LibraryKey(number, point) }
      return known
    }
  }

  /// Whether two numbers sign a digest; `nil` if they are not from 1 to the order.
  package func verifies(_ digest: [UInt8], _ first: [UInt8], _ second: [UInt8]) -> Bool? {
    let signature = KnownSignatures.Signature(
      curve: number, point: point, digest: digest, first: first, second: second)
    if KnownSignatures.contains(signature) { return true }
    if let quick, quick.verifies(digest, first, second) {
      KnownSignatures.insert(signature)
      return true
    }
    guard let key = libraryKey() else { return false }
    return key.verifies(digest, first, second)
  }
}

/// Signatures that were found to be right: several kernels are asked about the same modules.
private enum KnownSignatures {
  struct Signature: Hashable {
    let curve: Int32
    let point, digest, first, second: [UInt8]
  }

  private static let known = Mutex<Set<Signature>>([])
  /// How many are kept, each of about 400 bytes.
  private static let most = 1 << 14

  static func contains(_ signature: Signature) -> Bool {
    known.withLock { $0.contains(signature) }
  }

  static func insert(_ signature: Signature) {
    known.withLock { known in
      if known.count < most { known.insert(signature) }
    }
  }
}

/// A key of libcrypto's.
@safe private final class LibraryKey: @unchecked Sendable {
  private let key: OpaquePointer

  init?(_ curve: Int32, _ point: [UInt8]) {
    guard let key = unsafe EC_KEY_new_by_curve_name(curve) else { return nil }
    unsafe self.key = key
    guard unsafe EC_KEY_oct2key(key, point, point.count, nil) == 1 else { return nil }
  }

  deinit { unsafe EC_KEY_free(key) }

  /// Whether two numbers sign a digest; `nil` if they are not from 1 to the order.
  func verifies(_ digest: [UInt8], _ first: [UInt8], _ second: [UInt8]) -> Bool? {
    guard let signature = unsafe ECDSA_SIG_new() else { return nil }
    defer { unsafe ECDSA_SIG_free(signature) }
    guard let r = unsafe BN_bin2bn(first, Int32(first.count), nil) else { return nil }
    guard let s = unsafe BN_bin2bn(second, Int32(second.count), nil) else {
      unsafe BN_free(r)
      return nil
    }
    // SAFETY: the signature owns both numbers from here on.
    guard unsafe ECDSA_SIG_set0(signature, r, s) == 1,
      let group = unsafe EC_KEY_get0_group(key), let order = unsafe EC_GROUP_get0_order(group)
    else { return nil }
    func isOutside(_ number: OpaquePointer) -> Bool {
      unsafe BN_is_zero(number) == 1 || BN_cmp(number, order) >= 0
    }
    if unsafe isOutside(r) || isOutside(s) { return nil }
    return unsafe ECDSA_do_verify(digest, Int32(digest.count), signature, key) == 1
  }
}

extension P384Key {
  private static let order: [UInt8] =
    [UInt8](repeating: 0xff, count: 24) + [
      0xc7, 0x63, 0x4d, 0x81, 0xf4, 0x37, 0x2d, 0xdf, 0x58, 0x1a, 0x0d, 0xb2, 0x48, 0xb0, 0xa7,
      0x7a,
      0xec, 0xec, 0x19, 0x6a, 0xcc, 0xc5, 0x29, 0x73,
    ]

  /// Whether two numbers sign a digest of up to 48 bytes; `false` also if nothing is known.
  package func verifies(_ digest: [UInt8], _ first: [UInt8], _ second: [UInt8]) -> Bool {
    guard digest.count <= 48,
      let (left, right) = BigNumbers.factors(digest, first, second, P384Key.order)
    else { return false }
    let sum = sum(left, right)
    guard !sum.isEndless else { return false }
    // The abscissa modulo the order: one that is not below the order is the order and little more.
    return BigNumbers.abscissas(first, P384Key.order).contains { bytes in
      P384Number(bytes.rawSpan).map { $0 * sum.z.squared == sum.x } ?? false
    }
  }
}
