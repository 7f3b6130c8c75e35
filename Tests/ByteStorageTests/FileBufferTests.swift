import ByteStorage
import Glibc
import TestSupport
import Testing

@Suite("File buffer")
struct FileBufferTests {
  private func failure(of path: String) -> FileError? {
    var buffer = FileBuffer()
    return #expect(throws: FileError.self) { try buffer.open(path) }
  }

  @Test("a missing file is an error of the system with its number and path")
  func missing() throws {
    let scratch = try ScratchDirectory()
    let error = try #require(failure(of: scratch.file("none.ko")))
    #expect(error.path == scratch.file("none.ko"))
    guard case .system(_, ENOENT) = error.cause else {
      Issue.record("\(error)")
      return
    }
    #expect("\(error)" == "\(error.path): cannot open: No such file or directory")
  }

  @Test("directories and FIFOs are refused at once")
  func notRegular() throws {
    let scratch = try ScratchDirectory()
    let directory = try #require(failure(of: scratch.path))
    #expect("\(directory)" == "\(scratch.path): is a directory, not a regular file")
    let fifo = scratch.makeFIFO("fifo")
    let error = try #require(failure(of: fifo))
    #expect("\(error)" == "\(fifo): is a FIFO, not a regular file")
    let device = try #require(failure(of: "/dev/null"))
    #expect("\(device)" == "/dev/null: is a device, not a regular file")
  }

  @Test("an empty file has no bytes")
  func empty() throws {
    let scratch = try ScratchDirectory()
    var buffer = FileBuffer()
    try buffer.open(scratch.write([], to: "empty"))
    #expect(buffer.count == 0)
    #expect(buffer.compression == nil)
    #expect(try buffer.source.all().byteCount == 0)
  }

  @Test("files that only look empty are read to their end")
  func procFile() throws {
    var buffer = FileBuffer()
    try buffer.open("/proc/self/status")
    #expect(try buffer.source.all().starts(with: "Name:"))
  }

  @Test("a kept part of what was unpacked stays; of a file that is read by ranges nothing is kept")
  func keeping() throws {
    let scratch = try ScratchDirectory()
    let first = [UInt8](repeating: 1, count: 5000) + [UInt8](repeating: 2, count: 5000)
    var compressor = Compressor()
    let compressed = compressor.compress(first.rawSpan, .gzip)
    let packed = try #require(compressed)
    let path = try scratch.write(packed, to: "first.gz")
    var buffer = FileBuffer()
    try buffer.open(path)
    let part = buffer.keeping(try buffer.source.bytes(4999..<5002, in: "x"))
    let kept = try #require(part)
    let stranger = buffer.keeping(first.rawSpan)
    #expect(stranger == nil)
    let whole = buffer.keeping(try buffer.source.all())
    #expect(whole?.bytes.array == first)
    let end = buffer.keeping(try buffer.source.bytes(9999..<10_000, in: "x"))
    #expect(end?.bytes.array == [2])
    for byte in UInt8(3)...5 {
      let other = [UInt8](repeating: byte, count: 10_000)
      let compressed = compressor.compress(other.rawSpan, .gzip)
      let packed = try #require(compressed)
      try buffer.unpack(packed.rawSpan, .gzip, path: "x")
      #expect(try buffer.source.all().byte(at: 5000) == byte)
      #expect(kept.count == 3 && kept.bytes.array == [1, 2, 2])
    }
    try buffer.open(scratch.write(first, to: "first"))
    let unpacked = buffer.keeping(try buffer.source.all())
    #expect(unpacked == nil)
    #expect(KeptBytes(copying: first.rawSpan).bytes.array == first)
  }

  @Test("ranges are read as they stand, and only those in the file")
  func ranges() throws {
    let scratch = try ScratchDirectory()
    let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    var buffer = FileBuffer()
    try buffer.open(scratch.write(bytes, to: "file"))
    #expect(try buffer.source.bytes(5000..<5010, in: "x").array == Array(bytes[5000..<5010]))
    #expect(try buffer.source.bytes(at: 9_999, size: 1, in: "x").array == [bytes[9_999]])
    #expect(try buffer.source.bytes(at: 10_000, size: 0, in: "x").byteCount == 0)
    for (offset, size) in [
      (9_999, 2), (10_001, 0), (UInt64.max, 1), (1, .max), (.max, .max),
    ] as [(UInt64, UInt64)] {
      let error = #expect(throws: ParseError.self) {
        _ = try buffer.source.bytes(at: offset, size: size, in: "place").byteCount
      }
      guard case .truncated(size, _) = error?.reason else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
    #expect(throws: ParseError.self) { _ = try buffer.source.bytes(-1..<5, in: "x").byteCount }
  }

