internal import Glibc

/// A nameless file for what is too much for memory: written once, then read from the beginning.
@safe package final class SpoolFile: @unchecked Sendable {
  // Written by one thread, then only read: `@unchecked` holds as long as nothing is appended after
  // the file was handed to others.
  private var output: FileOutput
  package var count: Int { output.count }

  /// Makes a file in a directory. It has no name, and goes when the process does.
  package init(in directory: String) throws(FileError) {
    TemporaryFile.removeLeftovers(in: directory)
    let file = try TemporaryFile.nameless(in: directory, path: directory)
    output = FileOutput(file, in: directory, path: directory)
  }

  package func append(_ bytes: RawSpan) throws(FileError) { try output.append(bytes) }

  package func append(_ bytes: [UInt8]) throws(FileError) { try output.append(bytes) }

  /// Where large files that do not stay belong: `TMPDIR`, else `/var/tmp`, which lies on a disk.
  package static var largeDirectory: String {
    let named = ProcessEnvironment.variable("TMPDIR") ?? ""
    return [named, "/var/tmp", "/tmp"].first { !$0.isEmpty && PathKind($0) == .directory } ?? "."
  }

  /// Goes on at a multiple of a number of bytes.
  package func align(to unit: Int) throws(FileError) {
    let rest = output.count % unit
    if rest > 0 { try output.append([UInt8](repeating: 0, count: unit - rest)) }
  }

  /// Another descriptor of the file, for its reader to close; negative if there is none to be had.
  func duplicate() -> Int32 { fcntl(output.descriptor, F_DUPFD_CLOEXEC, 0) }

  package func flush() throws(FileError) { try output.flush() }

  /// Appends flushed bytes to an array; returns how many, fewer than `most` only at the end.
  package func read(into bytes: inout [UInt8], at offset: Int, most: Int) throws(FileError) -> Int {
    try output.read(into: &bytes, at: offset, most: most)
  }
}
