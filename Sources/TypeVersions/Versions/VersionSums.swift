internal import ByteStorage

/// Versions without their texts: what a type expands to is summed once, and used again wherever
/// nothing that it reaches was met before.
struct VersionSums {
  private struct Sum {
    var crc: UInt32 = 0
    var count = 0
  }

  private struct Frame {
    var next: Int
    let end: Int
    /// The key whose sum this is, and what came before it; -1 if it belongs to the frame below.
    let key: Int
    let before: Sum
  }

  /// What keys reach; `nil` if that is too much to know.
  private let reach: TypeReach?
  private var sums: [Sum?]
  private var seen: [UInt64]
  private var stack: [Frame] = []

  /// Fewest versions for which it pays to know what types reach.
  private static let fewest = 4
  /// Texts that are shorter are cheaper to sum again, in bytes.
  private static let smallest = 2048
  /// Most bytes to sum in all: what is too large for sums to be used again may go on without end.
  private static let mostSummed = 1 << 33
  private var summed = 0

  /// - Parameters:
  ///   - texts: The texts of all types.
  ///   - count: How many versions are wanted; for few, nothing is kept to be used again.
  init(_ texts: TypeTexts, forVersions count: Int) {
    reach = count < VersionSums.fewest ? nil : TypeReach(texts)
    sums = reach == nil ? [] : [Sum?](repeating: nil, count: texts.keys.count)
    seen = [UInt64](repeating: 0, count: (texts.keys.count &+ 63) / 64)
  }

  /// The CRC-32 of the text of a version.
  mutating func crc(
    of text: TypeTexts.Text, _ texts: TypeTexts
  ) throws(TypeVersionsError) -> UInt32 {
    for word in seen.indices { seen[word] = 0 }
    var sum = Sum()
    push(text, key: -1, Sum())
    while var frame = stack.popLast() {
      guard frame.next < frame.end else {
        if frame.key >= 0 {
          sums[frame.key] = sum
          sum = VersionSums.joined(frame.before, sum)
        }
        continue
      }
      let segment = texts.segments[frame.next]
      frame.next &+= 1
      stack.append(frame)
      summed &+= Int(segment.count)
      guard summed < VersionSums.mostSummed else { throw .tooLarge }
      VersionSums.add(texts.bytes(segment), to: &sum)
      if segment.key > 0 { try add(Int(segment.key) &- 1, texts, &sum) }
    }
    return sum.crc
  }

  private mutating func push(_ text: TypeTexts.Text, key: Int, _ before: Sum) {
    stack.append(
      Frame(
        next: text.segments.lowerBound, end: text.segments.upperBound, key: key, before: before))
  }

  private mutating func add(
    _ key: Int, _ texts: TypeTexts, _ sum: inout Sum
  ) throws(TypeVersionsError) {
    let (word, bit) = (key / 64, UInt64(1) << UInt64(key % 64))
    if seen[word] & bit != 0 {
      VersionSums.add(texts.mention(key), to: &sum)
      return
    }
    guard let text = texts.text(ofKey: key) else {
      throw .unknownReference(texts.keys.name(key).array)
    }
    guard let reach, reach.size(key) >= VersionSums.smallest, reach.isApart(key, seen) else {
      seen[word] |= bit
      push(text, key: -1, Sum())
      return
    }
    if let known = sums[key] {
      sum = VersionSums.joined(sum, known)
      reach.add(key, to: &seen)
    } else {
      seen[word] |= bit
      push(text, key: key, sum)
      sum = Sum()
    }
  }

  private static func add(_ bytes: RawSpan, to sum: inout Sum) {
    sum.crc = bytes.crc32(after: sum.crc)
    sum.count &+= bytes.byteCount
  }

  private static func joined(_ first: Sum, _ second: Sum) -> Sum {
    Sum(
      crc: CRC32.joined(first.crc, second.crc, count: second.count),
      count: first.count &+ second.count)
  }
}
