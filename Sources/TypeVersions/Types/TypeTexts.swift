internal import ByteStorage
internal import DWARFFormat

/// Texts of types and symbols: bytes, and references to types by the numbers of their keys.
struct TypeTexts {
  struct Segment {
    /// Bytes before the reference.
    let start: UInt32
    let count: UInt32
    /// The number of the key + 1; 0 if nothing follows.
    let key: UInt32
  }

  struct Text {
    let segments: Range<Int>
    /// In bytes, with references as they are written.
    let length: Int
    /// The offset of the entry that it is of.
    let offset: Int
  }

  private(set) var bytes: [UInt8] = []
  private(set) var segments: [Segment] = []
  /// Keys of types, as `s#name`.
  private(set) var keys = NameInterner()
  /// What is written where a key is mentioned again, by its number; empty if that is the key.
  private var mentions = OutputBuffer()
  private var mentionEnds: [Int] = []
  /// The longest text of each key; `nil` for keys that nothing defines.
  private(set) var best: [Text?] = []
  /// The keys of entries + 1; 0 for those not met.
  private var keyOf: [UInt32]
  /// What is apart for each unit, if that was asked for.
  private var units: UnitTexts?
  private var pending: [Int] = []
  /// The pieces of the entries that are open, each after those of the entry around it.
  private var list: [TypePiece] = []
  /// Of each open entry, where its pieces begin, and which comes next.
  private var open: [(first: Int, next: Int)] = []
  private var start = 0
  private var referenceLength = 0

  /// Most bytes of texts, and pieces to keep: types without names may go on without end.
  private static let mostText = 256 << 20
  private static let mostPieces = 1 << 20
  /// Most types without names inside each other.
  private static let mostOpen = 1 << 15
  /// Most bytes to have room for before there are texts.
  private static let mostReserved = 4 << 20

  init(_ entries: DWARFEntries) {
    keyOf = [UInt32](repeating: 0, count: entries.entries.count)
    // A text has about as many bytes as what it is made from.
    bytes.reserveCapacity(min(entries.infoSize, TypeTexts.mostReserved))
  }

  /// No texts of entries.
  init() { keyOf = [] }

  /// Begins with the texts of another unit: the keys of those before it have none here.
  mutating func beginUnit() {
    if units == nil { units = UnitTexts(entries: keyOf.count) }
    for key in units?.begin() ?? [] { best[key] = nil }
  }

  /// The keys that have a text, in this unit if units are apart.
  var keysWithText: [Int] { units?.keys ?? best.indices.filter { best[$0] != nil } }

  /// Of the keys with a text in this unit, those whose text the last unit with them did not have.
  mutating func takeNews() -> [Int] {
    guard var units else { return [] }
    self.units = nil
    defer { self.units = units }
    return units.takeNews { best[$0] }
  }

  /// Sets what is written where a key is mentioned again, for all keys in their order.
  mutating func addMention(_ bytes: [UInt8]) {
    mentions.append(bytes.rawSpan)
    mentionEnds.append(mentions.bytes.count)
  }

  @_lifetime(borrow self) func mention(_ key: Int) -> RawSpan {
    guard key < mentionEnds.count else { return keys.name(key) }
    let all = mentions.bytes.rawSpan
    let start = key > 0 ? mentionEnds[key &- 1] : 0
    guard let part = all.slice(start..<mentionEnds[key]) else { return RawSpan() }
    return unsafe _overrideLifetime(part, borrowing: self)
  }

  func text(ofKey key: Int) -> Text? { key < best.count ? best[key] : nil }

  @_lifetime(borrow self) func bytes(_ segment: Segment) -> RawSpan {
    let all = bytes.rawSpan
    let first = Int(segment.start)
    guard let part = all.slice(first..<(first &+ Int(segment.count))) else { return RawSpan() }
    return unsafe _overrideLifetime(part, borrowing: self)
  }

  /// The text of a symbol; all types that it reaches get theirs.
  mutating func addSymbol(
    _ entry: Int, isFunction: Bool, _ formerNames: [Int: Int], _ pieces: inout TypePieces
  ) throws(TypeVersionsError) -> Text {
    list.removeAll(keepingCapacity: true)
    try pieces.appendSymbol(entry, isFunction: isFunction, to: &list)
    let text = try render(entry, formerNames, &pieces)
    try finishPending(formerNames, &pieces)
    return text
  }

  /// The texts of a type with a name, and of all that it reaches.
  mutating func addType(
    _ entry: Int, _ formerNames: [Int: Int], _ pieces: inout TypePieces
  ) throws(TypeVersionsError) {
    list.removeAll(keepingCapacity: true)
    list.append(.child(entry))
    _ = try render(entry, formerNames, &pieces)
    try finishPending(formerNames, &pieces)
  }

  private mutating func finishPending(
    _ formerNames: [Int: Int], _ pieces: inout TypePieces
  ) throws(TypeVersionsError) {
    while let type = pending.popLast() {
      list.removeAll(keepingCapacity: true)
      try pieces.append(type, to: &list)
      keep(try render(type, formerNames, &pieces), Int(keyOf[type]) &- 1)
    }
  }

  /// The longest text of a key counts, of equal ones that of the first entry.
  private mutating func keep(_ text: Text, _ key: Int) {
    if let known = best[key],
      known.length > text.length || known.length == text.length && known.offset <= text.offset
    {
      forget(text)
      return
    }
    if best[key] == nil { units?.keys.append(key) }
    if let known = units?.variants(of: key).first(where: { isEqual($0, text) }) {
      forget(text)
      best[key] = known
      return
    }
    units?.add(text, to: key)
    best[key] = text
  }

