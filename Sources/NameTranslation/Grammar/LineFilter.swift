internal import ByteStorage

/// Tells which lines may hold a name that a kernel spells otherwise, so that the grammars are not
/// asked about all the others.
///
/// A name that is one word must be among those that the kernel has as another form of a linkage
/// name; every other name of a line has `::`, or braces, or is a digest.
struct LineFilter {
  private var words = WordSet()
  /// Modules whose names were looked for: a line that mentions another may need its names.
  private var modules = WordSet()
  /// Whether a form has neither one word alone nor `::`, so that every line may hold it.
  private var passesAll = false

  /// Takes the forms of a kernel.
  mutating func add(_ names: NameForms) {
    if !names.areWordsOrPaths { passesAll = true }
    names.forEachHash { words.insert($0) }
  }

  /// Takes the name of a module that was looked for.
  mutating func add(module: String) {
    let bytes = Array(module.utf8)
    modules.insert(bytes.span.raw.hash)
  }

  /// Whether looking a line's names up may find anything.
  ///
  /// - Complexity: O(length).
  func mayHoldForm(_ line: borrowing TextLine) -> Bool {
    // In names of livepatches, names of symbols begin and end within a word.
    if passesAll || line.find(".klp.", from: 0) != nil { return true }
    let hasVersions = line.find(0x40, from: 0) != nil
    var index = 0
    while index < line.count {
      let byte = line[index]
      guard !byte.isWordByte else {
        let end = line.wordEnd(index)
        if isForm(line, index..<end) { return true }
        if line[end &- 1] == 0x2e || hasVersions,
          let shorter = LineFilter.nameEnd(line, index..<end), isForm(line, index..<shorter)
        {
          return true
        }
        index = end
        continue
      }
      switch byte {
      case 0x3a:  // :
        if line[index &+ 1] == 0x3a { return true }
      case 0x7b:  // {
        if LineFilter.isPair(line, index) { return true }
      case 0x5b:  // [
        if line.isColour(at: index) { return true }
        if let (name, _) = line.module(at: index &- (line[index &- 1] == 0x28 ? 2 : 1)),
          !modules.contains(line.slice(name).hash)
        {
          return true
        }
      case 0x5c: return true  // JSON
      default: break
      }
      index &+= 1
    }
    return false
  }

  /// As ``TextLine/symbolEnd(in:)``, where that differs from the word's end.
  private static func nameEnd(_ line: borrowing TextLine, _ word: Range<Int>) -> Int? {
    var end = word.upperBound
    while end > word.lowerBound, line[end &- 1] == 0x2e { end &-= 1 }
    if let version = line.slice(word).suffix(from: 1)?.firstIndex(of: 0x40) {
      end = word.lowerBound &+ 1 &+ version
    }
    return end > word.lowerBound && end < word.upperBound ? end : nil
  }

  /// Whether a word, or the part of it that a grammar may take for a name, is a form or a digest.
  private func isForm(_ line: borrowing TextLine, _ range: Range<Int>) -> Bool {
    if words.contains(line.slice(range).hash) { return true }
    if range.count == 64, DigestScan.next(in: line.slice(range), from: 0) != nil { return true }
    let last = range.upperBound &- 1
    // Folded stacks mark frames by `_[k]`.
    if line[last] == 0x5f, line[last &+ 1] == 0x5b,
      words.contains(line.slice(range.lowerBound..<last).hash)
    {
      return true
    }
    // Names of sections hold those of symbols.
    guard line[range.lowerBound] == 0x2e, let start = SectionPrefix.end(in: line, range) else {
      return false
    }
    return words.contains(line.slice(start..<range.upperBound).hash)
  }

  /// Whether a word is in braces.
  static func isPair(_ line: borrowing TextLine, _ brace: Int) -> Bool {
    let end = line.plainNameEnd(from: brace &+ 1)
    return end > brace &+ 1 && line[end] == 0x7d
  }

  /// Whether a line has a word in braces.
  static func mayHoldPair(_ line: borrowing TextLine) -> Bool {
    var from = 0
    while let brace = line.find(0x7b, from: from) {
      if isPair(line, brace) { return true }
      from = brace &+ 1
    }
    return false
  }
}

extension UInt8 {
  /// As ``isNameByte``, without a branch.
  @inline(__always)
  fileprivate var isWordByte: Bool {
    // Digits, `$` and `.` of the first 64 characters; letters, `@` and `_` of the second.
    let low: UInt64 = 0x03ff_4010_0000_0000
    let high: UInt64 = 0x07ff_fffe_87ff_ffff
    let half = self & 0x40 == 0 ? low : high
    return half >> UInt64(self & 0x3f) & 1 != 0 || self >= 0x80
  }
}

extension TextLine {
  /// As ``plainNameEnd(from:)``, without a branch for each kind of byte.
  @inline(__always)
  fileprivate func wordEnd(_ start: Int) -> Int {
    var index = start &+ 1
    while index < count, self[index].isWordByte { index &+= 1 }
    return index
  }
}

/// Hashes of words, half of each: one that is not there is hardly ever taken for one that is.
struct WordSet {
  private var slots = [UInt32](repeating: 0, count: 64)
  private var count = 0

  /// Adds a hash.
  mutating func insert(_ hash: UInt64) {
    if count &* 2 >= slots.count { grow() }
    if place(WordSet.mark(hash)) { count &+= 1 }
  }

  /// Whether a hash may have been added.
  @inline(__always)
  func contains(_ hash: UInt64) -> Bool {
    let mark = WordSet.mark(hash)
    var position = Int(mark) & (slots.count &- 1)
    while slots[position] != 0 {
      if slots[position] == mark { return true }
      position = (position &+ 1) & (slots.count &- 1)
    }
    return false
  }

  private static func mark(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 32) | 1 }

  private mutating func place(_ mark: UInt32) -> Bool {
    var position = Int(mark) & (slots.count &- 1)
    while slots[position] != 0 {
      if slots[position] == mark { return false }
      position = (position &+ 1) & (slots.count &- 1)
    }
    slots[position] = mark
    return true
  }

  private mutating func grow() {
    let old = slots
    slots = [UInt32](repeating: 0, count: old.count &* 2)
    for mark in old where mark != 0 { _ = place(mark) }
  }
}
