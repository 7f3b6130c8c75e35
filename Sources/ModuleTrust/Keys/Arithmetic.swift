internal import ByteStorage
internal import CCrypto

/// Numbers of any size.
enum BigNumbers {
  /// `base` ^ `exponent` modulo `modulus`, as `size` bytes; `nil` if the base is not below the modulus,
  /// or is one that a kernel excludes: 0, 1, and the modulus less 1.
  static func power(
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

  private static func number(_ bytes: [UInt8], _ context: OpaquePointer) -> OpaquePointer? {
    guard let number = unsafe BN_CTX_get(context), let count = Int32(exactly: bytes.count) else {
      return nil
    }
    return unsafe BN_bin2bn(bytes, count, number)
  }
}

/// A point on a curve. libcrypto only reads a key when it verifies with it, so that threads may share one.
@safe final class CurveKey: @unchecked Sendable {
  private let key: OpaquePointer

  /// `nil` if the bytes are no point of the curve. Points of these curves have no smaller order, so that
  /// nothing is left to check.
  init?(_ curve: String, _ point: [UInt8]) {
    guard let number = CurveKey.numbers[curve], let key = unsafe EC_KEY_new_by_curve_name(number)
    else { return nil }
    unsafe self.key = key
    guard unsafe EC_KEY_oct2key(key, point, point.count, nil) == 1 else { return nil }
  }

  private static let numbers = [
    "prime192v1": NID_X9_62_prime192v1, "prime256v1": NID_X9_62_prime256v1,
    "secp384r1": NID_secp384r1, "secp521r1": NID_secp521r1,
  ]

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
