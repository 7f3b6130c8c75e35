internal import ByteStorage

/// Up to 6.3, addresses end before the number of names, and nothing but their values identifies them.
/// A table can pass for another one: words of 32 bits for half as many of 64, addresses after a zero
/// for offsets whose base is the last address. So all readings are collected, each is held against
/// what addresses of kernels look like, and what remains is weighed.
extension AddressTableSearch {
  /// A reading that fits.
  private struct Candidate {
    let table: AddressTable
    /// The distance that only this reading gives: from the first entry to the second of offsets,
    /// from the last but one to the last of addresses. In a wrong reading a word that is not part of
    /// the table makes it large.
    let edge: UInt64

    var reading: KallsymsTables.Reading {
      KallsymsTables.Reading(wordSize: table.wordSize, encoding: table.encoding)
    }
  }

  @_lifetime(self: copy self) mutating func beforeNames() -> AddressTable? {
    var found: [Candidate] = []
    let likely = wordSizes.count > 1 ? likelyWordSize : nil
    for wordSize in likely.map({ [$0] }) ?? wordSizes {
      let number = number(wordSize)
      if let candidate = offsets(before: number, wordSize) { found.append(candidate) }
      if let candidate = addresses(before: number, wordSize) { found.append(candidate) }
    }
    return best(of: found)
  }

  /// Offset of the word that holds the number of names. Up to 4.19 the number is a word, of which a
  /// big-endian machine has the low half last.
  private func number(_ wordSize: Int) -> Int {
    let isLast = wordSize == 8 && tokens.order == .big && names.countOffset % 8 == 4
    return isLast ? names.countOffset &- 4 : names.countOffset
  }

  /// The reading with the smallest edge. If that of another is not much larger, it is recorded, too.
  private func best(of candidates: [Candidate]) -> AddressTable? {
    let sorted = candidates.sorted { $0.edge < $1.edge }
    guard let first = sorted.first else { return nil }
    var table = first.table
    if sorted.count > 1, sorted[1].edge / 16 <= first.edge, !isSame(first.table, sorted[1].table) {
      table.otherReading = sorted[1].reading
    }
    return table
  }

  /// Whether two readings give the same addresses: those of a single name, or the same words, which
  /// are offsets from zero.
  private func isSame(_ left: AddressTable, _ right: AddressTable) -> Bool {
    left.wordSize == right.wordSize && (names.count == 1 || left.addresses == right.addresses)
  }

  /// How tables may be aligned: each of a kernel to a word, or to that power of two. Any other number
  /// makes words of the tables look like padding, and offsets like a base.
  ///
  /// - Note: scripts/kallsyms.c, `ALGN`: `.align 8` or `.align 4`, in bytes or, as on arm, arm64, mips
  ///   and powerpc, in powers of two; `.balign` later.
  private func alignments(_ wordSize: Int) -> [Int] { [wordSize, 1 << wordSize] }

  /// Offsets and their base, whose word is the last before the number of names. A base of zero may
  /// also be padding.
  private func offsets(before number: Int, _ wordSize: Int) -> Candidate? {
    for isZero in [false, true] {
      for alignment in alignments(wordSize) {
        let base = number &- alignment
        guard let value = word(base, wordSize), (value == 0) == isZero,
          bytes.isZero(in: (base &+ wordSize)..<number)
        else { continue }
        if let found = offsets(base: base, value, alignment, wordSize) { return found }
      }
    }
    return nil
  }

  private func offsets(
    base: Int, _ value: UInt64, _ alignment: Int, _ wordSize: Int
  ) -> Candidate? {
    let start = base &- align(4 &* names.count, alignment)
    let end = start &+ 4 &* names.count
    guard start >= 0, bytes.isZero(in: end..<base),
      let encoding = encoding(start, base: base, wordSize),
      isBase(value, start, encoding, wordSize)
    else { return nil }
    let table = AddressTable(
      addresses: start..<end, encoding: encoding, relativeBase: base..<(base &+ wordSize),
      sequences: names.sequences, wordSize: wordSize)
    let hasEdge = encoding == .baseRelative && names.count > 1
    return Candidate(table: table, edge: hasEdge ? UInt64(entry(start, 1) ?? 0) : 0)
  }

