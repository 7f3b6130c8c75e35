internal import ByteStorage

extension ELFLayout {
  /// Overwrites an integer of `size` bytes in this byte order; does nothing where it does not fit.
  func store(_ value: UInt64, size: Int, in bytes: inout [UInt8], at offset: Int) {
    guard offset >= 0, size >= 0, offset <= bytes.count &- size else { return }
    for index in 0..<size {
      let shift = UInt64(8 &* (order == .little ? index : size &- 1 &- index))
      bytes[offset &+ index] = UInt8(truncatingIfNeeded: value >> shift)
    }
  }

  func storeWord(_ value: UInt64, in bytes: inout [UInt8], at offset: Int) {
    store(value, size: wordSize, in: &bytes, at: offset)
  }

  package func append(_ value: UInt64, size: Int, to bytes: inout [UInt8]) {
    for index in 0..<size {
      let shift = UInt64(8 &* (order == .little ? index : size &- 1 &- index))
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}

/// Where the fields of a section header that an editor changes lie.
struct SectionHeaderFields {
  let flags, offset, size, link, info, alignment, entrySize: Int

  init(_ layout: ELFLayout) {
    flags = 8
    offset = layout.is64Bit ? 24 : 16
    size = layout.is64Bit ? 32 : 20
    link = layout.is64Bit ? 40 : 24
    info = layout.is64Bit ? 44 : 28
    alignment = layout.is64Bit ? 48 : 32
    entrySize = layout.is64Bit ? 56 : 36
  }
}
