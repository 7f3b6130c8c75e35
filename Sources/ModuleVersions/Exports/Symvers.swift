package import ByteStorage

/// Module.symvers text: reading every historic column order, and writing the present one. Columns
/// are separated by single tabs. The order is recognised line by line by the place of the export
/// word: `crc symbol module` (up to 2.6.17), `crc symbol module export` (to 5.3), `crc symbol
/// namespace module export` (5.4.0 to 5.4.27, 5.5.0 to 5.5.12) and `crc symbol module export
/// namespace` since.
package enum Symvers {
  /// One line; spans into the text.
  package struct Line: ~Escapable {
    /// The CRC; `0` where the kernel has no versions.
    package let crc: UInt32
    package let name: RawSpan
    /// `vmlinux`, or the module's path without `.ko`.
    package let module: RawSpan
    /// Licence class; `.unknown` for files older than the column.
    package let licence: ExportLicence
    /// The namespace; empty for none.
    package let namespace: RawSpan

    @_lifetime(copy name, copy module, copy namespace) init(
      crc: UInt32, name: RawSpan, module: RawSpan, licence: ExportLicence, namespace: RawSpan
    ) {
      self.crc = crc
      self.name = name
      self.module = module
      self.licence = licence
      self.namespace = namespace
    }
  }

  /// Whether some bytes begin like a Module.symvers file: `0x`, hexadecimal digits and a tab.
  package static func isRecognized(_ text: RawSpan) -> Bool {
    guard text.starts(with: "0x") else { return false }
    var offset = 2
    while let byte = text.byte(at: offset), byte.hexadecimalDigit != nil { offset += 1 }
    return offset > 2 && text.byte(at: offset) == 0x09
  }

  /// Largest text to read, in bytes; that of a kernel with all its modules has 3 MB.
  package static let largestText = 64 << 20

  /// Reads all lines into a table, owners in order of first appearance. Throws ``ParseError`` in
  /// `Module.symvers`, at the offset of the line, for a line that modpost refuses too (too few
  /// columns, a bad CRC, an empty name or module); also if the text is larger than ``largestText``.
  package static func parse(_ text: RawSpan) throws(ParseError) -> ExportTable {
    guard text.byteCount <= largestText else {
      throw ParseError(.unsupported(UInt64(text.byteCount)), in: "size of Module.symvers", at: 0)
    }
    var table = ExportTable()
    var owners: [[UInt8]: Int] = [:]
    var (lastOwner, lastIndex): ([UInt8], Int) = ([], -1)
    var lines = Lines(text)
    var offset = 0
    while let bytes = lines.next() {
      let line = try parseLine(bytes, at: offset)
      offset = lines.position
      let isSameOwner = line.module.equals(lastOwner.rawSpan)
      if lastIndex < 0 || !isSameOwner {
        lastOwner = line.module.array
        if let known = owners[lastOwner] {
          lastIndex = known
        } else {
          lastIndex = table.addOwner(line.module.text)
          owners[lastOwner] = lastIndex
        }
      }
      table.add(
        name: line.name, namespace: line.namespace, crc: line.crc, licence: line.licence,
        owner: lastIndex)
    }
    return table
  }

  /// Reads one line, without its line feed.
  @_lifetime(copy bytes) package static func parseLine(
    _ bytes: RawSpan, at offset: Int
  ) throws(ParseError) -> Line {
    let columns = Columns(bytes)
    guard columns.count >= 3, let crc = parseCRC(columns[0]), columns[1].byteCount > 0 else {
      throw ParseError(.badValue(UInt64(columns.count)), in: "Module.symvers line", at: offset)
    }
    let isOldOrder = columns.count == 5 && isExportWord(columns[4]) && !isExportWord(columns[3])
    let module = columns[isOldOrder ? 3 : 2]
    guard module.byteCount > 0 else {
      throw ParseError(.missing, in: "Module.symvers module", at: offset)
    }
    return Line(
      crc: crc, name: columns[1], module: module,
      licence: licence(of: columns[isOldOrder ? 4 : 3]), namespace: columns[isOldOrder ? 2 : 4])
  }

  /// The columns of a line: up to five, the fifth being the rest.
  private struct Columns: ~Escapable {
    private let bytes: RawSpan
    private var ends: InlineArray<4, Int>
    let count: Int

    @_lifetime(copy bytes) init(_ bytes: RawSpan) {
      self.bytes = bytes
      ends = InlineArray(repeating: bytes.byteCount)
      var (found, position) = (0, 0)
      while found < 4, let rest = bytes.suffix(from: position), let tab = rest.firstIndex(of: 0x09)
      {
        ends[found] = position + tab
        position += tab + 1
        found += 1
      }
      count = found + 1
    }

    subscript(_ index: Int) -> RawSpan {
      @_lifetime(copy self) get {
        guard index < count else { return RawSpan() }
        let start = index == 0 ? 0 : ends[index - 1] + 1
        let end = index < count - 1 ? ends[index] : bytes.byteCount
        guard let field = bytes.slice(start..<max(start, end)) else { return RawSpan() }
        return field
      }
    }
  }

  /// Appends the line of an export: `0x%08x\tsymbol\tmodule\texport\tnamespace\n`.
  package static func write(
    _ row: ExportTable.Row, of table: ExportTable, to output: inout OutputBuffer
  ) {
    output.append("0x")
    output.append(hexadecimal: UInt64(row.crc), width: 8)
    output.append(0x09)
    output.append(table.bytes(row.name))
    output.append(0x09)
    output.append(table.owners[Int(row.owner)])
    output.append(0x09)
    output.append(row.licence.symversName)
    output.append(0x09)
    output.append(table.bytes(row.namespace))
    output.append(0x0a)
  }

  private static func isExportWord(_ field: RawSpan) -> Bool {
    field.starts(with: "EXPORT_") || field.equals("(unknown)")
  }

  private static func licence(of word: RawSpan) -> ExportLicence {
    if word.equals("EXPORT_SYMBOL") { return .any }
    if word.equals("EXPORT_SYMBOL_GPL") { return .gplOnly }
    if word.equals("EXPORT_SYMBOL_GPL_FUTURE") { return .gplFuture }
    if word.equals("EXPORT_UNUSED_SYMBOL") { return .unused }
    if word.equals("EXPORT_UNUSED_SYMBOL_GPL") { return .unusedGPL }
    return .unknown
  }

  /// A base-16 number with an optional `0x`, all of the field. Wider values are cut to 32 bits, and
  /// those over 64 bits are the largest number, as `strtoul` gives it (scripts/mod/modpost.c, `read_dump`,
  /// 7.3).
  private static func parseCRC(_ field: RawSpan) -> UInt32? {
    let start = field.starts(with: "0x") || field.starts(with: "0X") ? 2 : 0
    guard field.byteCount > start else { return nil }
    var value: UInt64 = 0
    var isTooLarge = false
    for offset in start..<field.byteCount {
      guard let byte = field.byte(at: offset), let digit = byte.hexadecimalDigit else { return nil }
      if value >> 60 != 0 { isTooLarge = true }
      value = value << 4 | digit
    }
    return isTooLarge ? .max : UInt32(truncatingIfNeeded: value)
  }
}
