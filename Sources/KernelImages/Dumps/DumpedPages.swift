internal import ByteStorage
internal import ELFFormat

/// The pages of a dump in makedumpfile's format. After the headers come two bitmaps (memory that
/// exists; pages that were dumped), then one descriptor for each dumped page in their order: i64
/// offset, u32 size, u32 flags, u64 unused.
struct DumpedPages {
  /// Size of a page, in bytes.
  let pageSize: Int
  private let order: ByteOrder
  private let leavesOutZeros: Bool
  /// Offset of the first bitmap in the file.
  private let bitmaps: Int
  /// Size of one bitmap, in bytes.
  private let bitmapSize: Int
  /// Dumped pages before each stretch of the second bitmap.
  private var ranks: [Int] = []
  private let descriptors: Int

  /// Bytes of a stretch: a search for a page's descriptor counts the bits of half of one.
  private static let stretch = 1024
  private static let descriptorSize = 24

  init(_ header: KdumpHeader, _ source: ByteSource) throws(ParseError) {
    pageSize = header.blockSize
    order = header.layout.order
    leavesOutZeros = header.level & 1 != 0
    bitmaps = (1 + header.subHeaderBlocks) * header.blockSize
    bitmapSize = header.bitmapBlocks / 2 * header.blockSize
    descriptors = (1 + header.subHeaderBlocks + header.bitmapBlocks) * header.blockSize
    let bitmap = try source.bytes(
      at: UInt64(bitmaps &+ bitmapSize), size: UInt64(bitmapSize), in: "bitmap of a dump")
    var (rank, offset) = (0, 0)
    ranks.reserveCapacity(bitmapSize / DumpedPages.stretch + 1)
    while offset < bitmapSize {
      ranks.append(rank)
      let end = min(bitmapSize, offset &+ DumpedPages.stretch)
      rank &+= DumpedPages.bits(bitmap, from: offset, to: end)
      offset = end
    }
  }

  /// The content of a page; `nil` if the dump lacks it.
  func page(
    _ number: UInt64, _ source: ByteSource, _ decoder: inout BlockDecoder
  ) throws(ParseError) -> [UInt8]? {
    guard let number = Int(exactly: number), number >> 3 < bitmapSize else { return nil }
    let mask = UInt8(1) << UInt8(number & 7)
    let byte = number >> 3
    let start = byte / DumpedPages.stretch &* DumpedPages.stretch
    let dumped = try source.bytes(
      at: UInt64(bitmaps &+ bitmapSize &+ start), size: UInt64(byte &- start &+ 1),
      in: "bitmap of a dump")
    let last = dumped.byte(at: byte &- start) ?? 0
    guard last & mask != 0 else {
      guard leavesOutZeros else { return nil }
      // Memory that exists and was not dumped. Others than zero pages may have been left out too, but
      // none of the kernel's own.
      let existing = try source.bytes(at: UInt64(bitmaps &+ byte), size: 1, in: "bitmap of a dump")
      return (existing.byte(at: 0) ?? 0) & mask != 0 ? [UInt8](repeating: 0, count: pageSize) : nil
    }
    let rank =
      ranks[byte / DumpedPages.stretch] &+ DumpedPages.bits(dumped, from: 0, to: byte &- start)
      &+ (last & (mask &- 1)).nonzeroBitCount
    return try unpacked(rank, source, &decoder)
  }

  private func unpacked(
    _ rank: Int, _ source: ByteSource, _ decoder: inout BlockDecoder
  ) throws(ParseError) -> [UInt8] {
    let place = descriptors &+ rank &* DumpedPages.descriptorSize
    let record = try source.bytes(
      at: UInt64(place), size: UInt64(DumpedPages.descriptorSize), in: "page descriptor")
    guard let offset = record.integer(UInt64.self, at: 0, order),
      let size = record.integer(UInt32.self, at: 8, order),
      let flags = record.integer(UInt32.self, at: 12, order), size <= UInt32(pageSize)
    else { throw ParseError(.missing, in: "page descriptor with a possible size", at: place) }
    let packed = try source.bytes(at: offset, size: UInt64(size), in: "page of a dump")
    let format: BlockDecoder.Format
    switch flags & 0x27 {
    case 0:
      guard packed.byteCount == pageSize else {
        throw ParseError(.badValue(UInt64(size)), in: "size of a stored page", at: place)
      }
      return packed.array
    case 1: format = .zlib
    case 2: format = .lzo
    case 4: format = .snappy
    case 0x20: format = .zstd
    default:
      throw ParseError(.unsupported(UInt64(flags)), in: "page packed in an unknown way", at: place)
    }
    guard let page = decoder.unpack(packed, format, size: pageSize) else {
      throw ParseError(.badValue(UInt64(size)), in: "damaged page", at: Int(clamping: offset))
    }
    return page
  }

  private static func bits(_ bytes: RawSpan, from start: Int, to end: Int) -> Int {
    var (count, offset) = (0, start)
    while offset &+ 8 <= end, let word = bytes.integer(UInt64.self, at: offset, .little) {
      count &+= word.nonzeroBitCount
      offset &+= 8
    }
    while offset < end {
      count &+= (bytes.byte(at: offset) ?? 0).nonzeroBitCount
      offset &+= 1
    }
    return count
  }
}
