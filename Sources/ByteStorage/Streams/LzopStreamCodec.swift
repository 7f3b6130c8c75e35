/// lzop: blocks are unpacked one by one, each from its bytes whole.
final class LzopStreamCodec: StreamCodec {
  private enum State {
    case header
    case head
    case block(LzopBlock)
    case content
  }

  private var state = State.header
  private var header: LzopHeader?
  private var buffer = BlockBuffer()

  /// A header with a name of 255 bytes and an extra field is far smaller.
  private static let mostHeader = 1 << 16
  /// Most content of a block: MAX_BLOCK_SIZE of lzop 1.04. The kernel takes 256 KiB only
  /// (LZO_BLOCK_SIZE of lib/decompress_unlzo.c, 7.3).
  private static let mostContent = 64 << 20

  func decode(
    _ input: UnsafeRawBufferPointer, isEnd: Bool, into output: UnsafeMutableRawBufferPointer
  ) throws(DecompressionError) -> StreamStep {
    var step = StreamStep()
    while true {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: input[step.consumed...])
      switch state {
      case .header:
        guard let header = unsafe LzopHeader(RawSpan(_unsafeBytes: rest)) else {
          if isEnd || rest.count >= LzopStreamCodec.mostHeader { throw .damaged(LzopHeader.bad) }
          return step
        }
        step.consumed += header.byteCount
        self.header = header
        state = .head
      case .head:
        guard let header,
          let block = try unsafe LzopBlock(RawSpan(_unsafeBytes: rest), at: 0, header)
        else { return step }
        step.consumed += block.headCount
        if block.isEnd {
          step.hasEnded = true
          return step
        }
        guard block.size <= LzopStreamCodec.mostContent else { throw .tooLarge }
        buffer.begin()
        state = .block(block)
      case .block(let block):
        unsafe buffer.take(rest, upTo: block.packedSize, &step)
        guard buffer.packed.count == block.packedSize else {
          if isEnd { throw .damaged(LzopBlock.endsEarly) }
          return step
        }
        try unpack(block)
        state = .content
      case .content:
        guard unsafe buffer.give(to: output, &step) else { return step }
        state = .head
      }
    }
  }

  private func unpack(_ block: LzopBlock) throws(DecompressionError) {
    var content = [UInt8](repeating: 0, count: block.size)
    var failure: DecompressionError?
    unsafe buffer.packed.withUnsafeBytes { source in
      unsafe content.withUnsafeMutableBytes { target in
        do throws(DecompressionError) {
          try unsafe block.decode(RawSpan(_unsafeBytes: source), into: target)
        } catch { failure = error }
      }
    }
    if let failure { throw failure }
    buffer.setContent(content)
  }
}
