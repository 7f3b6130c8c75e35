import ByteStorage
import TestSupport
import Testing

/// A committed stream of `Tests/Fixtures/Streams`.
struct Stream: Sendable, CustomStringConvertible {
  let name: String
  let format: CompressionFormat
  var description: String { name }

  init(_ name: String, _ format: CompressionFormat) {
    self.name = name
    self.format = format
  }

  func bytes() throws -> [UInt8] { try Fixture.bytes("Streams/\(name)") }

  static let single = [
    Stream("text.gz", .gzip), Stream("text.xz", .xz), Stream("text.lzma", .lzma),
    Stream("text.zst", .zstd), Stream("text.bz2", .bzip2), Stream("text.lz4", .lz4),
    Stream("legacy.lz4", .lz4), Stream("text.lzo", .lzo), Stream("unchecked.lzo", .lzo),
  ]
  static let several = [
    Stream("members.gz", .gzip), Stream("members.xz", .xz), Stream("members.zst", .zstd),
    Stream("members.bz2", .bzip2), Stream("members.lz4", .lz4),
  ]
  static let bombs = [
    Stream("bomb.gz", .gzip), Stream("bomb.xz", .xz), Stream("bomb.lzma", .lzma),
    Stream("bomb.zst", .zstd), Stream("bomb.bz2", .bzip2), Stream("bomb.lz4", .lz4),
    Stream("legacybomb.lz4", .lz4), Stream("bomb.lzo", .lzo),
  ]
}

@Suite("Compressed streams")
struct StreamTests {
  /// The text that all streams hold, and its first half.
  static let text = numbers(1...700)
  static let half = numbers(1...350)

  private static func numbers(_ range: ClosedRange<Int>) -> [UInt8] {
    range.flatMap { Array("\($0)\n".utf8) }
  }

  /// Unpacks bytes; `nil` if that fails, which must be for damage.
  private func unpack(
    _ bytes: [UInt8], _ format: CompressionFormat, _ trailing: TrailingBytes,
    in buffer: inout FileBuffer
  ) throws -> [UInt8]? {
    do {
      try buffer.unpack(bytes.rawSpan, format, path: "stream", trailing: trailing)
    } catch {
      guard case .damaged(format, _) = error.cause else { throw error }
      #expect(buffer.count == 0)
      return nil
    }
    return try buffer.source.all().array
  }

  @Test(
    "streams are recognised by their magic number and unpacked",
    arguments: Stream.single + Stream.several)
  func opens(_ stream: Stream) throws {
    var buffer = FileBuffer()
    try buffer.open(Fixture.path("Streams/\(stream.name)"))
    #expect(buffer.compression == stream.format)
    #expect(try buffer.source.all().array == Self.text)
  }

  @Test("streams end after the first member where bytes may follow", arguments: Stream.several)
  func firstMember(_ stream: Stream) throws {
    var buffer = FileBuffer()
    #expect(try unpack(stream.bytes(), stream.format, .ignored, in: &buffer) == Self.half)
  }

  @Test(
    "streams may be followed by other bytes only where that is allowed", arguments: Stream.single)
  func trailingBytes(_ stream: Stream) throws {
    var buffer = FileBuffer()
    for garbage in ["garbage garbage!", "\0\0\0\0", "\u{1}", "\u{1}\u{2}\u{3}\u{4}"] {
      let bytes = try stream.bytes() + Array(garbage.utf8)
      #expect(try unpack(bytes, stream.format, .ignored, in: &buffer) == Self.text)
      // Zeros are an empty block, or the padding that .xz allows.
      if ["legacy.lz4", "text.xz"].contains(stream.name) && garbage == "\0\0\0\0" { continue }
      #expect(try unpack(bytes, stream.format, .refused, in: &buffer) == nil)
    }
  }

  @Test(
    "a kernel's stream may be followed by members, and then by anything",
    arguments: Stream.single + Stream.several)
  func appended(_ stream: Stream) throws {
    var buffer = FileBuffer()
    let deviceTree: [UInt8] = [0xd0, 0x0d, 0xfe, 0xed, 0, 0, 0x10, 0]
    for more in [
      deviceTree, [UInt8](repeating: 0, count: 4096), [UInt8](repeating: 0xff, count: 513),
      [1, 0, 0, 0, 0x10], Array("garbage garbage!".utf8), [],
    ] {
      let bytes = try stream.bytes() + more
      let content = try unpack(bytes, stream.format, .afterMembers, in: &buffer)
      #expect(content == Self.text, "\(more.count) bytes")
    }
  }

