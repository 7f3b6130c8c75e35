internal import Glibc

/// Bytes on their way to a file descriptor, or kept to be written later. A value type over an
/// array: formatting appends bytes, never `String`s.
@usableFromInline package struct OutputBuffer: Sendable {
  /// What was appended and not yet written.
  @usableFromInline package internal(set) var bytes: [UInt8] = []

  package init(reserving capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  @inlinable package mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  @inlinable @inline(__always) package mutating func append(_ text: StaticString) {
    // SAFETY: a StaticString lives for ever.
    unsafe bytes.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  @inlinable @inline(__always) package mutating func append(_ byte: UInt8) { bytes.append(byte) }

  @inlinable @inline(__always) package mutating func append(_ span: RawSpan) {
    unsafe span.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  @inlinable package mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }

  @inlinable
  package mutating func append(_ more: ArraySlice<UInt8>) { bytes.append(contentsOf: more) }

  /// Appends a number in hexadecimal, lower case, with at least `width` digits.
  @inlinable package mutating func append(hexadecimal value: UInt64, width: Int) {
    let significant = (64 - value.leadingZeroBitCount + 3) / 4
    let count = max(significant, width, 1)
    for _ in 0..<max(0, count - 16) { bytes.append(0x30) }
    let (high, low) = OutputBuffer.hexadecimalDigits(value)
    let digits = SIMD2(high.bigEndian, low.bigEndian)
    // SAFETY: the last of sixteen initialised bytes.
    unsafe withUnsafeBytes(of: digits) { digits in
      unsafe bytes.append(
        contentsOf: UnsafeRawBufferPointer(rebasing: digits.suffix(min(count, 16))))
    }
  }

  /// The sixteen digits of a number, the first the most significant.
  @inlinable @inline(__always)
  static func hexadecimalDigits(_ value: UInt64) -> (high: UInt64, low: UInt64) {
    /// Eight digits: each half byte is spread to a byte, and made a digit without a branch.
    func digits(_ half: UInt64) -> UInt64 {
      var spread = (half | half << 16) & 0x0000_ffff_0000_ffff
      spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ff
      spread = (spread | spread << 4) & 0x0f0f_0f0f_0f0f_0f0f
      let isLetter = ((spread &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
      return spread &+ 0x3030_3030_3030_3030 &+ isLetter &* 0x27
    }
    return (digits(value >> 32), digits(value & 0xffff_ffff))
  }

  @inlinable package mutating func append(decimal value: Int) { append(String(value)) }

  /// Makes room for more bytes.
  package mutating func reserve(_ count: Int) { bytes.reserveCapacity(bytes.count &+ count) }

  /// Forgets what was appended, keeping the capacity.
  @inlinable package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  /// Writes everything to a descriptor and empties the buffer; `false` if that fails.
  package mutating func write(to descriptor: Int32) -> Bool {
    defer { removeAll() }
    return writeAll(bytes, to: descriptor)
  }
}

/// Writes all bytes to a descriptor; `false` if that fails (then `errno` says why).
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
  unsafe bytes.withUnsafeBytes { unsafe writeAll($0, to: descriptor) }
}

/// As ``writeAll(_:to:)-(Array<UInt8>,_)`` with bytes that the caller keeps.
func writeAll(_ buffer: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
  var offset = 0
  while offset < buffer.count {
    let from = offset
    // SAFETY: reads the rest of the caller's bytes.
    let got = retryingInterrupted {
      guard let start = buffer.baseAddress else { return 0 }
      return unsafe Glibc.write(descriptor, start + from, buffer.count - from)
    }
    guard got > 0 else { return false }
    offset += got
  }
  return true
}
