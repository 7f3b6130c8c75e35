internal import ByteStorage
internal import SymbolNames

/// What the linkage names of a text share with it: names that share nothing of this are not looked at.
enum KinKey: Hashable {
  /// A source name, up to its first suffix.
  case source([UInt8])
  /// What readable paths are sorted by, and what a toolchain put before the mangled name.
  case readable(prefix: [UInt8], key: [UInt8])

  /// The key of a text; `nil` if it is no form of any name.
  init?(_ form: RawSpan) {
    let end = KinKey.baseEnd(of: form)
    guard form.firstRange(of: "::") != nil else {
      guard end > 0, let base = form.slice(0..<end) else { return nil }
      self = .source(base.array)
      return
    }
    let start = LinkageName(form.bytes).sourceRange.lowerBound
    guard start < end, let prefix = form.slice(0..<start), let path = form.slice(start..<end) else {
      return nil
    }
    let key = ReadablePath.reversedKey(of: ReadablePath.withoutGenerics(path.text))
    self = .readable(prefix: prefix.array, key: key)
  }

  /// Where what compilers append begins in a form: the first dot behind the last part of the path.
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

/// Linkage names that share a key, by their forms.
struct KinForms {
  private var complete: [[UInt8]: Set<[UInt8]>] = [:]
  private var bare: [[UInt8]: Set<[UInt8]>] = [:]
  /// Number of names.
  private(set) var count = 0

  /// Takes linkage names.
  init(_ names: [[UInt8]]) {
    var output = NameBuffer(minimumCapacity: RustDemangler.maximumReadableLength)
    for name in names { add(name, &output) }
  }

  private mutating func add(_ name: [UInt8], _ output: inout NameBuffer) {
    count += 1
    // A piece of a function is not found by the name of the function.
    let isPiece = LinkageName(name.span).suffixes.contains(where: \.isPart)
    for form in [NameForm.readable, .source] {
      output.removeAll()
      _ = form.append(linkageName: name.span, isBare: false, to: &output)
      complete[output.bytes.raw.array, default: []].insert(name)
      if isPiece { continue }
      output.removeAll()
      _ = form.append(linkageName: name.span, isBare: true, to: &output)
      bare[output.bytes.raw.array, default: []].insert(name)
    }
  }

  /// The names of which a text is a form, in bytewise order: those of which it is a complete one, or
  /// else those of which it leaves out what a compiler did.
  ///
  /// - Parameters:
  ///   - form: The text.
  ///   - isName: Whether it is a linkage name itself.
  /// - Returns: The names.
  func names(for form: [UInt8], isName: Bool) -> [[UInt8]] {
    var found = complete[form] ?? []
    if isName { found.insert(form) }
    if found.isEmpty { found = bare[form] ?? [] }
    return found.sorted { $0.lexicographicallyPrecedes($1) }
  }
}
