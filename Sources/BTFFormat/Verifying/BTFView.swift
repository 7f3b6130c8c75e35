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
  /// Offsets of the types from 1 on, in bytes.
  let offsets: [UInt32]

  @_lifetime(copy types, copy strings)
  init(types: RawSpan, strings: RawSpan, _ order: ByteOrder, _ offsets: [UInt32]) {
    (self.types, self.strings, self.order, self.offsets) = (types, strings, order, offsets)
  }

  /// Number of types, void included.
  var count: Int { offsets.count + 1 }

  /// The type with a number; `nil` for void and beyond the end.
  func entry(_ number: Int) -> Entry? {
    guard number >= 1, number <= offsets.count else { return nil }
    return BTFView.entry(types, Int(offsets[number - 1]), order)
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
  private let section: [UInt8]
  private let types: Range<Int>
  private let strings: Range<Int>
  private let order: ByteOrder
  private let offsets: [UInt32]

  /// Reads the `.BTF` section of a kernel; throws ``ParseError`` if a type is cut off or unknown.
  package init(parsing section: RawSpan) throws(ParseError) {
    let read = try BTFTypes(parsing: section)
    offsets = try read.offsets()
    (types, strings, order) = (read.typeRange, read.stringRange, read.order)
    self.section = section.slice(0..<max(types.upperBound, strings.upperBound))?.array ?? []
  }

  /// Finds and reads the section in a raw image, which has no section headers; `nil` if there is none.
  package init?(searching image: RawSpan, _ order: ByteOrder) {
    guard let start = BTFTypes.start(in: image, order), let section = image.suffix(from: start),
      let found = try? BTFBase(parsing: section)
    else { return nil }
    self = found
  }

  /// Number of types, void included, and size of the strings in bytes: what the numbers of a
  /// module's types and strings count on from.
  package var counts: (types: Int, strings: Int) { (offsets.count + 1, strings.count) }

  var view: BTFView {
    @_lifetime(borrow self)
    get {
      let bytes = section.rawSpan
      guard let types = bytes.slice(types), let strings = bytes.slice(strings) else {
        return BTFView(types: RawSpan(), strings: RawSpan(), order, [])
      }
      return BTFView(types: types, strings: strings, order, offsets)
    }
  }
}
