/// A symbol name found in a line, with what surrounds it.
struct NameField {
  /// The name alone.
  var range: Range<Int>
  /// Distance from the symbol in bytes, where the text gives it.
  var offset: UInt64?
  /// The symbol's size in bytes, where the text gives it.
  var size: UInt64?
  /// The module's name, where the text gives it.
  var module: Range<Int>?
  /// The address beside the name, where the text gives one.
  var address: UInt64?
  /// Just after the offset, the size or, where there is neither, the name.
  var tokenEnd: Int
  /// The surface whose grammar found it.
  var surface: Surface
  /// Whether the place alone makes the word a symbol; otherwise the word must look like one.
  var isStrong: Bool

  init(_ range: Range<Int>, _ surface: Surface, isStrong: Bool = true, address: UInt64? = nil) {
    self.range = range
    self.address = address
    self.surface = surface
    self.isStrong = isStrong
    tokenEnd = range.upperBound
  }
}

extension TextLine {
  /// How far a closing bracket is looked for, in bytes: a line full of opening ones must not cost its
  /// square.
  static let longestBracketed = 8192
  /// How often one row is tried in a line, for the same reason.
  static let mostAttempts = 4096

  /// The end of a name that begins at an index; the index itself if there is none.
  ///
  /// A readable name may have blanks and other signs between angle brackets and braces.
  package func nameEnd(from start: Int) -> Int {
    guard !self[start].isDecimalDigit, self[start] != 0x7b else { return start }
    var depth = 0
    var index = start
    let limit = min(count, start &+ TextLine.longestBracketed)
    while index < count {
      if depth > 0 && index >= limit { break }
      let end = plainNameEnd(from: index, before: depth > 0 ? limit : .max)
      if end > index {
        index = end
        continue
      }
      switch self[index] {
      case 0x3c where self[index &+ 1] == 0x2f:  // </
        return depth == 0 ? index : plainNameEnd(from: start)
      case 0x3c, 0x7b:  // < {
        depth &+= 1
      case 0x3e:  // >
        if self[index &- 1] != 0x2d {
          if depth == 0 { return index }
          depth &-= 1
        }
      case 0x7d:  // }
        if depth == 0 { return index }
        depth &-= 1
      case 0x3a where depth == 0:  // :
        // What a path goes on with: a name, `<T>`, `{closure#0}`.
        let next = self[index &+ 2]
        guard self[index &+ 1] == 0x3a,
          next.isNameByte || (index > start && (next == 0x3c || next == 0x7b))
        else { return index }
        index &+= 1
      default: if depth == 0 { return index }
      }
      index &+= 1
    }
    return depth == 0 ? index : plainNameEnd(from: start)
  }

  /// The end of a run of name bytes, at most a limit.
  package func plainNameEnd(from start: Int, before limit: Int = .max) -> Int {
    var index = start
    while index <= limit &- 8, let word = word(at: index) {
      let others = ~NameBytes.marks(word) & NameBytes.highBits
      if others != 0 { return index &+ others.trailingZeroBitCount / 8 }
      index &+= 8
    }
    while index < limit, self[index].isNameByte { index &+= 1 }
    return index
  }

  /// The start of a name that ends before an index, not below a floor; `nil` if there is none.
  func nameStart(before end: Int, floor: Int) -> Int? {
    var depth = 0
    var index = end
    scan: while index > floor {
      let byte = self[index &- 1]
      if !byte.isNameByte {
        switch byte {
        // After `<T>` a path goes on with `::`: anything else is a tag.
        case 0x3e where depth == 0 && index < end && self[index].isNameByte: break scan
        case 0x3e:  // >
          if index < 2 || self[index &- 2] != 0x2d { depth &+= 1 }
        case 0x7d: depth &+= 1
        case 0x3c, 0x7b:
          if depth == 0 { break scan }
          depth &-= 1
        case 0x3a where depth == 0:
          guard self[index &- 2] == 0x3a else { break scan }
          index &-= 1
        default: if depth == 0 { break scan }
        }
      }
      index &-= 1
    }
    if depth != 0 {
      index = end
      while index > floor, self[index &- 1].isNameByte { index &-= 1 }
    }
    index = max(index, floor)
    while index < end, self[index] == 0x3a { index &+= 1 }
    return index < end && !self[index].isDecimalDigit ? index : nil
  }
}
