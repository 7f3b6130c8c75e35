internal import ByteStorage

/// Characters outside ASCII that separate words, as its punctuation does: those of punctuation, spaces,
/// arrows, lines and pictures, which no identifier may have. Letters of every script stay part of a name.
///
/// Names are searched for in a copy of the line with other bytes in the place of signs, as many as
/// there were, so that ranges hold for the line too.
enum SignMask {
  /// What a sign becomes: a byte that no grammar has.
  static let sign: UInt8 = 0x1f
  /// What `…` becomes: a name before it may have been cut.
  static let ellipsis: UInt8 = 0x1e
  /// What a byte order mark becomes, which may come before a line's first byte.
  static let orderMark: UInt8 = 0x1d

  static func isMask(_ byte: UInt8) -> Bool { byte >= orderMark && byte <= sign }

  /// Whether a character outside ASCII separates words.
  ///
  /// - Note: Blocks of Unicode 16 without what has the property XID_Continue.
  static func isSign(_ code: UInt32) -> Bool {
    switch code {
    case 0xaa, 0xb5, 0xb7, 0xba, 0x203f, 0x2040, 0x2054: false
    // Latin-1, General Punctuation; arrows, mathematics, boxes, bullets, dingbats.
    case 0x80...0xbf, 0xd7, 0xf7, 0x2000...0x206f, 0x2190...0x2bff, 0x2e00...0x2e7f: true
    // Punctuation of Chinese, Japanese and Korean, and its wide forms.
    case 0x3000...0x3004, 0x3008...0x3020, 0x3030, 0x3036...0x3037, 0x303d...0x303f: true
    case 0xff01...0xff0f, 0xff1a...0xff20, 0xff3b...0xff3e, 0xff40, 0xff5b...0xff65: true
    case 0xfeff, 0x1f000...0x1faff: true
    default: false
    }
  }

  /// What stands for the bytes of a sign.
  static func mask(of code: UInt32) -> UInt8 {
    switch code {
    case 0x2026: ellipsis
    case 0xfeff: orderMark
    default: sign
    }
  }
}

extension TextLine {
  /// Writes the line with masked signs, if it has any.
  ///
  /// - Returns: Whether it has; the buffer is left alone otherwise.
  func maskSigns(to buffer: inout [UInt8]) -> Bool {
    var isMasked = false
    var index = foreignByte(from: 0)
    while index < count {
      guard let (code, length) = character(at: index), SignMask.isSign(code) else {
        index = foreignByte(from: index &+ 1)
        continue
      }
      if !isMasked {
        buffer.removeAll(keepingCapacity: true)
        slice(0..<count).append(to: &buffer)
        isMasked = true
      }
      var end = index &+ length
      // What makes a picture of a sign belongs to it.
      if has("\u{fe0f}", at: end) { end &+= 3 }
      for place in index..<end { buffer[place] = SignMask.mask(of: code) }
      index = foreignByte(from: end)
    }
    return isMasked
  }

  /// Whether a sign ends before an index.
  func hasSign(before index: Int) -> Bool {
    (2...4).contains { length in
      character(at: index &- length).map { $0.length == length && SignMask.isSign($0.code) }
        ?? false
    }
  }

  /// Whether a sign begins at an index.
  func hasSign(at index: Int) -> Bool {
    character(at: index).map { SignMask.isSign($0.code) } ?? false
  }

  /// Where the next byte outside ASCII is, at an index or after it; the end if there is none.
  private func foreignByte(from start: Int) -> Int {
    var index = start
    while let word = word(at: index) {
      let marks = word & NameBytes.highBits
      if marks != 0 { return index &+ marks.trailingZeroBitCount / 8 }
      index &+= 8
    }
    while index < count, self[index] < 0x80 { index &+= 1 }
    return index
  }

  /// The character outside ASCII that begins at an index, and its length in UTF-8.
  private func character(at index: Int) -> (code: UInt32, length: Int)? {
    let lead = self[index]
    let length: Int
    switch lead {
    case 0xc2...0xdf: length = 2
    case 0xe0...0xef: length = 3
    case 0xf0...0xf4: length = 4
    default: return nil
    }
    var code = UInt32(lead) & (0x7f >> UInt32(length))
    for place in (index &+ 1)..<(index &+ length) {
      guard self[place] & 0xc0 == 0x80 else { return nil }
      code = code << 6 | UInt32(self[place] & 0x3f)
    }
    return (code, length)
  }
}
