internal import CLz4

/// lz4: a frame, or the legacy frame that the kernel uses, whose blocks are unpacked one by one. The
/// legacy frame has no end mark: it ends where the input does, at a size that no block has (the next
/// frame's magic number, or zero), or after a block that is not full.
@safe final class LZ4StreamCodec: StreamCodec {
  private enum State {
    case magic
    case frame
    case size
    case block(size: Int)
    case content
    case ended
  }

  private var state = State.magic
  private var context: OpaquePointer?
  private var buffer = BlockBuffer()

  private static let legacyMagic: UInt32 = 0x184c_2102
  private static let blockSize = 8 << 20
  /// LZ4_COMPRESSBOUND of a block.
  private static let mostPacked = blockSize + blockSize / 255 + 16

  func decode(
    _ input: UnsafeRawBufferPointer, isEnd: Bool, into output: UnsafeMutableRawBufferPointer
  ) throws(DecompressionError) -> StreamStep {
    var step = StreamStep()
    while !step.hasEnded {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: input[step.consumed...])
      switch state {
      case .magic:
        guard rest.count >= 4 else { return step }
        guard unsafe LZ4StreamCodec.word(rest) == LZ4StreamCodec.legacyMagic else {
          state = .frame
          continue
        }
        step.consumed += 4
        state = .size
      case .frame:
        try unsafe decodeFrame(rest, into: output, &step)
        return step
      case .size:
        let isLast = buffer.given > 0 && buffer.content.count < LZ4StreamCodec.blockSize
        if isLast || rest.count < 4 && isEnd {
          state = .ended
          continue
        }
        guard rest.count >= 4 else { return step }
        let size = Int(unsafe LZ4StreamCodec.word(rest))
        // Padding, another archive or another frame follow.
        if size == 0 || size > LZ4StreamCodec.mostPacked {
          state = .ended
          continue
        }
        step.consumed += 4
        buffer.begin()
        state = .block(size: size)
      case .block(let size):
        unsafe buffer.take(rest, upTo: size, &step)
        guard buffer.packed.count == size else {
          if isEnd { throw .damaged("ends in the middle of a block") }
          return step
        }
        try decodeBlock()
        state = .content
      case .content:
        guard unsafe buffer.give(to: output, &step) else { return step }
        state = .size
      case .ended: step.hasEnded = true
      }
    }
    return step
  }

  private static func word(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    // SAFETY: the caller has at least four bytes.
    UInt32(littleEndian: unsafe bytes.loadUnaligned(as: UInt32.self))
  }

  private func decodeBlock() throws(DecompressionError) {
    var content = [UInt8](repeating: 0, count: LZ4StreamCodec.blockSize)
    let written = unsafe content.withUnsafeMutableBytes { to in
      unsafe buffer.packed.withUnsafeBytes { from -> Int32 in
        guard let source = from.baseAddress, let target = to.baseAddress else { return -1 }
        // SAFETY: liblz4 reads the block only and writes at most the size of the content.
        return unsafe LZ4_decompress_safe(
          source.assumingMemoryBound(to: CChar.self), target.assumingMemoryBound(to: CChar.self),
          Int32(clamping: from.count), Int32(clamping: to.count))
      }
    }
    guard written >= 0 else { throw .damaged("data error") }
    content.removeLast(content.count - Int(written))
    buffer.setContent(content)
  }

  private func decodeFrame(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer,
    _ step: inout StreamStep
  ) throws(DecompressionError) {
    if unsafe context == nil {
      var made: OpaquePointer?
      guard unsafe LZ4F_isError(LZ4F_createDecompressionContext(&made, 100)) == 0 else {
        throw .outOfMemory
      }
      unsafe context = unsafe made
    }
    var (consumed, produced) = (input.count, output.count)
    // SAFETY: liblz4 reads only the input and writes only the output, both of the caller.
    let left = unsafe LZ4F_decompress(
      context, output.baseAddress, &produced, input.baseAddress, &consumed, nil)
    if LZ4F_isError(left) != 0 { throw .damaged("data error") }
    step.consumed += consumed
    step.produced += produced
    step.hasEnded = left == 0
  }

  deinit { if let context = unsafe context { unsafe LZ4F_freeDecompressionContext(context) } }
}
