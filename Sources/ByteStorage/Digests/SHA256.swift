internal import CCrypto

package struct SHA256Digest: Sendable {
  /// The 32 bytes as four big-endian numbers.
  package let words: (UInt64, UInt64, UInt64, UInt64)

  package init(of bytes: RawSpan) {
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    unsafe bytes.withUnsafeBytes { input in
      var state = SHA256_CTX()
      // Deprecated, but OpenSSL 3 fetches the algorithm for each call of the others: 86 ns a name
      // become 870 ns with SHA256(), 270 ns with EVP_Digest().
      // SAFETY: reads the span's bytes, and writes 32 bytes, which `words` has.
      unsafe SHA256_Init(&state)
      unsafe SHA256_Update(&state, input.baseAddress, input.count)
      unsafe withUnsafeMutableBytes(of: &words) { output in
        let start = unsafe output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        _ = unsafe SHA256_Final(start, &state)
      }
    }
    self.words = (
      UInt64(bigEndian: words.0), UInt64(bigEndian: words.1), UInt64(bigEndian: words.2),
      UInt64(bigEndian: words.3)
    )
  }
}
