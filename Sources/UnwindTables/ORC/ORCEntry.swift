internal import ByteStorage

/// What holds from an address on.
struct ORCEntry: Sendable, Hashable {
  let kind: ORCKind
  /// Where the previous SP, or the saved registers, count from.
  let base: ORCRegister
  let baseOffset: Int16
  /// Where the previous BP is stored, if it is.
  let frame: ORCRegister
  let frameOffset: Int16
  /// Whether the address to which it returns is exact, and not one after a call.
  let isSignal: Bool

  /// - Returns: `nil` if a number has no meaning.
  init?(_ baseOffset: Int16, _ frameOffset: Int16, flags: UInt16, _ version: ORCVersion) {
    guard let base = ORCRegister(flags & 15, version),
      let frame = ORCRegister(flags >> 4 & 15, version), base != .previousSP,
      frame == .none || frame == .previousSP || frame == .bp
    else { return nil }
    let kind: ORCKind
    switch version {
    case .one, .two:
      let isEnd = flags & (version == .one ? 0x400 : 0x800) != 0
      switch flags >> 8 & 3 {
      case _ where base == .none: kind = isEnd ? .end : .undefined
      case 0: kind = .call
      case 1: kind = .registers
      case 2: kind = .interruptFrame
      default: return nil
      }
      let isSaved = kind == .registers || kind == .interruptFrame
      isSignal = version == .one ? isSaved : flags & 0x400 != 0
    case .three, .four:
      switch flags >> 8 & 7 {
      case 0: kind = .undefined
      case 1: kind = .end
      case 2...4 where base == .none: kind = .undefined
      case 2: kind = .call
      case 3: kind = .registers
      case 4: kind = .interruptFrame
      default: return nil
      }
      isSignal = flags & 0x800 != 0
    }
    self.kind = kind
    (self.base, self.baseOffset) = (base, baseOffset)
    (self.frame, self.frameOffset) = (frame, frameOffset)
  }
}