  @_lifetime(self: copy self) private mutating func addresses(
    before number: Int, _ wordSize: Int
  ) -> Candidate? {
    for alignment in alignments(wordSize) {
      let start = number &- align(wordSize &* names.count, alignment)
      let end = start &+ wordSize &* names.count
      guard start >= 0, bytes.isZero(in: end..<number) else { continue }
      var table = AddressTable(
        addresses: start..<end, encoding: .absolute, relativeBase: nil,
        sequences: names.sequences, wordSize: wordSize)
      var filling: ImageFilling?
      if !isAbsolute(start, wordSize, nil) {
        guard wordSize == 8, let place = firstZero(start..<end) else { continue }
        filling = self.filling(place)
        guard let filling, isAbsolute(start, wordSize, filling) else { continue }
        if segments.isEmpty { table.imageStart = filling.imageStart }
      }
      let last = address(end &- wordSize, wordSize, filling)
      guard isAddress(last, wordSize) else { continue }
      let previous = names.count > 1 ? address(end &- 2 &* wordSize, wordSize, filling) : 0
      return Candidate(table: table, edge: last &- previous)
    }
    return nil
  }

  private func firstZero(_ range: Range<Int>) -> Int? {
    stride(from: range.lowerBound, to: range.upperBound, by: 8).first { word($0, 8) == 0 }
  }

  // MARK: What addresses of kernels look like

  /// Whether offsets can be from a base.
  private func isBase(
    _ base: UInt64, _ start: Int, _ encoding: AddressEncoding, _ wordSize: Int
  ) -> Bool {
    guard encoding == .baseRelative else { return isAddress(base, wordSize) }
    let last = UInt64(entry(start, names.count &- 1) ?? 0)
    let middle = UInt64(entry(start, names.count / 2) ?? 0)
    if base == 0 {
      // Nothing but zeros is padding. A relocation replaces zero, which those of 32 bits do not show,
      // unless the first symbols are really at zero, as vectors of arm: then the others are far away.
      return wordSize == 8 ? last != 0 : middle >= UInt64(bytes.byteCount)
    }
    if names.count > 16, middle == 0 { return false }
    let (end, isHigh) = base.addingReportingOverflow(last)
    guard isAddress(base, wordSize), !isHigh else { return false }
    return wordSize == 8 ? !isTwoOffsets(base, after: last) : end < 1 << 32
  }

  /// Whether the halves of a word continue the offsets before it, and are two of them. The halves of
  /// a big-endian base do not: the first is zero or less than the offsets, or the second is less than
  /// the first.
  private func isTwoOffsets(_ word: UInt64, after last: UInt64) -> Bool {
    let (first, second) = (word >> 32, word & 0xffff_ffff)
    return tokens.order == .big && first != 0 && first >= last && second >= first
  }

  /// Whether a kernel of this word size can lie at an address. Those of 64 bits are low, or begin as one
  /// of the known architectures has it: two words of 32 bits look like other ones.
  ///
  /// - Note: `PAGE_OFFSET`, `KIMAGE_VADDR` and `CAC_BASE` of x86, arm64, riscv, powerpc, mips,
  ///   loongarch, ia64 and alpha; s390 and sparc64 are low.
  private func isAddress(_ address: UInt64, _ wordSize: Int) -> Bool {
    guard address != 0, wordSize == 8 else { return address != 0 }
    let high = address >> 48
    let isLow = high == 0 && (wordSizes.count == 1 || address >> 42 == 0)
    return isLow || high >= 0xf000
      || [0x9000, 0x9800, 0xa000, 0xa800, 0xc000].contains(high)
  }

  /// The size of a word in bytes, as the number of names and the markers show it: both are words up
  /// to 4.19, and from 4.20 to 6.19 the tables are aligned to words; `nil` if neither decides. The
  /// zero before a big-endian number is its other half only where a word of eight bytes is aligned.
  private var likelyWordSize: Int? {
    // Two markers of eight bytes also read as two of four.
    let hasMarkers = names.markers.count > 8
    if hasMarkers, names.markerSize == 8 { return 8 }
    switch names.names.lowerBound - names.countOffset {
    case 4:
      let isHalf =
        tokens.order == .big && names.countOffset % 8 == 4
        && word(names.countOffset &- 4, 4) == 0
      return hasMarkers || !isHalf ? 4 : nil
    case 16: return 4
    case 8, 252, 256: return 8
    default: return nil
    }
  }
}
