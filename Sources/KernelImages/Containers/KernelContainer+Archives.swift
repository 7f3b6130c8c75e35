internal import ByteStorage
internal import ELFFormat

extension KernelContainer {
  /// An archive with a kernel among its files: a Debian package, or a tar file.
  ///
  /// - Returns: `nil` if the bytes are no such archive, or it has no file with the name of a kernel.
  /// - Throws: ``ParseError`` if the headers do not make sense.
  static func archive(
    _ head: RawSpan, _ source: ByteSource
  ) throws(ParseError) -> KernelContainer? {
    if head.starts(with: "!<arch>\ndebian-binary ") { return try debianPackage(source) }
    guard let magic = head.suffix(from: 257), magic.starts(with: "ustar"),
      let range = try kernelInTar(source)
    else { return nil }
    return KernelContainer(.tar, payload: KernelPayload(range: range, format: nil))
  }

  /// deb(5): an archive of ar(5) with the members `debian-binary`, `control.tar…` and `data.tar…`.
  /// A header has 60 bytes: name (16), time (12), owner (6), group (6), mode (8), size (10, decimal)
  /// and two bytes that end it; members begin at even offsets.
  private static func debianPackage(_ source: ByteSource) throws(ParseError) -> KernelContainer? {
    var offset = 8
    while offset <= source.count - 60 {
      let header = try source.bytes(offset..<offset + 60, in: "ar header")
      guard let digits = header.slice(48..<58)?.text, header.slice(58..<60)?.text == "`\n",
        let size = Int(digits.prefix { $0 != " " }), size >= 0, size <= source.count - offset - 60
      else { throw ParseError(.badValue(0), in: "ar header", at: offset) }
      let range = offset + 60..<offset + 60 + size
      if header.starts(with: "data.tar") {
        let start = try source.bytes(
          range.lowerBound..<min(range.lowerBound + 16, range.upperBound), in: "data.tar")
        let payload = KernelPayload(range: range, format: CompressionFormat(magic: start))
        return KernelContainer(.debianPackage, payload: payload)
      }
      offset = range.upperBound + size % 2
    }
    return nil
  }

  /// Names of files that are kernels, or begin such a name.
  private static let kernelNames = ["vmlinuz", "vmlinux", "bzImage", "Image", "zImage"]

  /// Where the first kernel of a tar file lies. A header has 512 bytes: name (100), at 124 the size
  /// (octal), at 156 the type (`0` or NUL for files); contents fill blocks of 512 bytes.
  private static func kernelInTar(_ source: ByteSource) throws(ParseError) -> Range<Int>? {
    var offset = 0
    while offset <= source.count - 512 {
      let header = try source.bytes(offset..<offset + 512, in: "tar header")
      guard let type = header.byte(at: 156), let field = header.slice(124..<136),
        let size = octal(field), size <= source.count - offset - 512
      else { return nil }
      let name = header.cString(at: 0, limit: 100)?.text ?? ""
      let last = name.split(separator: "/").last ?? ""
      let isFile = type == UInt8(ascii: "0") || type == 0
      let range = offset + 512..<offset + 512 + size
      if isFile, size > 0,
        kernelNames.contains(where: { last == $0 || last.hasPrefix("\($0)-") })
      {
        return range
      }
      offset = range.upperBound + (512 - size % 512) % 512
    }
    return nil
  }

  /// A number in octal digits, ended by a blank or NUL.
  private static func octal(_ field: RawSpan) -> Int? {
    var number = 0
    var hasDigit = false
    for index in 0..<field.byteCount {
      guard let byte = field.byte(at: index), byte != 0, byte != 0x20 || !hasDigit else { break }
      if byte == 0x20 { continue }
      guard 0x30...0x37 ~= byte, number < 1 << 50 else { return nil }
      number = number << 3 | Int(byte - 0x30)
      hasDigit = true
    }
    return hasDigit ? number : nil
  }
}
