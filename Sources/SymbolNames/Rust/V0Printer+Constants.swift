// const    type-of-integer [n] hex _ | b 0_ | b 1_ | c hex _ | p | B backref
//          | e hex _ | R const | Q const | A {const} E | T {const} E
//          | V path (U | T {const} E | S {ident const} E)
//
// The second and third line came after the RFC (rust-lang/rust 95489, "adt_const_params").

extension V0Printer {
  /// Prints a constant. In a generic argument, what is not a literal needs braces.
  mutating func printConstant(inExpression: Bool) throws(NotMangled) {
    try descend()
    defer { depth &-= 1 }
    let tag = next()
    switch tag {
    case UInt8(ascii: "a"), UInt8(ascii: "h"), UInt8(ascii: "i"), UInt8(ascii: "j"),
      UInt8(ascii: "l"), UInt8(ascii: "m"), UInt8(ascii: "n"), UInt8(ascii: "o"),
      UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "x"), UInt8(ascii: "y"):
      try printInteger()
      if showsHashes { try printType(of: tag) }
    case UInt8(ascii: "b"):
      try printBool()
      if showsHashes { try printType(of: tag) }
    case UInt8(ascii: "c"):
      try printCharacter()
      if showsHashes { try printType(of: tag) }
    case UInt8(ascii: "p"): try print(UInt8(ascii: "_"))
    case UInt8(ascii: "B"):
      guard let detour = try beginDetour() else { return }
      try printConstant(inExpression: inExpression)
      try end(detour)
    case UInt8(ascii: "R") where skip(UInt8(ascii: "e")): try printText()
    default:
      if !inExpression { try print(UInt8(ascii: "{")) }
      try printCompound(tag)
      if !inExpression { try print(UInt8(ascii: "}")) }
    }
  }

  /// A constant that is not a literal, after its tag.
  private mutating func printCompound(_ tag: UInt8) throws(NotMangled) {
    switch tag {
    case UInt8(ascii: "e"):
      try print(UInt8(ascii: "*"))
      try printText()
    case UInt8(ascii: "R"), UInt8(ascii: "Q"):
      try print(tag == UInt8(ascii: "R") ? "&" : "&mut ")
      try printConstant(inExpression: true)
    case UInt8(ascii: "A"):
      try print(UInt8(ascii: "["))
      _ = try printConstants()
      try print(UInt8(ascii: "]"))
    case UInt8(ascii: "T"):
      try print(UInt8(ascii: "("))
      if try printConstants() == 1 { try print(UInt8(ascii: ",")) }
      try print(UInt8(ascii: ")"))
    case UInt8(ascii: "V"):
      try printPath(inType: false)
      try printFields()
    default: throw NotMangled()
    }
  }

  /// What follows the name of a struct or variant.
  private mutating func printFields() throws(NotMangled) {
    switch next() {
    case UInt8(ascii: "U"): return
    case UInt8(ascii: "T"):
      try print(UInt8(ascii: "("))
      _ = try printConstants()
      try print(UInt8(ascii: ")"))
    case UInt8(ascii: "S"):
      try print(" { ")
      var isFirst = true
      while !skip(UInt8(ascii: "E")) {
        if !isFirst { try print(", ") }
        isFirst = false
        _ = try parseTagged(UInt8(ascii: "s"))
        try printIdentifier(parseIdentifier())
        try print(": ")
        try printConstant(inExpression: true)
      }
      try print(" }")
    default: throw NotMangled()
    }
  }

  /// `{const} E`, with commas; returns how many (a count that stops at 2).
  private mutating func printConstants() throws(NotMangled) -> Int {
    var count = 0
    while !skip(UInt8(ascii: "E")) {
      if count > 0 { try print(", ") }
      count = min(count &+ 1, 2)
      try printConstant(inExpression: true)
    }
    return count
  }

  /// Decimal where it fits 64 bits, else as hexadecimal.
  private mutating func printInteger() throws(NotMangled) {
    if skip(UInt8(ascii: "n")) { try print(UInt8(ascii: "-")) }
    let number = try parseHex()
    if number.count <= 16 {
      try printDecimal(number.value)
    } else {
      try print("0x")
      try printBytes(from: number.start, count: number.count)
    }
  }

  /// `: u8` after a constant.
  private mutating func printType(of tag: UInt8) throws(NotMangled) {
    guard let type = V0Printer.basicType(tag) else { return }
    try print(": ")
    try print(type)
  }

  private mutating func printBool() throws(NotMangled) {
    let number = try parseHex()
    guard number.count == 1, number.value <= 1 else { throw NotMangled() }
    try print(number.value == 0 ? "false" : "true")
  }

  /// A character in quotes; what is not printable ASCII is escaped.
  private mutating func printCharacter() throws(NotMangled) {
    let number = try parseHex()
    guard number.count <= 6 else { throw NotMangled() }
    try print(UInt8(ascii: "'"))
    switch number.value {
    case 0 where isInPattern: try print("\\0")
    case 0x09: try print("\\t")
    case 0x0d: try print("\\r")
    case 0x0a: try print("\\n")
    case 0x5c: try print("\\\\")
    case 0x27: try print("\\'")
    case 0x20...0x7e: try print(UInt8(truncatingIfNeeded: number.value))
    case 0x80... where isInPattern:
      guard let scalar = Unicode.Scalar(UInt32(clamping: number.value)) else { throw NotMangled() }
      try printBeyondASCII(scalar)
    default:
      try print("\\u{")
      try printBytes(from: number.start, count: number.count)
      try print(UInt8(ascii: "}"))
    }
    try print(UInt8(ascii: "'"))
  }
}
