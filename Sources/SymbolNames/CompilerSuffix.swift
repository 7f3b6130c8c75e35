/// A mark that a compiler or linker appended to the source name.
package struct CompilerSuffix: Equatable, Sendable {
  package enum Kind: Sendable, CaseIterable {
    /// `.llvm.<hash>`: a local made global by ThinLTO; the hash stands for the translation unit.
    case llvm
    /// `.__uniq.<digits>`: a local under `-funique-internal-linkage-names`.
    case unique
    /// `.lto_priv.<n>`: a local made global by GCC's LTO.
    case ltoPrivate
    /// `.isra.<n>`: GCC changed the parameters.
    case isra
    /// `.constprop.<n>`: GCC fixed arguments to constants.
    case constprop
    /// `.part.<n>`: GCC took a part out of line; `.__part.<n>`: LLVM laid out basic blocks elsewhere
    /// (`MachineBasicBlock::getSymbol`, Propeller).
    case part
    /// `.specialized.<n>`: LLVM fixed arguments to constants.
    case specialized
    /// `.argprom`: LLVM passes what a pointer argument points to.
    case argprom
    /// `.cold`, `.cold.<n>`: the part that is hardly ever run.
    case cold
    /// `.unlikely`: the older spelling of `.cold`.
    case unlikely
    /// `.kcfi`: an entry that checks the caller's type.
    case kcfi
    /// `.cfi`: the body behind an entry of a jump table.
    case cfi
    /// `.cfi_jt`: an entry of a jump table.
    case cfiJumpTable
    /// `$<32 hexadecimal digits>`: a local under the jump tables of Linux 5.13 to 5.15.
    case cfiHash
    /// `.localalias`: GCC's private alias of a global.
    case localAlias
    /// `.<n>`: one of several of the same name in one unit, such as static variables.
    case number
  }

  package let kind: Kind
  /// The bytes of the linkage name it takes, with the leading dot.
  package let range: Range<Int>

  /// Whether what carries it is a piece of the function named, not all of it.
  package var isPart: Bool {
    switch kind {
    case .part, .cold, .unlikely: true
    default: false
    }
  }

  /// Whether it only distinguishes equal names, for the linker's sake: the function is whole, and as the
  /// source has it.
  package var onlyDistinguishes: Bool {
    switch kind {
    case .llvm, .unique, .ltoPrivate, .cfiHash: true
    default: false
    }
  }

  /// The length in bytes of a suffix without its number: that of `.isra` in `.isra.0`.
  package static func wordLength(of suffix: Span<UInt8>) -> Int {
    var index = 1
    while index < suffix.count, suffix[index] != UInt8(ascii: ".") { index &+= 1 }
    return index
  }
}

extension CompilerSuffix {
  /// What may follow a keyword.
  private enum Tail { case none, digits, optionalDigits, hash }

  /// The keywords, without the dot before them.
  private static let keywords: [(text: StaticString, kind: Kind, tail: Tail)] = [
    ("llvm", .llvm, .hash), ("cold", .cold, .optionalDigits), ("isra", .isra, .digits),
    ("constprop", .constprop, .digits), ("part", .part, .digits),
    ("__part", .part, .digits),
    ("lto_priv", .ltoPrivate, .digits), ("__uniq", .unique, .digits),
    ("specialized", .specialized, .digits), ("argprom", .argprom, .none),
    ("unlikely", .unlikely, .optionalDigits), ("kcfi", .kcfi, .none), ("cfi", .cfi, .none),
    ("cfi_jt", .cfiJumpTable, .none), ("localalias", .localAlias, .optionalDigits),
  ]

  /// The last suffix of `name[..<end]`, if that ends in one and something precedes it.
  static func last(of name: Span<UInt8>, before end: Int) -> CompilerSuffix? {
    if let hash = cfiHash(of: name, before: end) { return hash }
    guard let dot = lastDot(in: name, before: end) else { return nil }
    let word = (dot &+ 1)..<end
    if let kind = keyword(name, word, accepting: [.none, .optionalDigits]) {
      return CompilerSuffix(kind: kind, range: dot..<end)
    }
    let isNumber = isFilled(name, word) { $0 &- UInt8(ascii: "0") < 10 }
    if let previous = lastDot(in: name, before: dot) {
      let before = (previous &+ 1)..<dot
      if isNumber, let kind = keyword(name, before, accepting: [.digits, .optionalDigits, .hash]) {
        return CompilerSuffix(kind: kind, range: previous..<end)
      }
      let isHash = isFilled(name, word) {
        $0 &- UInt8(ascii: "0") < 10 || $0 &- UInt8(ascii: "A") < 6
      }
      if isHash, let kind = keyword(name, before, accepting: [.hash]) {
        return CompilerSuffix(kind: kind, range: previous..<end)
      }
    }
    return isNumber ? CompilerSuffix(kind: .number, range: dot..<end) : nil
  }

  /// The kind whose keyword is `name[range]` and may be followed by one of `tails`.
  private static func keyword(
    _ name: Span<UInt8>, _ range: Range<Int>, accepting tails: [Tail]
  ) -> Kind? {
    for keyword in keywords where keyword.text.utf8CodeUnitCount == range.count {
      if tails.contains(keyword.tail), name.extracting(range).equals(keyword.text) {
        return keyword.kind
      }
    }
    return nil
  }

  private static func cfiHash(of name: Span<UInt8>, before end: Int) -> CompilerSuffix? {
    let start = end &- 33
    guard start > 0, name[start] == UInt8(ascii: "$"),
      isFilled(name, (start &+ 1)..<end, with: { V0Printer.hexDigit($0) != nil })
    else { return nil }
    return CompilerSuffix(kind: .cfiHash, range: start..<end)
  }

  /// The last dot before an index that is not the first byte. Most names have none, and eight bytes are
  /// looked at together.
  private static func lastDot(in name: Span<UInt8>, before end: Int) -> Int? {
    let bytes = RawSpan(_elements: name)
    var index = min(end, name.count)
    while index > 8 {
      // SAFETY: 8 < index <= count.
      let word = unsafe UInt64(
        littleEndian: bytes.unsafeLoadUnaligned(
          fromUncheckedByteOffset: index &- 8, as: UInt64.self))
      // The high bit of each byte that is zero, and so was a dot.
      let others = word ^ 0x2e2e_2e2e_2e2e_2e2e
      let low: UInt64 = 0x7f7f_7f7f_7f7f_7f7f
      let dots = ~((others & low) &+ low | others) & ~low
      if dots != 0 { return index &- 1 &- dots.leadingZeroBitCount / 8 }
      index &-= 8
    }
    while index > 1 {
      index &-= 1
      if name[index] == UInt8(ascii: ".") { return index }
    }
    return nil
  }

  private static func isFilled(
    _ name: Span<UInt8>, _ range: Range<Int>, with test: (UInt8) -> Bool
  ) -> Bool {
    for index in range where !test(name[index]) { return false }
    return !range.isEmpty
  }
}

extension Span<UInt8> {
  func equals(_ text: StaticString) -> Bool {
    starts(with: text) && count == text.utf8CodeUnitCount
  }

  func starts(with text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { expected in
      for index in 0..<expected.count {
        // SAFETY: index < expected.count.
        if unsafe self[index] != expected[index] { return false }
      }
      return true
    }
  }
}
