package import ByteStorage

/// A name table: every name of any number of kernels, by digest, linkage, source and readable name.
/// The file is mapped; opening costs the same for ten names and ten million, and a search touches a
/// few pages. Each block is compared with its checksum when it is first touched, so every search
/// may find that the table is damaged. A table may be shared by threads.
package struct NameTable: Sendable {
  /// A name of the table. It lives as long as the table.
  package struct Record: ~Escapable {
    package let name: RawSpan
    /// Offset of the set of its owners.
    let set: Int
    /// Offset of the record in the text.
    let offset: Int
    /// Offset of the next record.
    let next: Int

    @_lifetime(copy name) init(name: RawSpan, set: Int, offset: Int, next: Int) {
      self.name = name
      self.set = set
      self.offset = offset
      self.next = next
    }
  }

  let header: NameTableHeader
  let file: CheckedFile

  /// Opens a table.
  package init(_ path: String) throws(FileError) {
    let file = try MappedFile(path)
    do throws(ParseError) {
      try self.init(file, checks: true)
    } catch { throw FileError(path: path, cause: .malformed(error)) }
  }

  /// A table in memory, which is copied. Without `checks` all but the checksums is checked.
  package init(copying bytes: RawSpan, checks: Bool = true) throws(ParseError) {
    try self.init(MappedFile(copying: bytes), checks: checks)
  }

  private init(_ file: MappedFile, checks: Bool) throws(ParseError) {
    header = try NameTableHeader(parsing: file.bytes, checks: checks)
    self.file = CheckedFile(file, checksums: header[.checksums], checks: checks)
  }

  /// Whether a file begins as a name table does.
  package static func isRecognized(_ bytes: RawSpan) -> Bool {
    bytes.starts(with: NameTableHeader.magic)
  }

  package var count: Int { header.nameCount }

  /// Number of forms of readable names, up to three a name.
  package var readableCount: Int { header.readableCount }

  package var ownerCount: Int { header.ownerCount }

  /// Size of the file, in bytes.
  package var fileSize: Int { header.fileSize }

  /// Calls `body` for every name, in bytewise order, until it returns `false`.
  package func forEachRecord(
    _ body: (borrowing Record) throws(ParseError) -> Bool
  ) throws(ParseError) {
    var offset = 0
    for _ in 0..<count {
      let record = try record(at: offset)
      guard try body(record) else { return }
      offset = record.next
    }
  }

  @_lifetime(borrow self) func record(at offset: Int) throws(ParseError) -> Record {
    let text = header[.text]
    guard offset >= 0, offset < text.count else {
      throw ParseError(
        .badValue(UInt64(clamping: offset)), in: "name table text", at: text.lowerBound)
    }
    // A set takes at most five bytes, a length three.
    let start = text.lowerBound &+ offset
    let head = try file.bytes(start..<min(start &+ 8, text.upperBound), in: "name table text")
    var position = 0
    guard let set = head.variable(at: &position), let length = head.variable(at: &position),
      length <= NameTableHeader.longestName
    else { throw ParseError(.badValue(0), in: "name table record", at: start) }
    let first = start &+ position
    guard first &+ length <= text.upperBound else {
      throw ParseError(
        .truncated(needed: UInt64(length), available: UInt64(text.upperBound &- first)),
        in: "name table record", at: first)
    }
    let name = try file.bytes(first..<(first &+ length), in: "name table record")
    let record = Record(name: name, set: set, offset: offset, next: offset &+ position &+ length)
    return unsafe _overrideLifetime(record, borrowing: self)
  }

  /// A number of a section of numbers of a few bytes each.
  func number(
    _ section: NameTableHeader.Section, at index: Int, size: Int
  ) throws(ParseError) -> Int {
    let start = header[section].lowerBound &+ index &* size
    let bytes = try file.bytes(start..<(start &+ size), in: "name table index")
    return bytes.number(at: 0, size: size) ?? 0
  }
}
