// type     basic | A type const | S type | T {type} E | R [L base62] type | Q … | P type | O type
//          | F fn-sig | D dyn-bounds L base62 | W type pattern | path | B backref
// pattern  R const const | O pattern {pattern} E | N
//
// Pattern types came after the RFC (rust-lang/rust 142401).

extension V0Printer {
  mutating func printType() throws(NotMangled) {
    try descend()
    defer { depth &-= 1 }
    let tag = next()
    if let name = V0Printer.basicType(tag) { return try print(name) }
    switch tag {
    case UInt8(ascii: "R"): try printReference(isMutable: false)
    case UInt8(ascii: "Q"): try printReference(isMutable: true)
    case UInt8(ascii: "P"):
      try print("*const ")
      try printType()
    case UInt8(ascii: "O"):
      try print("*mut ")
      try printType()
    case UInt8(ascii: "S"): try printSequence(hasLength: false)
    case UInt8(ascii: "A"): try printSequence(hasLength: true)
    case UInt8(ascii: "T"): try printTuple()
    case UInt8(ascii: "F"): try printFunction()
    case UInt8(ascii: "D"): try printTraitObject()
    case UInt8(ascii: "W"):
      try printType()
      try print(" is ")
      try printPattern()
    case UInt8(ascii: "B"):
      guard let detour = try beginDetour() else { return }
      try printType()
      try end(detour)
    case 0: throw NotMangled()
    default:
      position &-= 1
      try printPath(inType: true)
    }
  }

  /// `1..=5`, `!null`, or several with ` | ` between them: the values that a pattern type leaves.
  private mutating func printPattern() throws(NotMangled) {
    try descend()
    defer { depth &-= 1 }
    let wasInPattern = isInPattern
    isInPattern = true
    defer { isInPattern = wasInPattern }
    switch next() {
    case UInt8(ascii: "R"):
      try printConstant(inExpression: false)
      try print("..=")
      try printConstant(inExpression: false)
    case UInt8(ascii: "O"):
      try printPattern()
      while !skip(UInt8(ascii: "E")) {
        try print(" | ")
        try printPattern()
      }
    case UInt8(ascii: "N"): try print("!null")
    default: throw NotMangled()
    }
  }

  /// `&'a mut T`, after the tag.
  private mutating func printReference(isMutable: Bool) throws(NotMangled) {
    try print(UInt8(ascii: "&"))
    if skip(UInt8(ascii: "L")) {
      let lifetime = try parseBase62()
      if lifetime != 0 {
        try printLifetime(lifetime)
        try print(UInt8(ascii: " "))
      }
    }
    if isMutable { try print("mut ") }
    try printType()
  }

  /// `[T]` or `[T; N]`, after the tag.
  private mutating func printSequence(hasLength: Bool) throws(NotMangled) {
    try print(UInt8(ascii: "["))
    try printType()
    if hasLength {
      try print("; ")
      try printConstant(inExpression: true)
    }
    try print(UInt8(ascii: "]"))
  }

  /// `(A, B)`, after the tag.
  private mutating func printTuple() throws(NotMangled) {
    try print(UInt8(ascii: "("))
    if try printTypes() == 1 { try print(UInt8(ascii: ",")) }
    try print(UInt8(ascii: ")"))
  }

  /// `{type} E`, with commas; returns how many (a count that stops at 2).
  private mutating func printTypes() throws(NotMangled) -> Int {
    var count = 0
    while !skip(UInt8(ascii: "E")) {
      if count > 0 { try print(", ") }
      count = min(count &+ 1, 2)
      try printType()
    }
    return count
  }

  /// `for<'a> unsafe extern "C" fn(A) -> B`, after the tag.
  private mutating func printFunction() throws(NotMangled) {
    let outer = boundLifetimes
    try printBinder()
    if skip(UInt8(ascii: "U")) { try print("unsafe ") }
    if skip(UInt8(ascii: "K")) { try printABI() }
    try print("fn(")
    _ = try printTypes()
    try print(UInt8(ascii: ")"))
    if !skip(UInt8(ascii: "u")) {
      try print(" -> ")
      try printType()
    }
    boundLifetimes = outer
  }

