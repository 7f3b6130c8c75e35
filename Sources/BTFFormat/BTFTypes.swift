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
  }

  /// `BTF_KIND_*` of include/uapi/linux/btf.h, from `BTF_KIND_INT (1)` to `BTF_KIND_ENUM64 (19)`.
  private enum Kind: UInt32 {
    case integer = 1
    case pointer, array, structure, union, enumeration, forward, typedef, volatile, const, restrict
    case function, functionPrototype, variable, dataSection, float, declarationTag, typeTag
    case enumeration64
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
      if info >> 24 & 0x7f == Kind.structure.rawValue,
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
    guard let kind = Kind(rawValue: number) else {
      throw ParseError(.unsupported(UInt64(number)), in: "BTF kind", at: start &+ offset)
    }
    switch kind {
    case .pointer, .forward, .typedef, .volatile, .const, .restrict, .function, .float, .typeTag:
      return 0
    case .integer, .variable, .declarationTag: return 4
    case .array: return 12
    case .structure, .union, .dataSection, .enumeration64: return 12 &* count
    case .enumeration, .functionPrototype: return 8 &* count
    }
  }

  private func truncated(_ needed: Int, _ offset: Int) -> ParseError {
    ParseError(
      .truncated(needed: UInt64(needed), available: UInt64(types.byteCount &- offset)),
      in: "BTF type", at: start &+ offset)
  }
}
