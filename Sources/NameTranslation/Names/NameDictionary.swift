internal import ByteStorage
package import SymbolNames

/// Names by their digests: what makes hashed version records readable.
package struct NameDictionary: Sendable {
  private var byDigest: [HashedName: [UInt8]] = [:]

  /// Creates an empty dictionary.
  package init() {}

  /// Number of names.
  package var count: Int { byDigest.count }

  /// The names, in no order.
  package var names: some Collection<[UInt8]> { byDigest.values }

  /// Adds a name.
  package mutating func insert(_ name: RawSpan) {
    guard name.byteCount > 0 else { return }
    byDigest[HashedName(of: name)] = name.array
  }

  /// The name with a digest, or `nil`.
  package func name(for digest: HashedName) -> [UInt8]? { byDigest[digest] }

  /// Adds every name of a text: Module.symvers, System.map, `nm` output, or one name a line.
  ///
  /// A line's name is its second column if the first is a `0x` number (Module.symvers), the last
  /// word if the line begins with an address or has a one-letter type column (System.map, `nm`,
  /// /proc/kallsyms, whose `[module]` is left out), and the only word otherwise.
  package mutating func insert(namesIn text: RawSpan) {
    var lines = Lines(text)
    while let line = lines.next() { insert(NameDictionary.name(inLine: line)) }
  }

  @_lifetime(copy line)
  private static func name(inLine line: RawSpan) -> RawSpan {
    var words = Words(line)
    let first = words.next()
    if first.starts(with: "0x") { return words.next() }
    let second = words.next()
    if second.byteCount == 0 { return first }
    if first.byteCount == 1 { return second }
    let third = words.next()
    return third.byteCount == 0 || second.byteCount != 1 ? second : third
  }

  /// Words between blanks and tabs.
  private struct Words: ~Escapable {
    private let line: RawSpan
    private var offset = 0

    @_lifetime(copy line)
    init(_ line: RawSpan) { self.line = line }

    @_lifetime(copy self)
    @_lifetime(self: copy self)
    mutating func next() -> RawSpan {
      while let byte = line.byte(at: offset), byte == 0x20 || byte == 0x09 { offset += 1 }
      let start = offset
      while let byte = line.byte(at: offset), byte != 0x20, byte != 0x09, byte != 0x0d {
        offset += 1
      }
      guard let word = line.slice(start..<offset) else { return RawSpan() }
      return word
    }
  }
}
