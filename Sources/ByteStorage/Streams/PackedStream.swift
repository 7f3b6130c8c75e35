internal import Glibc

/// A file, or bytes in memory, read from start to end and unpacked on the way, with memory that does
/// not depend on its size: what archives are read from.
///
/// A span that this type hands out is valid until the next call.
@safe package final class PackedStream {
  /// The path, for errors.
  package let path: String
  private let descriptor: Int32
  /// What was read, and what was unpacked of it.
  private let input: Window
  private let output = Window(capacity: capacity)
  /// Where the input goes on, in bytes from the start of the file.
  private var inputEnd = 0
  /// Where the input ends for the reader, in bytes from the start of the file.
  private var bound = Int.max
  private var isInputOver = false
  private var codec: (any StreamCodec)?
  private var format: CompressionFormat?
  private var takesMembers = false
  private var isContentOver = false
  private var unpackedOffset = 0
  private var total = 0
  /// Most bytes to hand out in all.
  private let limit: Int

  private static let capacity = 1 << 18
  /// A small file must not have an endless content; packages pack to a tenth.
  private static let likelyRatio = 40

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: A regular file.
  ///   - limit: Content that is always accepted, in bytes; of large files forty times their size.
  /// - Throws: ``FileError`` if it cannot be opened, or lies in an archive itself.
  package init(_ path: String, limit: Int) throws(FileError) {
    let opened = try openRegular(path)
    let size = opened.size
    guard !opened.isMember else {
      close(opened.descriptor)
      throw FileError(path: path, cause: .notSuitable("an archive inside another one"))
    }
    self.path = path
    descriptor = opened.descriptor
    input = Window(capacity: PackedStream.capacity)
    let (many, overflow) = size.multipliedReportingOverflow(by: PackedStream.likelyRatio)
    self.limit = max(limit, overflow ? size : many)
  }

  /// Reads bytes of memory.
  package init(copying bytes: [UInt8], path: String, limit: Int) {
    self.path = path
    descriptor = -1
    let window = Window(capacity: max(bytes.count, 1))
    unsafe bytes.withUnsafeBytes { unsafe window.space.copyMemory(from: $0) }
    input = window
    input.end = bytes.count
    inputEnd = bytes.count
    isInputOver = true
    self.limit = limit
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Where the file is read, in bytes from its start.
  package var packedOffset: Int { inputEnd - input.count }

  /// Where the content is read, in bytes from the start of the file or of what is unpacked.
  package var offset: Int { codec == nil ? packedOffset : unpackedOffset }

  /// Unpacks what follows, from here to the end of its stream.
  ///
  /// - Parameters:
  ///   - format: How it is packed.
  ///   - members: Whether further streams of the same format belong to it, as in files.
  /// - Throws: ``FileError`` if the format is not read in streams.
  package func beginUnpacking(
    _ format: CompressionFormat, members: Bool
  ) throws(FileError) {
    do throws(DecompressionError) { codec = try format.makeStreamCodec() } catch {
      throw failure(error, format)
    }
    (self.format, takesMembers, isContentOver, unpackedOffset) = (format, members, false, 0)
    (output.start, output.end) = (0, 0)
  }

  /// Goes back to the bytes of the file, which follow the unpacked stream.
  package func endUnpacking() { (codec, format) = (nil, nil) }

  /// Goes back to the start of the file.
  package func restart() {
    endUnpacking()
    (bound, total, input.start) = (.max, 0, 0)
    guard descriptor >= 0 else { return }
    lseek(descriptor, 0, SEEK_SET)
    (input.end, inputEnd, isInputOver) = (0, 0, false)
  }

  /// Lets the file end after a number of bytes from here.
  package func end(after count: Int) {
    let (end, overflow) = packedOffset.addingReportingOverflow(count)
    bound = overflow ? .max : end
  }

  /// The next bytes without taking them: fewer than `count` only at the end. At most 64 KiB.
  @_lifetime(borrow self)
  package func peek(_ count: Int) throws(FileError) -> RawSpan {
    while visible < count, try fill() {}
    let window = codec == nil ? input : output
    // SAFETY: the window holds as many bytes, until the next call.
    let span = unsafe RawSpan(
      _unsafeStart: window.base + window.start, byteCount: min(count, visible))
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// The next bytes, taken: at least one, at most `most`; none at the end.
  @_lifetime(borrow self)
  package func next(most: Int) throws(FileError) -> RawSpan {
    if visible == 0 { while visible == 0, try fill() {} }
    let span = try peek(min(most, visible))
    total += span.byteCount
    if total > limit { throw FileError(path: path, cause: .tooLarge(limit: limit)) }
    if codec == nil {
      input.start += span.byteCount
    } else {
      output.start += span.byteCount
      unpackedOffset += span.byteCount
    }
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  private var visible: Int {
    codec == nil ? max(0, min(input.count, bound - packedOffset)) : output.count
  }

  /// Reads or unpacks more; `false` at the end.
  private func fill() throws(FileError) -> Bool {
    guard let codec, let format else { return try read() }
    while !isContentOver {
      output.compact()
      guard (unsafe output.space.count) > 0 else { return false }
      let given = min(input.count, max(0, bound - packedOffset))
      let isEnd = isInputOver || inputEnd >= bound
      let step: StreamStep
      do throws(DecompressionError) {
        // SAFETY: the window holds as many bytes.
        step = try unsafe codec.decode(
          UnsafeRawBufferPointer(start: input.base + input.start, count: given), isEnd: isEnd,
          into: output.space)
      } catch { throw failure(error, format) }
      input.start += step.consumed
      output.end += step.produced
      if step.hasEnded { try endMember(format) }
      if step.produced > 0 { return true }
      if step.hasEnded || step.consumed > 0 { continue }
      // That the input is over shows only when it is read.
      if try !read(), isEnd { throw failure(.damaged(CompressionFormat.endsEarly), format) }
    }
    return false
  }

  /// Goes on with the next member, if one follows.
  private func endMember(_ format: CompressionFormat) throws(FileError) {
    if takesMembers {
      while input.count < 16, try read() {}
      let count = min(16, input.count, max(0, bound - packedOffset))
      let head = unsafe RawSpan(_unsafeStart: input.base + input.start, byteCount: count)
      let isSkippable =
        format == .zstd && (head.integer(UInt32.self, at: 0, .little) ?? 0) >> 4 == 0x184d2a5
      if CompressionFormat(magic: head) == format || isSkippable {
        do throws(DecompressionError) { codec = try format.makeStreamCodec() } catch {
          throw failure(error, format)
        }
        return
      }
    }
    isContentOver = true
  }

  private func read() throws(FileError) -> Bool {
    guard !isInputOver, inputEnd < bound else { return false }
    input.compact()
    let space = unsafe input.space
    guard space.count > 0 else { return false }
    // SAFETY: reads at most the size of the free space into it.
    let got = retryingInterrupted { unsafe Glibc.read(descriptor, space.baseAddress, space.count) }
    guard got >= 0 else {
      throw FileError(path: path, cause: .system(operation: "read", errno: errno))
    }
    input.end += got
    inputEnd += got
    isInputOver = got == 0
    return got > 0
  }

  private func failure(_ error: DecompressionError, _ format: CompressionFormat) -> FileError {
    switch error {
    case .damaged(let words): FileError(path: path, cause: .damaged(format, words))
    case .tooLarge: FileError(path: path, cause: .tooLarge(limit: limit))
    case .outOfMemory:
      FileError(path: path, cause: .system(operation: "allocate memory", errno: ENOMEM))
    }
  }
}

/// Bytes between two offsets of a buffer.
@safe private final class Window {
  let base: UnsafeMutableRawPointer
  private let capacity: Int
  var start = 0
  var end = 0

  init(capacity: Int) {
    self.capacity = capacity
    unsafe base = .allocate(byteCount: capacity, alignment: 64)
  }

  var count: Int { end - start }

  /// The free space at the end.
  var space: UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(start: base + end, count: capacity - end)
  }

  /// Moves the bytes to the start.
  func compact() {
    guard start > 0 else { return }
    // SAFETY: both ranges lie in the buffer.
    unsafe base.copyMemory(from: base + start, byteCount: count)
    (start, end) = (0, count)
  }

  deinit { unsafe base.deallocate() }
}

extension PackedStream {
  /// Takes bytes of no use.
  ///
  /// - Throws: ``FileError`` if there are fewer.
  package func skip(_ count: Int, in region: StaticString) throws(FileError) {
    var left = count
    while left > 0 {
      let piece = try next(most: left).byteCount
      if piece == 0 { throw truncated(count, left, region) }
      left -= piece
    }
  }

  /// Takes bytes to an array; the caller bounds their number.
  ///
  /// - Throws: ``FileError`` if there are fewer.
  package func take(_ count: Int, in region: StaticString) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let piece = try next(most: count - bytes.count)
      if piece.byteCount == 0 { throw truncated(count, count - bytes.count, region) }
      unsafe piece.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  /// Takes bytes to a file.
  ///
  /// - Returns: The sum of the bytes, modulo 2^32.
  /// - Throws: ``FileError`` if there are fewer, or they cannot be written.
  package func copy(
    _ count: Int, to spool: SpoolFile, summing: Bool, in region: StaticString
  ) throws(FileError) -> UInt32 {
    var (left, sum) = (count, UInt32(0))
    while left > 0 {
      let piece = try next(most: left)
      if piece.byteCount == 0 { throw truncated(count, left, region) }
      if summing {
        for index in 0..<piece.byteCount { sum &+= UInt32(piece.byte(at: index) ?? 0) }
      }
      try spool.append(piece)
      left -= piece.byteCount
    }
    return sum
  }

  private func truncated(_ count: Int, _ left: Int, _ region: StaticString) -> FileError {
    let error = ParseError(
      .truncated(needed: UInt64(count), available: UInt64(count - left)), in: region, at: offset)
    return FileError(path: path, cause: .malformed(error))
  }
}
