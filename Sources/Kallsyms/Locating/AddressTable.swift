internal import ByteStorage
internal import ELFFormat

/// `kallsyms_offsets` or `kallsyms_addresses`, with what belongs to it.
struct AddressTable: Hashable {
  let addresses: Range<Int>
  let encoding: AddressEncoding
  let relativeBase: Range<Int>?
  let sequences: Range<Int>?
  let wordSize: Int?
  /// How the same bytes can be read, too.
  var otherReading: KallsymsTables.Reading?
  /// The address of the image's first byte, if relocations show it.
  var imageStart: UInt64?
}

/// Finds the addresses that belong to names. From 6.4 on they follow the tokens, and are followed
/// by the sequence numbers, of which each number up to the count must occur once: what precedes
/// them says how addresses are stored. Up to 6.3 they end before the number of names, and only
/// their own order identifies them: addresses never decrease, and the base is the lowest of them.
struct AddressTableSearch: ~Escapable {
  let bytes: RawSpan
  let tokens: TokenTable
  let names: CompressedNames
  /// Sizes of a word to try.
  let wordSizes: [Int]
  let segments: [MappedRegion]
  private var relocations: RelativeRelocations?

  @_lifetime(copy image)
  init(_ image: borrowing KallsymsImage, _ tokens: TokenTable, _ names: CompressedNames) {
    bytes = image.bytes
    segments = image.segments
    self.tokens = tokens
    self.names = names
    wordSizes = image.wordSize.map { [$0] } ?? [8, 4]
  }

  /// The table that fits best.
  @_lifetime(self: copy self) mutating func first() -> AddressTable? {
    // Sequence numbers between the markers and the tokens belong to the old order.
    let found = names.sequences == nil ? behindTokens() ?? beforeNames() : beforeNames()
    guard var table = found else { return nil }
    if segments.isEmpty, let base = table.relativeBase?.lowerBound, table.wordSize == 8,
      word(base, 8) == 0
    {
      table.imageStart = filling(base)?.imageStart
    }
    return table
  }

  /// What relocations put into the image, of which one fills a place that holds zero; `nil` if none
  /// does.
  @_lifetime(self: copy self) mutating func filling(_ offset: Int) -> ImageFilling? {
    let relocations = relocations ?? RelativeRelocations(searching: bytes, tokens.order)
    self.relocations = relocations
    if relocations.isEmpty { return nil }
    if !segments.isEmpty { return ImageFilling(relocations, segments) }
    return relocations.start(of: bytes, filling: offset, tokens.order).map {
      ImageFilling(relocations, startingAt: $0, size: bytes.byteCount)
    }
  }

  // MARK: 6.4 and later

  private func behindTokens() -> AddressTable? {
    let count = names.count
    for wordSize in wordSizes {
      for alignment in Set([wordSize, 4]).sorted(by: >) {
        let start = align(tokens.index &+ 512, alignment)
        let end = start &+ 4 &* count
        let base = align(end, wordSize)
        if let sequences = sequences(at: base &+ wordSize),
          let encoding = encoding(start, base: base, wordSize)
        {
          return AddressTable(
            addresses: start..<end, encoding: encoding, relativeBase: base..<(base &+ wordSize),
            sequences: sequences, wordSize: wordSize)
        }
      }
    }
    let start = tokens.index &+ 512
    if let sequences = sequences(at: start &+ 4 &* count),
      let table = withoutBase(start, sequences)
    {
      return table
    }
    for wordSize in wordSizes {
      let start = align(tokens.index &+ 512, wordSize)
      let end = start &+ wordSize &* count
      if isAbsolute(start, wordSize, nil), let sequences = sequences(at: end) {
        return AddressTable(
          addresses: start..<end, encoding: .absolute, relativeBase: nil, sequences: sequences,
          wordSize: wordSize)
      }
    }
    return nil
  }

  /// Entries of 32 bits that no base precedes. A 32-bit kernel that cannot be moved holds addresses,
  /// which never decrease; the distances of any other table do, by four for each symbol of the same
  /// address. If entries can be both, a reading that puts the symbols outside the image is none.
  private func withoutBase(_ start: Int, _ sequences: Range<Int>) -> AddressTable? {
    var readings: [AddressEncoding] = []
    if wordSizes.contains(4), isIncreasing32(start) { readings.append(.absolute32) }
    if isPlaceRelative(start) { readings.append(.placeRelative) }
    if readings.count > 1 {
      let inside = readings.filter { isInImage(start, $0) }
      if !inside.isEmpty { readings = inside }
    }
    guard let encoding = readings.first else { return nil }
    let known = wordSizes.count == 1 ? wordSizes[0] : nil
    return AddressTable(
      addresses: start..<(start &+ 4 &* names.count), encoding: encoding, relativeBase: nil,
      sequences: sequences, wordSize: known,
      otherReading: readings.dropFirst().first.map {
        KallsymsTables.Reading(wordSize: known, encoding: $0)
      })
  }

