internal import ByteStorage

/// A layout of the flags of ORC entries for x86-64, and its numbers of registers and types.
///
/// - Note: arch/x86/include/asm/orc_types.h: 1 of 4.14 to 6.2, 2 of 6.3 (ffb1b4a41016), 3 since 6.4
///   (fb799447ae29), 4 with the registers in another order, 7.2.
package enum ORCVersion: Int, Sendable, Hashable, CaseIterable {
  case one = 1
  case two, three, four

  /// What a kernel has in `.orc_header`: the SHA-1 that scripts/orc_hash.sh makes from the definitions.
  private static let headers: [(StaticString, ORCVersion)] = [
    ("db84aed4103b31dd51e017f8f79783ca985c2c51", .two),
    ("fe5d32bf581bd63b2ca9a5c65ba5a625eab3fe24", .three),
    ("137c36ad7627c4dd55932176bb0ecdbd5041fc82", .four),
  ]

  /// The version that a header names; `nil` for one that is not known.
  init?(header: RawSpan) {
    guard header.byteCount == 20 else { return nil }
    var text: [UInt8] = []
    for index in 0..<20 {
      let byte = header.byte(at: index) ?? 0
      for digit in [byte >> 4, byte & 15] { text.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
    }
    guard let known = ORCVersion.headers.first(where: { text.rawSpan.equals($0.0) }) else {
      return nil
    }
    self = known.1
  }

  /// The version of entries without a header: by what most of them are, which is calls with SP as their
  /// base. Distributions changed the layout without changing the release (RHEL 9.6).
  ///
  /// - Parameter entries: Entries of six bytes.
  init?(mostOf entries: RawSpan) {
    var counts = [Int](repeating: 0, count: 16)
    var hasBit11 = false
    for index in 0..<(entries.byteCount / 6) {
      let flags = entries.integer(UInt16.self, at: index &* 6 &+ 4, .little) ?? 0
      if flags & 0x800 != 0 { hasBit11 = true }
      switch (flags >> 8 & 3, flags & 15) {
      case (0, 5): counts[1] &+= 1
      case (2, 5): counts[3] &+= 1
      case (2, 3): counts[4] &+= 1
      default: break
      }
    }
    guard let most = counts.max(), most > 0, let place = counts.firstIndex(of: most) else {
      return nil
    }
    switch place {
    case 1: self = hasBit11 ? .two : .one
    case 3: self = .three
    default: self = .four
    }
  }
}

/// What an entry counts from.
enum ORCRegister: Sendable, Hashable {
  case none, previousSP, ax, dx, di, bp, sp, r10, r13, bpIndirect, spIndirect

  /// By number; the tenth of version 3 came with Clang's use of AX.
  private static let third: [ORCRegister] = [
    .none, .previousSP, .dx, .di, .bp, .sp, .r10, .r13, .bpIndirect, .spIndirect, .ax,
  ]
  private static let fourth: [ORCRegister] = [
    .none, .ax, .dx, .sp, .bp, .di, .r10, .r13, .previousSP, .spIndirect, .bpIndirect,
  ]

  init?(_ number: UInt16, _ version: ORCVersion) {
    let names = version == .four ? ORCRegister.fourth : ORCRegister.third
    guard names.indices.contains(Int(number)) else { return nil }
    self = names[Int(number)]
  }
}

/// What the stack looks like.
enum ORCKind: Sendable, Hashable {
  /// Nothing is known.
  case undefined
  /// The last frame.
  case end
  case call
  /// A whole `pt_regs`.
  case registers
  /// Only what the processor pushed.
  case interruptFrame
}
