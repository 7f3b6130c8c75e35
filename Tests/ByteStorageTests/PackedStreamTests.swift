import ByteStorage
import TestSupport
import Testing

@Suite("Packed streams")
struct PackedStreamTests {
  /// All of what a stream unpacks to.
  private func content(
    _ bytes: [UInt8], members: Bool = true, limit: Int = 1 << 26
  ) throws -> [UInt8] {
    let stream = PackedStream(copying: bytes, path: "test", limit: limit)
    let found = CompressionFormat(magic: bytes.rawSpan)
    let format = try #require(found)
    try stream.beginUnpacking(format, members: members)
    var all: [UInt8] = []
    while true {
      let piece = try stream.next(most: 100_000)
      if piece.byteCount == 0 { return all }
      all += piece.array
    }
  }

  private static let fixtures = [
    "text.gz", "members.gz", "text.xz", "members.xz", "text.lzma", "text.zst", "members.zst",
    "text.bz2", "members.bz2", "text.lz4", "members.lz4", "legacy.lz4", "bomb.gz", "bomb.xz",
    "bomb.zst", "bomb.bz2", "bomb.lz4", "legacybomb.lz4", "bomb.lzma",
    "text.lzo", "unchecked.lzo", "bomb.lzo",
  ]

  @Test("a stream has the content that the file has", arguments: fixtures)
  func same(_ name: String) throws {
    var buffer = FileBuffer()
    try buffer.open(Fixture.path("Streams/\(name)"))
    let expected = try buffer.source.all().array
    #expect(try content(Fixture.bytes("Streams/\(name)")) == expected)
  }

  @Test("a cut stream is an error", arguments: fixtures.filter { !$0.hasPrefix("legacy") })
  func cut(_ name: String) throws {
    let bytes = try Fixture.bytes("Streams/\(name)")
    // Where one of several members ends is no error.
    let isSeveral = name.hasPrefix("members")
    for length in stride(from: 14, to: bytes.count, by: max(1, bytes.count / 40)) {
      let found = try? content(Array(bytes.prefix(length)))
      #expect(found == nil || isSeveral, "\(length)")
    }
  }

  @Test("a stream that ends before its end is an error where a bound ends the file, too")
  func cutAtBound() throws {
    let scratch = try ScratchDirectory()
    let bytes = try Fixture.bytes("Streams/text.zst").dropLast(8)
    let path = try scratch.write(Array(bytes), to: "cut")
    let stream = try PackedStream(path, limit: 1 << 20)
    stream.end(after: bytes.count)
    try stream.beginUnpacking(.zstd, members: true)
    #expect(throws: FileError.self) { while try stream.next(most: 1000).byteCount > 0 {} }
  }

  @Test("what is cut behind the header of lzop ends early, what is cut within it has a bad one")
  func cutLzop() throws {
    // The header of this file ends after a name of four letters and a checksum.
    let bytes = try Fixture.bytes("Streams/text.lzo")
    for (count, words) in [
      (41, "bad lzop header"), (42, CompressionFormat.endsEarly), (43, CompressionFormat.endsEarly),
    ] {
      let error = #expect(throws: FileError.self) { try content(Array(bytes.prefix(count))) }
      #expect(error.map { "\($0)" }?.contains(words) ?? false, "\(count)")
    }
  }

  @Test("changed bytes of a gzip member are found, or change nothing")
  func changed() throws {
    let bytes = try Fixture.bytes("Streams/text.gz")
    let expected = try content(bytes)
    for offset in 10..<bytes.count {
      var damaged = bytes
      damaged[offset] ^= 0x11
      if let found = try? content(damaged, limit: 1 << 16) { #expect(found == expected) }
    }
  }

  @Test("changed bytes of lzop are found, or change nothing; large blocks are refused")
  func changedLzop() throws {
    let bytes = try Fixture.bytes("Streams/text.lzo")
    let expected = try content(bytes)
    for offset in 9..<bytes.count {
      var damaged = bytes
      damaged[offset] ^= 0x11
      if let found = try? content(damaged, limit: 1 << 16) { #expect(found == expected) }
    }
    // Files of several members, as lzop writes them of several files.
    #expect(try content(bytes + bytes) == expected + expected)
  }

  @Test("gzip members of all sizes and kinds of content")
  func gzip() throws {
    var compressor = Compressor()
    var state: UInt64 = 7
    for size in [0, 1, 2, 257, 258, 259, 32_767, 32_768, 65_535, 65_536, 300_000] {
      for spread in [1, 3, 30, 256] as [UInt64] {
        let bytes = (0..<size).map { _ -> UInt8 in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return UInt8(truncatingIfNeeded: (state >> 33) % spread)
        }
        let packed = compressor.compress(bytes.rawSpan, .gzip)
        #expect(try content(#require(packed)) == bytes)
      }
    }
  }

  @Test("after a stream the file goes on where it ended")
  func after() throws {
    let stored: [CompressionFormat: String] = [
      .gzip: "text.gz", .xz: "text.xz", .zstd: "text.zst", .bzip2: "text.bz2", .lz4: "text.lz4",
      .lzo: "text.lzo",
    ]
    for (format, name) in stored {
      let bytes = try Fixture.bytes("Streams/\(name)")
      let stream = PackedStream(copying: bytes + [1, 2, 3], path: "test", limit: 1 << 20)
      try stream.beginUnpacking(format, members: false)
      while try stream.next(most: 50).byteCount > 0 {}
      stream.endUnpacking()
      #expect(stream.packedOffset == bytes.count)
      #expect(try stream.take(3, in: "end") == [1, 2, 3])
      #expect(try stream.next(most: 1).byteCount == 0)
    }
  }

  @Test("a limit ends what is handed out, and a bound what is read")
  func limits() throws {
    let bytes = try Fixture.bytes("Streams/bomb.zst")
    #expect(throws: FileError.self) { try content(bytes, limit: 1 << 20) }
    let stream = PackedStream(copying: Array(0..<100), path: "test", limit: 1 << 20)
    try stream.skip(10, in: "start")
    stream.end(after: 5)
    #expect(try stream.peek(50).array == [10, 11, 12, 13, 14])
    #expect(throws: FileError.self) { try stream.take(6, in: "bound") }
    #expect(stream.offset == 15)
    stream.restart()
    #expect(try stream.take(2, in: "start") == [0, 1])
  }
}
