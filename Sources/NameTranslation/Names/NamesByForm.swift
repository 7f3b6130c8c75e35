internal import ByteStorage
internal import SymbolNames

/// What the linkage names of a text share with it: names that share nothing of this are not looked at.
package enum KinKey: Hashable {
  /// A source name, up to its first suffix.
  case source([UInt8])
  /// What readable paths are sorted by, and what a toolchain put before the mangled name.
  case readable(prefix: [UInt8], key: [UInt8])

  /// The key of a text; `nil` if it is not a form of any name.
  init?(_ form: RawSpan) {
    let end = KinKey.baseEnd(of: form)
    guard form.firstRange(of: "::") != nil else {
      guard end > 0, let base = form.slice(0..<end) else { return nil }
      self = .source(base.array)
      return
    }
    let start = LinkageName(form.characters).sourceRange.lowerBound
    guard start < end, let prefix = form.slice(0..<start), let path = form.slice(start..<end) else {
      return nil
    }
    let key = ReadablePath.reversedKey(of: ReadablePath.withoutGenerics(path.text))
    self = .readable(prefix: prefix.array, key: key)
  }

  /// Where what compilers append begins in a form: the first dot after the last part of the path.
  private static func baseEnd(of form: RawSpan) -> Int {
    var start = form.byteCount
    while start > 0, form.byte(at: start &- 1) != 0x3a, form.byte(at: start &- 1) != 0x3e {
      start &-= 1
    }
    var end = max(start, 1)
    while end < form.byteCount, form.byte(at: end) != 0x2e { end &+= 1 }
    return min(end, form.byteCount)
  }
}

/// Linkage names, found by their forms.
package struct NamesByForm: Sendable {
  private let forms: NameForms
  /// The names in bytewise order, each once.
  let names: NumberedNames

  /// Takes names; empty ones are left out.
  init(_ list: some Sequence<[UInt8]>) {
    names = NumberedNames(sorting: list)
    forms = NameForms(names)
  }

  /// The names of which a text is a form, in bytewise order; see
  /// ``NameDirectory/linkageNames(for:owner:)``.
  func linkageNames(for form: RawSpan) -> [[UInt8]] {
    forms.symbols(for: form).map { names.name($0).array }
  }
}
