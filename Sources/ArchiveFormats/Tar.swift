internal import ByteStorage

/// Tar files: the POSIX format (ustar, with pax headers) and that of GNU, in blocks of 512 bytes. A
/// header has name (100 bytes), at 124 the size (octal, or binary with the highest bit set), at 148 the
/// sum of its bytes, at 156 the type, at 157 what a link leads to (100), at 345 what comes before the
/// name (155, POSIX only). Long names are contents of members of the types `L`, `K` and `x`.
///
/// - Note: POSIX.1-2017, pax; GNU tar 1.34, "Basic Tar Format".
struct Tar {
  private let stream: PackedStream
  /// Where the first block begins.
  private let start: Int
  private var longName: String?
  private var longTarget: String?
  private var longSize: Int?

  private static let blockSize = 512
  private static let region: StaticString = "tar header"
  /// Longest content of a header that has names.
  private static let mostText = 1 << 20

  init(_ stream: PackedStream) {
    self.stream = stream
    start = stream.offset
  }

  /// Reads all members, up to a block of zeros or the end.
  mutating func read(into members: inout Members) throws(FileError) {
    while try stream.peek(1).byteCount > 0 {
      let offset = stream.offset
      let header = try stream.take(Tar.blockSize, in: Tar.region)
      if header.allSatisfy({ $0 == 0 }) { return }
      guard Tar.isSumRight(header), let size = Tar.number(header[124..<136]) else {
        throw stream.failure(.badValue(0), in: Tar.region, at: offset)
      }
      switch header[156] {
      case UInt8(ascii: "L"): longName = Tar.text(try content(size)[...])
      case UInt8(ascii: "K"): longTarget = Tar.text(try content(size)[...])
      case UInt8(ascii: "x"): readRecords(try content(size))
      default:
        try readMember(header, size: longSize ?? size, at: offset, into: &members)
        (longName, longTarget, longSize) = (nil, nil, nil)
      }
      let rest = (Tar.blockSize - (stream.offset - start) % Tar.blockSize) % Tar.blockSize
      // The last block may be cut.
      try stream.skip(min(rest, stream.peek(rest).byteCount), in: Tar.region)
    }
  }

  private func readMember(
    _ header: [UInt8], size: Int, at offset: Int, into members: inout Members
  ) throws(FileError) {
    let name = longName ?? Tar.name(header)
    let target = longTarget ?? Tar.text(header[157..<257])
    guard name.utf8.count < Members.longestName, target.utf8.count < Members.longestName else {
      throw stream.failure(.unsupported(UInt64(name.utf8.count)), in: "tar name", at: offset)
    }
    let kind: MountedTree.Kind
    switch header[156] {
    case UInt8(ascii: "0"), UInt8(ascii: "7"), 0:
      // Old formats mark directories by their names.
      if name.hasSuffix("/") {
        try stream.skip(size, in: "tar content")
        kind = .directory([])
      } else {
        kind = try members.store(size, of: stream, in: "tar content").kind
      }
    case UInt8(ascii: "1"):
      try stream.skip(size, in: "tar content")
      guard let node = members.node(of: target) else { return }
      try members.add(name, sameAs: node, at: offset)
      return
    case UInt8(ascii: "2"):
      try stream.skip(size, in: "tar content")
      kind = .link(target)
    case UInt8(ascii: "5"):
      try stream.skip(size, in: "tar content")
      kind = .directory([])
    default:
      try stream.skip(size, in: "tar content")
      return
    }
    try members.add(name, kind, number: members.makeNumber(), at: offset)
  }

  private func content(_ size: Int) throws(FileError) -> [UInt8] {
    guard size <= Tar.mostText else {
      throw stream.failure(.unsupported(UInt64(size)), in: "tar name", at: stream.offset)
    }
    return try stream.take(size, in: "tar name")
  }

  /// Reads the records of a pax header, `SIZE KEY=VALUE` and a line feed each.
  private mutating func readRecords(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while let blank = rest.firstIndex(of: 0x20),
      let size = Int(String(decoding: rest[..<blank], as: UTF8.self)),
      size > blank - rest.startIndex,
      size <= rest.count
    {
      let record = rest[(blank + 1)..<(rest.startIndex + size)].dropLast()
      rest = rest.dropFirst(size)
      guard let equals = record.firstIndex(of: 0x3d) else { continue }
      let value = String(decoding: record[(equals + 1)...], as: UTF8.self)
      switch String(decoding: record[..<equals], as: UTF8.self) {
      case "path": longName = value
      case "linkpath": longTarget = value
      case "size": longSize = Int(value).flatMap { $0 >= 0 ? $0 : nil }
      default: break
      }
    }
  }

  private static func name(_ header: [UInt8]) -> String {
    let name = text(header[..<100])
    // "ustar" and NUL: POSIX; GNU has two blanks there, and other fields in place of the prefix.
    guard header[257..<263].elementsEqual("ustar\0".utf8), header[345] != 0 else { return name }
    return "\(text(header[345..<500]))/\(name)"
  }

  private static func text(_ field: ArraySlice<UInt8>) -> String {
    String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    if let first = field.first, first & 0x80 != 0 {
      var value = Int(first & 0x7f)
      for byte in field.dropFirst() {
        guard value < 1 << 54 else { return nil }
        value = value << 8 | Int(byte)
      }
      return value
    }
    var (value, hasDigit) = (0, false)
    for byte in field {
      if byte == 0x20, !hasDigit { continue }
      if byte == 0 || byte == 0x20 { break }
      guard 0x30...0x37 ~= byte else { return nil }
      (value, hasDigit) = (value << 3 | Int(byte - 0x30), true)
    }
    return value
  }

  /// The sum counts its own field as blanks.
  private static func isSumRight(_ header: [UInt8]) -> Bool {
    var sum = 8 * 0x20
    for (index, byte) in header.enumerated() where !(148..<156).contains(index) { sum += Int(byte) }
    return number(header[148..<156]) == sum
  }
}

extension Members {
  /// Adds another name of a member.
  mutating func add(_ name: String, sameAs node: MountedTree.Node, at offset: Int) throws(FileError)
  {
    try add(name, node.kind, number: node.number, at: offset)
  }
}