  @Test("a bit changed anywhere in an lzop stream with checksums is damage")
  func lzopChecksums() throws {
    var buffer = FileBuffer()
    let bytes = try Stream("text.lzo", .lzo).bytes()
    for offset in 9..<(bytes.count - 4) {
      var changed = bytes
      changed[offset] ^= 1
      // Some bits of the mark that ends a block mean nothing.
      let content = try unpack(changed, .lzo, .refused, in: &buffer)
      #expect(content == nil || content == Self.text, "byte \(offset)")
    }
  }

  @Test("bzip2 is not unpacked beyond what anything real holds")
  func tightBzip2() throws {
    // 17 times 4 MiB of zeros.
    var buffer = FileBuffer()
    let bomb = try Stream("bomb.bz2", .bzip2).bytes()
    let bombs = (0..<17).flatMap { _ in bomb }
    let error = #expect(throws: FileError.self) {
      try buffer.unpack(bombs.rawSpan, .bzip2, path: "stream", trailing: .refused)
    }
    guard case .tooLarge = error?.cause else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("streams cut short anywhere are damaged", arguments: Stream.single)
  func truncated(_ stream: Stream) throws {
    var buffer = FileBuffer()
    let bytes = try stream.bytes()
    for count in 0..<bytes.count {
      // The legacy lz4 format has no end mark: its magic number alone is an empty stream.
      if stream.name == "legacy.lz4" && count == 4 { continue }
      for trailing in [TrailingBytes.refused, .ignored] {
        let content = try unpack(Array(bytes[..<count]), stream.format, trailing, in: &buffer)
        #expect(content == nil, "\(count) bytes")
      }
    }
  }

  @Test("streams with any byte changed give content or an error", arguments: Stream.single)
  func damaged(_ stream: Stream) throws {
    var buffer = FileBuffer(limit: 1 << 20)
    let bytes = try stream.bytes()
    for offset in bytes.indices {
      var changed = bytes
      changed[offset] ^= 0x55
      do throws(FileError) {
        try buffer.unpack(changed.rawSpan, stream.format, path: "stream", trailing: .refused)
        #expect(buffer.count <= 1 << 20)
      } catch {
        switch error.cause {
        case .damaged, .tooLarge, .system: #expect(buffer.count == 0)
        default: Issue.record("unexpected \(error)")
        }
      }
    }
  }

  @Test(
    "streams larger than the limit are refused, those of exactly the limit accepted",
    arguments: Stream.bombs)
  func bombs(_ stream: Stream) throws {
    let path = Fixture.path("Streams/\(stream.name)")
    for limit in [1 << 10, 1 << 20, (4 << 20) - 1] {
      var buffer = FileBuffer(limit: max(limit, 32 << 10))
      let error = #expect(throws: FileError.self) { try buffer.open(path) }
      guard case .tooLarge(let told) = error?.cause else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(told == buffer.limit)
    }
    var buffer = FileBuffer(limit: 4 << 20)
    try buffer.open(path)
    #expect(buffer.count == 4 << 20)
    #expect(try buffer.source.all().isAllZero)
  }

  @Test("streams are read one after the other from one buffer")
  func reuse() throws {
    var buffer = FileBuffer()
    for _ in 0..<2 {
      for stream in Stream.single + Stream.bombs {
        try buffer.open(Fixture.path("Streams/\(stream.name)"))
        #expect(buffer.count == (stream.name.contains("bomb") ? 4 << 20 : Self.text.count))
      }
      buffer.release()
    }
  }

  @Test("streams need their magic number")
  func wrongFormat() throws {
    var buffer = FileBuffer()
    for format in CompressionFormat.allCases {
      let none = try unpack([], format, .ignored, in: &buffer)
      #expect(none == nil)
      let text = try unpack(Self.text, format, .ignored, in: &buffer)
      #expect(text == nil)
    }
  }
}
