internal import ByteStorage

/// Writes ELF files of both classes and byte orders: contents first, then the tables that
/// describe them.
package struct ELFWriter: Sendable {
  /// A section header (`Elf64_Shdr`) without the name; offsets and sizes in bytes.
  package struct Section: Sendable, Hashable {
    package var type: ELFSectionType
    package var flags: ELFSectionFlags
    package var address: UInt64 = 0
    package var offset: UInt64 = 0
    package var size: UInt64 = 0
    package var link: UInt32 = 0
    package var info: UInt32 = 0
    package var alignment: UInt64 = 1
    package var entrySize: UInt64 = 0

    package init(type: ELFSectionType, flags: ELFSectionFlags = []) {
      self.type = type
      self.flags = flags
    }
  }

  package let layout: ELFLayout
  package var type: ELFFileType
  package var machine: ELFMachine
  package var flags: UInt32
  package var entry: UInt64
  private var bytes: [UInt8]
  private var sections: [(name: Int, section: Section)] = []
  private var segments: [ELFSegment] = []
  private var names: [UInt8] = [0]

  /// Begins a file; room for the header is left.
  package init(
    layout: ELFLayout, type: ELFFileType, machine: ELFMachine, flags: UInt32 = 0, entry: UInt64 = 0
  ) {
    self.layout = layout
    self.type = type
    self.machine = machine
    self.flags = flags
    self.entry = entry
    bytes = [UInt8](repeating: 0, count: layout.headerSize)
  }

  /// Size of the file so far, in bytes.
  package var count: Int { bytes.count }

  package mutating func reserve(_ size: Int) { bytes.reserveCapacity(bytes.count &+ max(0, size)) }

  /// The next free offset that leaves the same remainder as an address, divided by an alignment (a
  /// power of two up to 2^16; another counts as 1), as the offset of a loaded segment must.
  package func nextOffset(alignment: UInt64, like address: UInt64 = 0) -> Int {
    guard alignment.nonzeroBitCount == 1, alignment <= 1 << 16 else { return bytes.count }
    let distance = (address &- UInt64(bytes.count)) & (alignment &- 1)
    return bytes.count &+ Int(distance)
  }

  /// Appends contents, after zeros up to an offset not yet reached; returns where they lie.
  @discardableResult package mutating func place(_ contents: RawSpan, at offset: Int) -> UInt64 {
    if offset > bytes.count {
      bytes.append(contentsOf: repeatElement(0, count: offset &- bytes.count))
    }
    let start = bytes.count
    unsafe contents.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    return UInt64(start)
  }

  /// Adds a section header; returns its index, or 0 for those beyond 65,000, which are left out.
  @discardableResult
  package mutating func addSection(named name: RawSpan, _ section: Section) -> Int {
    guard sections.count < 65_000 else { return 0 }
    sections.append((names.count, section))
    unsafe name.withUnsafeBytes { unsafe names.append(contentsOf: $0) }
    names.append(0)
    return sections.count
  }

  @discardableResult
  package mutating func addSection(named name: StaticString, _ section: Section) -> Int {
    // SAFETY: a StaticString lives for ever.
    let span = unsafe RawSpan(_unsafeStart: name.utf8Start, byteCount: name.utf8CodeUnitCount)
    return addSection(named: span, section)
  }

  package mutating func addSegment(_ segment: ELFSegment) {
    if segments.count < 65_000 { segments.append(segment) }
  }

  package mutating func addSymbols(_ symbols: ELFSymbolList) {
    var table = Section(type: .symtab)
    table.alignment = UInt64(layout.wordSize)
    let start = nextOffset(alignment: table.alignment)
    let null = [UInt8](repeating: 0, count: layout.symbolSize)
    table.offset = place(null.rawSpan, at: start)
    place(symbols.locals.rawSpan, at: 0)
    place(symbols.globals.rawSpan, at: 0)
    table.size = UInt64(bytes.count) &- table.offset
    table.entrySize = UInt64(layout.symbolSize)
    table.info = UInt32(truncatingIfNeeded: 1 &+ symbols.locals.count / layout.symbolSize)
    table.link = UInt32(truncatingIfNeeded: sections.count &+ 2)
    addSection(named: ".symtab", table)
    var strings = Section(type: .strtab)
    strings.offset = place(symbols.strings.rawSpan, at: 0)
    strings.size = UInt64(symbols.strings.count)
    addSection(named: ".strtab", strings)
  }

  /// The file: adds the section names and the headers.
  package consuming func finish() -> [UInt8] {
    var table = Section(type: .strtab)
    let name = names.count
    names += Array(".shstrtab\0".utf8)
    table.offset = UInt64(bytes.count)
    bytes += names
    table.size = UInt64(names.count)
    // There is room for it beside as many others as are kept.
    sections.append((name, table))
    let alignment = UInt64(layout.wordSize)
    place(RawSpan(), at: nextOffset(alignment: alignment))
    let segmentOffset = segments.isEmpty ? 0 : bytes.count
    for segment in segments { segment.append(to: &bytes, layout) }
    place(RawSpan(), at: nextOffset(alignment: alignment))
    let sectionOffset = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: layout.sectionHeaderSize))
    for (name, section) in sections { append(section, name: name) }
    var header: [UInt8] = []
    putHeader(&header, segments: segmentOffset, sections: sectionOffset)
    bytes.replaceSubrange(0..<layout.headerSize, with: header)
    return bytes
  }

  private mutating func append(_ section: Section, name: Int) {
    layout.put(UInt32(truncatingIfNeeded: name), to: &bytes)
    layout.put(section.type.rawValue, to: &bytes)
    layout.putWord(section.flags.rawValue, to: &bytes)
    layout.putWord(section.address, to: &bytes)
    layout.putWord(section.offset, to: &bytes)
    layout.putWord(section.size, to: &bytes)
    layout.put(section.link, to: &bytes)
    layout.put(section.info, to: &bytes)
    layout.putWord(section.alignment, to: &bytes)
    layout.putWord(section.entrySize, to: &bytes)
  }

  private func putHeader(_ out: inout [UInt8], segments segmentOffset: Int, sections offset: Int) {
    out += [0x7f, 0x45, 0x4c, 0x46, layout.is64Bit ? 2 : 1, layout.order == .little ? 1 : 2, 1]
    out.append(contentsOf: repeatElement(0, count: 9))
    layout.put(type.rawValue, to: &out)
    layout.put(machine.rawValue, to: &out)
    layout.put(UInt32(1), to: &out)
    layout.putWord(entry, to: &out)
    layout.putWord(UInt64(segmentOffset), to: &out)
    layout.putWord(UInt64(offset), to: &out)
    layout.put(flags, to: &out)
    layout.put(UInt16(layout.headerSize), to: &out)
    layout.put(UInt16(segments.isEmpty ? 0 : layout.programHeaderSize), to: &out)
    layout.put(UInt16(truncatingIfNeeded: segments.count), to: &out)
    layout.put(UInt16(layout.sectionHeaderSize), to: &out)
    layout.put(UInt16(truncatingIfNeeded: sections.count &+ 1), to: &out)
    layout.put(UInt16(truncatingIfNeeded: sections.count), to: &out)
  }
}

extension ELFLayout {
  @inline(__always)
  func put<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, to bytes: inout [UInt8]) {
    let ordered = order == .little ? value.littleEndian : value.bigEndian
    // SAFETY: reads the bytes of an integer.
    unsafe Swift.withUnsafeBytes(of: ordered) { unsafe bytes.append(contentsOf: $0) }
  }

  /// Appends an address-sized integer; its low half in 32-bit files.
  @inline(__always) func putWord(_ value: UInt64, to bytes: inout [UInt8]) {
    if is64Bit {
      put(value, to: &bytes)
    } else {
      put(UInt32(truncatingIfNeeded: value), to: &bytes)
    }
  }
}
