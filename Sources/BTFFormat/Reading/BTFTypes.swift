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

  /// Offset of each type in the part with the types, in bytes. Throws at a type of an unknown kind,
  /// or one that is cut off.
  func offsets() throws(ParseError) -> [UInt32] {
    var offsets: [UInt32] = []
    offsets.reserveCapacity(types.byteCount / 20)
    var offset = 0
    let size = types.byteCount
    while offset < size {
      guard let info = types.integer(UInt32.self, at: offset &+ 4, order) else {
        throw truncated(12, offset)
      }
      let next = offset &+ 12 &+ (try addedBytes(info, at: offset))
      guard next <= size else { throw truncated(next &- offset, offset) }
      offsets.append(UInt32(truncatingIfNeeded: offset))
      offset = next
    }
    return offsets
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
    let length = name.utf8CodeUnitCount
    while offset < types.byteCount {
      guard let nameOffset = types.integer(UInt32.self, at: offset, order),
        let info = types.integer(UInt32.self, at: offset &+ 4, order),
        let word = types.integer(UInt32.self, at: offset &+ 8, order)
      else { throw truncated(12, offset) }
      let added = try addedBytes(info, at: offset)
      let next = offset &+ 12 &+ added
      guard next <= types.byteCount else { throw truncated(12 + added, offset) }
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

  /// Size of what follows the three words of a type, in bytes. Bits 24 to 30 of `info` are the
  /// kind, bits 0 to 23 the number of elements (older kernels use fewer bits of both and leave the
  /// others zero).
  private func addedBytes(_ info: UInt32, at offset: Int) throws(ParseError) -> Int {
    let count = Int(info & 0xff_ffff)
    let number = info >> 24 & 0x7f
    guard (1...BTFKind.enumeration64.rawValue).contains(number) else {
      throw ParseError(.unsupported(UInt64(number)), in: "BTF kind", at: start &+ offset)
    }
    return 4
      &* (BTFTypes.words(BTFTypes.fixed, number) &+ BTFTypes.words(BTFTypes.each, number) &* count)
  }

  // Two bits for each kind: a kernel has a hundred thousand types, whose sizes are all that is needed of most.
  private static let fixed = packed { $0.addedBytes(0) }
  private static let each = packed { $0.elementSize }

  private static func packed(_ bytes: (BTFKind) -> Int) -> UInt64 {
    (1...BTFKind.enumeration64.rawValue).reduce(0) { all, number in
      let words = BTFKind(rawValue: number).map { UInt64(bytes($0) / 4) } ?? 0
      return all | words << UInt64(2 * number)
    }
  }

  private static func words(_ packed: UInt64, _ kind: UInt32) -> Int {
    Int(truncatingIfNeeded: packed &>> UInt64(2 &* kind) & 3)
  }

  private func truncated(_ needed: Int, _ offset: Int) -> ParseError {
    ParseError(
      .truncated(needed: UInt64(needed), available: UInt64(types.byteCount &- offset)),
      in: "BTF type", at: start &+ offset)
  }
}
