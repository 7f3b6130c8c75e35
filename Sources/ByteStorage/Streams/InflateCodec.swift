/// A gzip member (RFC 1952 and 1951). libdeflate, which unpacks files elsewhere, wants all of the
/// content in memory.
@safe final class InflateCodec: StreamCodec {
  private enum State {
    case header
    case blockHeader
    case stored(left: Int)
    case codes
    case trailer
    case ended
  }

  private var state = State.header
  private var isLastBlock = false
  private var literals = HuffmanTable([], mayBeIncomplete: true)
  private var distances = HuffmanTable([], mayBeIncomplete: true)
  /// The content that distances reach back to, and what was not handed out yet.
  private var window = [UInt8](repeating: 0, count: 4 * historySize)
  private var end = 0
  private var given = 0
  private var sum: UInt32 = 0
  private var size: UInt32 = 0
  /// Bits of a byte that was used in part.
  private var reader = BitReader()

  private static let historySize = 1 << 15
  /// Most content of one code.
  private static let longest = 258
  /// More input than the header of a block can have (RFC 1951, 3.2.7), or a code, in bytes.
  private static let ample = 1 << 10

  func decode(
    _ input: UnsafeRawBufferPointer, isEnd: Bool, into output: UnsafeMutableRawBufferPointer
  ) throws(DecompressionError) -> StreamStep {
    var step = StreamStep()
    unsafe reader.begin(input)
    repeat {
      unsafe handOut(output, &step)
      if end - given > 0 || !isEnd && reader.available < InflateCodec.ample { break }
      if case .ended = state { break }
      makeRoom()
      try advance(isEnd: isEnd)
    } while true
    step.consumed = reader.finish()
    if case .ended = state, given == end { step.hasEnded = true }
    return step
  }

  private func handOut(_ output: UnsafeMutableRawBufferPointer, _ step: inout StreamStep) {
    let taken = min(end - given, output.count - step.produced)
    guard taken > 0 else { return }
    unsafe window.withUnsafeBytes { bytes in
      let piece = unsafe UnsafeRawBufferPointer(rebasing: bytes[given..<(given + taken)])
      unsafe UnsafeMutableRawBufferPointer(rebasing: output[step.produced...])
        .copyMemory(from: piece)
    }
    given += taken
    step.produced += taken
  }

  /// Moves the history to the start of the window; all of the content was handed out.
  private func makeRoom() {
    guard end > 3 * InflateCodec.historySize else { return }
    let start = end - InflateCodec.historySize
    for index in 0..<InflateCodec.historySize { window[index] = window[start + index] }
    (end, given) = (InflateCodec.historySize, InflateCodec.historySize)
  }

  private func advance(isEnd: Bool) throws(DecompressionError) {
    let before = end
    switch state {
    case .header:
      try readHeader()
      state = .blockHeader
    case .blockHeader: try readBlockHeader()
    case .stored(let left):
      let taken = min(left, window.count - end, reader.available)
      if taken == 0, left > 0 { throw .damaged(CompressionFormat.endsEarly) }
      for _ in 0..<taken {
        window[end] = UInt8(truncatingIfNeeded: reader.take(8))
        end += 1
      }
      state = left > taken ? .stored(left: left - taken) : afterBlock
    case .codes: if try decodeCodes(isEnd: isEnd) { state = afterBlock }
    case .trailer:
      reader.alignToByte()
      let (expected, count) = (reader.take(32), reader.take(32))
      if reader.isExhausted { throw .damaged(CompressionFormat.endsEarly) }
      guard UInt32(expected) == sum, UInt32(count) == size else { throw .damaged("checksum error") }
      state = .ended
    case .ended: break
    }
    if reader.isExhausted { throw .damaged(CompressionFormat.endsEarly) }
    if end > before {
      if let content = window.rawSpan.slice(before..<end) { sum = content.crc32(after: sum) }
      size &+= UInt32(truncatingIfNeeded: end - before)
    }
  }

  private var afterBlock: State { isLastBlock ? .trailer : .blockHeader }

  /// Skips the header. Where it is longer than the input that is there, it is damaged: names and
  /// comments are of a line.
  private func readHeader() throws(DecompressionError) {
    let magic = reader.take(16)
    let (method, flags) = (reader.take(8), reader.take(8))
    guard magic == 0x8b1f || magic == 0x9e1f, method == 8, flags & 0xe0 == 0 else {
      throw .damaged("not in this format")
    }
    _ = reader.take(48)
    if flags & 4 != 0 {
      for _ in 0..<reader.take(16) where !reader.isExhausted { _ = reader.take(8) }
    }
    for flag in [UInt64(8), 16] where flags & flag != 0 {
      while reader.take(8) != 0 && !reader.isExhausted {}
    }
    if flags & 2 != 0 { _ = reader.take(16) }
  }

  private func readBlockHeader() throws(DecompressionError) {
    isLastBlock = reader.take(1) == 1
    switch reader.take(2) {
    case 0:
      reader.alignToByte()
      let (size, check) = (reader.take(16), reader.take(16))
      guard size ^ check == 0xffff else { throw .damaged("data error") }
      state = .stored(left: Int(size))
    case 1:
      let lengths = (0..<288).map { UInt8($0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8) }
      literals = HuffmanTable(lengths, mayBeIncomplete: false)
      distances = HuffmanTable([UInt8](repeating: 5, count: 32), mayBeIncomplete: false)
      state = .codes
    case 2:
      try readTables()
      state = .codes
    default: throw .damaged("data error")
    }
  }

