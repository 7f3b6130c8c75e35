extension [UInt8] {
  /// The bytes as parsers take them, without a copy.
  @inlinable package var rawSpan: RawSpan {
    @inline(__always) @_lifetime(borrow self) borrowing get {
      // SAFETY: the bytes of an array of bytes are all initialised.
      unsafe span.bytes
    }
  }
}

extension [UInt64] {
  /// The bytes of the numbers, in the order of this machine.
  @inlinable package var storedBytes: RawSpan {
    @inline(__always) @_lifetime(borrow self) borrowing get {
      // SAFETY: the bytes of an array of numbers are all initialised.
      unsafe span.bytes
    }
  }
}
