package import ByteStorage
internal import ELFFormat

/// The names of the files that a line table lists (DWARF 5, 6.2.4), without its program.
package struct DWARFFileNames: ~Escapable {
  private typealias Name = DWARFLineHeader.Name

  private let lines, strings, lineStrings: RawSpan
  private let order: ByteOrder
  private var position: Int
  private(set) var header = DWARFLineHeader()

  private var offsetSize: Int { header.offsetSize }
  /// Of the line table, which may differ from that of the unit.
  package var version: Int { header.version }

  /// Reads the header of a line table.
  ///
  /// - Parameters:
  ///   - data: The file.
  ///   - offset: Where the table is in `.debug_line`.
  ///   - isShared: Whether it is one of the supplementary file.
  /// - Throws: ``ParseError`` if it is not whole.
  @_lifetime(borrow data)
  package init(
    _ data: borrowing DebugData, at offset: Int, isShared: Bool = false
  ) throws(ParseError) {
    lines = isShared ? data.sharedBytes(.lines) : data.bytes(.lines)
    strings = isShared ? data.sharedBytes(.strings) : data.bytes(.strings)
    lineStrings = isShared ? data.sharedBytes(.lineStrings) : data.bytes(.lineStrings)
    order = data.layout.order
    position = offset
    try read()
  }

  /// The number of files, one more than the largest index.
  package var count: Int { header.files.count &+ (version >= 5 ? 0 : 1) }

  /// The name of a file as the table has it, without its directory: indices begin at 0 in DWARF 5,
  /// before that at 1, and 0 is no file. `nil` past the end.
  @_lifetime(copy self) package func name(_ index: UInt64) -> RawSpan? {
    guard index < UInt64(count) else { return nil }
    guard let file = header.file(index) else { return RawSpan() }
    return text(file)
  }

  /// The directory of a file as the table has it; `nil` if it is that of the compilation.
  @_lifetime(copy self) package func directory(_ index: UInt64) -> RawSpan? {
    guard let file = header.file(index), let directory = header.directory(of: file) else {
      return nil
    }
    return text(directory)
  }

  @_lifetime(copy self) private func text(_ name: Name) -> RawSpan {
    var table = lines
    if name.table == .strings { table = strings }
    if name.table == .lineStrings { table = lineStrings }
    // Many files may share one string that has no end.
    guard let text = table.cString(at: name.offset, limit: DWARFLineHeader.longestName) else {
      return RawSpan()
    }
    return text
  }

  private var end: ParseError {
    ParseError(.truncated(needed: 1, available: 0), in: ".debug_line", at: position)
  }

  @_lifetime(self: copy self)
  private mutating func unsigned(_ size: Int) throws(ParseError) -> UInt64 {
    guard let value = lines.unsigned(size, at: position, order) else { throw end }
    position &+= size
    return value
  }

  @_lifetime(self: copy self) private mutating func leb() throws(ParseError) -> UInt64 {
    guard let (value, next) = lines.unsignedLEB128(at: position) else { throw end }
    position = next
    return value
  }

  @_lifetime(self: copy self) private mutating func read() throws(ParseError) {
    var length = try unsigned(4)
    if length == 0xffff_ffff {
      header.offsetSize = 8
      length = try unsigned(8)
    }
    let start = position
    let end = min(length, UInt64(lines.byteCount &- start))
    header.version = Int(try unsigned(2))
    guard (2...5).contains(version) else {
      throw ParseError(.unsupported(UInt64(version)), in: ".debug_line", at: start)
    }
    // address_size and segment_selector_size.
    if version >= 5 { _ = try unsigned(2) }
    let size = min(try unsigned(offsetSize), end)
    header.program = min(position &+ Int(size), start &+ Int(end))..<(start &+ Int(end))
    header.minimumLength = try unsigned(1)
    header.operations = version >= 4 ? try unsigned(1) : 1
    // default_is_stmt.
    _ = try unsigned(1)
    header.lineBase = Int8(truncatingIfNeeded: try unsigned(1))
    header.lineRange = UInt8(try unsigned(1))
    header.opcodeBase = UInt8(try unsigned(1))
    for _ in 1..<max(1, header.opcodeBase) {
      header.operandCounts.append(UInt8(try unsigned(1)))
    }
    if version >= 5 {
      header.directories = try readEntries()
      header.files = try readEntries()
    } else {
      try readLists()
    }
  }

  /// Directories and files of DWARF 2 to 4: strings until an empty one.
  @_lifetime(self: copy self) private mutating func readLists() throws(ParseError) {
    while let string = lines.cString(at: position), string.byteCount > 0 {
      header.directories.append(Name(offset: position))
      position &+= string.byteCount &+ 1
    }
    guard lines.byte(at: position) == 0 else { throw end }
    position &+= 1
    while let string = lines.cString(at: position), string.byteCount > 0 {
      var name = Name(offset: position)
      position &+= string.byteCount &+ 1
      name.directory = Int(clamping: try leb())
      _ = (try leb(), try leb())
      header.files.append(name)
    }
    guard lines.byte(at: position) == 0 else { throw end }
  }

  /// Directories or files of DWARF 5: the fields of an entry, and then the entries.
  @_lifetime(self: copy self) private mutating func readEntries() throws(ParseError) -> [Name] {
    var fields: [(content: UInt64, form: DWARFForm)] = []
    for _ in 0..<(try unsigned(1)) {
      let (content, form) = (try leb(), try leb())
      let kind = DWARFForm(rawValue: UInt16(exactly: form) ?? 0)
      guard kind.isKnown, kind != .indirect else {
        throw ParseError(.unsupported(form), in: ".debug_line", at: position)
      }
      fields.append((content, kind))
    }
    let count = try leb()
    guard count <= UInt64(max(0, lines.byteCount &- position)) else { throw end }
    var entries: [Name] = []
    for _ in 0..<(fields.isEmpty ? 0 : count) {
      var name = Name()
      for (content, form) in fields { try readField(content, form, into: &name) }
      entries.append(name)
    }
    return entries
  }

  /// `DW_LNCT_path` (1) and `DW_LNCT_directory_index` (2) are kept.
  @_lifetime(self: copy self) private mutating func readField(
    _ content: UInt64, _ form: DWARFForm, into name: inout Name
  ) throws(ParseError) {
    let widths = DWARFUnit.Widths(version: version, address: 8, offset: offsetSize)
    let size = form.size(widths)
    switch (content, form.rawValue) {
    case (1, 0x08): (name.table, name.offset) = (.lines, position)
    case (1, 0x0e), (1, 0x1f):
      name.table = form.rawValue == 0x0e ? .strings : .lineStrings
      name.offset = Int(clamping: lines.unsigned(offsetSize, at: position, order) ?? 0)
    case (2, 0x0b), (2, 0x05), (2, 0x06):
      name.directory = Int(clamping: lines.unsigned(size ?? 1, at: position, order) ?? 0)
    case (2, 0x0f): name.directory = Int(clamping: lines.unsignedLEB128(at: position)?.value ?? 0)
    default: break
    }
    guard let next = size.map({ position &+ $0 }) ?? form.end(lines, at: position, widths, order),
      next <= lines.byteCount
    else { throw end }
    position = next
  }
}