  private func isEqual(_ first: Text, _ second: Text) -> Bool {
    guard first.length == second.length, first.segments.count == second.segments.count else {
      return false
    }
    return zip(first.segments, second.segments).allSatisfy {
      segments[$0].key == segments[$1].key && bytes(segments[$0]).equals(bytes(segments[$1]))
    }
  }

  /// Gives up the room of the last text: every unit of a kernel has the same types.
  private mutating func forget(_ text: Text) {
    guard text.segments.upperBound == segments.count, let first = text.segments.first else {
      return
    }
    bytes.removeLast(bytes.count &- Int(segments[first].start))
    segments.removeLast(text.segments.count)
  }

  /// Puts another text in the place of that of a key.
  mutating func replace(_ key: Int, with text: Text) { best[key] = text }

  mutating func key(_ name: RawSpan) throws(TypeVersionsError) -> Int {
    guard let key = keys.intern(name) else { throw .tooLarge }
    while best.count <= key { best.append(nil) }
    return key
  }

  /// A text from given parts, each bytes and then the key of a reference.
  mutating func add(
    _ parts: [(text: [UInt8], key: Int?)]
  ) throws(TypeVersionsError) -> Text {
    let first = segments.count
    var length = 0
    for (text, key) in parts {
      start = bytes.count
      bytes += text
      length &+= text.count &+ (key.map { keys.name($0).byteCount } ?? 0)
      endSegment(key)
      guard bytes.count < TypeTexts.mostText else { throw .tooLarge }
    }
    return Text(segments: first..<segments.count, length: length, offset: 0)
  }

  private mutating func endSegment(_ key: Int?) {
    segments.append(
      Segment(
        start: UInt32(truncatingIfNeeded: start),
        count: UInt32(truncatingIfNeeded: bytes.count &- start),
        key: UInt32(truncatingIfNeeded: (key ?? -1) &+ 1)))
    start = bytes.count
  }

  /// Makes a text of the pieces in ``list``.
  private mutating func render(
    _ entry: Int, _ formerNames: [Int: Int], _ pieces: inout TypePieces
  ) throws(TypeVersionsError) -> Text {
    let first = segments.count
    let began = bytes.count
    start = began
    referenceLength = 0
    open.append((0, 0))
    while let (first, next) = open.last {
      guard next < list.count else {
        list.removeLast(list.count &- first)
        open.removeLast()
        continue
      }
      open[open.count &- 1].next = next &+ 1
      switch list[next] {
      case .end: break
      case .text(let text): append(text)
      case .number(let value): append(value)
      case .attribute(let word, let value):
        bytes.append(0x20)
        append(word)
        bytes.append(UInt8(ascii: "("))
        append(value)
        bytes.append(UInt8(ascii: ")"))
      case .name(let name): append(pieces.names.bytes(name))
      case .memberName(let member):
        if let name = pieces.memberName(member, formerNames[member]) { append(name) }
      case .lineBreak:
        if next &+ 1 < list.count, case .lineBreak = list[next &+ 1] { break }
        bytes.append(0x20)
      case .child(let child): try enter(child, isFirst: true, &pieces)
      case .item(let child, let isFirst): try enter(child, isFirst: isFirst, &pieces)
      }
      guard bytes.count < TypeTexts.mostText, list.count < TypeTexts.mostPieces,
        open.count < TypeTexts.mostOpen
      else { throw .tooLarge }
    }
    let length = bytes.count &- began &+ referenceLength
    if start < bytes.count || segments.count == first { endSegment(nil) }
    return Text(
      segments: first..<segments.count, length: length,
      offset: Int(pieces.reader.entries.entries[entry].offset))
  }

  private mutating func enter(
    _ entry: Int, isFirst: Bool, _ pieces: inout TypePieces
  ) throws(TypeVersionsError) {
    if keyOf[entry] == 0, let name = try pieces.reference(to: entry) {
      let key = try key(of: entry, name, pieces)
      keyOf[entry] = UInt32(truncatingIfNeeded: key &+ 1)
      units?.meet(entry)
      pending.append(entry)
    } else if keyOf[entry] > 0, units?.meet(entry) ?? false {
      pending.append(entry)
    }
    guard keyOf[entry] == 0 else {
      let key = Int(keyOf[entry]) &- 1
      referenceLength &+= keys.name(key).byteCount
      endSegment(key)
      return
    }
    open.append((list.count, list.count))
    try pieces.append(entry, isFirst: isFirst, to: &list)
  }

  /// `s#name`, or `s#'name'` if it has blanks.
  private mutating func key(
    of entry: Int, _ name: Int, _ pieces: borrowing TypePieces
  ) throws(TypeVersionsError) -> Int {
    let text = pieces.names.bytes(name)
    let isQuoted = text.firstIndex(of: 0x20) != nil
    var written = OutputBuffer()
    written.append(pieces.reader.entries.tag(entry).referenceLetter ?? 0)
    written.append("#")
    if isQuoted { written.append("'") }
    written.append(text)
    if isQuoted { written.append("'") }
    return try key(written.bytes.rawSpan)
  }

  private mutating func append(_ text: StaticString) {
    // SAFETY: a StaticString lives for ever.
    unsafe bytes.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// A blank and a name.
  private mutating func append(_ name: RawSpan) {
    bytes.append(0x20)
    unsafe name.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  private mutating func append(_ value: UInt64) {
    if value < 10 { bytes.append(0x30 &+ UInt8(value)) } else { bytes += String(value).utf8 }
  }
}
