internal import ByteStorage

/// The headers of an RPM package, up to its payload. A lead of 96 bytes comes first, then a header of
/// signatures, filled up to a multiple of eight bytes, and the header of the package.
///
/// A header is the magic number 8eade801, four bytes, the number of its entries and the size of their
/// data (big-endian, 32 bits each), the entries (tag, type, offset in the data, count) and the data.
///
/// - Note: rpm 4.18, docs/manual/format_header.md; lib/header.c for the limits.
struct RPMHeader {
  private var entries: [Int: (type: Int, offset: Int, count: Int)] = [:]
  private let data: [UInt8]

  private static let region: StaticString = "RPM header"
  private static let leadSize = 96
  /// Limits of rpm itself on entries; its limit on data is 256 MiB, and kernels have some 10 MiB.
  private static let mostEntries = 0xffff
  private static let mostData = 64 << 20

  /// Reads the headers of a package; the stream is then at its payload.
  static func read(_ stream: PackedStream) throws(FileError) -> RPMHeader {
    try stream.skip(leadSize, in: "RPM lead")
    _ = try RPMHeader(stream)
    try stream.skipPadding(to: 8, in: region)
    return try RPMHeader(stream)
  }

  private init(_ stream: PackedStream) throws(FileError) {
    let start = stream.offset
    let head = try stream.take(16, in: RPMHeader.region)
    guard head[..<4].elementsEqual([0x8e, 0xad, 0xe8, 0x01]) else {
      throw stream.failure(.badMagic, in: RPMHeader.region, at: start)
    }
    let (count, size) = (RPMHeader.word(head, 8) ?? 0, RPMHeader.word(head, 12) ?? 0)
    guard count <= RPMHeader.mostEntries, size <= RPMHeader.mostData else {
      throw stream.failure(.unsupported(UInt64(size)), in: RPMHeader.region, at: start + 8)
    }
    let index = try stream.take(16 * count, in: RPMHeader.region)
    data = try stream.take(size, in: RPMHeader.region)
    for place in stride(from: 0, to: index.count, by: 16) {
      guard let tag = RPMHeader.word(index, place), let type = RPMHeader.word(index, place + 4),
        let offset = RPMHeader.word(index, place + 8),
        let count = RPMHeader.word(index, place + 12),
        offset <= size, count <= size
      else { throw stream.failure(.badValue(0), in: RPMHeader.region, at: start + 16 + place) }
      entries[tag] = (type, offset, count)
    }
  }

  private static func word(_ bytes: [UInt8], _ offset: Int) -> Int? {
    bytes.rawSpan.integer(UInt32.self, at: offset, .big).map { Int($0) }
  }

  /// The numbers of a tag; empty if there is none.
  func numbers(_ tag: Int) -> [Int] {
    guard let entry = entries[tag] else { return [] }
    // RPM_INT16_TYPE, RPM_INT32_TYPE, RPM_INT64_TYPE
    let width = [3: 2, 4: 4, 5: 8][entry.type] ?? 0
    guard width > 0, entry.count <= (data.count - entry.offset) / width else { return [] }
    let bytes = data.rawSpan
    return (0..<entry.count).map { index in
      let place = entry.offset + index * width
      switch width {
      case 2: return Int(bytes.integer(UInt16.self, at: place, .big) ?? 0)
      case 4: return Int(bytes.integer(UInt32.self, at: place, .big) ?? 0)
      default: return Int(clamping: bytes.integer(UInt64.self, at: place, .big) ?? 0)
      }
    }
  }

  /// The strings of a tag; empty if there is none.
  func strings(_ tag: Int) -> [String] {
    guard let entry = entries[tag] else { return [] }
    var (found, place) = ([String](), entry.offset)
    let bytes = data.rawSpan
    while found.count < entry.count, let string = bytes.cString(at: place) {
      found.append(string.text)
      place += string.byteCount + 1
    }
    return found
  }
}

/// The files of a package, as its header lists them.
struct RPMFileList {
  private let sizes: [Int]
  private let modes: [Int]
  private let names: [String]
  private let folders: [String]
  private let folderNumbers: [Int]
  private let inodes: [[Int]]
  /// Numbers of the last of the files with the same inode, and how many there are.
  private var groups: [[Int]: (last: Int, count: Int)] = [:]

  struct File {
    let name: String
    let mode: Int
    let size: Int
    let inode: [Int]
    let linkCount: Int
  }

  /// - Note: rpm 4.18, include/rpm/rpmtag.h.
  init(_ header: RPMHeader) {
    let long = header.numbers(5008)
    sizes = long.isEmpty ? header.numbers(1028) : long
    modes = header.numbers(1030)
    names = header.strings(1117)
    folders = header.strings(1118)
    folderNumbers = header.numbers(1116)
    let devices = header.numbers(1095)
    inodes = header.numbers(1096).enumerated().map {
      [$0.element, $0.offset < devices.count ? devices[$0.offset] : 0]
    }
    for (number, inode) in inodes.enumerated() {
      groups[inode] = (number, (groups[inode]?.count ?? 0) + 1)
    }
  }

  /// A file by its number; `nil` if there is none. Of files with several names the last has the
  /// content.
  func file(_ number: Int) -> File? {
    guard names.indices.contains(number), sizes.indices.contains(number),
      modes.indices.contains(number), folderNumbers.indices.contains(number),
      folders.indices.contains(folderNumbers[number])
    else { return nil }
    let inode = number < inodes.count ? inodes[number] : [number]
    let group = groups[inode] ?? (number, 1)
    let mode = modes[number] & 0xffff
    let isFile = mode & 0o170000 == 0o100000 && group.last == number
    let hasContent = isFile || mode & 0o170000 == 0o120000
    return File(
      name: folders[folderNumbers[number]] + names[number], mode: mode,
      size: hasContent ? sizes[number] : 0, inode: inode, linkCount: group.count)
  }
}