  private func readTables() throws(DecompressionError) {
    let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    let literalCount = Int(reader.take(5)) + 257
    let distanceCount = Int(reader.take(5)) + 1
    let count = Int(reader.take(4)) + 4
    var small = [UInt8](repeating: 0, count: 19)
    for index in order.prefix(count) { small[index] = UInt8(reader.take(3)) }
    guard let codes = HuffmanTable(small, mayBeIncomplete: false), literalCount <= 286,
      distanceCount <= 30
    else { throw .damaged("data error") }
    var lengths: [UInt8] = []
    while lengths.count < literalCount + distanceCount {
      guard let (symbol, length) = codes.decode(reader.peek()) else { throw .damaged("data error") }
      reader.drop(length)
      switch symbol {
      case 0..<16: lengths.append(UInt8(symbol))
      case 16:
        guard let last = lengths.last else { throw .damaged("data error") }
        lengths += [UInt8](repeating: last, count: 3 + Int(reader.take(2)))
      case 17: lengths += [UInt8](repeating: 0, count: 3 + Int(reader.take(3)))
      default: lengths += [UInt8](repeating: 0, count: 11 + Int(reader.take(7)))
      }
      if reader.isExhausted { throw .damaged(CompressionFormat.endsEarly) }
    }
    guard lengths.count == literalCount + distanceCount, lengths[256] != 0,
      let literals = HuffmanTable(lengths[..<literalCount], mayBeIncomplete: false),
      let distances = HuffmanTable(lengths[literalCount...], mayBeIncomplete: true)
    else { throw .damaged("data error") }
    (self.literals, self.distances) = (literals, distances)
  }

  private static let lengthBases: [UInt16] = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
    163, 195, 227, 258,
  ]
  private static let lengthBits: [UInt8] = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  private static let distanceBases: [UInt16] = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
    3073, 4097, 6145, 8193, 12289, 16385, 24577,
  ]

  /// Decodes until the block ends (`true`), the window is full, or more input is wanted.
  private func decodeCodes(isEnd: Bool) throws(DecompressionError) -> Bool {
    guard let literals, let distances else { throw .damaged("data error") }
    let (lengthBases, lengthBits) = (InflateCodec.lengthBases, InflateCodec.lengthBits)
    let distanceBases = InflateCodec.distanceBases
    var end = end
    defer { self.end = end }
    while window.count - end >= InflateCodec.longest {
      if !isEnd, reader.available < 8 { return false }
      guard let (symbol, length) = literals.decode(reader.peek()) else {
        throw .damaged("data error")
      }
      reader.drop(length)
      if reader.isExhausted { throw .damaged(CompressionFormat.endsEarly) }
      if symbol < 256 {
        window[end] = UInt8(symbol)
        end += 1
        continue
      }
      if symbol == 256 { return true }
      guard symbol - 257 < lengthBases.count else { throw .damaged("data error") }
      let size =
        Int(lengthBases[symbol - 257]) + Int(reader.take(Int(lengthBits[symbol - 257])))
      guard let (place, used) = distances.decode(reader.peek()), place < distanceBases.count else {
        throw .damaged("data error")
      }
      reader.drop(used)
      let distance = Int(distanceBases[place]) + Int(reader.take(max(0, place / 2 - 1)))
      guard distance <= min(end, InflateCodec.historySize) else { throw .damaged("data error") }
      for _ in 0..<size {
        window[end] = window[end - distance]
        end += 1
      }
    }
    return false
  }
}

/// Bits of bytes, the lowest first. What is taken past the end is zero, and noted.
@safe private struct BitReader {
  private var bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  private var next = 0
  private var bits: UInt64 = 0
  private var count = 0
  /// Whether more bits were taken than there are.
  private(set) var isExhausted = false

  /// Goes on with other bytes, after the bits of the last byte that was used in part.
  mutating func begin(_ bytes: UnsafeRawBufferPointer) {
    unsafe self.bytes = unsafe bytes
    next = 0
  }

  /// Gives whole bytes back that were not used; returns the number of those that were.
  mutating func finish() -> Int {
    let back = min(count / 8, next)
    next -= back
    count -= 8 * back
    bits &= (1 << UInt64(count)) - 1
    unsafe bytes = UnsafeRawBufferPointer(start: nil, count: 0)
    return next
  }

  /// Whole bytes that are left.
  var available: Int { unsafe bytes.count - next + count / 8 }

  @inline(__always) mutating func peek() -> UInt64 {
    while count <= 48 {
      guard unsafe next < bytes.count else { break }
      bits |= UInt64(unsafe bytes[next]) << UInt64(count)
      next += 1
      count += 8
    }
    return bits
  }

  @inline(__always) mutating func drop(_ size: Int) {
    if size > count {
      (isExhausted, bits, count) = (true, 0, 0)
      return
    }
    bits >>= UInt64(size)
    count -= size
  }

  /// Takes at most 48 bits.
  @inline(__always) mutating func take(_ size: Int) -> UInt64 {
    let value = peek() & ((1 << UInt64(size)) - 1)
    drop(size)
    return value
  }

  mutating func alignToByte() { drop(count % 8) }
}
