internal import Glibc

/// A nameless file for what is too much for memory: written once, then read from the beginning.
package final class SpoolFile {
  private let directory: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  /// Bytes written.
  package private(set) var count = 0

  private static let bufferSize = 1 << 16

  /// Makes a file in a directory. It has no name, and goes when the process does.
  ///
  /// - Throws: ``FileError`` if the directory cannot be written to.
  package init(in directory: String) throws(FileError) {
    self.directory = directory
    var name = Array("\(directory)/.ksym-XXXXXX".utf8CString)
    // SAFETY: a NUL-terminated template that mkstemp may write to.
    descriptor = unsafe name.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return -1 }
      let file = unsafe mkstemp(start)
      if file >= 0 { _ = unsafe unlink(start) }
      return file
    }
    guard descriptor >= 0 else {
      throw FileError(
        path: directory, cause: .system(operation: "create a file in", errno: errno))
    }
  }

  /// Appends bytes.
  ///
  /// - Throws: ``FileError`` if they cannot be written.
  package func append(_ bytes: RawSpan) throws(FileError) {
    count += bytes.byteCount
    unsafe bytes.withUnsafeBytes { unsafe buffer.append(contentsOf: $0) }
    if buffer.count >= SpoolFile.bufferSize { try flush() }
  }

  /// Appends bytes.
  ///
  /// - Throws: ``FileError`` if they cannot be written.
  package func append(_ bytes: [UInt8]) throws(FileError) {
    count += bytes.count
    buffer.append(contentsOf: bytes)
    if buffer.count >= SpoolFile.bufferSize { try flush() }
  }

  /// Writes what is still in memory.
  ///
  /// - Throws: ``FileError`` if it cannot be written.
  package func flush() throws(FileError) {
    defer { buffer.removeAll(keepingCapacity: true) }
    guard writeAll(buffer, to: descriptor) else {
      throw FileError(path: directory, cause: .system(operation: "write to", errno: errno))
    }
  }

  /// Reads bytes that were flushed.
  ///
  /// - Parameters:
  ///   - bytes: Receives them at its end; at most `most`, fewer only at the end of the file.
  ///   - offset: Where in the file they begin.
  ///   - most: How many to read.
  /// - Returns: How many were read.
  /// - Throws: ``FileError`` if they cannot be read.
  package func read(
    into bytes: inout [UInt8], at offset: Int, most: Int
  ) throws(FileError) -> Int {
    let wanted = max(0, min(most, count - offset))
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: wanted))
    var done = 0
    while done < wanted {
      let (from, room) = (start + done, wanted - done)
      // SAFETY: writes at most the bytes just appended.
      let got = unsafe bytes.withUnsafeMutableBytes { buffer -> Int in
        guard let base = buffer.baseAddress else { return 0 }
        return retryingInterrupted {
          unsafe pread(descriptor, base + from, room, off_t(offset + done))
        }
      }
      guard got > 0 else {
        throw FileError(path: directory, cause: .system(operation: "read from", errno: errno))
      }
      done += got
    }
    return wanted
  }

  deinit { close(descriptor) }
}
