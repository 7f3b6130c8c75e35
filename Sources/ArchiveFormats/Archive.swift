package import ByteStorage

/// Reads archives of every kind.
package enum Archive {
  /// Reads an archive whole.
  ///
  /// - Parameter stream: The file, at its start.
  /// - Returns: `nil` if the file is not an archive.
  /// - Throws: ``FileError`` if it is damaged, too large, or has more members than archives have.
  package static func read(_ stream: PackedStream) throws(FileError) -> Members? {
    guard let (kind, format) = try identify(stream) else { return nil }
    var members = try Members(path: stream.path)
    var layers = [kind.name]
    switch kind {
    case .debian:
      let format = try readDebian(stream, into: &members)
      layers += [format?.rawValue, "tar"].compactMap(\.self)
    case .rpm:
      let format = try readRPM(stream, into: &members)
      layers += [format?.rawValue, "cpio"].compactMap(\.self)
    case .initramfs: try readInitramfs(stream, into: &members)
    case .tar:
      var tar = Tar(stream)
      if let format {
        layers.insert(format.rawValue, at: 0)
        try stream.beginUnpacking(format, members: true)
      }
      try tar.read(into: &members)
    }
    members.layers = layers
    return members
  }

  /// What a file is, by its first bytes or those of its content. The stream stays at its start, or at
  /// the start of the content of a compressed one.
  private static func identify(
    _ stream: PackedStream
  ) throws(FileError) -> (ArchiveKind, CompressionFormat?)? {
    let head = try stream.peek(ArchiveKind.headSize)
    if let kind = ArchiveKind(head: head) { return (kind, nil) }
    guard let format = CompressionFormat(magic: head) else { return nil }
    let content = stream.peekUnpacked(ArchiveKind.headSize, format)
    guard let kind = ArchiveKind(head: content.rawSpan) else { return nil }
    return kind == .initramfs || kind == .tar ? (kind, format) : nil
  }

  /// deb(5): an archive of ar(5), whose headers have 60 bytes: name (16), time (12), owner (6), group
  /// (6), mode (8), size (10, decimal) and two bytes that end it; members begin at even offsets. The
  /// files are in the member `data.tar`, whose name ends as its compression is called.
  private static func readDebian(
    _ stream: PackedStream, into members: inout Members
  ) throws(FileError) -> CompressionFormat? {
    try stream.skip(8, in: "ar header")
    while try stream.peek(1).byteCount > 0 {
      let offset = stream.offset
      let header = try stream.take(60, in: "ar header")
      let digits = String(decoding: header[48..<58].prefix { $0 != 0x20 }, as: UTF8.self)
      guard header[58..<60].elementsEqual("`\n".utf8), let size = Int(digits), size >= 0 else {
        throw stream.failure(.badValue(0), in: "ar header", at: offset)
      }
      guard header.starts(with: "data.tar".utf8) else {
        try stream.skip(size, in: "ar member")
        try stream.skipPadding(to: 2, in: "ar member")
        continue
      }
      stream.end(after: size)
      let format = CompressionFormat(magic: try stream.peek(16))
      if let format { try stream.beginUnpacking(format, members: true) }
      var tar = Tar(stream)
      try tar.read(into: &members)
      return format
    }
    throw stream.failure(.missing, in: "data.tar", at: stream.offset)
  }

  private static func readRPM(
    _ stream: PackedStream, into members: inout Members
  ) throws(FileError) -> CompressionFormat? {
    let header = try RPMHeader.read(stream)
    // RPMTAG_PAYLOADFORMAT: delta packages hold no files.
    if let payload = header.strings(1124).first, payload != "cpio" {
      throw FileError(
        path: stream.path,
        cause: .notSuitable("an RPM package whose payload is \(payload), not cpio"))
    }
    let format = CompressionFormat(magic: try stream.peek(16))
    if let format { try stream.beginUnpacking(format, members: true) }
    var cpio = Cpio(stream, list: RPMFileList(header))
    try cpio.read(into: &members)
    return format
  }
}

extension PackedStream {
  /// Bytes at the start of the content; the stream is at the start of its file again. None if the
  /// content is damaged: that shows where the file is opened as what it is.
  fileprivate func peekUnpacked(_ count: Int, _ format: CompressionFormat) -> [UInt8] {
    defer { restart() }
    guard (try? beginUnpacking(format, members: false)) != nil else { return [] }
    return (try? peek(count).array) ?? []
  }
}
