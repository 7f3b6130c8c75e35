internal import Glibc

/// A file's content in a buffer that serves one file after the other. Uncompressed files are read
/// by range, when a range is asked for; compressed ones (by magic number) are unpacked whole. One
/// worker owns one buffer. A ``ByteSource`` of the buffer is valid until the next file is opened.
@safe package struct FileBuffer: ~Copyable {
  private var content: Reservation?
  private var packed: Reservation?
  private var decompressor = Decompressor()
  private var state = State.empty
  /// Size of the content after unpacking, in bytes.
  package private(set) var count = 0
  /// Largest content to accept, in bytes.
  package let limit: Int
  private var unpacks = true
  private var packedCount = 0
  /// What is there of a file that is read by range.
  private var ends = FileEnds()

  package static let defaultLimit = 1 << 30
  private enum State {
    case empty
    /// A file's from an offset on, read when a range of it is asked for.
    case ranges(descriptor: Int32, origin: Int)
    /// All there, as read, put together or unpacked.
    case whole(unpackedFrom: CompressionFormat?)
  }

  /// The compression the file had, if any.
  package var compression: CompressionFormat? {
    if case .whole(let format) = state { format } else { nil }
  }

  /// The file that is read by range; -1 if none is.
  private var descriptor: Int32 {
    if case .ranges(let descriptor, _) = state { descriptor } else { -1 }
  }

  /// Where in it the content begins, in bytes.
  private var origin: Int {
    if case .ranges(_, let origin) = state { origin } else { 0 }
  }

  private static let initialCapacity = 128 << 20
  /// How many times larger than their compressed form kernels hardly are.
  private static let likelyRatio = 8
  private static let probeSize = 16
  /// Sizes in bytes of what is read of each file: an ELF header, and most section headers with their names.
  private static let headSize = 64
  private static let tailSize = 8192

  package init(limit: Int = FileBuffer.defaultLimit) {
    // No file of today comes near 2^47 bytes; sums with the limit cannot overflow.
    self.limit = min(max(limit, 0), 1 << 47)
  }

  /// Opens a file (`-` for standard input), unpacking it if it is compressed and that is wanted. Throws
  /// ``FileError`` if it is not a regular file, cannot be read, is damaged, or is too large.
  package mutating func open(
    _ path: String, trailing: TrailingBytes = .refused, unpacking: Bool = true
  ) throws(FileError) {
    close()
    unpacks = unpacking
    let opened: OpenFile
    if let input = path == "-" ? 0 : FileBuffer.openPipe(path) {
      defer { if input > 0 { Glibc.close(input) } }
      guard let kept = try KeptInput.open(input, path, limit: limit) else {
        try readStream(input, path, trailing)
        return
      }
      opened = kept
    } else {
      opened = try openRegular(path)
    }
    let (file, size) = (opened.descriptor, opened.size)
    if size == 0, !opened.isMember {
      // Files of /proc say that they are empty and are not.
      defer { Glibc.close(file) }
      try readStream(file, path, trailing)
      return
    }
    guard size <= limit else {
      Glibc.close(file)
      throw FileError(path: path, cause: .tooLarge(limit: limit))
    }
    state = .ranges(descriptor: file, origin: opened.offset)
    count = size
    try ensureContent(size, path)
    if reads(0..<min(FileBuffer.headSize, size)) { ends.head = min(FileBuffer.headSize, size) }
    if let format = try probedFormat(path) {
      try unpackFile(format, path, trailing)
    } else {
      let tail = max(ends.head, size &- FileBuffer.tailSize)
      if reads(tail..<size) { ends.tail = tail }
    }
  }

  /// Reads a range of the file. Returns whether all of it could be read.
  private borrowing func reads(_ range: Range<Int>) -> Bool {
    (try? source.bytes(range, in: "file")) != nil
  }

  /// Opens a pipe that something writes to: what a shell writes for `<(…)`, and standard input by its other
  /// names. Other FIFOs, which may have no writer, are not waited for.
  private static func openPipe(_ path: String) -> Int32? {
    guard path.hasPrefix("/dev/fd/") || path.hasPrefix("/proc/self/fd/") || path == "/dev/stdin"
    else { return nil }
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return nil }
    let file = Int32(retryingInterrupted { unsafe Int(Glibc.open(path, O_RDONLY | O_CLOEXEC)) })
    return file < 0 ? nil : file
  }

  /// The content, valid until the next file is opened.
  package var source: ByteSource {
    @_lifetime(borrow self) borrowing get {
      guard let base = unsafe content?.base else { return ByteSource(RawSpan()) }
      let view = unsafe ByteSource(
        unsafeBase: base, count: count, descriptor: descriptor, origin: origin, ends: ends)
      return unsafe _overrideLifetime(view, borrowing: self)
    }
  }

  /// A compressed file as it was before it was unpacked, valid until the next file is opened; empty for
  /// others.
  package var packedBytes: RawSpan {
    @_lifetime(borrow self) borrowing get {
      guard packedCount > 0, let base = unsafe packed?.base else { return RawSpan() }
      // SAFETY: the file's bytes were read into the second buffer.
      let view = unsafe RawSpan(_unsafeStart: base, byteCount: packedCount)
      return unsafe _overrideLifetime(view, borrowing: self)
    }
  }

  /// Unpacks a compressed part of the file `path` into this buffer; `expected`, the size of the
  /// content in bytes, is only a hint. At most `most` bytes are accepted, and the limit.
  package mutating func unpack(
    _ input: RawSpan, _ format: CompressionFormat, path: String,
    trailing: TrailingBytes = .ignored, expecting expected: Int? = nil, most: Int = .max
  ) throws(FileError) {
    close()
    try ensureContent(FileBuffer.initialCapacity, path)
    if let expected {
      // A header may promise anything.
      content?.populate(min(expected, limit, FileBuffer.likelyRatio &* input.byteCount))
    }
    try decompress(input, format, path, trailing, most: most)
  }

  /// Closes the file and begins empty content, for ``put(_:at:path:)``.
  package mutating func beginContent(path: String) throws(FileError) {
    close()
    // What an earlier file left must not show between the pieces.
    content?.discard()
    try ensureContent(FileBuffer.initialCapacity, path)
    state = .whole(unpackedFrom: nil)
  }

  /// Puts a piece of another file at an offset of the content, over what is there; what no piece
  /// covers is zero. Throws `.tooLarge` if the piece ends past the limit.
  package mutating func put(_ piece: RawSpan, at offset: UInt64, path: String) throws(FileError) {
    guard let start = Int(exactly: offset), start <= limit, piece.byteCount <= limit &- start else {
      throw FileError(path: path, cause: .tooLarge(limit: limit))
    }
    let end = start &+ piece.byteCount
    try ensureContent(end, path)
    guard let base = unsafe content?.base else { return }
    unsafe piece.withUnsafeBytes { bytes in
      guard let from = bytes.baseAddress else { return }
      // SAFETY: the content holds at least `end` bytes; the piece belongs to another file.
      unsafe (base + start).copyMemory(from: from, byteCount: bytes.count)
    }
    count = max(count, end)
  }

  /// Closes the file and gives the memory back.
  package mutating func release() {
    close()
    content = nil
    packed = nil
  }

  private mutating func close() {
    if descriptor >= 0 { Glibc.close(descriptor) }
    state = .empty
    (count, packedCount, ends) = (0, 0, FileEnds())
    // What somebody keeps of the content stays as it is.
    if content?.isKept ?? false { content = nil }
  }

  private mutating func unpackFile(
    _ format: CompressionFormat, _ path: String, _ trailing: TrailingBytes
  ) throws(FileError) {
    // The compressed bytes move to the second buffer; the first receives the content.
    let packedSize = count
    packed = packed ?? Reservation(minimum: 1 << 20)
    guard let input = packed, input.grow(to: count) else {
      throw FileError(path: path, cause: .system(operation: "allocate memory", errno: ENOMEM))
    }
    let view = unsafe ByteSource(
      unsafeBase: input.base, count: count, descriptor: descriptor, origin: origin)
    let bytes: RawSpan
    do { bytes = try view.all() } catch { throw FileError(path: path, cause: .malformed(error)) }
    try ensureContent(FileBuffer.initialCapacity, path)
    try decompress(bytes, format, path, trailing)
    packedCount = packedSize
  }

  /// A part of the content that stays when the next file is opened; `nil` if it is not in memory as a whole,
  /// or not a part.
  package borrowing func keeping(_ part: RawSpan) -> KeptBytes? {
    guard case .whole(_?) = state, let content,
      let kept = KeptBytes(part, in: content, count: count)
    else { return nil }
    content.isKept = true
    return kept
  }

  private mutating func decompress(
    _ input: RawSpan, _ format: CompressionFormat, _ path: String, _ trailing: TrailingBytes,
    most: Int = .max
  ) throws(FileError) {
    guard let output = content else { return }
    let limit = min(self.limit, most, format.mostContent(of: input.byteCount))
    do throws(DecompressionError) {
      let size = try decompressor.decompress(
        format, input, into: output, limit: limit, trailing: trailing)
      close()
      (state, count) = (.whole(unpackedFrom: format), size)
    } catch {
      close()
      switch error {
      case .damaged(let words): throw FileError(path: path, cause: .damaged(format, words))
      case .tooLarge: throw FileError(path: path, cause: .tooLarge(limit: limit))
      case .outOfMemory:
        throw FileError(path: path, cause: .system(operation: "allocate memory", errno: ENOMEM))
      }
    }
  }

  private mutating func ensureContent(_ size: Int, _ path: String) throws(FileError) {
    if content == nil { content = Reservation(minimum: max(size, FileBuffer.initialCapacity)) }
    guard content?.grow(to: size) ?? false else {
      throw FileError(path: path, cause: .system(operation: "allocate memory", errno: ENOMEM))
    }
  }

  /// Reads a descriptor to its end, unpacking what it gives if that is compressed.
  private mutating func readStream(
    _ descriptor: Int32, _ path: String, _ trailing: TrailingBytes
  ) throws(FileError) {
    try ensureContent(FileBuffer.initialCapacity, path)
    var size = 0
    while true {
      try ensureContent(min(limit &+ 1, size &+ (1 << 16)), path)
      guard let base = unsafe content?.base, let capacity = content?.capacity else { return }
      let room = min(capacity, limit &+ 1) &- size
      // SAFETY: reads at most the free bytes of our own mapping.
      let got = retryingInterrupted { unsafe read(descriptor, base + size, room) }
      if got < 0 { throw FileError(path: path, cause: .system(operation: "read", errno: errno)) }
      size &+= got
      if size > limit { throw FileError(path: path, cause: .tooLarge(limit: limit)) }
      if got == 0 { break }
    }
    (state, count) = (.whole(unpackedFrom: nil), size)
    guard let format = try probedFormat(path), let input = content else { return }
    content = nil
    try ensureContent(FileBuffer.initialCapacity, path)
    let bytes = unsafe RawSpan(_unsafeStart: input.base, byteCount: size)
    try decompress(bytes, format, path, trailing)
    extendLifetime(input)
  }

  private borrowing func probedFormat(_ path: String) throws(FileError) -> CompressionFormat? {
    guard unpacks, count >= FileBuffer.probeSize else { return nil }
    do {
      return CompressionFormat(magic: try source.bytes(0..<FileBuffer.probeSize, in: "file"))
    } catch { throw FileError(path: path, cause: .malformed(error)) }
  }

  deinit { if descriptor >= 0 { Glibc.close(descriptor) } }
}