  /// Whether most symbols of a 32-bit kernel lie in its image: some are elsewhere, as the vectors of
  /// arm. Where nothing shows the address of the image, addresses can be in it, and distances lead to
  /// offsets.
  private func isInImage(_ start: Int, _ encoding: AddressEncoding) -> Bool {
    let isAddress = encoding == .absolute32
    if isAddress, segments.isEmpty { return true }
    let regions =
      segments.isEmpty
      ? [MappedRegion(offset: 0, address: 0, size: bytes.byteCount)] : segments
    guard let region = regions.first(where: { $0.offset <= start && start < $0.offset &+ $0.size })
    else { return true }
    let place = region.address &+ UInt64(truncatingIfNeeded: start &- region.offset)
    var inside = 0
    for index in 0..<names.count {
      let origin = isAddress ? 0 : place &+ UInt64(truncatingIfNeeded: 4 &* index)
      let address = (origin &+ UInt64(entry(start, index) ?? 0)) & 0xffff_ffff
      if regions.contains(where: { address &- $0.address < UInt64($0.size) }) { inside &+= 1 }
    }
    return inside &* 2 > names.count
  }

  private func sequences(at offset: Int) -> Range<Int>? {
    let range = offset..<(offset &+ 3 &* names.count)
    return bytes.isPermutation(in: range, size: 3, tokens.order) ? range : nil
  }

  // MARK: Rules of each encoding

  /// How 32-bit offsets from a base are to be read, or `nil` if they make no sense either way. The
  /// base is the address of the first symbol that is not absolute: the first offset is zero, or
  /// (absolute per-CPU, 64 bits only) the first negative one is -1.
  func encoding(_ start: Int, base: Int, _ wordSize: Int) -> AddressEncoding? {
    guard word(base, wordSize) != nil else { return nil }
    if entry(start, 0) == 0, isIncreasing32(start) { return .baseRelative }
    return wordSize == 8 && isPerCPU(start) ? .absolutePerCPU : nil
  }

  private func isPerCPU(_ start: Int) -> Bool {
    var previous: Int64 = -1
    var isBehind = false
    for index in 0..<names.count {
      guard let raw = entry(start, index) else { return false }
      let offset = Int64(Int32(bitPattern: raw))
      if offset >= 0 {
        guard !isBehind, offset >= previous else { return false }
      } else {
        guard isBehind ? offset <= previous : offset == -1 else { return false }
        isBehind = true
      }
      previous = offset
    }
    return isBehind
  }

  private func isIncreasing32(_ start: Int) -> Bool {
    var previous: UInt32 = 0
    for index in 0..<names.count {
      guard let value = entry(start, index), value >= previous else { return false }
      previous = value
    }
    return true
  }

  /// Whether words can be addresses: they never decrease, and most lie in one image of 4 GiB. Zeros
  /// count as what relocations put there; a table with many others is not one.
  func isAbsolute(_ start: Int, _ wordSize: Int, _ filling: ImageFilling?) -> Bool {
    guard start >= 0, start &+ names.count &* wordSize <= bytes.byteCount else { return false }
    var previous: UInt64 = 0
    var zeros = 0
    for index in 0..<names.count {
      let place = start &+ index &* wordSize
      let value = address(place, wordSize, filling)
      guard value >= previous else { return false }
      if value == 0 { zeros &+= 1 }
      previous = value
    }
    // The first per-CPU symbols of x86-64 are at 0.
    guard previous != 0, zeros <= 4 &+ names.count / 16 else { return false }
    let middle = address(start &+ names.count / 2 &* wordSize, wordSize, filling)
    return previous &- middle < 1 << 32
  }

  /// The address at an offset, which a relocation may have to put there; 0 if there is none.
  func address(_ offset: Int, _ wordSize: Int, _ filling: ImageFilling?) -> UInt64 {
    let stored = word(offset, wordSize) ?? 0
    return stored == 0 ? filling?.pointer(atOffset: offset) ?? 0 : stored
  }

  private func isPlaceRelative(_ start: Int) -> Bool {
    var previous = Int64.min
    for index in 0..<names.count {
      guard let raw = entry(start, index) else { return false }
      let distance = Int64(4 &* index) &+ Int64(Int32(bitPattern: raw))
      guard distance >= previous else { return false }
      previous = distance
    }
    return true
  }

  @inline(__always) func entry(_ start: Int, _ index: Int) -> UInt32? {
    bytes.integer(UInt32.self, at: start &+ 4 &* index, tokens.order)
  }

  func word(_ offset: Int, _ size: Int) -> UInt64? {
    if size == 8 { return bytes.integer(UInt64.self, at: offset, tokens.order) }
    return bytes.integer(UInt32.self, at: offset, tokens.order).map(UInt64.init)
  }

  func align(_ offset: Int, _ alignment: Int) -> Int {
    (offset &+ alignment &- 1) & ~(alignment &- 1)
  }
}
