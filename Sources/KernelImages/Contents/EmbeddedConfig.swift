package import ByteStorage

/// The configuration that a kernel with `CONFIG_IKCONFIG` carries (`kernel/configs.c`, 7.3).
package enum EmbeddedConfig {
  /// Where the gzip data lies between its marks `IKCFG_ST` and `IKCFG_ED`, in bytes.
  package static func range(in bytes: RawSpan) -> Range<Int>? {
    var position = 0
    while let mark = bytes.firstRange(of: "IKCFG_ST", from: position) {
      let start = mark &+ 8
      position = start
      guard bytes.integer(UInt16.self, at: start, .big) == 0x1f8b else { continue }
      guard let end = bytes.firstRange(of: "IKCFG_ED", from: start) else { return nil }
      return start..<end
    }
    return nil
  }

  /// The configuration in a raw image or an ELF file's read-only data; `nil` if there is none.
  /// `buffer`, which receives the text, is not the one that holds `bytes`.
  package static func read(
    from bytes: RawSpan, using buffer: inout FileBuffer, path: String
  ) throws(FileError) -> KernelConfig? {
    guard let range = range(in: bytes), let packed = bytes.slice(range) else { return nil }
    try buffer.unpack(packed, .gzip, path: path)
    do { return try KernelConfig(parsing: buffer.source.all()) } catch {
      throw FileError(path: path, cause: .malformed(error))
    }
  }
}
