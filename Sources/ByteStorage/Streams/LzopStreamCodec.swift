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
  /// Compressed bytes of the block, and its content.
  private var packed: [UInt8] = []
  private var content: [UInt8] = []
  private var given = 0

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
        packed.removeAll(keepingCapacity: true)
        state = .block(block)
      case .block(let block):
        let taken = min(block.packedSize - packed.count, rest.count)
        unsafe packed.append(contentsOf: rest[..<taken])
        step.consumed += taken
        guard packed.count == block.packedSize else {
          if isEnd { throw .damaged(LzopBlock.endsEarly) }
          return step
        }
        try unpack(block)
        state = .content
      case .content:
        guard unsafe give(to: output, &step) else { return step }
        state = .head
      }
    }
  }

  private func unpack(_ block: LzopBlock) throws(DecompressionError) {
    if content.count != block.size { content = [UInt8](repeating: 0, count: block.size) }
    given = 0
    var failure: DecompressionError?
    unsafe packed.withUnsafeBytes { source in
      unsafe content.withUnsafeMutableBytes { target in
        do throws(DecompressionError) {
          try unsafe block.decode(RawSpan(_unsafeBytes: source), into: target)
        } catch { failure = error }
      }
    }
    if let failure { throw failure }
  }

  /// Copies content to the output; `false` if it has no room for the rest.
  private func give(to output: UnsafeMutableRawBufferPointer, _ step: inout StreamStep) -> Bool {
    let taken = min(content.count - given, output.count - step.produced)
    unsafe content.withUnsafeBytes { bytes in
      unsafe UnsafeMutableRawBufferPointer(rebasing: output[step.produced...])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[given..<(given + taken)]))
    }
    given += taken
    step.produced += taken
    return given == content.count
  }
}
