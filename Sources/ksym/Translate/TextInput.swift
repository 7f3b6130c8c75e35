internal import ByteStorage

/// A text that is read piece by piece, as it comes; a compressed one is unpacked first.
struct TextInput: ~Copyable {
  private var stream: ByteStream
  private let path: String
  private let limit: Int

  /// Opens a file of any kind, or a member of an archive (`FILE!path`); `-` is standard input. `limit` is the largest text after unpacking, in
  /// bytes.
  init(_ path: String, limit: Int) throws(FileError) {
    try ArchiveMember.prepare(path, limit: limit)
    stream = try ByteStream(path)
    self.path = path
    self.limit = limit
  }

  /// Calls with one piece after the other, and reports a text in UTF-16, in which nothing is found.
  mutating func read(_ body: (RawSpan) -> Void) throws(FileError) {
    let path = path
    var isFirst = true
    try readPieces { piece in
      if isFirst, piece.isUTF16 { Terminal.complain("\(FileError.inUTF16(path))") }
      isFirst = false
      body(piece)
    }
  }

  private mutating func readPieces(_ body: (RawSpan) -> Void) throws(FileError) {
    var isFirst = true
    var packed: (start: [UInt8], format: CompressionFormat)?
    while packed == nil {
      let piece = try stream.next()
      if piece.byteCount == 0 { return }
      if isFirst, let format = TextInput.compression(piece) {
        packed = (piece.array, format)
      } else {
        body(piece)
      }
      isFirst = false
    }
    if let packed { try unpack(packed.start, packed.format, body) }
  }

  /// Reads all of it.
  mutating func all() throws(FileError) -> [UInt8] {
    var text: [UInt8] = []
    var isTooLarge = false
    let limit = limit
    try read { piece in
      isTooLarge = isTooLarge || text.count + piece.byteCount > limit
      if !isTooLarge { text += piece.array }
    }
    if isTooLarge { throw FileError(path: path, cause: .tooLarge(limit: limit)) }
    return text
  }

  /// Reads the rest, and calls with all that it unpacks to.
  private mutating func unpack(
    _ start: [UInt8], _ format: CompressionFormat, _ body: (RawSpan) -> Void
  ) throws(FileError) {
    var packed = start
    while true {
      let piece = try stream.next()
      if piece.byteCount == 0 { break }
      guard packed.count + piece.byteCount <= limit else {
        throw FileError(path: path, cause: .tooLarge(limit: limit))
      }
      packed += piece.array
    }
    var buffer = FileBuffer(limit: limit)
    try buffer.unpack(packed.rawSpan, format, path: path, trailing: .refused)
    do throws(ParseError) { body(try buffer.source.all()) } catch {
      throw FileError(path: path, cause: .malformed(error))
    }
  }

  /// How a text that begins with these bytes is compressed. `BZh1` alone may begin a text.
  private static func compression(_ start: RawSpan) -> CompressionFormat? {
    guard let format = CompressionFormat(magic: start) else { return nil }
    guard format == .bzip2 else { return format }
    let block = start.integer(UInt32.self, at: 4, .big)
    return block == 0x3141_5926 || block == 0x1772_4538 ? format : nil
  }
}