  /// `extern "C-unwind" `, after the tag; dashes are mangled as underscores.
  private mutating func printABI() throws(NotMangled) {
    try print("extern \"")
    if skip(UInt8(ascii: "C")) {
      try print(UInt8(ascii: "C"))
    } else {
      let name = try parseIdentifier()
      guard !name.isPunycode else { throw NotMangled() }
      for index in 0..<name.count {
        let byte = bytes[name.start &+ index]
        try print(byte == UInt8(ascii: "_") ? UInt8(ascii: "-") : byte)
      }
    }
    try print("\" ")
  }

  /// `dyn for<'a> A<B = C> + D + 'a`, after the tag.
  private mutating func printTraitObject() throws(NotMangled) {
    let outer = boundLifetimes
    try print("dyn ")
    try printBinder()
    var isFirst = true
    while !skip(UInt8(ascii: "E")) {
      if !isFirst { try print(" + ") }
      isFirst = false
      try printTrait()
    }
    boundLifetimes = outer
    guard skip(UInt8(ascii: "L")) else { throw NotMangled() }
    let lifetime = try parseBase62()
    if lifetime != 0 {
      try print(" + ")
      try printLifetime(lifetime)
    }
  }

  /// A trait and the types its associated names are bound to, in one pair of `<>`.
  private mutating func printTrait() throws(NotMangled) {
    var isOpen = try printPath(inType: true, leavingOpen: true)
    while skip(UInt8(ascii: "p")) {
      try print(isOpen ? ", " : "<")
      isOpen = true
      try printIdentifier(parseIdentifier())
      try print(" = ")
      try printType()
    }
    if isOpen { try print(UInt8(ascii: ">")) }
  }

  /// `for<'a, 'b> `, if there is one.
  private mutating func printBinder() throws(NotMangled) {
    let count = try parseTagged(UInt8(ascii: "G"))
    guard count > 0 else { return }
    // A lifetime that nobody can name is of no use: more of them than bytes means malice.
    let room = UInt64(nameLength)
    guard room > boundLifetimes, count < room - boundLifetimes else { throw NotMangled() }
    guard isPrinting else {
      boundLifetimes &+= count
      return
    }
    try print("for<")
    for index in 0..<count {
      boundLifetimes &+= 1
      if index > 0 { try print(", ") }
      try printLifetime(1)
    }
    try print("> ")
  }

  /// A lifetime by its distance from the innermost one; 0 is the erased one.
  mutating func printLifetime(_ index: UInt64) throws(NotMangled) {
    guard index > 0 else { return try print("'_") }
    guard index <= boundLifetimes else { throw NotMangled() }
    let depth = boundLifetimes &- index
    try print(UInt8(ascii: "'"))
    if depth < 26 {
      try print(UInt8(ascii: "a") &+ UInt8(truncatingIfNeeded: depth))
    } else {
      try print(UInt8(ascii: "z"))
      try printDecimal(depth &- 25)
    }
  }

  /// The name of a type that is one letter.
  static func basicType(_ tag: UInt8) -> StaticString? {
    switch tag {
    case UInt8(ascii: "a"): "i8"
    case UInt8(ascii: "b"): "bool"
    case UInt8(ascii: "c"): "char"
    case UInt8(ascii: "d"): "f64"
    case UInt8(ascii: "e"): "str"
    case UInt8(ascii: "f"): "f32"
    case UInt8(ascii: "h"): "u8"
    case UInt8(ascii: "i"): "isize"
    case UInt8(ascii: "j"): "usize"
    case UInt8(ascii: "l"): "i32"
    case UInt8(ascii: "m"): "u32"
    case UInt8(ascii: "n"): "i128"
    case UInt8(ascii: "o"): "u128"
    case UInt8(ascii: "p"): "_"
    case UInt8(ascii: "s"): "i16"
    case UInt8(ascii: "t"): "u16"
    case UInt8(ascii: "u"): "()"
    case UInt8(ascii: "v"): "..."
    case UInt8(ascii: "x"): "i64"
    case UInt8(ascii: "y"): "u64"
    case UInt8(ascii: "z"): "!"
    default: nil
    }
  }
}
