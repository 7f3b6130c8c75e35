package import ByteStorage
internal import ELFFormat

/// Builds DWARF of a few units, for what compilers do not write.
///
/// ```swift
/// var dwarf = DWARFBuilder()
/// dwarf.units = [
///   .init(.compileUnit, children: [
///     .init(.base, "int", [(.name, .string("int")), (.byteSize, .data1(4))]),
///     .init(.variable, [(.name, .string("v")), (.type, .reference("int"))]),
///   ])
/// ]
/// dwarf.add(to: &elf)
/// ```
package struct DWARFBuilder: Sendable {
  /// `DW_TAG_*` (DWARF 5, 7.5.3).
  package enum Tag: UInt16, Sendable {
    case formalParameter = 0x05
    case member = 0x0d
    case pointer = 0x0f
    case compileUnit = 0x11
    case structure = 0x13
    case subroutineType = 0x15
    case union = 0x17
    case inlinedSubroutine = 0x1d
    case base = 0x24
    case array = 0x01
    case subrange = 0x21
    case enumeration = 0x04
    case enumerator = 0x28
    case subprogram = 0x2e
    case variable = 0x34
    case namespace = 0x39
    case typeUnit = 0x41
  }

  /// `DW_AT_*` (DWARF 5, 7.5.4).
  package struct Name: RawRepresentable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let name = Self(rawValue: 0x03)
    package static let byteSize = Self(rawValue: 0x0b)
    package static let lines = Self(rawValue: 0x10)
    package static let low = Self(rawValue: 0x11)
    package static let high = Self(rawValue: 0x12)
    package static let directory = Self(rawValue: 0x1b)
    package static let value = Self(rawValue: 0x1c)
    package static let location = Self(rawValue: 0x38)
    package static let count = Self(rawValue: 0x37)
    package static let file = Self(rawValue: 0x3a)
    package static let isDeclaration = Self(rawValue: 0x3c)
    package static let encoding = Self(rawValue: 0x3e)
    package static let type = Self(rawValue: 0x49)
    package static let ranges = Self(rawValue: 0x55)
    package static let callFile = Self(rawValue: 0x58)
    package static let callLine = Self(rawValue: 0x59)
  }

  /// The value of an attribute, with the form that stores it.
  package enum Value: Sendable {
    /// A form by its number, and the bytes of the value.
    case bytes(UInt16, [UInt8])
    case string(String)
    case data1(UInt8)
    case data2(UInt16)
    case data8(UInt64)
    case signed(Int8)
    case flag(UInt8)
    case address(UInt64)
    /// `DW_FORM_sec_offset`.
    case section(Int)
    /// `DW_FORM_ref4`, and `DW_FORM_ref_addr`, to the entry with a label.
    case reference(String)
    case global(String)
    /// `DW_FORM_ref_sig8`.
    case signature(UInt64)
  }

  /// An entry, with those inside it.
  package struct Entry: Sendable {
    package var tag: Tag
    package var label: String?
    package var attributes: [(Name, Value)]
    package var children: [Entry]

    package init(
      _ tag: Tag, _ label: String? = nil, _ attributes: [(Name, Value)] = [],
      children: [Entry] = []
    ) {
      (self.tag, self.label, self.attributes, self.children) = (tag, label, attributes, children)
    }
  }

  /// A unit.
  package struct Unit: Sendable {
    package var entry: Entry
    package var version = 4
    /// Size of an offset, and of an address, in bytes.
    package var (offset, address) = (4, 8)
    /// `DW_UT_*` of DWARF 5.
    package var kind: UInt8 = 1
    /// The signature of a type unit, and the label of the entry of its type.
    package var type: (signature: UInt64, label: String)?
    /// Bytes of the header of a skeleton unit after what all have.
    package var headerRest: [UInt8] = []

    package init(_ tag: Tag, _ attributes: [(Name, Value)] = [], children: [Entry] = []) {
      entry = Entry(tag, nil, attributes, children: children)
    }
  }

  package let order: ByteOrder
  /// Units of `.debug_info`, and of `.debug_types`.
  package var (units, types): ([Unit], [Unit]) = ([], [])
  /// Distance of the codes of abbreviations.
  package var codeStep = 1
  /// Whether lists of children end with a zero where the unit does.
  package var endsUnits = true
  /// Other sections, by name.
  package var sections: [String: [UInt8]] = [:]
  private var labels: [String: (unit: Int, entry: Int)] = [:]

  package init(_ order: ByteOrder = .little) { self.order = order }

  /// The debug sections, by name.
  package func build() -> [String: [UInt8]] {
    var builder = self
    var found: (info: ByteBuilder, types: ByteBuilder, abbreviations: ByteBuilder)
    // Where entries are is known after the first time.
    found = builder.put()
    found = builder.put()
    var all = sections
    all[".debug_info"] = found.info.bytes
    if !types.isEmpty { all[".debug_types"] = found.types.bytes }
    all[".debug_abbrev"] = found.abbreviations.bytes
    return all
  }

  /// Adds the sections to a file.
  package func add(to elf: inout ELFBuilder) {
    for (name, bytes) in build().sorted(by: { $0.key < $1.key }) {
      elf.addSection(name, flags: [], bytes: bytes, alignment: 1)
    }
  }

  /// A file with nothing else.
  package func file() -> [UInt8] {
    var elf = ELFBuilder(layout: .init(is64Bit: true, order: order))
    add(to: &elf)
    return elf.build()
  }

  private mutating func put() -> (ByteBuilder, ByteBuilder, ByteBuilder) {
    var (info, types) = (ByteBuilder(order), ByteBuilder(order))
    var abbreviations = ByteBuilder(order)
    var code = 0
    for unit in units { put(unit, isTypes: false, &info, &abbreviations, &code) }
    for unit in self.types { put(unit, isTypes: true, &types, &abbreviations, &code) }
    abbreviations.put(UInt8(0))
    return (info, types, abbreviations)
  }

  private mutating func put(
    _ unit: Unit, isTypes: Bool, _ info: inout ByteBuilder, _ abbreviations: inout ByteBuilder,
    _ code: inout Int
  ) {
    let start = info.count
    var content = ByteBuilder(order)
    content.put(UInt16(unit.version))
    if unit.version >= 5 {
      content.put(unit.kind)
      content.put(UInt8(unit.address))
    }
    put(0, unit.offset, to: &content)
    if unit.version < 5 { content.put(UInt8(unit.address)) }
    content.put(unit.headerRest)
    let header = unit.offset == 8 ? 12 : 4
    if let (signature, label) = unit.type {
      content.put(signature)
      put((labels[label]?.entry ?? start) - start, unit.offset, to: &content)
    }
    put(unit.entry, unit, (start, start + header), &content, &abbreviations, &code, isLast: true)
    if unit.offset == 8 { info.put(UInt32.max) }
    put(content.count, unit.offset, to: &info)
    info.put(content.bytes)
  }

  private mutating func put(
    _ entry: Entry, _ unit: Unit, _ places: (unit: Int, content: Int), _ out: inout ByteBuilder,
    _ abbreviations: inout ByteBuilder, _ code: inout Int, isLast: Bool
  ) {
    code += codeStep
    if let label = entry.label { labels[label] = (places.unit, places.content + out.count) }
    out.put(DWARFBuilder.unsigned(code))
    abbreviations.put(DWARFBuilder.unsigned(code) + DWARFBuilder.unsigned(Int(entry.tag.rawValue)))
    abbreviations.put(UInt8(entry.children.isEmpty ? 0 : 1))
    for (name, value) in entry.attributes {
      let (form, bytes) = encode(value, unit, places.unit)
      abbreviations.put(
        DWARFBuilder.unsigned(Int(name.rawValue)) + DWARFBuilder.unsigned(Int(form)))
      out.put(bytes)
    }
    abbreviations.put([0, 0] as [UInt8])
    guard !entry.children.isEmpty else { return }
    for (index, child) in entry.children.enumerated() {
      put(
        child, unit, places, &out, &abbreviations, &code,
        isLast: isLast && index == entry.children.count - 1)
    }
    if endsUnits || !isLast { out.put(UInt8(0)) }
  }

  private func encode(_ value: Value, _ unit: Unit, _ start: Int) -> (UInt16, [UInt8]) {
    var out = ByteBuilder(order)
    switch value {
    case .bytes(let form, let bytes): return (form, bytes)
    case .string(let text): return (0x08, Array(text.utf8) + [0])
    case .data1(let value): return (0x0b, [value])
    case .signed(let value): return (0x0d, [UInt8(bitPattern: value) & 0x7f])
    case .flag(let value): return (0x0c, [value])
    case .data2(let value):
      out.put(value)
      return (0x05, out.bytes)
    case .data8(let value):
      out.put(value)
      return (0x07, out.bytes)
    case .signature(let value):
      out.put(value)
      return (0x20, out.bytes)
    case .address(let value):
      put(Int(truncatingIfNeeded: value), unit.address, to: &out)
      return (0x01, out.bytes)
    case .section(let offset):
      put(offset, unit.offset, to: &out)
      return (0x17, out.bytes)
    case .reference(let label):
      put((labels[label]?.entry ?? start) - start, 4, to: &out)
      return (0x13, out.bytes)
    case .global(let label):
      let size = unit.version == 2 ? unit.address : unit.offset
      put(labels[label]?.entry ?? 0, size, to: &out)
      return (0x10, out.bytes)
    }
  }

  private func put(_ value: Int, _ size: Int, to out: inout ByteBuilder) {
    if size == 8 {
      out.put(UInt64(bitPattern: Int64(value)))
    } else {
      out.put(UInt32(truncatingIfNeeded: value))
    }
  }

  /// An unsigned LEB128 number.
  package static func unsigned(_ value: Int) -> [UInt8] {
    var (bytes, rest) = ([UInt8](), UInt(bitPattern: value))
    repeat {
      bytes.append(UInt8(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
      rest >>= 7
    } while rest > 0
    return bytes
  }
}
