enum DecompressionError: Error {
  /// The stream is damaged or ends early; the codec's own words.
  case damaged(String)
  case tooLarge
  case outOfMemory
}

/// What may follow the end of a compressed stream.
package enum TrailingBytes: Sendable {
  /// Nothing but further members of the same format, as the command-line tools rule.
  case refused
  /// Anything: only the first member counts (payloads inside boot images).
  case ignored
  /// Further members, then anything: a kernel's file may have a device tree or padding appended.
  case afterMembers
}

/// Unpacks whole streams; keeps its codecs' working memory between files. For one worker.
struct Decompressor: ~Copyable {
  private var xz = XZDecoder()
  private var zstd = ZstdDecoder()
  private var gzip = GzipDecoder()

  init() {}

  /// Unpacks `input` to the start of `output`, which grows as needed, up to `limit` bytes; returns
  /// the size of the content in bytes.
  mutating func decompress(
    _ format: CompressionFormat, _ input: RawSpan, into output: Reservation, limit: Int,
    trailing: TrailingBytes
  ) throws(DecompressionError) -> Int {
    // Codecs ask for room before they know that the content has ended: one byte more than the limit
    // lets content of just that size through.
    var sink = OutputSink(reservation: output, limit: limit + 1)
    switch format {
    case .xz: try xz.decode(input, container: .xz, to: &sink, trailing: trailing)
    case .lzma: try xz.decode(input, container: .lzma, to: &sink, trailing: trailing)
    case .zstd: try zstd.decode(input, to: &sink, trailing: trailing)
    case .gzip: try gzip.decode(input, to: &sink, trailing: trailing)
    case .bzip2: try decodeBzip2(input, to: &sink, trailing: trailing)
    case .lz4: try decodeLZ4(input, to: &sink, trailing: trailing)
    case .lzo: try decodeLzop(input, to: &sink, trailing: trailing)
    }
    guard sink.count <= limit else { throw .tooLarge }
    return sink.count
  }
}

extension TrailingBytes {
  /// Whether a stream goes on with what follows a member: another one, or an error.
  func goesOn(_ input: RawSpan, at offset: Int, _ format: CompressionFormat) -> Bool {
    guard let rest = input.suffix(from: offset), rest.byteCount > 0 else { return false }
    switch self {
    case .refused: return true
    case .ignored: return false
    case .afterMembers: return CompressionFormat(magic: rest) == format
    }
  }
}

/// The output side of a codec: free space that grows up to a limit.
struct OutputSink: ~Copyable {
  private let reservation: Reservation
  private let limit: Int
  private(set) var count = 0

  init(reservation: Reservation, limit: Int) {
    self.reservation = reservation
    self.limit = limit
  }

  /// Where the next byte goes.
  var next: UnsafeMutableRawPointer { unsafe reservation.base + count }

  /// Start of what was written.
  var start: UnsafeMutableRawPointer { unsafe reservation.base }

  /// Free bytes at ``next``, never past the limit.
  var free: Int { max(0, min(reservation.capacity, limit) &- count) }

  /// Makes at least one byte (better: `wanted`) free, or throws.
  mutating func reserve(_ wanted: Int = 1) throws(DecompressionError) {
    if free >= max(wanted, 1) { return }
    let (needed, overflow) = count.addingReportingOverflow(max(wanted, 1))
    guard !overflow, needed <= limit else { throw .tooLarge }
    let doubled = reservation.capacity.multipliedReportingOverflow(by: 2)
    let target = min(limit, max(needed, doubled.overflow ? needed : doubled.partialValue))
    guard reservation.grow(to: target) else { throw .outOfMemory }
  }

  mutating func advance(by written: Int) {
    count = min(count &+ max(written, 0), reservation.capacity)
  }
}
