internal import ByteStorage

/// `kallsyms_offsets` or `kallsyms_addresses`, with what belongs to it.
struct AddressTable: Hashable {
  let addresses: Range<Int>
  let encoding: AddressEncoding
  let relativeBase: Range<Int>?
  let sequences: Range<Int>?
  let wordSize: Int?
}

/// Finds the addresses that belong to names. From 6.4 on they follow the tokens, and are followed
/// by the sequence numbers, of which each number up to the count must occur once: what precedes
/// them says how addresses are stored. Up to 6.3 they end before the number of names, and only
/// their own order identifies them: addresses never decrease, and the base is the lowest of them.
struct AddressTableSearch: ~Escapable {
  private let bytes: RawSpan
  private let tokens: TokenTable
  private let names: CompressedNames
  private let wordSizes: [Int]

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, _ tokens: TokenTable, _ names: CompressedNames, wordSize: Int?) {
    self.bytes = bytes
    self.tokens = tokens
    self.names = names
    wordSizes = wordSize.map { [$0] } ?? [8, 4]
  }

  func first() -> AddressTable? {
    // Sequence numbers between the markers and the tokens belong to the old order.
    names.sequences == nil ? behindTokens() ?? beforeNames() : beforeNames()
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
    let end = start &+ 4 &* count
    if let sequences = sequences(at: end) {
      // A 32-bit kernel that cannot be moved holds addresses, which never decrease; the distances
      // of any other table do, by four for each symbol of the same address.
      let isAbsolute = wordSizes.contains(4) && isIncreasing32(start)
      if isAbsolute || isPlaceRelative(start) {
        return AddressTable(
          addresses: start..<end, encoding: isAbsolute ? .absolute32 : .placeRelative,
          relativeBase: nil, sequences: sequences,
          wordSize: wordSizes.count == 1 ? wordSizes[0] : nil)
      }
    }
    for wordSize in wordSizes {
      let start = align(tokens.index &+ 512, wordSize)
      let end = start &+ wordSize &* count
      if isIncreasing(start, wordSize), let sequences = sequences(at: end) {
        return AddressTable(
          addresses: start..<end, encoding: .absolute, relativeBase: nil, sequences: sequences,
          wordSize: wordSize)
      }
    }
    return nil
  }

  private func sequences(at offset: Int) -> Range<Int>? {
    let range = offset..<(offset &+ 3 &* names.count)
    return bytes.isPermutation(in: range, size: 3, tokens.order) ? range : nil
  }

  // MARK: Up to 6.3

  private func beforeNames() -> AddressTable? {
    for wordSize in wordSizes {
      // Up to 4.19 the number is a word, of which a big-endian machine has the low half last.
      let isLast = wordSize == 8 && tokens.order == .big && names.countOffset % 8 == 4
      let number = isLast ? names.countOffset &- 4 : names.countOffset
      let alignments = Set([wordSize, 16, 256]).sorted()
      for step in alignments {
        for alignment in alignments {
          if let table = offsets(before: number, step: step, alignment, wordSize) { return table }
        }
      }
      for alignment in alignments {
        let start = number &- align(wordSize &* names.count, alignment)
        let end = start &+ wordSize &* names.count
        guard start >= 0, bytes.isZero(in: end..<number), isIncreasing(start, wordSize),
          !bytes.isZero(in: start..<end)
        else { continue }
        return AddressTable(
          addresses: start..<end, encoding: .absolute, relativeBase: nil,
          sequences: names.sequences, wordSize: wordSize)
      }
    }
    return nil
  }

  /// Offsets and their base, which begins `step` bytes before the number of names.
  private func offsets(
    before number: Int, step: Int, _ alignment: Int, _ wordSize: Int
  ) -> AddressTable? {
    let base = number &- step
    let start = base &- align(4 &* names.count, alignment)
    let end = start &+ 4 &* names.count
    guard start >= 0, bytes.isZero(in: (base &+ wordSize)..<number),
      bytes.isZero(in: end..<base), let encoding = encoding(start, base: base, wordSize),
      // Nothing but zeros is padding.
      word(base, wordSize) != 0 || !bytes.isZero(in: start..<end)
    else { return nil }
    return AddressTable(
      addresses: start..<end, encoding: encoding, relativeBase: base..<(base &+ wordSize),
      sequences: names.sequences, wordSize: wordSize)
  }

  // MARK: Rules of each encoding

  /// How 32-bit offsets from a base are to be read, or `nil` if they make no sense either way. The
  /// base is the address of the first symbol that is not absolute: the first offset is zero, or
  /// (absolute per-CPU) the first negative one is -1.
  private func encoding(_ start: Int, base: Int, _ wordSize: Int) -> AddressEncoding? {
    guard word(base, wordSize) != nil else { return nil }
    if entry(start, 0) == 0, isIncreasing32(start) { return .baseRelative }
    var previous: Int64 = -1
    var isBehind = false
    for index in 0..<names.count {
      guard let raw = entry(start, index) else { return nil }
      let offset = Int64(Int32(bitPattern: raw))
      if offset >= 0 {
        guard !isBehind, offset >= previous else { return nil }
        previous = offset
      } else {
        guard isBehind ? offset <= previous : offset == -1 else { return nil }
        isBehind = true
        previous = offset
      }
    }
    return isBehind ? .absolutePerCPU : nil
  }

  private func isIncreasing32(_ start: Int) -> Bool {
    var previous: UInt32 = 0
    for index in 0..<names.count {
      guard let value = entry(start, index), value >= previous else { return false }
      previous = value
    }
    return true
  }

  private func isIncreasing(_ start: Int, _ wordSize: Int) -> Bool {
    var previous: UInt64 = 0
    for index in 0..<names.count {
      guard let value = word(start &+ index &* wordSize, wordSize), value >= previous else {
        return false
      }
      previous = value
    }
    return true
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

  @inline(__always) private func entry(_ start: Int, _ index: Int) -> UInt32? {
    bytes.integer(UInt32.self, at: start &+ 4 &* index, tokens.order)
  }

  private func word(_ offset: Int, _ size: Int) -> UInt64? {
    if size == 8 { return bytes.integer(UInt64.self, at: offset, tokens.order) }
    return bytes.integer(UInt32.self, at: offset, tokens.order).map(UInt64.init)
  }

  private func align(_ offset: Int, _ alignment: Int) -> Int {
    (offset &+ alignment &- 1) & ~(alignment &- 1)
  }
}
