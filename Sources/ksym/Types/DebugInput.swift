internal import ByteStorage

/// Files with debug information, packed or not.
enum DebugInput {
  /// Opens a file; a packed one is unpacked into memory.
  static func open(_ path: String, _ buffer: inout FileBuffer) throws(FileError) -> MappedFile {
    try buffer.open(path)
    guard buffer.compression != nil || path == "-" else { return try MappedFile(path) }
    do throws(ParseError) { return MappedFile(copying: try buffer.source.all()) } catch {
      throw FileError(path: path, cause: .malformed(error))
    }
  }
}
