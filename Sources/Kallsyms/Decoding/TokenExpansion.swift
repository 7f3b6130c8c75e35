internal import ByteStorage
internal import SymbolTables

/// What each of the 256 codes expands to, arranged for copying. Nearly every token has at most 16
/// bytes: those are kept in slots of 16, and are copied whole; what is too much is overwritten by
/// the next.
struct TokenExpansion {
  private static let slotSize = 16
  private var sizes = [UInt16](repeating: 0, count: 256)
  private var slots = [UInt8](repeating: 0, count: 256 * TokenExpansion.slotSize)
  /// Tokens longer than a slot.
  private var long: [Int: [UInt8]] = [:]

  init(_ tables: KallsymsTables, _ bytes: RawSpan) {
    var offset = tables.tokenTable.lowerBound
    for code in 0..<256 {
      let token = bytes.cStringOrEmpty(at: offset)
      let size = min(token.byteCount, TokenTable.longestToken)
      sizes[code] = UInt16(truncatingIfNeeded: size)
      if size > TokenExpansion.slotSize {
        long[code] = token.slice(0..<size)?.array ?? []
      } else {
        for index in 0..<size {
          slots[code * TokenExpansion.slotSize + index] = token.byte(at: index) ?? 0
        }
      }
      offset &+= token.byteCount &+ 1
    }
  }

  /// How many bytes some codes expand to; `codes` must lie in `names`.
  @inline(__always) func size(of names: RawSpan, _ codes: Range<Int>) -> Int {
    unsafe sizes.withUnsafeBufferPointer { sizes in
      var total = 0
      for offset in codes {
        // SAFETY: the caller keeps the range in the span; a byte indexes 256 elements.
        let code = unsafe names.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
        total &+= unsafe Int(sizes[Int(code)])
      }
      return total
    }
  }

  /// Type letters and names, one after the other, `size` bytes in all.
  func expand(_ names: RawSpan, count: Int, _ isWide: Bool, size: Int) -> [UInt8] {
    let slotSize = TokenExpansion.slotSize
    return unsafe [UInt8](unsafeUninitializedCapacity: size + slotSize) { output, filled in
      guard let base = output.baseAddress else { return }
      var target = unsafe base
      // SAFETY: `size` is the sum of what `size(of:_:)` gives for these very names, so that the
      // last byte of a token lies in `size`, and a slot of 16 bytes copied whole in the capacity.
      unsafe slots.withUnsafeBytes { slots in
        unsafe sizes.withUnsafeBufferPointer { sizes in
          var offset = 0
          for _ in 0..<count {
            guard let codes = SymbolTable.codes(names, at: offset, isWide) else { break }
            for place in codes {
              let code = Int(
                unsafe names.unsafeLoad(fromUncheckedByteOffset: place, as: UInt8.self))
              let length = unsafe Int(sizes[code])
              if length <= slotSize {
                let slot = unsafe slots.loadUnaligned(
                  fromByteOffset: code &* slotSize, as: SIMD16<UInt8>.self)
                unsafe UnsafeMutableRawPointer(target).storeBytes(of: slot, as: SIMD16<UInt8>.self)
              } else if let token = long[code] {
                unsafe target.update(from: token, count: length)
              }
              unsafe target += length
            }
            offset = codes.upperBound
          }
        }
      }
      filled = unsafe target - base
    }
  }
}
