package import ByteStorage

/// Bytes put together piece by piece, in a byte order.
package struct ByteBuilder: Sendable {
  /// What was put so far.
  package var bytes: [UInt8] = []
  /// Byte order of the integers that are put.
  package let order: ByteOrder

  /// Creates an empty builder.
  package init(_ order: ByteOrder = .little) { self.order = order }

  /// Number of bytes so far.
  package var count: Int { bytes.count }

  /// Appends an integer of its type's size.
  package mutating func put<T: FixedWidthInteger>(_ value: T) {
    bytes.append(contentsOf: encoded(value))
  }

  /// Appends text without a NUL.
  package mutating func put(text: String) { bytes.append(contentsOf: text.utf8) }

  /// Appends text with a NUL.
  package mutating func put(cString: String) {
    put(text: cString)
    bytes.append(0)
  }

  /// Appends bytes.
  package mutating func put(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

  /// Appends zeros until the count is a multiple of `alignment`.
  package mutating func align(to alignment: Int) {
    while !bytes.count.isMultiple(of: max(alignment, 1)) { bytes.append(0) }
  }

  /// Appends zeros until there are `count` bytes.
  package mutating func pad(to count: Int) {
    if count > bytes.count {
      bytes.append(contentsOf: repeatElement(0, count: count - bytes.count))
    }
  }

  /// Overwrites an integer, padding with zeros as needed.
  package mutating func set<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    set(encoded(value), at: offset)
  }

  /// Overwrites bytes, padding with zeros as needed.
  package mutating func set(_ piece: [UInt8], at offset: Int) {
    pad(to: offset + piece.count)
    bytes.replaceSubrange(offset..<(offset + piece.count), with: piece)
  }

  private func encoded<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    let size = T.bitWidth / 8
    return (0..<size).map { index in
      let place = order == .little ? index : size - 1 - index
      return UInt8(truncatingIfNeeded: value >> T(8 * place))
    }
  }
}
