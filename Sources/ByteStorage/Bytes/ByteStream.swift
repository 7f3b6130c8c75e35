internal import Glibc

/// A file, pipe or terminal that is read from its start to its end, one piece after the other.
/// Pieces come as soon as there is something to read, so that a filter keeps up with what writes to
/// it. Nothing is unpacked.
@safe package struct ByteStream: ~Copyable {
  private let descriptor: Int32
  private let path: String
  private let buffer: UnsafeMutableRawPointer
  /// Of a member of an archive: where the rest of it begins and ends in the file, in bytes.
  private var part: Range<Int>?
  /// Bytes asked for at once: what stays in the processor's second cache.
  private static let capacity = 1 << 18

  /// Opens a file of any kind, or a member of an archive; `-` is standard input.
  package init(_ path: String) throws(FileError) {
    let (descriptor, part) = try ByteStream.open(path)
    self.path = path
    self.descriptor = descriptor
    self.part = part
    unsafe buffer = .allocate(byteCount: ByteStream.capacity, alignment: 64)
  }

  private static func open(_ path: String) throws(FileError) -> (Int32, Range<Int>?) {
    if path == "-" { return (0, nil) }
    if MountedTree.find(path) != nil {
      let member = try openRegular(path)
      return (member.descriptor, member.offset..<(member.offset + member.size))
    }
    let descriptor = Int32(
      retryingInterrupted { unsafe Int(Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) })
    guard descriptor >= 0 else {
      throw FileError(path: path, cause: .system(operation: "open", errno: errno))
    }
    return (descriptor, nil)
  }

  deinit {
    if descriptor > 0 { Glibc.close(descriptor) }
    unsafe buffer.deallocate()
  }

  /// The next piece; empty at the end. It is valid until the next one is read.
  @_lifetime(&self) package mutating func next() throws(FileError) -> RawSpan {
    let descriptor = descriptor
    let start = unsafe buffer
    let got: Int
    if let part {
      // SAFETY: reads at most the size of the buffer into it.
      got = retryingInterrupted {
        unsafe pread(
          descriptor, start, min(part.count, ByteStream.capacity), off_t(part.lowerBound))
      }
      self.part = part.dropFirst(max(0, got))
    } else {
      // SAFETY: reads at most the size of the buffer into it.
      got = retryingInterrupted { unsafe read(descriptor, start, ByteStream.capacity) }
    }
    guard got >= 0 else {
      throw FileError(path: path, cause: .system(operation: "read", errno: errno))
    }
    let piece = unsafe RawSpan(_unsafeStart: start, byteCount: got)
    return unsafe _overrideLifetime(piece, mutating: &self)
  }
}

extension RawSpan {
  /// Writes all the bytes to a descriptor; `false` if that fails (then `errno` says why).
  package func write(to descriptor: Int32) -> Bool {
    unsafe withUnsafeBytes { unsafe writeAll($0, to: descriptor) }
  }
}
