internal import Glibc

/// What of a file is in memory already: its first bytes and its last, where modules have their headers.
struct FileEnds {
  /// How many bytes from the first one on.
  var head = 0
  /// Where the last bytes begin.
  var tail = Int.max

  func hold(_ range: Range<Int>) -> Bool { range.upperBound <= head || range.lowerBound >= tail }
}

/// Bytes that are asked for by range: memory, or a file of which only the ranges asked for are read.
///
/// Reading a few ranges of a module costs far less than reading or mapping all of it. A span that
/// this type hands out holds just the range asked for, so nothing that was not read can be seen.
@safe package struct ByteSource: ~Escapable {
  private let base: UnsafeRawPointer?
  /// Size of the whole content, in bytes.
  package let count: Int
  /// File to read ranges from, or -1 when all is in memory.
  private let descriptor: Int32
  /// Where in the file the content begins, in bytes.
  private let origin: Int
  private let ends: FileEnds

  @_lifetime(copy bytes) package init(_ bytes: RawSpan) {
    // SAFETY: the lifetime of this value is that of the span.
    unsafe base = bytes.withUnsafeBytes { $0.baseAddress }
    count = bytes.byteCount
    descriptor = -1
    origin = 0
    ends = FileEnds()
  }

  /// A source over memory that its owner keeps. Ranges of `descriptor` are read into it, except for the ends,
  /// which are there already.
  @_lifetime(immortal)
  init(
    unsafeBase base: UnsafeRawPointer, count: Int, descriptor: Int32, origin: Int = 0,
    ends: FileEnds = FileEnds()
  ) {
    unsafe self.base = unsafe base
    self.count = count
    self.descriptor = descriptor
    self.origin = origin
    self.ends = ends
  }

  /// The bytes of a half-open range of offsets. Throws ``ParseError`` `.truncated` in `region` if
  /// the range does not lie in the content (or the file has shrunk since it was opened).
  @_lifetime(copy self) package func bytes(
    _ range: Range<Int>, in region: StaticString
  ) throws(ParseError) -> RawSpan {
    guard range.lowerBound >= 0, range.upperBound <= count else {
      throw ParseError(
        .truncated(
          needed: UInt64(range.count), available: UInt64(max(0, count &- range.lowerBound))),
        in: region, at: range.lowerBound)
    }
    guard let base = unsafe base else { return RawSpan() }
    if descriptor >= 0, !ends.hold(range) { try unsafe load(range, to: base, in: region) }
    // SAFETY: the guard proved that the range lies in the memory, which outlives this value.
    let span = unsafe RawSpan(_unsafeStart: base + range.lowerBound, byteCount: range.count)
    return unsafe _overrideLifetime(span, copying: self)
  }

  /// The bytes from `offset`, `size` long, both as a file gives them. Throws ``ParseError``
  /// `.truncated` if they are not in the content.
  @_lifetime(copy self) package func bytes(
    at offset: UInt64, size: UInt64, in region: StaticString
  ) throws(ParseError) -> RawSpan {
    guard let start = Int(exactly: offset), start <= count, let length = Int(exactly: size),
      length <= count &- start
    else {
      let available = offset < UInt64(count) ? UInt64(count) - offset : 0
      throw ParseError(
        .truncated(needed: size, available: available), in: region, at: Int(clamping: offset))
    }
    return try bytes(start..<(start &+ length), in: region)
  }

  @_lifetime(copy self)
  package func all() throws(ParseError) -> RawSpan { try bytes(0..<count, in: "file") }

  private func load(
    _ range: Range<Int>, to base: UnsafeRawPointer, in region: StaticString
  ) throws(ParseError) {
    var position = range.lowerBound
    while position < range.upperBound {
      let (wanted, from) = (range.upperBound &- position, position)
      // SAFETY: writes within the owner's memory, which holds `count` bytes.
      let got = retryingInterrupted {
        unsafe pread(
          descriptor, UnsafeMutableRawPointer(mutating: base + from), wanted, off_t(origin &+ from))
      }
      guard got > 0 else {
        throw ParseError(
          .truncated(needed: UInt64(range.count), available: UInt64(position - range.lowerBound)),
          in: region, at: range.lowerBound)
      }
      position &+= got
    }
  }
}
