/// Punycode (RFC 3492) as v0 names use it: `_` instead of `-` before the coded part.
enum Punycode {
  /// The longest identifier decoded, in code points. Inserting makes decoding quadratic.
  static let maximumCodePoints = 1024

  /// Appends the decoded identifier as UTF-8. While decoding, each code point fills a cell of four
  /// bytes padded with zeros; U+0000 cannot occur, since coded points start at U+0080. Throws
  /// ``NotMangled`` if it is malformed, too long, or no Unicode scalar.
  static func decode(_ coded: Span<UInt8>, to output: inout NameBuffer) throws(NotMangled) {
    let start = output.count
    var next = 0
    if let delimiter = lastDelimiter(of: coded) {
      guard delimiter <= maximumCodePoints else { throw NotMangled() }
      for index in 0..<delimiter {
        try insert(Unicode.Scalar(coded[index]), at: output.count, to: &output)
      }
      next = delimiter &+ 1
    }
    var codePoint: UInt32 = 0x80
    var index = 0
    var bias = 72
    while next < coded.count {
      let previous = index
      index = try readDelta(coded, &next, bias: bias, from: index)
      let cells = (output.count &- start) / 4 &+ 1
      guard cells <= maximumCodePoints else { throw NotMangled() }
      bias = adapted(index &- previous, cells: cells, isFirst: previous == 0)
      let (sum, overflows) = codePoint.addingReportingOverflow(
        UInt32(truncatingIfNeeded: index / cells))
      guard !overflows, let scalar = Unicode.Scalar(sum) else { throw NotMangled() }
      codePoint = sum
      index %= cells
      try insert(scalar, at: start &+ index &* 4, to: &output)
      index &+= 1
    }
    output.dropZeros(from: start)
  }

  private static func lastDelimiter(of coded: Span<UInt8>) -> Int? {
    var index = coded.count
    while index > 0 {
      index &-= 1
      if coded[index] == UInt8(ascii: "_") { return index }
    }
    return nil
  }

  /// Reads one generalised variable-length integer and adds it to `start`. The sum stays below
  /// 2^31, far above any use: 0x110000 code points in 1024 cells.
  private static func readDelta(
    _ coded: Span<UInt8>, _ next: inout Int, bias: Int, from start: Int
  ) throws(NotMangled) -> Int {
    var sum = start
    var weight = 1
    var k = 36
    while true {
      guard next < coded.count, let digit = digit(coded[next]) else { throw NotMangled() }
      next &+= 1
      let (product, overflowed) = digit.multipliedReportingOverflow(by: weight)
      guard !overflowed, product <= Int(Int32.max) &- sum else { throw NotMangled() }
      sum &+= product
      let threshold = k <= bias ? 1 : min(k &- bias, 26)
      if digit < threshold { return sum }
      weight = min(weight &* (36 &- threshold), Int(Int32.max))
      k &+= 36
    }
  }

  private static func digit(_ byte: UInt8) -> Int? {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte &- UInt8(ascii: "a"))
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte &- UInt8(ascii: "0")) &+ 26
    default: nil
    }
  }

  private static func adapted(_ delta: Int, cells: Int, isFirst: Bool) -> Int {
    var delta = isFirst ? delta / 700 : delta / 2
    delta &+= delta / cells
    var k = 0
    while delta > 455 {
      delta /= 35
      k &+= 36
    }
    return k &+ 36 &* delta / (delta &+ 38)
  }

  private static func insert(
    _ scalar: Unicode.Scalar, at offset: Int, to output: inout NameBuffer
  ) throws(NotMangled) {
    try output.insertZeros(4, at: offset)
    var place = offset
    for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
      output.set(byte, at: place)
      place &+= 1
    }
  }
}
