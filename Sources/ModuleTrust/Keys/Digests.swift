internal import ByteStorage
internal import CCrypto

extension DigestAlgorithm {
  /// The digest of some bytes; `nil` if libcrypto does not have it.
  ///
  /// - Note: SHA-1 and SHA-2 are computed by functions that are deprecated: those that replace them make
  ///   libcrypto read its configuration and list its algorithms first, which takes milliseconds.
  package func value(of bytes: RawSpan) -> [UInt8]? {
    unsafe bytes.withUnsafeBytes { input in
      switch self {
      case .sha1:
        var state = SHA_CTX()
        return unsafe DigestAlgorithm.value(size: 20) { output in
          unsafe SHA1_Init(&state) == 1 && SHA1_Update(&state, input.baseAddress, input.count) == 1
            && SHA1_Final(output, &state) == 1
        }
      case .sha224, .sha256:
        var state = SHA256_CTX()
        let isShort = self == .sha224
        return unsafe DigestAlgorithm.value(size: isShort ? 28 : 32) { output in
          unsafe (isShort ? SHA224_Init(&state) : SHA256_Init(&state)) == 1
            && SHA256_Update(&state, input.baseAddress, input.count) == 1
            && SHA256_Final(output, &state) == 1
        }
      case .sha384, .sha512:
        var state = SHA512_CTX()
        let isShort = self == .sha384
        return unsafe DigestAlgorithm.value(size: isShort ? 48 : 64) { output in
          unsafe (isShort ? SHA384_Init(&state) : SHA512_Init(&state)) == 1
            && SHA512_Update(&state, input.baseAddress, input.count) == 1
            && SHA512_Final(output, &state) == 1
        }
      default: return unsafe DigestAlgorithm.fetched(rawValue, input)
      }
    }
  }

  /// Computes a digest of some size; the state has been made for it, so that no more is written.
  private static func value(
    size: Int, _ compute: (UnsafeMutablePointer<UInt8>?) -> Bool
  ) -> [UInt8]? {
    var value = [UInt8](repeating: 0, count: size)
    let isDone = unsafe value.withUnsafeMutableBufferPointer { unsafe compute($0.baseAddress) }
    return isDone ? value : nil
  }

  private static func fetched(_ name: String, _ input: UnsafeRawBufferPointer) -> [UInt8]? {
    var value = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var size: UInt32 = 0
    // SAFETY: reads the input's bytes and writes at most EVP_MAX_MD_SIZE.
    guard let method = unsafe EVP_get_digestbyname(name),
      unsafe EVP_Digest(input.baseAddress, input.count, &value, &size, method, nil) == 1
    else { return nil }
    return Array(value.prefix(Int(size)))
  }
}
