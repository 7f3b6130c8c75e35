/// A block of a stream that is unpacked whole: its compressed bytes as they come, and its content as it is
/// handed out.
struct BlockBuffer {
  private(set) var packed: [UInt8] = []
  /// The content; ``begin()`` keeps it until the next is set.
  private(set) var content: [UInt8] = []
  /// Bytes of the content that were handed out.
  private(set) var given = 0

  /// Forgets the compressed bytes.
  mutating func begin() { packed.removeAll(keepingCapacity: true) }

  /// Takes compressed bytes, up to a size in all.
  mutating func take(
    _ input: UnsafeRawBufferPointer, upTo size: Int, _ step: inout StreamStep
  ) {
    let taken = min(size - packed.count, input.count)
    unsafe packed.append(contentsOf: input[..<taken])
    step.consumed += taken
  }

  /// Replaces the content, of which nothing was handed out then.
  mutating func setContent(_ bytes: [UInt8]) { (content, given) = (bytes, 0) }

  /// Copies content to the output; `false` if it has no room for the rest.
  mutating func give(
    to output: UnsafeMutableRawBufferPointer, _ step: inout StreamStep
  ) -> Bool {
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
