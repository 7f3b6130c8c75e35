internal import ByteStorage
internal import KernelReleases
internal import SymbolNames

extension NameAudit {
  /// Limits that symbol names meet; a module's own name is another matter.
  static let symbolLimits = NameLimit.table.rows.filter {
    $0.behaviour.interface != .moduleName && $0.behaviour.interface != .livepatchObject
  }

  /// Counts.
  ///
  /// - Parameters:
  ///   - collection: The names.
  ///   - mostListed: Most names of a kind to list; they are counted all the same.
  /// - Complexity: O(n), but O(k log k) for the k names listed or with a suffix.
  package init(of collection: NameCollection, mostListed: Int = 20) {
    owners = collection.owners.count
    wordBits = collection.wordBits
    let groups = SymbolGroups(collection)
    var kinds = [CompilerSuffix.Kind: Tally]()
    var stems = Stripping.allCases.map { StemGroups($0) }
    var buffer = NameBuffer(minimumCapacity: 1 << 12)
    for index in 0..<collection.count {
      let name = collection.name(at: index)
      let symbols = groups.count(of: index)
      all.add(symbols: symbols)
      count(length: name.byteCount, symbols, isRust: NameAudit.isRust(name, &buffer))
      count(collection.role(at: index), length: name.byteCount, symbols)
      guard symbols > 0, let parts = NameAudit.parts(of: name), !parts.suffixes.isEmpty else {
        continue
      }
      suffixed.add(symbols: symbols)
      // A kind that a name carries twice counts once.
      for (place, suffix) in parts.suffixes.enumerated()
      where !parts.suffixes[..<place].contains(where: { $0.kind == suffix.kind }) {
        kinds[suffix.kind, default: Tally()].add(symbols: symbols)
      }
      for number in stems.indices { stems[number].note(name, parts) }
    }
    limits = NameAudit.symbolLimits.map { row in
      let limit = row.behaviour
      return LimitCount(
        row: row,
        longer: limit.interface.holdsExportsOnly
          ? versioned.lengths.reduce(into: Tally()) {
            if $1.key > limit.maximum { $0.add($1.value) }
          }
          : longer(than: limit.maximum))
    }
    suffixes = CompilerSuffix.Kind.allCases.compactMap { kind in
      kinds[kind].map { SuffixCount(kind: kind, count: $0) }
    }
    merged = stems.map { $0.merged(collection, mostListed) }
    duplicates = groups.duplicates(collection, mostListed)
    longNames = NameAudit.longest(mostListed, of: collection, above: 0) { _ in true }
    versioned.longNames = NameAudit.longest(.max, of: collection, above: 55) {
      !$0.isDisjoint(with: [.exported, .required])
    }
  }

  private mutating func count(length: Int, _ symbols: Int, isRust: Bool) {
    lengths[length].all.add(symbols: symbols)
    if isRust {
      lengths[length].rust.add(symbols: symbols)
      rust.add(symbols: symbols)
    }
  }

  private mutating func count(_ role: NameCollection.Role, length: Int, _ symbols: Int) {
    if role.contains(.exported) { versioned.exported += 1 }
    if role.contains(.required) { versioned.required += 1 }
    guard !role.isDisjoint(with: [.exported, .required]) else { return }
    versioned.lengths[length, default: Tally()].add(symbols: symbols)
    if length > 55 { versioned.tooLong64 += 1 }
    if length > 59 { versioned.tooLong32 += 1 }
  }

  /// The parts of a name that may have a suffix; `nil` for the many that cannot.
  static func parts(of name: RawSpan) -> LinkageName? {
    guard name.firstIndex(of: 0x2e) != nil || name.firstIndex(of: 0x24) != nil else { return nil }
    return LinkageName(name.characters)
  }

  /// Whether a name, without what toolchains put before it, is a mangled Rust name.
  private static func isRust(_ name: RawSpan, _ buffer: inout NameBuffer) -> Bool {
    guard name.byte(at: 0) == 0x5f else { return false }
    var start = 0
    if let second = name.byte(at: 1), second != 0x52, second != 0x5a {
      // `__pfx_`, `__cfi_`
      guard second == 0x5f, let rest = name.firstRange(of: "_R") ?? name.firstRange(of: "_ZN")
      else { return false }
      let parts = LinkageName(name.characters)
      guard parts.sourceRange.lowerBound == rest else { return false }
      start = rest
    }
    guard let mangled = name.suffix(from: start) else { return false }
    buffer.removeAll()
    return RustDemangler.appendReadableName(of: mangled.characters, to: &buffer)
  }

  /// The longest names above a length, longest first, equal lengths in bytewise order.
  private static func longest(
    _ most: Int, of collection: NameCollection, above: Int,
    where isWanted: (NameCollection.Role) -> Bool
  ) -> [[UInt8]] {
    var found = (0..<collection.count).filter {
      collection.name(at: $0).byteCount > above && isWanted(collection.role(at: $0))
    }
    found.sort { left, right in
      let (first, second) = (collection.name(at: left), collection.name(at: right))
      return first.byteCount != second.byteCount
        ? first.byteCount > second.byteCount : first.compare(second) < 0
    }
    return found.prefix(most).map { collection.name(at: $0).array }
  }
}

extension NameLimit.Interface {
  /// Whether only names that are exported or required come there.
  fileprivate var holdsExportsOnly: Bool {
    switch self {
    case .basicVersions, .modpostLine, .depmodSymversLine: true
    default: false
    }
  }
}