/// Opens a regular file for reading, never waiting on a FIFO or a device.
func openRegular(_ path: String) throws(FileError) -> OpenFile {
  if let (tree, inside) = MountedTree.find(path) { return try tree.open(inside) }
  let file = Int32(
    retryingInterrupted {
      unsafe Int(Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY))
    })
  guard file >= 0 else {
    let code = errno
    // A socket cannot be opened at all.
    if code == ENXIO { throw FileError(path: path, cause: .notRegular("a socket or FIFO")) }
    throw FileError(path: path, cause: .system(operation: "open", errno: code))
  }
  var status = stat()
  guard unsafe fstat(file, &status) == 0 else {
    let code = errno
    Glibc.close(file)
    throw FileError(path: path, cause: .system(operation: "examine", errno: code))
  }
  guard status.st_mode & S_IFMT == S_IFREG else {
    Glibc.close(file)
    throw FileError(path: path, cause: .notRegular(kind(of: status.st_mode)))
  }
  return OpenFile(descriptor: file, size: Int(status.st_size))
}

private func kind(of mode: mode_t) -> String {
  switch mode & S_IFMT {
  case S_IFDIR: "a directory"
  case S_IFIFO: "a FIFO"
  case S_IFSOCK: "a socket"
  case S_IFCHR, S_IFBLK: "a device"
  default: "a special file"
  }
}
