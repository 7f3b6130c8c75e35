internal import ByteStorage

/// Unpacks the archives among the fixtures, without a program to do so.
package enum TarArchive {
  /// Writes the files of an archive (ustar, of short names, maybe compressed) below a directory.
  ///
  /// - Returns: The paths in the archive, in order.
  @discardableResult
  package static func unpack(
    _ path: String, into directory: ScratchDirectory
  ) throws -> [String] {
    var buffer = FileBuffer()
    try buffer.open(path)
    let bytes = try buffer.source.all()
    var names: [String] = []
    var folders: Set<String> = []
    var offset = 0
    while let header = bytes.slice(offset..<(offset + 512)), header.byte(at: 0) != 0 {
      let name = text(header, 0..<100)
      let size = Int(text(header, 124..<136).prefix { $0.isNumber }, radix: 8) ?? 0
      offset += 512
      // Type 0 is a file.
      if header.byte(at: 156) == 0x30, let content = bytes.slice(offset..<(offset + size)) {
        for (index, character) in name.enumerated() where character == "/" {
          let folder = String(name.prefix(index))
          if folders.insert(folder).inserted { directory.makeDirectory(folder) }
        }
        try directory.write(content.array, to: name)
        names.append(name)
      }
      offset += (size + 511) / 512 * 512
    }
    return names
  }

  private static func text(_ header: RawSpan, _ range: Range<Int>) -> String {
    guard let field = header.slice(range) else { return "" }
    return field.slice(0..<(field.firstIndex(of: 0) ?? field.byteCount))?.text ?? ""
  }
}
