internal import Glibc

/// Bytes on their way to a temporary file, gathered into large pieces. Owns the descriptor.
struct FileOutput: ~Copyable {
  /// The file; negative until there is more than memory should hold.
  private(set) var descriptor: Int32
  private(set) var count = 0
  /// What is not yet in the file.
  private(set) var pending: [UInt8] = []
  private let directory: String
  private let path: String

  private static let bufferSize = 1 << 18

  /// If `descriptor` is negative, a file is made in `directory` when it is needed.
  init(_ descriptor: Int32, in directory: String, path: String) {
    self.descriptor = descriptor
    self.directory = directory
    self.path = path
  }

  mutating func append(_ bytes: RawSpan) throws(FileError) {
    try makeRoom(bytes.byteCount)
    unsafe bytes.withUnsafeBytes { unsafe pending.append(contentsOf: $0) }
  }

  mutating func append(_ bytes: [UInt8]) throws(FileError) {
    try makeRoom(bytes.count)
    // Shares the memory of the only bytes there are.
    if pending.isEmpty && bytes.count > FileOutput.bufferSize {
      pending = bytes
    } else {
      pending.append(contentsOf: bytes)
    }
  }

  private mutating func makeRoom(_ size: Int) throws(FileError) {
    count += size
    if !pending.isEmpty && pending.count + size > FileOutput.bufferSize { try flush() }
  }

  mutating func flush() throws(FileError) {
    if descriptor < 0 { descriptor = try TemporaryFile.nameless(in: directory, path: path) }
    defer {
      if pending.count > 2 * FileOutput.bufferSize {
        pending = []
      } else {
        pending.removeAll(keepingCapacity: true)
      }
    }
    guard writeAll(pending, to: descriptor) else { throw failure("write") }
  }

  mutating func overwriteStart(_ bytes: [UInt8]) throws(FileError) {
    try flush()
    guard lseek(descriptor, 0, SEEK_SET) == 0, writeAll(bytes, to: descriptor),
      lseek(descriptor, 0, SEEK_END) >= 0
    else { throw failure("write") }
  }

  /// Appends flushed bytes to an array; returns how many, fewer than `most` only at the end.
  func read(into bytes: inout [UInt8], at offset: Int, most: Int) throws(FileError) -> Int {
    let wanted = max(0, min(most, count - offset))
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: wanted))
    var done = 0
    while done < wanted {
      let (from, room, file) = (start + done, wanted - done, descriptor)
      // SAFETY: writes at most the bytes just appended.
      let got = unsafe bytes.withUnsafeMutableBytes { buffer -> Int in
        guard let base = buffer.baseAddress else { return 0 }
        return retryingInterrupted { unsafe pread(file, base + from, room, off_t(offset + done)) }
      }
      guard got > 0 else { throw failure("read") }
      done += got
    }
    return wanted
  }

  func copy(to file: Int32) throws(FileError) {
    guard descriptor >= 0 else {
      guard writeAll(pending, to: file) else { throw failure("write") }
      return
    }
    var (offset, piece) = (0, [UInt8]())
    while offset < count {
      piece.removeAll(keepingCapacity: true)
      offset += try read(into: &piece, at: offset, most: FileOutput.bufferSize)
      guard writeAll(piece, to: file) else { throw failure("write") }
    }
  }

  func failure(_ operation: StaticString) -> FileError {
    FileError(path: path, cause: .system(operation: operation, errno: errno))
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
