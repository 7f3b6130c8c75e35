package import ByteStorage

/// Types that can be asked for by their number, and the strings they name: a base that the numbers
/// of a module's types and strings count on from. Empty, it has the type 0 (void) only.
struct BTFView: ~Escapable {
  struct Entry {
    /// Offset in the type section, in bytes.
    let offset: Int
    let name: UInt32
    let info: UInt32
    /// `size` or `type`, by kind.
    let word: UInt32
    let kind: BTFKind
    let count: Int

    var hasFlag: Bool { info >> 31 != 0 }
  }

  let types: RawSpan
  let strings: RawSpan
  let order: ByteOrder
  private let places: BTFPlaces

  @_lifetime(copy types, copy strings)
  init(types: RawSpan, strings: RawSpan, _ order: ByteOrder, _ places: BTFPlaces) {
    (self.types, self.strings, self.order, self.places) = (types, strings, order, places)
  }

  /// Number of types, void included.
  var count: Int { places.count + 1 }

  /// The type with a number; `nil` for void and beyond the end.
  func entry(_ number: Int) -> Entry? {
    places.offset(of: number, in: types, order).flatMap { BTFView.entry(types, $0, order) }
  }

  /// Gives all types from 1 on, in the order of their numbers.
  func forEach<Problem>(_ body: (Int, Entry) throws(Problem) -> Void) throws(Problem) {
    var offset = 0
    for number in 1..<max(1, count) {
      guard let entry = BTFView.entry(types, offset, order) else { return }
      try body(number, entry)
      offset = entry.offset &+ 12 &+ entry.kind.addedBytes(entry.count)
    }
  }

  func word(at offset: Int) -> UInt32 { types.integer(UInt32.self, at: offset, order) ?? 0 }

  /// The type at an offset, as all kernels write it: 24 bits of number and 7 of kind.
  static func entry(_ types: RawSpan, _ offset: Int, _ order: ByteOrder) -> Entry? {
    guard let name = types.integer(UInt32.self, at: offset, order),
      let info = types.integer(UInt32.self, at: offset &+ 4, order),
      let word = types.integer(UInt32.self, at: offset &+ 8, order),
      let kind = BTFKind(rawValue: info >> 24 & 0x7f)
    else { return nil }
    return Entry(
      offset: offset, name: name, info: info, word: word, kind: kind,
      count: Int(info & 0xff_ffff))
  }
}

/// A kernel's own types, kept for all modules that are verified against them.
package struct BTFBase: Sendable {
  private let section: KeptBytes
  private let types: Range<Int>
  private let strings: Range<Int>
  private let order: ByteOrder
  private let places: BTFPlaces

  /// Reads the `.BTF` section of a kernel, and copies it; throws ``ParseError`` if a type is cut off or
  /// unknown.
  package init(parsing section: RawSpan) throws(ParseError) {
    let read = try BTFTypes(parsing: section)
    let size = max(read.typeRange.upperBound, read.stringRange.upperBound)
    guard let part = section.slice(0..<size) else {
      throw ParseError(.badValue(UInt64(size)), in: "BTF", at: 0)
    }
    try self.init(read, KeptBytes(copying: part), shift: 0)
  }

  /// Reads a section that is kept, to look at few of its types.
  package init(keeping section: KeptBytes) throws(ParseError) {
    try self.init(BTFTypes(parsing: section.bytes), section, shift: 5)
  }

  private init(_ read: borrowing BTFTypes, _ section: KeptBytes, shift: Int) throws(ParseError) {
    places = try read.places(shift: shift)
    (types, strings, order) = (read.typeRange, read.stringRange, read.order)
    self.section = section
  }

  /// Finds the section in a raw image, which has no section headers; `nil` if there is none.
  @_lifetime(copy image)
  package static func section(in image: RawSpan) -> RawSpan? {
    guard let start = BTFTypes.start(in: image, .little) ?? BTFTypes.start(in: image, .big),
      let rest = image.suffix(from: start), let read = try? BTFTypes(parsing: rest)
    else { return nil }
    return rest.slice(0..<max(read.typeRange.upperBound, read.stringRange.upperBound))
  }

  /// Number of types, void included, and size of the strings in bytes: what the numbers of a
  /// module's types and strings count on from.
  package var counts: (types: Int, strings: Int) { (places.count + 1, strings.count) }

  var view: BTFView {
    @_lifetime(borrow self)
    get {
      let bytes = section.bytes
      guard let types = bytes.slice(types), let strings = bytes.slice(strings) else {
        return BTFView(types: RawSpan(), strings: RawSpan(), order, BTFPlaces([]))
      }
      return BTFView(types: types, strings: strings, order, places)
    }
  }
}
