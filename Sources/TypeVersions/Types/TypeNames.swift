internal import ByteStorage
internal import DWARFFormat

/// Qualified names of entries, each computed when it is asked for: namespaces, structures and
/// classes put their names before those of what is right inside them (`resolve_fqns` of
/// scripts/gendwarfksyms/dwarf.c, 6.14).
struct TypeNames {
  private(set) var names = NameInterner()
  /// The name of an entry + 2; 0 not asked for, 1 none.
  private var known: [UInt32]
  /// The same of the prefix that a scope gives.
  private var prefixes: [UInt32]

  /// Largest size of all names, in bytes: chains of scopes may be long.
  private static let largest = 256 << 20
  /// Most bytes of names to take, those met before included: many entries may share a long one.
  private var remaining = 4 << 30

  init(_ entries: DWARFEntries) {
    known = [UInt32](repeating: 0, count: entries.entries.count)
    prefixes = known
  }

  /// The number of an entry's name; `nil` if it has none.
  mutating func name(
    of entry: Int, _ reader: borrowing DWARFReader
  ) throws(TypeVersionsError) -> Int? {
    if known[entry] == 0 {
      var number: UInt32 = 1
      if let own = reader.string(entry, .name) {
        let prefix = try prefix(around: entry, reader)
        if own.byteCount > 0 || prefix != nil { number = try intern(prefix, own) }
      }
      known[entry] = number
    }
    return known[entry] > 1 ? Int(known[entry] &- 2) : nil
  }

  @_lifetime(borrow self) func bytes(_ number: Int) -> RawSpan { names.name(number) }

  private mutating func intern(
    _ prefix: Int?, _ own: RawSpan
  ) throws(TypeVersionsError) -> UInt32 {
    var number: Int?
    remaining &-= own.byteCount
    guard remaining > 0 else { throw .tooLarge }
    if let prefix {
      var joined = OutputBuffer()
      joined.append(names.name(prefix))
      joined.append("::")
      joined.append(own)
      number = names.intern(joined.bytes.rawSpan)
    } else {
      number = names.intern(own)
    }
    guard let number, names.byteCount <= TypeNames.largest else { throw .tooLarge }
    return UInt32(truncatingIfNeeded: number &+ 2)
  }

  /// What goes before the name of an entry.
  private mutating func prefix(
    around entry: Int, _ reader: borrowing DWARFReader
  ) throws(TypeVersionsError) -> Int? {
    var scopes: [Int] = []
    var scope = Int(reader.entries.entries[entry].parent)
    // The entry of a unit is around itself, and no scope.
    while let around = TypeNames.parent(of: scope, reader), reader.entries.tag(scope).isScope,
      prefixes[scope] == 0
    {
      scopes.append(scope)
      scope = around
    }
    var prefix: UInt32 = 1
    if TypeNames.parent(of: scope, reader) != nil, reader.entries.tag(scope).isScope {
      prefix = prefixes[scope]
    }
    while let scope = scopes.popLast() {
      if let own = reader.string(scope, .name) {
        prefix = try intern(prefix > 1 ? Int(prefix &- 2) : nil, own)
      } else if prefix > 1 {
        let anonymous = Array("<anonymous>".utf8)
        prefix = try intern(Int(prefix &- 2), anonymous.rawSpan)
      }
      prefixes[scope] = prefix
    }
    return prefix > 1 ? Int(prefix &- 2) : nil
  }

  private static func parent(of entry: Int, _ reader: borrowing DWARFReader) -> Int? {
    let parent = Int(reader.entries.entries[entry].parent)
    return parent == entry ? nil : parent
  }
}
