extension StringProtocol {
  /// Whether a text, compared byte by byte, is a part of this one.
  ///
  /// Searching for a `String` is not part of Swift's core, but of its library for regular expressions,
  /// which the C library goes without.
  package func hasPart(_ text: some StringProtocol) -> Bool {
    let wanted = Array(text.utf8)
    let bytes = Array(utf8)
    return bytes.rawSpan.firstRange(of: wanted.rawSpan) != nil
  }
}
