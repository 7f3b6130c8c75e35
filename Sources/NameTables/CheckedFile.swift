internal import ByteStorage
internal import Synchronization

/// A file of blocks with checksums, each block compared with its checksum when it is first touched.
@safe final class CheckedFile: @unchecked Sendable {
  // Sendable: `verified` holds atomics, everything else never changes.
  private let file: MappedFile
  /// A bit for each block: whether it was compared.
  private let verified: UnsafeMutablePointer<Atomic<UInt64>>
  private let wordCount: Int
  /// Where the checksums lie; what is from there on has one of its own.
  private let checksums: Range<Int>
  private let checks: Bool

  init(_ file: MappedFile, checksums: Range<Int>, checks: Bool) {
    self.file = file
    self.checksums = checksums
    self.checks = checks
    wordCount = checksums.count / 4 / 64 + 1
    unsafe verified = .allocate(capacity: wordCount)
    // SAFETY: initialises each of the words just allocated.
    for word in 0..<wordCount { unsafe (verified + word).initialize(to: Atomic(0)) }
  }

  deinit {
    unsafe verified.deinitialize(count: wordCount)
    unsafe verified.deallocate()
  }

  /// Bytes of the file. Throws ``ParseError`` if they lie outside of the file or before its first
  /// block, or a block of them is damaged.
  @_lifetime(borrow self)
  func bytes(_ range: Range<Int>, in region: StaticString) throws(ParseError) -> RawSpan {
    guard range.lowerBound >= NameTableHeader.blockSize, range.upperBound <= checksums.lowerBound,
      // SAFETY: `file` lives as long as this object, and what is returned no longer.
      let bytes = unsafe file.unboundBytes.slice(range)
    else {
      throw ParseError(
        .truncated(
          needed: UInt64(range.count),
          available: UInt64(max(0, checksums.lowerBound - range.lowerBound))),
        in: region, at: range.lowerBound)
    }
    if checks, !range.isEmpty {
      let first = range.lowerBound / NameTableHeader.blockSize &- 1
      let last = (range.upperBound &- 1) / NameTableHeader.blockSize &- 1
      for block in first...last { try verify(block) }
    }
    return unsafe _overrideLifetime(bytes, borrowing: self)
  }

  var blockCount: Int { checksums.count / 4 }

  /// Compares a block, counted from the first after the header, with its checksum, once.
  func verify(_ block: Int) throws(ParseError) {
    guard block >= 0, block < blockCount else { return }
    let bit: UInt64 = 1 << UInt64(block & 63)
    // SAFETY: block / 64 < wordCount, since block < blockCount.
    let word = unsafe verified + block / 64
    if unsafe word.pointee.load(ordering: .relaxed) & bit != 0 { return }
    let start = (block &+ 1) &* NameTableHeader.blockSize
    let end = min(start &+ NameTableHeader.blockSize, checksums.lowerBound)
    // SAFETY: `file` lives as long as this object.
    let file = unsafe self.file.unboundBytes
    let expected = file.integer(UInt32.self, at: checksums.lowerBound &+ block &* 4, .little) ?? 0
    guard file.slice(start..<end)?.crc32 == expected else {
      throw ParseError(.badValue(UInt64(expected)), in: "name table checksum", at: start)
    }
    unsafe word.pointee.bitwiseOr(bit, ordering: .relaxed)
  }
}