  @Test("a file that shrinks after it was opened is cut, not a crash")
  func shrinking() throws {
    let scratch = try ScratchDirectory()
    let path = try scratch.write([UInt8](repeating: 1, count: 9000), to: "file")
    var buffer = FileBuffer()
    try buffer.open(path)
    try scratch.write([1, 2, 3], to: "file")
    let error = #expect(throws: ParseError.self) { _ = try buffer.source.all().byteCount }
    #expect(error?.reason == .truncated(needed: 9000, available: 3))
  }

  @Test("a file larger than the limit is refused before it is read")
  func limit() throws {
    let scratch = try ScratchDirectory()
    let path = try scratch.write([UInt8](repeating: 1, count: 101), to: "file")
    var buffer = FileBuffer(limit: 100)
    let error = #expect(throws: FileError.self) { try buffer.open(path) }
    guard case .tooLarge(limit: 100) = error?.cause else {
      Issue.record("\(String(describing: error))")
      return
    }
    var large = FileBuffer(limit: .max)
    try large.open(path)
    #expect(large.count == 101)
  }

  @Test("a failing open leaves no bytes of the file before")
  func failureClears() throws {
    let scratch = try ScratchDirectory()
    var buffer = FileBuffer()
    try buffer.open(scratch.write([1, 2, 3], to: "file"))
    #expect(throws: FileError.self) { try buffer.open(scratch.file("none")) }
    #expect(buffer.count == 0)
  }

  @Test(
    "a file of exactly the limit is accepted, one with a byte more is not",
    // Files of /proc give no size, and are read as pipes are.
    arguments: [nil, "/proc/sys/kernel/ostype"])
  func exactLimit(_ given: String?) throws {
    let scratch = try ScratchDirectory()
    let path = try given ?? scratch.write(Array("Linux\n".utf8), to: "file")
    var exact = FileBuffer(limit: 6)
    try exact.open(path)
    #expect(try exact.source.all().array == Array("Linux\n".utf8))
    var small = FileBuffer(limit: 5)
    let error = #expect(throws: FileError.self) { try small.open(path) }
    guard case .tooLarge(limit: 5) = error?.cause else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("a limit is never negative, and never so large that sums with it overflow")
  func limits() {
    #expect([-1, 0, 1, .max].map { FileBuffer(limit: $0).limit } == [0, 0, 1, 1 << 47])
  }

  @Test("pieces may end at the limit but not past it, and what no piece covers is zero")
  func pieces() throws {
    let scratch = try ScratchDirectory()
    var buffer = FileBuffer(limit: 10)
    try buffer.open(scratch.write([UInt8](repeating: 7, count: 10), to: "file"))
    #expect(try buffer.source.all().byteCount == 10)
    try buffer.beginContent(path: "pieces")
    let piece: [UInt8] = [1, 2]
    try buffer.put(piece.rawSpan, at: 8, path: "pieces")
    try buffer.put(piece.rawSpan, at: 1, path: "pieces")
    try buffer.put(RawSpan(), at: 10, path: "pieces")
    #expect(try buffer.source.all().array == [0, 1, 2, 0, 0, 0, 0, 0, 1, 2])
    #expect(throws: FileError.self) { try buffer.put(piece.rawSpan, at: 9, path: "pieces") }
    #expect(throws: FileError.self) { try buffer.put(RawSpan(), at: 11, path: "pieces") }
    #expect(throws: FileError.self) { try buffer.put(piece.rawSpan, at: .max, path: "pieces") }
    #expect(buffer.count == 10)
  }

  @Test("sixteen bytes are enough to see that a file is compressed, fewer are not")
  func probing() throws {
    let scratch = try ScratchDirectory()
    let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]
    var buffer = FileBuffer()
    try buffer.open(scratch.write(magic + [UInt8](repeating: 0xff, count: 11), to: "short"))
    #expect(buffer.count == 15 && buffer.compression == nil)
    let error = #expect(throws: FileError.self) {
      try buffer.open(scratch.write(magic + [UInt8](repeating: 0xff, count: 12), to: "long"))
    }
    guard case .damaged(.zstd, _) = error?.cause else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("errors of ranges give what is there and what is missing")
  func missingBytes() throws {
    let bytes = [UInt8](repeating: 1, count: 10)
    let source = ByteSource(bytes.rawSpan)
    for (offset, size, available) in [(9, 2, 1), (10, 1, 0), (11, 0, 0), (0, 11, 10)] {
      let error = #expect(throws: ParseError.self) {
        _ = try source.bytes(at: UInt64(offset), size: UInt64(size), in: "x").byteCount
      }
      #expect(
        error?.reason == .truncated(needed: UInt64(size), available: UInt64(available)))
      #expect(error?.offset == offset)
      let same = #expect(throws: ParseError.self) {
        _ = try source.bytes(offset..<(offset + max(size, 1)), in: "x").byteCount
      }
      #expect(
        same?.reason == .truncated(needed: UInt64(max(size, 1)), available: UInt64(available)))
      #expect(same?.offset == offset)
    }
  }
}
