internal import ByteStorage
internal import SymbolNames

extension TextLine {
  /// The end of a name in its word, without the version or `@plt` that tools write after it and the dots
  /// that end a sentence; `nil` if the name was cut.
  ///
  /// - Note: `NAME@VERSION` of nm and readelf (binutils/nm.c, `print_symname`), `NAME@plt` of objdump and
  ///   gdb (bfd/elf.c, `_bfd_elf_get_synthetic_symtab`).
  func symbolEnd(in word: Range<Int>) -> Int? {
    let name = slice(word)
    if let version = name.suffix(from: 1)?.firstIndex(of: 0x40) {
      return word.lowerBound &+ 1 &+ version
    }
    var end = word.upperBound
    while end > word.lowerBound, self[end &- 1] == 0x2e { end &-= 1 }
    if has("[...]", at: end) { return nil }
    let mayBeCut =
      word.upperBound &- end > 1 || self[word.upperBound] == SignMask.ellipsis
    return mayBeCut && !isWhole(word.lowerBound..<end) ? nil : end
  }

  /// The fewest digits of a hash that show that none is missing: half of all hashes of 64 bits have 19,
  /// nearly all others 20.
  private static let wholeHash = 19

  /// Whether a name shows by itself that it is all there: one that is mangled, as it would not parse, a
  /// path, as no kernel would have it, and one with a hash.
  private func isWhole(_ range: Range<Int>) -> Bool {
    let name = slice(range)
    let parts = LinkageName(name.characters)
    guard let last = parts.suffixes.last else {
      return NameForm.isMangled(name.characters.extracting(parts.sourceRange))
        || name.firstRange(of: "::") != nil
    }
    return last.kind == .llvm && last.range.count >= ".llvm.".utf8.count + TextLine.wholeHash
  }
}
