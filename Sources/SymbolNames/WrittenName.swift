internal import ByteStorage

/// A source name, or a readable Rust path or its end, as users and translations write it: with what a
/// toolchain put before it, and after it what compilers appended, or nothing of that.
package struct WrittenName: Sendable {
  private let text: String
  private let prefixes: [LinkageName.Prefix]
  /// What follows the prefixes.
  private let stem: [UInt8]
  /// What of ``stem`` is in every name that the text may mean.
  private let core: [UInt8]
  /// The path without what compilers appended, and without generic arguments.
  private let path: String
  /// What follows the path.
  private let ending: [UInt8]

  package init(_ text: String) {
    self.text = text
    let bytes = Array(text.utf8)
    let parts = LinkageName(bytes.span)
    prefixes = parts.prefixes
    stem = Array(bytes[parts.sourceRange.lowerBound...])
    core = Array(stem.prefix(1) + stem.dropFirst().prefix { !WrittenName.isSuffixStart($0) })
    // Dots of generic arguments are before the last part.
    let last = stem.lastIndex { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ">") }
    let start = max(1, last.map { $0 + 1 } ?? 0)
    let end = stem.dropFirst(start).firstIndex(where: WrittenName.isSuffixStart) ?? stem.count
    path = ReadablePath.withoutGenerics(String(decoding: stem[..<end], as: UTF8.self))
    ending = Array(stem[end...])
  }

  private static func isSuffixStart(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ".") || byte == UInt8(ascii: "$")
  }

  /// Whether the text is the source name of a linkage name, with its prefixes: what lies before a
  /// function, its padding or its type, is not the function. After it may follow the suffixes.
  package func isSource(of name: RawSpan) -> Bool {
    guard name.firstRange(of: core.rawSpan) != nil else { return false }
    let parts = LinkageName(name.characters)
    guard parts.prefixes == prefixes, let source = name.slice(parts.sourceRange),
      let written = stem.rawSpan.slice(0..<source.byteCount), written.equals(source)
    else { return false }
    return parts.hasSuffixes(of: name, written: stem.span.extracting(source.byteCount...))
  }

  /// Whether the text is the readable path of a linkage name or ends it, generic arguments aside, with the
  /// prefixes of the name. After it may follow the suffixes.
  package func isPath(of name: RawSpan) -> Bool {
    if let whole = SymbolNameView(name.characters).readable, isEnd(of: whole) { return true }
    guard !prefixes.isEmpty || name.starts(with: "_R") || name.starts(with: "_Z") else {
      return false
    }
    let parts = LinkageName(name.characters)
    guard parts.prefixes == prefixes else { return false }
    let source = name.characters.extracting(parts.sourceRange)
    let end = RustDemangler.mangledLength(of: source)
    guard end < name.byteCount,
      let readable = SymbolNameView(source.extracting(0..<end)).readable,
      WrittenName.isEnd(path, of: readable)
    else { return false }
    let mark = source.count - end
    if ending.isEmpty { return mark == 0 }
    guard ending.count >= mark,
      RawSpan(_elements: ending.span.extracting(0..<mark))
        .equals(RawSpan(_elements: source.extracting(end...)))
    else { return false }
    return parts.hasSuffixes(of: name, written: ending.span.extracting(mark...))
  }

  /// Whether the whole text is a readable name or its end.
  private func isEnd(of readable: String) -> Bool {
    readable == text || WrittenName.isEnd(ReadablePath.withoutGenerics(text), of: readable)
  }

  private static func isEnd(_ path: String, of readable: String) -> Bool {
    !path.isEmpty
      && ReadablePath.forms(of: readable).contains { ReadablePath.ends($0, in: path) }
  }
}

extension LinkageName {
  /// What compilers did to the function of the source.
  package enum Change: Int, Comparable, Sendable {
    case none, changed, part

    package static func < (left: Change, right: Change) -> Bool { left.rawValue < right.rawValue }
  }

  /// What the suffixes say that compilers did.
  package var change: Change {
    if suffixes.contains(where: { $0.isPart }) { return .part }
    let isChanged = suffixes.contains { $0.kind != .number && !$0.onlyDistinguishes }
    return isChanged ? .changed : .none
  }

  /// Whether a text after the source name stands for the suffixes: it has none, or each of them in order,
  /// with its number or without. Those that only distinguish names may be left out.
  fileprivate func hasSuffixes(of name: RawSpan, written text: Span<UInt8>) -> Bool {
    if text.isEmpty { return true }
    var start = 0
    for suffix in suffixes {
      let whole = name.characters.extracting(suffix.range)
      let rest = text.extracting(start...)
      if rest.hasSuffix(whole, upTo: whole.count) {
        start += whole.count
      } else if rest.hasSuffix(whole, upTo: CompilerSuffix.wordLength(of: whole)) {
        start += CompilerSuffix.wordLength(of: whole)
      } else if !suffix.onlyDistinguishes {
        return false
      }
    }
    return start == text.count
  }
}

extension Span<UInt8> {
  /// Whether a text begins with so many bytes of a suffix, and goes on with another suffix or ends.
  fileprivate func hasSuffix(_ suffix: Span<UInt8>, upTo length: Int) -> Bool {
    guard count >= length else { return false }
    for index in 0..<length where self[index] != suffix[index] { return false }
    return count == length || self[length] == UInt8(ascii: ".") || self[length] == UInt8(ascii: "$")
  }
}
