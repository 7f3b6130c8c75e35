package import ByteStorage

/// The types of a `.BTF` section (`Documentation/bpf/btf.rst`, 7.3). Header: u16 magic 0xeb9f, u8
/// version, u8 flags, u32 header size, then offset and size of the types and offset and size of the
/// strings, each u32, from the end of the header. A type is three words (name, info, size or type)
/// and what its kind adds.
package struct BTFTypes: ~Escapable {
  let types: RawSpan
  let strings: RawSpan
  package let order: ByteOrder
  /// Offset of the first type in the section, in bytes.
  private let start: Int
  /// The part of the section that holds the strings.
  let stringRange: Range<Int>

  /// Reads the header of a section, in the byte order that its magic number shows. Throws
  /// ``ParseError`` if it is not BTF, or its parts do not lie in the section.
  @_lifetime(copy section) package init(parsing section: RawSpan) throws(ParseError) {
    guard let magic = section.integer(UInt16.self, at: 0, .little),
      magic == 0xeb9f || magic == 0x9feb
    else { throw ParseError(.badMagic, in: "BTF header", at: 0) }
    let order: ByteOrder = magic == 0xeb9f ? .little : .big
    func word(_ offset: Int) throws(ParseError) -> Int {
      guard let value = section.integer(UInt32.self, at: offset, order) else {
        throw ParseError(
          .truncated(needed: 24, available: UInt64(section.byteCount)), in: "BTF header", at: 0)
      }
      return Int(value)
    }
    guard let version = section.byte(at: 2), version == 1 else {
      throw ParseError(.unsupported(UInt64(section.byte(at: 2) ?? 0)), in: "BTF version", at: 2)
    }
    let header = try word(4)
    guard header >= 24 else {
      throw ParseError(.badValue(UInt64(header)), in: "BTF header size", at: 4)
    }
    let typesStart = header + (try word(8))
    let stringsStart = header + (try word(16))
    let (typesSize, stringsSize) = (try word(12), try word(20))
    guard let types = section.slice(typesStart..<(typesStart + typesSize)) else {
      throw BTFTypes.outside(typesSize, typesStart, section.byteCount, "BTF types")
    }
    guard let strings = section.slice(stringsStart..<(stringsStart + stringsSize)) else {
      throw BTFTypes.outside(stringsSize, stringsStart, section.byteCount, "BTF strings")
    }
    self.types = types
    self.strings = strings
    self.order = order
    start = typesStart
    stringRange = stringsStart..<(stringsStart + stringsSize)
  }

  /// The part of the section that holds the types.
  var typeRange: Range<Int> { start..<(start &+ types.byteCount) }

  /// Where types are in the part with the types; only of each 2^`shift`-th the offset is kept. Throws at a
  /// type of an unknown kind, or one that is cut off.
  func places(shift: Int = 0) throws(ParseError) -> BTFPlaces {
    var places = BTFPlaces(shift: shift)
    places.marks.reserveCapacity((types.byteCount / 20) >> shift)
    let (size, mask, sizes) = (types.byteCount, 1 << shift &- 1, BTFSizes())
    var (offset, count) = (0, 0)
    while offset < size {
      guard let info = types.integer(UInt32.self, at: offset &+ 4, order) else {
        throw truncated(12, offset)
      }
      guard let length = sizes.size(info) else { throw unknownKind(info, offset) }
      if count & mask == 0 { places.marks.append(UInt32(truncatingIfNeeded: offset)) }
      guard length <= size &- offset else { throw truncated(length, offset) }
      offset &+= length
      count &+= 1
    }
    places.count = count
    return places
  }

  private static func outside(
    _ size: Int, _ start: Int, _ available: Int, _ region: StaticString
  ) -> ParseError {
    ParseError(
      .truncated(needed: UInt64(size), available: UInt64(max(0, available - start))),
      in: region, at: start)
  }

  /// The size of a `struct`, in bytes; `nil` if none has this name, or several that differ in size.
  /// Throws at a type of an unknown kind (its size is not known either), or one that is cut off.
  package func size(ofStruct name: StaticString) throws(ParseError) -> Int? {
    var offset = 0
    var size: UInt32?
    let (length, sizes) = (name.utf8CodeUnitCount, BTFSizes())
    while offset < types.byteCount {
      guard let nameOffset = types.integer(UInt32.self, at: offset, order),
        let info = types.integer(UInt32.self, at: offset &+ 4, order),
        let word = types.integer(UInt32.self, at: offset &+ 8, order)
      else { throw truncated(12, offset) }
      guard let whole = sizes.size(info) else { throw unknownKind(info, offset) }
      let next = offset &+ whole
      guard next <= types.byteCount else { throw truncated(whole, offset) }
      if info >> 24 & 0x7f == BTFKind.structure.rawValue,
        let rest = strings.suffix(from: Int(nameOffset)),
        rest.byte(at: length) == 0, rest.starts(with: name)
      {
        if let known = size, known != word { return nil }
        size = word
      }
      offset = next
    }
    return size.map(Int.init)
  }

  private func unknownKind(_ info: UInt32, _ offset: Int) -> ParseError {
    ParseError(.unsupported(UInt64(info >> 24 & 0x7f)), in: "BTF kind", at: start &+ offset)
  }

  private func truncated(_ needed: Int, _ offset: Int) -> ParseError {
    ParseError(
      .truncated(needed: UInt64(needed), available: UInt64(types.byteCount &- offset)),
      in: "BTF type", at: start &+ offset)
  }
}
