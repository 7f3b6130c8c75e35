package import ByteStorage

extension SHA256Digest {
  /// The digest as 64 lower-case hexadecimal digits, as sha256sum prints it.
  package var hexadecimal: String {
    [words.0, words.1, words.2, words.3].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
