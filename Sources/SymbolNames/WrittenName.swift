internal import ByteStorage

/// A source name as users write it, with what a toolchain put before it.
package struct WrittenName: Sendable {
  private let prefixes: [LinkageName.Prefix]
  /// What follows the prefixes.
  private let stem: [UInt8]

  package init(_ text: String) {
    let bytes = Array(text.utf8)
    let parts = LinkageName(bytes.span)
    prefixes = parts.prefixes
    stem = Array(bytes[parts.sourceRange.lowerBound...])
  }

  /// Whether the text is the source name of a linkage name, with its prefixes: what lies before a
  /// function, its padding or its type, is not the function.
  package func isSource(of name: RawSpan) -> Bool {
    guard name.firstRange(of: stem.rawSpan) != nil else { return false }
    let parts = LinkageName(name.characters)
    guard parts.prefixes == prefixes, let source = name.slice(parts.sourceRange) else {
      return false
    }
    return source.equals(stem.rawSpan)
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
}
