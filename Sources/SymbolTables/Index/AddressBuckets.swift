/// Where in sorted addresses to look for one: the span that they cover is cut into equal pieces,
/// and for each piece the position of its first address is kept. Pieces are so many that each holds
/// two addresses in the mean: what a bisection of all addresses finds after a dozen misses of the
/// cache, is found here after two or three. Where addresses crowd in a few pieces, bisecting a
/// piece is no worse than bisecting all.
struct AddressBuckets: Sendable {
  private var base: UInt64 = 0
  private var shift: UInt64 = 0
  /// Position of the first address of each piece and of those after them; one more than pieces.
  private var starts: [UInt32] = []

  /// No pieces: every address is looked for among all.
  init() {}

  /// Cuts the span of what will be asked for; the first `count` addresses never decrease.
  init(_ addresses: [UInt64], count: Int, span: Range<UInt64>) {
    guard count > 1, count <= addresses.count, count < Int(UInt32.max), !span.isEmpty else {
      return
    }
    base = span.lowerBound
    let size = span.upperBound &- base &- 1
    while size >> shift >= UInt64(count / 2) { shift &+= 1 }
    let pieces = Int(size >> shift) &+ 1
    starts.reserveCapacity(pieces &+ 1)
    for position in 0..<count where addresses[position] >= base {
      let piece = Int(min((addresses[position] &- base) >> shift, UInt64(pieces)))
      while starts.count <= piece { starts.append(UInt32(truncatingIfNeeded: position)) }
    }
    while starts.count <= pieces { starts.append(UInt32(truncatingIfNeeded: count)) }
  }

  /// The positions among which the first address greater than another is, the last included.
  @inline(__always) func positions(around address: UInt64, count: Int) -> Range<Int> {
    guard address >= base, starts.count > 1 else { return 0..<count }
    let piece = (address &- base) >> shift
    guard piece < UInt64(starts.count &- 1) else { return 0..<count }
    return unsafe starts.withUnsafeBufferPointer { starts in
      // SAFETY: the guard keeps the piece and the next one among the starts.
      unsafe Range(uncheckedBounds: (Int(starts[Int(piece)]), Int(starts[Int(piece) &+ 1])))
    }
  }
}
