internal import ByteStorage
internal import SymbolNames

/// Names that no plain word can be, wherever they are: a mangled name of Rust that parses to its end, and
/// `NAME.llvm.DIGITS` with its like (`.__uniq.`, `.lto_priv.`).
///
/// They are found as c++filt and rustfilt find them, so that no grammar need know the tool that wrote
/// the line. A part of a path or of a URL is not taken for a name.
enum AnywhereNames {
  /// Adds the names of a line that no field holds yet.
  static func find(in line: borrowing TextLine, _ fields: inout [NameField]) {
    let all = line.slice(0..<line.count)
    let before = fields.count
    var output = NameBuffer(minimumCapacity: 256)
    var start = 0
    var attempts = 0
    while attempts < TextLine.mostAttempts,
      let candidate = CandidateScan.next(in: all, from: start)
    {
      attempts &+= 1
      if let field = fields[..<before].first(where: { $0.range.contains(candidate) }) {
        start = field.range.upperBound
        continue
      }
      let word = line.symbolWord(around: candidate, floor: start)
      start = max(word.upperBound, candidate &+ 1)
      guard let name = name(line, in: word, &output), !isPartOfPath(line, name),
        !fields[..<before].contains(where: { $0.range.overlaps(name) })
      else { continue }
      fields.append(NameField(name, .anywhere))
    }
  }

  /// The name in a word, without the dots that end a sentence.
  private static func name(
    _ line: borrowing TextLine, in word: Range<Int>, _ output: inout NameBuffer
  ) -> Range<Int>? {
    guard let end = line.symbolEnd(in: word) else { return nil }
    let start = SectionPrefix.end(in: line, word.lowerBound..<end) ?? word.lowerBound
    guard start < end, !line[start].isDecimalDigit, line[start] != 0x2e else { return nil }
    let name = line.slice(start..<end).characters
    let parts = LinkageName(name)
    let isMangled = NameForm.isMangled(name.extracting(parts.sourceRange))
    if isMangled {
      output.removeAll()
      guard RustDemangler.appendReadableName(of: name.extracting(parts.sourceRange), to: &output)
      else { return nil }
      return start..<end
    }
    return parts.suffixes.contains(where: { isUnmistakable($0, name) }) ? start..<end : nil
  }

  /// Whether a suffix is one that no word of a text ends in.
  private static func isUnmistakable(_ suffix: CompilerSuffix, _ name: Span<UInt8>) -> Bool {
    switch suffix.kind {
    case .unique, .ltoPrivate: true
    case .llvm: name[suffix.range.upperBound &- 1].isDecimalDigit && isDecimal(suffix, name)
    default: false
    }
  }

  private static func isDecimal(_ suffix: CompilerSuffix, _ name: Span<UInt8>) -> Bool {
    var index = suffix.range.upperBound &- 1
    while name[index].isDecimalDigit { index &-= 1 }
    return name[index] == 0x2e
  }

  /// How far the start of a path or URL is searched for, in bytes.
  private static let longestPath = 4096

  /// Whether a name lies in a path or a URL: `/` touches it, or other bytes of a file's name between
  /// them, or `://` precedes it in its word.
  private static func isPartOfPath(_ line: borrowing TextLine, _ name: Range<Int>) -> Bool {
    if line[name.upperBound] == 0x2f { return true }
    let floor = max(0, name.lowerBound &- longestPath)
    var index = name.lowerBound
    while index > floor, isFileNameByte(line[index &- 1]) { index &-= 1 }
    if index > floor, line[index &- 1] == 0x2f { return true }
    while index > floor, !endsURL(line[index &- 1]) {
      index &-= 1
      if line[index] == 0x3a, line.has("://", at: index) { return true }
    }
    return false
  }

  /// Whether a byte is one of those of files' names that also end words: `- + ~ % #`.
  private static func isFileNameByte(_ byte: UInt8) -> Bool {
    byte.isSymbolByte || byte == 0x2d || byte == 0x2b || byte == 0x7e || byte == 0x25
      || byte == 0x23
  }

  /// Whether a byte cannot be part of a URL: blanks, quotes, `<`, `>`, back-ticks.
  private static func endsURL(_ byte: UInt8) -> Bool {
    byte.isBlank || byte == 0x22 || byte == 0x27 || byte == 0x3c || byte == 0x3e || byte == 0x60
  }
}

extension TextLine {
  /// The run of letters, digits and `_ . $` around an index, not below a floor.
  fileprivate func symbolWord(around index: Int, floor: Int) -> Range<Int> {
    var lower = index
    while lower > floor, self[lower &- 1].isSymbolByte { lower &-= 1 }
    var upper = index &+ 1
    while self[upper].isSymbolByte { upper &+= 1 }
    // The letter of an escape: `\n`, `\t`.
    if lower < index, self[lower &- 1] == 0x5c { lower &+= 1 }
    return lower..<upper
  }
}

extension UInt8 {
  /// Whether a compiler's names have the byte: letters, digits, `_ . $`.
  fileprivate var isSymbolByte: Bool { isNameByte && self != 0x40 && self < 0x80 }
}

/// Readable names of Rust, wherever they are: `a::b`, `<T as a::B>::c`. A kernel that has one decides
/// whether it is a name.
enum AnywherePaths {
  /// How often an end of a name is searched for: names may have any number of brackets.
  private static let mostAttempts = 256

  /// Adds the paths of a line that no field holds yet.
  static func find(in line: borrowing TextLine, _ fields: inout [NameField]) {
    guard line.find("::", from: 0) != nil else { return }
    let before = fields.count
    var index = 0
    var attempts = 0
    while index < line.count, attempts < mostAttempts {
      guard let end = pathEnd(line, index, &attempts) else {
        index = max(line.plainNameEnd(from: index), index &+ 1)
        continue
      }
      if !fields[..<before].contains(where: { $0.range.overlaps(index..<end) }) {
        fields.append(NameField(index..<end, .anywhere, isStrong: false))
      }
      index = end
    }
  }

  /// The end of a path that begins at an index, without the dots that end a sentence.
  private static func pathEnd(
    _ line: borrowing TextLine, _ index: Int, _ attempts: inout Int
  ) -> Int? {
    let isBracketed = line[index] == 0x3c
    guard isBracketed || line[index].isNameByte, line[index &- 1] != 0x2f else { return nil }
    if !isBracketed && !line.has("::", at: line.plainNameEnd(from: index)) { return nil }
    attempts &+= 1
    let last = line.nameEnd(from: index)
    var end = index
    while end < last, line[end] != 0x40 { end &+= 1 }
    while end > index, line[end &- 1] == 0x2e { end &-= 1 }
    let path = line.slice(index..<end)
    return path.firstRange(of: isBracketed ? ">::" : "::") == nil ? nil : end
  }
}
