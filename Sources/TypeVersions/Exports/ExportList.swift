internal import ByteStorage

/// The symbols whose versions are wanted, and what is known of each.
package struct ExportList: Sendable {
  enum State: Sendable { case unprocessed, mapped, processed }

  struct Symbol: Sendable {
    /// `st_shndx`; 0 (`SHN_UNDEF`) before an object defines it.
    var section: UInt32 = 0
    /// `st_value`.
    var address: UInt64 = 0
    fileprivate(set) var state = State.unprocessed
    /// The number of what was found to describe it, in the present object.
    var found: Int?
    var crc: UInt32 = 0
    /// The number of the group of those that share its address; `nil` for one without an address.
    fileprivate var group: Int?
  }

  /// Symbols that share an address.
  private struct Group: Sendable {
    var members: [Int] = []
    /// Members without a version or an entry.
    var openCount = 0
  }

  private(set) var names = NameInterner()
  /// Length of the longest name in bytes.
  private var longest = 0
  var symbols: [Symbol] = []
  /// Symbols in the order of gendwarfksyms' hash table.
  private(set) var order: [Int] = []
  /// The numbers of groups by section and address.
  private var groupNumbers = NameInterner()
  private var groups: [Group] = []
  /// The types that pointers give, in the present object: by group, and by symbol of those without one.
  private var pointedOfGroup: [Int: Int] = [:]
  private var pointedOfSymbol: [Int: Int] = [:]

  /// Reads a list: the first word of each line counts, and a name once.
  ///
  /// - Throws: ``TypeVersionsError`` `.emptyLine`.
  package init(parsing text: RawSpan) throws(TypeVersionsError) {
    var lines = Lines(text, keepsCarriageReturns: true)
    var number = 0
    while let line = lines.next() {
      number += 1
      var (start, end) = (0, 0)
      while let byte = line.byte(at: start), ExportList.isBlank(byte) { start += 1 }
      end = start
      while let byte = line.byte(at: end), !ExportList.isBlank(byte) { end += 1 }
      guard end > start, let name = line.slice(start..<end) else {
        throw TypeVersionsError.emptyLine(number)
      }
      add(name)
    }
    sort()
  }

  /// A list of names.
  package init(_ list: [[UInt8]]) {
    for name in list where !name.isEmpty { add(name.rawSpan) }
    sort()
  }

  private mutating func add(_ name: RawSpan) {
    if names.insert(name) { symbols.append(Symbol()) }
    longest = max(longest, name.byteCount)
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0d).contains(byte)
  }

  package var isEmpty: Bool { symbols.isEmpty }
  package var count: Int { symbols.count }

  /// By bucket of FNV-1a; in a bucket the symbol that was read last comes first
  /// (scripts/include/hashtable.h and hash.h of the kernel, 6.14).
  private mutating func sort() {
    let buckets = symbols.indices.map { ExportList.bucket(names.name($0)) }
    order = symbols.indices.sorted { left, right in
      buckets[left] != buckets[right] ? buckets[left] < buckets[right] : left > right
    }
  }

  private static func bucket(_ name: RawSpan) -> UInt32 {
    var hash: UInt32 = 2_166_136_261
    for offset in 0..<name.byteCount {
      let byte = Int8(bitPattern: name.byte(at: offset) ?? 0)
      hash = (hash ^ UInt32(bitPattern: Int32(byte))) &* 16_777_619
    }
    return hash & 4095
  }

  /// The symbols that share the address of one: itself first.
  func group(_ symbol: Int) -> [Int] {
    guard let group = symbols[symbol].group else { return [symbol] }
    return [symbol] + groups[group].members.filter { $0 != symbol }
  }

  /// Gives a symbol, and what shares its address, a place in the object; `false` if it has another.
  mutating func place(_ name: RawSpan, _ section: UInt32, _ address: UInt64) -> Bool {
    guard let symbol = names.find(name) else { return true }
    guard symbols[symbol].section == 0 else {
      return symbols[symbol].section == section && symbols[symbol].address == address
    }
    (symbols[symbol].section, symbols[symbol].address) = (section, address)
    let key = [UInt64(section), address]
    guard let group = groupNumbers.intern(key.storedBytes) else { return true }
    if group == groups.count { groups.append(Group()) }
    groups[group].members.append(symbol)
    if symbols[symbol].state == .unprocessed { groups[group].openCount &+= 1 }
    symbols[symbol].group = group
    return true
  }

  mutating func setState(_ symbol: Int, _ state: State) {
    if let group = symbols[symbol].group, state != .unprocessed,
      symbols[symbol].state == .unprocessed
    {
      groups[group].openCount &-= 1
    }
    symbols[symbol].state = state
  }

  /// The type that the pointer of a symbol, or of one that shares its address, gives.
  func pointed(_ symbol: Int) -> Int? {
    symbols[symbol].group.map { pointedOfGroup[$0] } ?? pointedOfSymbol[symbol]
  }

  mutating func setPointed(_ symbol: Int, _ entry: Int) {
    if let group = symbols[symbol].group {
      pointedOfGroup[group] = entry
    } else {
      pointedOfSymbol[symbol] = entry
    }
  }

  /// Forgets what belongs to one object.
  mutating func beginObject() {
    for index in symbols.indices { symbols[index].found = nil }
    (pointedOfGroup, pointedOfSymbol) = ([:], [:])
  }

  /// Length of the longest name to look up, in bytes.
  var longestName: Int { longest &+ ExportList.pointerPrefix.utf8CodeUnitCount &+ 1 }

  /// Prefix of the variables that EXPORT_SYMBOL makes (include/linux/export.h, 6.14).
  static let pointerPrefix: StaticString = "__gendwarfksyms_ptr_"

  /// The symbol of a name of an entry, if it or one that shares its address has no version yet.
  func unprocessed(_ name: RawSpan) -> Int? {
    var name = name
    if name.starts(with: ExportList.pointerPrefix),
      let rest = name.suffix(from: ExportList.pointerPrefix.utf8CodeUnitCount)
    {
      name = rest
    }
    guard name.byteCount <= longest, let symbol = names.find(name) else { return nil }
    if let group = symbols[symbol].group { return groups[group].openCount > 0 ? symbol : nil }
    return symbols[symbol].state == .unprocessed ? symbol : nil
  }
}
