internal import ByteStorage

extension Archive {
  /// Archives of cpio one after the other, each plain or compressed, with zeros between them: early
  /// microcode comes first, and is never compressed. Later members replace earlier ones.
  ///
  /// - Note: init/initramfs.c, `unpack_to_rootfs` (7.3). What follows the archives is the configuration
  ///   of the boot loader, if anything (kernel/bootconfig: its size, a sum and `#BOOTCONFIG\n` end the
  ///   file).
  static func readInitramfs(
    _ stream: PackedStream, into members: inout Members
  ) throws(FileError) {
    var count = 0
    while true {
      try skipZeros(stream)
      let offset = stream.offset
      let head = try stream.peek(16)
      if head.byteCount == 0 { return }
      if head.starts(with: "07070") {
        var cpio = Cpio(stream)
        try cpio.read(into: &members)
      } else if let format = CompressionFormat(magic: head) {
        try stream.beginUnpacking(format, members: false)
        try readContent(stream, into: &members)
        stream.endUnpacking()
      } else if count > 0, try endsInBootConfiguration(stream) {
        return
      } else {
        throw stream.failure(.badMagic, in: "initramfs", at: offset)
      }
      count += 1
    }
  }

  /// The archives of one compressed stream.
  private static func readContent(
    _ stream: PackedStream, into members: inout Members
  ) throws(FileError) {
    while true {
      try skipZeros(stream)
      if try stream.peek(1).byteCount == 0 { return }
      var cpio = Cpio(stream)
      try cpio.read(into: &members)
    }
  }

  private static func skipZeros(_ stream: PackedStream) throws(FileError) {
    while true {
      let bytes = try stream.peek(4096)
      var zeros = 0
      while bytes.byte(at: zeros) == 0 { zeros += 1 }
      if zeros == 0 { return }
      try stream.skip(zeros, in: "initramfs")
    }
  }

  private static func endsInBootConfiguration(_ stream: PackedStream) throws(FileError) -> Bool {
    var tail: [UInt8] = []
    while true {
      let piece = try stream.next(most: 1 << 16)
      if piece.byteCount == 0 { break }
      tail = Array((tail + piece.array).suffix(12))
    }
    return tail.elementsEqual("#BOOTCONFIG\n".utf8)
  }
}
