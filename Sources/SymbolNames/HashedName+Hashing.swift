internal import ByteStorage

extension HashedName {
  /// The hashed name of a linkage name: SHA-256 of its bytes, without one leading dot.
  package init(of linkage: RawSpan) {
    var hashed = linkage
    if linkage.byte(at: 0) == UInt8(ascii: "."), let rest = linkage.suffix(from: 1) {
      hashed = rest
    }
    self.init(words: SHA256Digest(of: hashed).words)
  }
}

extension SymbolNameView {
  package var hashed: HashedName {
    // SAFETY: bytes have no padding.
    HashedName(of: unsafe linkage.bytes)
  }
}

extension SymbolName {
  package var hashed: HashedName { view.hashed }
}
