/// Unpacks a bare LZO1X stream. Instructions (`Documentation/staging/lzo.rst` of the kernel, 7.3), by
/// their first byte; the two lowest bits of a match, or of its last byte, count literals that follow it:
///
/// | byte | meaning |
/// |---|---|
/// | 0–15 after a match without literals | 3 literals and more |
/// | 0–15 after a match with literals | 2 bytes from up to 1 KiB back |
/// | 0–15 after a run of literals | 3 bytes from 2 to 3 KiB back |
/// | 16–31 | 2 bytes and more from 16 to 48 KiB back; from just 16 KiB: the end |
/// | 32–63 | 2 bytes and more from up to 16 KiB back |
/// | 64–127, 128–255 | 3 or 4, and 5 to 8 bytes from up to 2 KiB back |
///
/// A first byte above 17 is a run of literals.
@safe struct LZO1XDecoder: ~Copyable {
  private let input: UnsafeRawBufferPointer
  private let output: UnsafeMutableRawBufferPointer
  private let inputCount: Int
  private let outputCount: Int
  private var next = 0
  private var written = 0

  /// The number of bytes that a stream gives; `nil` if it is damaged, does not end with the input, or
  /// gives more than there is room for.
  static func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> Int? {
    var decoder = unsafe LZO1XDecoder(input: input, output: output)
    return decoder.run() ? decoder.written : nil
  }

  private init(input: UnsafeRawBufferPointer, output: UnsafeMutableRawBufferPointer) {
    unsafe self.input = input
    unsafe self.output = output
    inputCount = input.count
    outputCount = output.count
  }

  private mutating func run() -> Bool {
    /// Literals before the next instruction: 0 to 3 after a match, 4 after a run.
    var state = 0
    if inputCount > 0, unsafe input[0] > 17 {
      let count = Int(unsafe input[0]) - 17
      next = 1
      guard copyLiterals(count) else { return false }
      state = min(count, 4)
    }
    while let code = byte() {
      if code < 16, state == 0 {
        guard let count = length(code, bits: 4), copyLiterals(count &+ 3) else { return false }
        state = 4
        continue
      }
      let match: (distance: Int, count: Int, literals: Int)
      switch code {
      case 0..<16:
        guard let high = byte() else { return false }
        let distance = high << 2 | code >> 2
        match =
          state == 4 ? (distance &+ 2049, 3, code & 3) : (distance &+ 1, 2, code & 3)
      case 16..<64:
        let bits = code < 32 ? 3 : 5
        guard let count = length(code & (1 << bits - 1), bits: bits), let low = byte(),
          let high = byte()
        else { return false }
        let distance = high << 6 | low >> 2
        let far = code < 32 ? (code & 8) << 11 | distance : distance
        if code < 32, far == 0 { return next == inputCount }
        match = (code < 32 ? far &+ 16384 : far &+ 1, count &+ 2, low & 3)
      default:
        guard let high = byte() else { return false }
        let count = code < 128 ? 3 &+ (code >> 5 & 1) : 5 &+ (code >> 5 & 3)
        match = ((high << 3 | code >> 2 & 7) &+ 1, count, code & 3)
      }
      guard copyMatch(match.distance, match.count), copyLiterals(match.literals) else {
        return false
      }
      state = match.literals
    }
    return false
  }

  @inline(__always) private mutating func byte() -> Int? {
    guard next < inputCount else { return nil }
    defer { next &+= 1 }
    // SAFETY: next < inputCount.
    return Int(unsafe input[next])
  }

  /// A length of some bits; if these are zero, what they can hold, 255 for each byte of zero, and a last
  /// byte.
  @inline(__always) private mutating func length(_ short: Int, bits: Int) -> Int? {
    if short > 0 { return short }
    var count = 1 << bits - 1
    while let more = byte() {
      if more > 0 { return count &+ more }
      count &+= 255
    }
    return nil
  }

  @inline(__always) private mutating func copyLiterals(_ count: Int) -> Bool {
    guard count > 0 else { return true }
    guard count <= inputCount &- next, count <= outputCount &- written,
      let source = unsafe input.baseAddress, let target = unsafe output.baseAddress
    else { return false }
    // SAFETY: both have `count` bytes left.
    unsafe (target + written).copyMemory(from: source + next, byteCount: count)
    next &+= count
    written &+= count
    return true
  }

  /// Repeats bytes that were written; those of the match itself too, if it is longer than its distance.
  @inline(__always) private mutating func copyMatch(_ distance: Int, _ count: Int) -> Bool {
    guard distance <= written, count <= outputCount &- written,
      let start = unsafe output.baseAddress
    else { return false }
    let target = unsafe start + written
    // SAFETY: `distance` bytes precede the target, and `count` fit after it.
    let source = unsafe target - distance
    if distance >= count {
      unsafe target.copyMemory(from: source, byteCount: count)
    } else {
      for offset in 0..<count {
        let value = unsafe source.load(fromByteOffset: offset, as: UInt8.self)
        unsafe target.storeBytes(of: value, toByteOffset: offset, as: UInt8.self)
      }
    }
    written &+= count
    return true
  }
}
