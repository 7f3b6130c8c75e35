public import ByteStorage
internal import SymbolNames

extension NameTable {
  /// Calls `body` for every name whose readable path is `path` or ends in it, until it returns
  /// `false`.
  ///
  /// Generic arguments do not count: `call_printk`, `print::call_printk` and
  /// `kernel::print::call_printk` all find the same name.
  ///
  /// - Throws: ``ParseError`` if the table is damaged where it was touched.
  /// - Complexity: O(log n) names made readable, and one for each result.
  public func forEachRecord(
    readable path: RawSpan, _ body: (borrowing Record) -> Bool
  ) throws(ParseError) {
    guard path.byteCount > 0, path.byteCount <= NameTableHeader.longestName else { return }
    let key = ReadablePath.reversed(ReadablePath.withoutGenerics(path.characters))
    var keys = ReadableKeys()
    var (low, high) = (0, readableCount)
    while low < high {
      let middle = (low &+ high) / 2
      let found = keys.key(of: try readable(at: middle).name) ?? []
      if found.lexicographicallyPrecedes(key) {
        low = middle &+ 1
      } else {
        high = middle
      }
    }
    while low < readableCount {
      let record = try readable(at: low)
      guard let found = keys.key(of: record.name), found.starts(with: key), body(record) else {
        return
      }
      low &+= 1
    }
  }

  @_lifetime(borrow self)
  func readable(at index: Int) throws(ParseError) -> Record {
    let offset = try number(.readables, at: index, size: NameTableHeader.offsetSize)
    return try record(at: offset)
  }
}

/// Makes the keys that readable names are sorted by.
struct ReadableKeys: ~Copyable {
  private var buffer = NameBuffer(minimumCapacity: RustDemangler.maximumReadableLength)

  /// The key of a linkage name; `nil` if it has no readable form.
  ///
  /// What compilers put behind the mangled name does not count.
  mutating func key(of name: RawSpan) -> [UInt8]? {
    guard name.starts(with: "_R") || name.starts(with: "_ZN") else { return nil }
    let parts = LinkageName(name.characters)
    buffer.removeAll()
    guard parts.sourceRange.lowerBound == 0, let mangled = name.slice(parts.sourceRange),
      RustDemangler.appendReadableName(of: mangled.characters, to: &buffer)
    else { return nil }
    return ReadablePath.reversed(ReadablePath.withoutGenerics(buffer.bytes))
  }
}
