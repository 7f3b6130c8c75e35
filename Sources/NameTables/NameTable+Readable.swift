package import ByteStorage
internal import SymbolNames

extension NameTable {
  /// Calls `body` for every name whose readable path is `path` or ends in it, each once, until it
  /// returns `false`. Generic arguments do not count: `call_printk`, `print::call_printk` and
  /// `kernel::print::call_printk` all find the same name. `<A as B>::f` is found as `A::f` and
  /// `B::f`, too.
  package func forEachRecord(
    readable path: RawSpan, _ body: (borrowing Record) -> Bool
  ) throws(ParseError) {
    guard path.byteCount > 0, path.byteCount <= NameTableHeader.longestName else { return }
    let wanted = ReadablePath.withoutGenerics(path.text)
    try forEachRecord(readableKey: ReadablePath.reversedKey(of: wanted)) { record, forms, form in
      !NameTable.isFirst(form, of: forms, endingIn: wanted) || body(record)
    }
  }

  /// Calls `body` for every readable form whose key begins with `key` (the beginning of a
  /// `ReadablePath.reversedKey(of:)`), in their order, until it returns `false`: with the name, its
  /// forms, and which of them it is.
  package func forEachRecord(
    readableKey key: [UInt8], _ body: (borrowing Record, [String], Int) -> Bool
  ) throws(ParseError) {
    guard key.count > 1 else { return }
    var paths = ReadablePaths()
    var (low, high) = (0, readableCount)
    while low < high {
      let middle = (low &+ high) / 2
      let (offset, form) = try readable(at: middle)
      let found = paths.key(of: try record(at: offset).name, form) ?? []
      if found.lexicographicallyPrecedes(key) { low = middle &+ 1 } else { high = middle }
    }
    var (last, lastEntry): ([UInt8], Int) = ([], -1)
    while low < readableCount {
      let (offset, form) = try readable(at: low)
      let record = try record(at: offset)
      let forms = paths.forms(of: record.name)
      guard form < forms.count else { return }
      let found = ReadablePath.reversedKey(of: forms[form])
      guard found.starts(with: key) else { return }
      // Strict order: no table can make one name be looked at for ever.
      let entry = offset | form << 40
      guard last.lexicographicallyPrecedes(found) || (last == found && lastEntry < entry) else {
        throw ParseError(
          .badValue(UInt64(entry)), in: "order of readable names",
          at: header[.readables].lowerBound &+ low &* NameTableHeader.readableEntrySize)
      }
      (last, lastEntry) = (found, entry)
      guard body(record, forms, form) else { return }
      low &+= 1
    }
  }

  /// Whether a form ends in what is wanted, and is the first of the name that does.
  private static func isFirst(_ form: Int, of forms: [String], endingIn wanted: String) -> Bool {
    let matching = forms.indices.filter { ReadablePath.ends(forms[$0], in: wanted) }
    guard matching.contains(form) else { return false }
    let own = ReadablePath.reversedKey(of: forms[form])
    return !matching.contains { other in
      let key = ReadablePath.reversedKey(of: forms[other])
      return key.lexicographicallyPrecedes(own) || (key == own && other < form)
    }
  }

  /// Offset in the text of a name that has a readable form, and which of its forms is meant.
  func readable(at index: Int) throws(ParseError) -> (offset: Int, form: Int) {
    let size = NameTableHeader.readableEntrySize
    let value = try number(.readables, at: index, size: size)
    return (value & 0xff_ffff_ffff, value >> 40)
  }
}

/// Makes readable paths of linkage names.
struct ReadablePaths: ~Copyable {
  private var buffer = NameBuffer(minimumCapacity: RustDemangler.maximumReadableLength)

  /// The paths by which a name may be called; none if it has no readable form. What compilers
  /// append to the mangled name does not count.
  mutating func forms(of name: RawSpan) -> [String] {
    guard name.starts(with: "_R") || name.starts(with: "_ZN") else { return [] }
    let parts = LinkageName(name.characters)
    buffer.removeAll()
    guard parts.sourceRange.lowerBound == 0, let mangled = name.slice(parts.sourceRange),
      RustDemangler.appendReadableName(of: mangled.characters, to: &buffer)
    else { return [] }
    return ReadablePath.forms(of: buffer.string)
  }

  /// What one form of a name is sorted by; `nil` if it has no such form.
  mutating func key(of name: RawSpan, _ form: Int) -> [UInt8]? {
    let forms = forms(of: name)
    return form < forms.count ? ReadablePath.reversedKey(of: forms[form]) : nil
  }
}
