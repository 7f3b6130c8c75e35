internal import ByteStorage

/// The shapes of entries: tag, and forms of the attributes. Tables are read once for each offset
/// and size of addresses, and share the arrays.
struct DWARFAbbreviations: Sendable {
  struct Attribute: Sendable {
    let attribute: DWARFAttribute
    let form: DWARFForm
    /// Bytes from the end of the abbreviation code; -1 after a form whose size varies.
    let offset: Int32
    /// `DW_FORM_implicit_const`.
    let implicit: Int64
  }

  struct Shape: Sendable {
    let code: UInt64
    let tag: DWARFTag
    let hasChildren: Bool
    /// The attributes in ``attributes``.
    let first: UInt32
    let count: UInt32
    /// Size of all attributes in bytes; -1 if it varies.
    let size: Int32
    /// The bits of the attributes.
    let mask: UInt64
  }

  struct Table: Sendable {
    /// The shapes in ``shapes``.
    let shapes: Range<Int>
    /// The shapes by their codes; `nil` if codes are 1, 2, 3 …
    let byCode: [UInt64: Int]?
  }

  /// How often the section may be read, as tables for other widths of addresses.
  private static let mostReadings = 4
  /// Most attributes of one shape: compilers write a few dozen.
  private static let mostAttributes = 1024

  private(set) var shapes: [Shape] = []
  private(set) var attributes: [Attribute] = []
  /// Whether a value may be in the supplementary file.
  private(set) var needsSupplement = false
  private var tables: [Table] = []
  /// The numbers of the tables by their places and widths.
  private var numbers = NameInterner()

  /// The number of the shape with a code.
  @inline(__always) func shape(_ code: UInt64, _ table: Table) -> Int? {
    if let byCode = table.byCode { return byCode[code] }
    guard code <= UInt64(table.shapes.count) else { return nil }
    return table.shapes.lowerBound &+ Int(truncatingIfNeeded: code) &- 1
  }

  /// The table at an offset of `.debug_abbrev`, for units with certain widths.
  mutating func table(
    _ bytes: RawSpan, at offset: Int, _ widths: DWARFUnit.Widths, isSupplement: Bool
  ) throws(ParseError) -> Table {
    let key = [UInt64(offset), widths.key | (isSupplement ? 1 << 32 : 0)]
    if let known = numbers.find(key.storedBytes), known < tables.count { return tables[known] }
    let start = shapes.count
    var cursor = Cursor(bytes: bytes, position: offset)
    var isDense = true
    while true {
      let code = try cursor.unsigned()
      if code == 0 { break }
      let tag = try cursor.unsigned()
      let hasChildren = try cursor.byte() != 0
      if code != UInt64(shapes.count &- start &+ 1) { isDense = false }
      try readShape(code, tag, hasChildren, widths, &cursor)
      // Tables of real objects do not overlap; a shape takes three bytes, an attribute two.
      guard shapes.count &+ attributes.count <= bytes.byteCount &* DWARFAbbreviations.mostReadings
      else { throw ParseError(.unsupported(code), in: ".debug_abbrev", at: cursor.position) }
    }
    let table = Table(
      shapes: start..<shapes.count, byCode: isDense ? nil : numbersByCode(start..<shapes.count))
    if numbers.insert(key.storedBytes) { tables.append(table) }
    return table
  }

  /// Of shapes with one code the first counts.
  private func numbersByCode(_ range: Range<Int>) -> [UInt64: Int] {
    var numbers: [UInt64: Int] = [:]
    for number in range.reversed() { numbers[shapes[number].code] = number }
    return numbers
  }

  private mutating func readShape(
    _ code: UInt64, _ tag: UInt64, _ hasChildren: Bool, _ widths: DWARFUnit.Widths,
    _ cursor: inout Cursor
  ) throws(ParseError) {
    let first = attributes.count
    var (size, mask) = (0, UInt64(0))
    while true {
      let position = cursor.position
      let (name, form) = (try cursor.unsigned(), try cursor.unsigned())
      if name == 0, form == 0 { break }
      guard attributes.count &- first < DWARFAbbreviations.mostAttributes else {
        throw ParseError(.unsupported(name), in: ".debug_abbrev", at: position)
      }
      let kind = DWARFForm(rawValue: UInt16(exactly: form) ?? 0)
      guard kind.isKnown else {
        throw ParseError(.unsupported(form), in: ".debug_abbrev", at: position)
      }
      let implicit = kind == .implicitConstant ? try cursor.signed() : 0
      let attribute = DWARFAttribute(rawValue: UInt16(exactly: name) ?? 0)
      mask |= attribute.bit
      if kind.needsSupplement { needsSupplement = true }
      attributes.append(
        Attribute(
          attribute: attribute, form: kind, offset: Int32(truncatingIfNeeded: size),
          implicit: implicit))
      // Sums of real attributes are far below this; what is not is taken as varying.
      if size >= 0, let width = kind.size(widths), size < 1 << 24 {
        size &+= width
      } else {
        size = -1
      }
    }
    shapes.append(
      Shape(
        code: code, tag: DWARFTag(rawValue: UInt16(exactly: tag) ?? 0), hasChildren: hasChildren,
        first: UInt32(truncatingIfNeeded: first),
        count: UInt32(truncatingIfNeeded: attributes.count &- first),
        size: Int32(truncatingIfNeeded: size), mask: mask))
  }

  private struct Cursor: ~Escapable {
    let bytes: RawSpan
    var position: Int

    @_lifetime(copy bytes) init(bytes: RawSpan, position: Int) {
      self.bytes = bytes
      self.position = position
    }

    var end: ParseError {
      ParseError(.truncated(needed: 1, available: 0), in: ".debug_abbrev", at: position)
    }

    @_lifetime(self: copy self) mutating func byte() throws(ParseError) -> UInt8 {
      guard let byte = bytes.byte(at: position) else { throw end }
      position &+= 1
      return byte
    }

    @_lifetime(self: copy self) mutating func unsigned() throws(ParseError) -> UInt64 {
      guard let (value, next) = bytes.unsignedLEB128(at: position) else { throw end }
      position = next
      return value
    }

    @_lifetime(self: copy self) mutating func signed() throws(ParseError) -> Int64 {
      guard let (value, next) = bytes.signedLEB128(at: position) else { throw end }
      position = next
      return Int64(bitPattern: value)
    }
  }
}
