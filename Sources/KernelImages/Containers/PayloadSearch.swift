internal import ByteStorage

enum PayloadSearch {
  struct Candidate: Hashable {
    let offset: Int
    let format: CompressionFormat
  }

  /// Most places to try: each may cost the unpacking of a large stream.
  private static let mostCandidates = 32

  /// The first bytes of streams, as long as they are always the same; all but the lzma properties
  /// and the block mark of bzip2 are magic numbers.
  private static let beginnings: [[UInt8]] = [
    [0x1f, 0x8b, 0x08], [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], [0x28, 0xb5, 0x2f, 0xfd],
    [0x42, 0x5a, 0x68], [0x5d, 0x00, 0x00], [0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a],
    [0x02, 0x21, 0x4c, 0x18], [0x04, 0x22, 0x4d, 0x18],
  ]

  /// Places that begin like a compressed stream, in file order.
  static func candidates(in bytes: RawSpan) -> [Candidate] {
    var found: [Candidate] = []
    for beginning in beginnings {
      var (position, count) = (0, 0)
      while count < mostCandidates,
        let offset = bytes.firstRange(of: beginning.rawSpan, from: position)
      {
        position = offset &+ 1
        guard let rest = bytes.suffix(from: offset), let format = CompressionFormat(magic: rest)
        else { continue }
        found.append(Candidate(offset: offset, format: format))
        count &+= 1
      }
    }
    found.sort { $0.offset < $1.offset }
    return Array(found.prefix(mostCandidates))
  }
}
