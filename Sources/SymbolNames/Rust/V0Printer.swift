// Rust's v0 mangling: RFC 2603 and "v0 Symbol Format" in the rustc book. Where a malformed name
// leaves a choice, the choice is that of LLVM's demangler, so that both agree on every input; pattern
// types and suffixes after `$`, which that does not know, are as in rustc-demangle and the book.
//
//   symbol   _R path [path of the instantiating crate] [. suffix | $ suffix]
//   path     C ident | M impl type | X impl type path | Y type path | N namespace path ident
//            | I path {generic} E | B backref
//   ident    [s base62] [u] decimal [_] bytes

/// One run over one v0 name: parses and prints in the same pass.
struct V0Printer: ~Copyable, ~Escapable {
  /// The deepest nesting of paths, types and constants followed.
  static let maximumDepth = 500
  /// Where `_R` ends; back references count from here.
  static let origin = 2

  let bytes: Span<UInt8>
  let showsHashes: Bool
  var output: NameBuffer
  /// Always in 0...bytes.count.
  var position = V0Printer.origin
  var depth = 0
  var boundLifetimes: UInt64 = 0
  var rereadBytes = 0
  /// The bytes between `_R` and the first dot; only needed where lifetimes are bound.
  lazy var nameLength = measureName()
  /// Whether a constant limits a type, which only rustc-demangle knows, and so is escaped as there.
  var isInPattern = false
  /// False inside the path of an `impl`, which is parsed but not shown.
  var isPrinting = true

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>, showsHashes: Bool, output: consuming NameBuffer) {
    self.bytes = bytes
    self.showsHashes = showsHashes
    self.output = output
  }

  /// Prints the whole name; `false` if it is not a v0 name (the output then holds a part of it).
  mutating func run() -> Bool {
    do throws(NotMangled) {
      try printPath(inType: false)
      if !isAtEnd {
        isPrinting = false
        try printPath(inType: false)
        isPrinting = true
      }
      guard isAtEnd else { return false }
      if position < bytes.count {
        try output.put(" (")
        try output.put(bytes, from: position, count: bytes.count &- position)
        try output.put(UInt8(ascii: ")"))
      }
      return true
    } catch { return false }
  }

  /// Whether the name proper is over: only a suffix (or nothing) follows.
  private var isAtEnd: Bool {
    position == bytes.count || peek() == UInt8(ascii: ".") || peek() == UInt8(ascii: "$")
  }
}

extension V0Printer {
  /// Prints a path; generic arguments after it need no `::` inside a type.
  mutating func printPath(inType: Bool) throws(NotMangled) {
    _ = try printPath(inType: inType, leavingOpen: false)
  }

  /// Prints a path; returns whether a `<` was left open, which happens only if asked for.
  mutating func printPath(inType: Bool, leavingOpen: Bool) throws(NotMangled) -> Bool {
    try descend()
    defer { depth &-= 1 }
    switch next() {
    case UInt8(ascii: "N"): try printNested(inType: inType)
    case UInt8(ascii: "C"): try printCrate()
    case UInt8(ascii: "M"):
      try skipImplementationPath(inType: inType)
      try printSelfType(trait: false)
    case UInt8(ascii: "X"):
      try skipImplementationPath(inType: inType)
      try printSelfType(trait: true)
    case UInt8(ascii: "Y"): try printSelfType(trait: true)
    case UInt8(ascii: "I"):
      try printPath(inType: inType)
      try print(inType ? "<" : "::<")
      try printGenericArguments()
      if leavingOpen { return true }
      try print(UInt8(ascii: ">"))
    case UInt8(ascii: "B"):
      guard let detour = try beginDetour() else { return false }
      let isOpen = try printPath(inType: inType, leavingOpen: leavingOpen)
      try end(detour)
      return isOpen
    default: throw NotMangled()
    }
    return false
  }

  /// `C ident`, after the `C`.
  @inline(__always) private mutating func printCrate() throws(NotMangled) {
    guard showsHashes else {
      try skipDisambiguator()
      return try printIdentifier(parseIdentifier())
    }
    let hash = try parseTagged(UInt8(ascii: "s"))
    try printIdentifier(parseIdentifier())
    try printHash(hash)
  }

  /// `N namespace path ident`, after the `N`.
  private mutating func printNested(inType: Bool) throws(NotMangled) {
    let namespace = next()
    let isSpecial = namespace >= UInt8(ascii: "A") && namespace <= UInt8(ascii: "Z")
    guard isSpecial || (namespace >= UInt8(ascii: "a") && namespace <= UInt8(ascii: "z")) else {
      throw NotMangled()
    }
    try printPath(inType: inType)
    let disambiguator = try parseTagged(UInt8(ascii: "s"))
    let identifier = try parseIdentifier()
    if !isSpecial {
      guard identifier.count > 0 else { return }
      try print("::")
      return try printIdentifier(identifier)
    }
    try print("::{")
    switch namespace {
    case UInt8(ascii: "C"): try print("closure")
    case UInt8(ascii: "S"): try print("shim")
    default: try print(namespace)
    }
    if identifier.count > 0 {
      try print(UInt8(ascii: ":"))
      try printIdentifier(identifier)
    }
    try print(UInt8(ascii: "#"))
    try printDecimal(disambiguator)
    try print(UInt8(ascii: "}"))
  }

  /// The path of the `impl` itself: where it is written, not what it is for.
  private mutating func skipImplementationPath(inType: Bool) throws(NotMangled) {
    let wasPrinting = isPrinting
    isPrinting = false
    try skipDisambiguator()
    try printPath(inType: inType)
    isPrinting = wasPrinting
  }

  /// `<type>` or `<type as path>`.
  private mutating func printSelfType(trait: Bool) throws(NotMangled) {
    try print(UInt8(ascii: "<"))
    try printType()
    if trait {
      try print(" as ")
      try printPath(inType: true)
    }
    try print(UInt8(ascii: ">"))
  }

  /// `{generic} E`.
  private mutating func printGenericArguments() throws(NotMangled) {
    var isFirst = true
    while !skip(UInt8(ascii: "E")) {
      if !isFirst { try print(", ") }
      isFirst = false
      if skip(UInt8(ascii: "L")) {
        try printLifetime(parseBase62())
      } else if skip(UInt8(ascii: "K")) {
        try printConstant(inExpression: false)
      } else {
        try printType()
      }
    }
  }
}

extension V0Printer {
  /// An excursion to something that stood earlier in the name.
  struct Detour {
    let target: Int
    let back: Int
  }

  /// Moves to where a back reference points; nil, staying here, if nothing is being printed.
  mutating func beginDetour() throws(NotMangled) -> Detour? {
    let offset = try parseBase62()
    guard offset < UInt64(truncatingIfNeeded: position &- V0Printer.origin) else {
      throw NotMangled()
    }
    guard isPrinting else { return nil }
    let detour = Detour(target: Int(truncatingIfNeeded: offset) &+ V0Printer.origin, back: position)
    position = detour.target
    return detour
  }

  /// Moves back, and pays for what was read again.
  mutating func end(_ detour: Detour) throws(NotMangled) {
    rereadBytes &+= position &- detour.target
    guard rereadBytes <= RustDemangler.mostWork(forNameOf: bytes.count) else { throw NotMangled() }
    position = detour.back
  }

  /// Goes one level down; the caller comes up again.
  @inline(__always) mutating func descend() throws(NotMangled) {
    guard depth < V0Printer.maximumDepth else { throw NotMangled() }
    depth &+= 1
  }
}
