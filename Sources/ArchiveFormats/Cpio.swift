internal import ByteStorage

/// Archives of cpio in the formats `newc` and `crc`, as the kernel and RPM read them, and RPM's form
/// of them whose headers are numbers of files in the package's own list.
///
/// A header is the magic number `070701` (`070702` with a sum of the content in the last field) and 13
/// fields of eight hexadecimal digits: inode, mode, owner, group, number of links, time, size of the
/// content, device (2), device of the special file (2), size of the name with its NUL, sum. Name and
/// content end at multiples of four bytes. RPM's stripped header is `07070X` and one field.
///
/// - Note: Documentation/driver-api/early-userspace/buffer-format.rst and init/initramfs.c (7.3);
///   rpm 4.18, lib/cpio.c.
struct Cpio {
  private let stream: PackedStream
  /// Where the archive begins, from which multiples of four are counted.
  private let start: Int
  /// The files of an RPM package, for headers that are numbers.
  private let list: RPMFileList?
  /// Numbers of files with several names, by inode and device.
  private var linked: [[Int]: (names: [String], number: Int)] = [:]

  private static let region: StaticString = "cpio header"
  private static let headerSize = 110

  init(_ stream: PackedStream, list: RPMFileList? = nil) {
    self.stream = stream
    start = stream.offset
    self.list = list
  }

  /// One member's header.
  private struct Header {
    var mode = 0
    var size = 0
    var inode: [Int] = []
    var linkCount = 1
    var sum: UInt32?
    var name = ""
    var offset = 0
  }

  /// Reads one archive, from its first header to its trailer.
  mutating func read(into members: inout Members) throws(FileError) {
    while let header = try readHeader() { try read(header, into: &members) }
    linked = [:]
  }

  private mutating func read(
    _ header: Header, into members: inout Members
  ) throws(FileError) {
    // S_IFMT of include/uapi/linux/stat.h
    switch header.mode & 0o170000 {
    case 0o100000:
      let (kind, sum) = try members.store(
        header.size, of: stream, isSummed: header.sum != nil, in: "cpio content")
      if let expected = header.sum, expected != sum {
        throw stream.failure(.badValue(UInt64(expected)), in: "cpio checksum", at: header.offset)
      }
      try add(header, kind, to: &members)
    case 0o120000:
      guard header.size < Members.longestName else {
        throw stream.failure(
          .unsupported(UInt64(header.size)), in: "cpio link", at: header.offset)
      }
      let target = try stream.take(header.size, in: "cpio link")
      let text = String(decoding: target.prefix { $0 != 0 }, as: UTF8.self)
      try members.add(
        header.name, .link(text), number: members.makeNumber(), at: header.offset)
    case 0o040000:
      try stream.skip(header.size, in: "cpio content")
      try members.add(
        header.name, .directory([]), number: members.makeNumber(), at: header.offset)
    default: try stream.skip(header.size, in: "cpio content")
    }
    try stream.skipPadding(to: 4, from: start, in: "cpio padding")
  }

  /// Adds a file. Of several names of one file one has the content, mostly the last.
  private mutating func add(
    _ header: Header, _ kind: MountedTree.Kind, to members: inout Members
  ) throws(FileError) {
    guard header.linkCount > 1 else {
      try members.add(header.name, kind, number: members.makeNumber(), at: header.offset)
      return
    }
    var group = linked[header.inode] ?? ([], members.makeNumber())
    if header.size == 0, let first = group.names.first, let known = members.node(of: first) {
      try members.add(header.name, known.kind, number: group.number, at: header.offset)
    } else {
      for name in group.names + [header.name] {
        try members.add(name, kind, number: group.number, at: header.offset)
      }
    }
    group.names.append(header.name)
    linked[header.inode] = group
  }

  /// The next header; `nil` for the trailer.
  private func readHeader() throws(FileError) -> Header? {
    let offset = stream.offset
    let magic = try stream.peek(6)
    if magic.starts(with: "07070X"), let list { return try readStripped(list, offset) }
    let hasSum = magic.starts(with: "070702")
    guard hasSum || magic.starts(with: "070701") else {
      if magic.byteCount < 6 { _ = try stream.take(6, in: Cpio.region) }
      throw stream.failure(.badMagic, in: Cpio.region, at: offset)
    }
    let bytes = try stream.take(Cpio.headerSize, in: Cpio.region)
    var fields: [Int] = []
    for start in stride(from: 6, to: Cpio.headerSize, by: 8) {
      guard let value = Cpio.number(bytes[start..<start + 8]) else {
        throw stream.failure(.badValue(0), in: Cpio.region, at: offset + start)
      }
      fields.append(value)
    }
    let nameSize = fields[11]
    guard nameSize > 0, nameSize <= Members.longestName else {
      throw stream.failure(.badValue(UInt64(nameSize)), in: "cpio name", at: offset)
    }
    let name = try stream.take(nameSize, in: "cpio name").prefix { $0 != 0 }
    try stream.skipPadding(to: 4, from: start, in: "cpio padding")
    if name.elementsEqual("TRAILER!!!".utf8) { return nil }
    return Header(
      mode: fields[1], size: fields[6], inode: [fields[0], fields[7], fields[8]],
      linkCount: fields[4], sum: hasSum ? UInt32(truncatingIfNeeded: fields[12]) : nil,
      name: String(decoding: name, as: UTF8.self), offset: offset)
  }

  private func readStripped(
    _ list: RPMFileList, _ offset: Int
  ) throws(FileError) -> Header {
    let bytes = try stream.take(14, in: Cpio.region)
    guard let number = Cpio.number(bytes[6...]), let file = list.file(number) else {
      throw stream.failure(.badValue(0), in: Cpio.region, at: offset + 6)
    }
    try stream.skipPadding(to: 4, from: start, in: "cpio padding")
    return Header(
      mode: file.mode, size: file.size, inode: file.inode, linkCount: file.linkCount,
      name: file.name, offset: offset)
  }

  /// A number in hexadecimal digits.
  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
      switch digit {
      case 0x30...0x39: value = value << 4 | Int(digit - 0x30)
      case 0x41...0x46, 0x61...0x66: value = value << 4 | (Int(digit | 0x20) - 0x57)
      default: return nil
      }
    }
    return value
  }
}

extension PackedStream {
  func failure(_ reason: ParseError.Reason, in region: StaticString, at offset: Int) -> FileError {
    FileError(path: path, cause: .malformed(ParseError(reason, in: region, at: offset)))
  }

  /// Takes what fills up to a multiple of some bytes, counted from an offset.
  func skipPadding(
    to unit: Int, from start: Int = 0, in region: StaticString
  ) throws(FileError) {
    try skip((unit - (offset - start) % unit) % unit, in: region)
  }
}
