internal import ByteStorage
package import ELFFormat

/// Builds small memory dumps: ELF cores of both classes and byte orders, and makedumpfile's formats.
package struct DumpBuilder: Sendable {
  /// A piece of memory of an ELF core.
  package struct Piece: Sendable {
    let physical: UInt64
    let virtual: UInt64
    let bytes: [UInt8]
    let size: Int

    /// Creates a piece; what `size` has more than the bytes is zero.
    package init(_ physical: UInt64, virtual: UInt64 = 0, _ bytes: [UInt8], size: Int? = nil) {
      self.physical = physical
      self.virtual = virtual
      self.bytes = bytes
      self.size = size ?? bytes.count
    }
  }

  /// A page of makedumpfile's format as it is in the file, and its flags.
  package struct Page: Sendable {
    let number: Int
    let flags: UInt32
    let packed: [UInt8]

    /// Creates a page.
    package init(_ number: Int, flags: UInt32, _ packed: [UInt8]) {
      self.number = number
      self.flags = flags
      self.packed = packed
    }
  }

  /// Word size and byte order.
  package var layout = ELFLayout(is64Bit: true, order: .little)
  /// `e_machine`.
  package var machine = ELFMachine.x86_64
  /// What `uname -m` prints.
  package var machineName = "x86_64"
  /// The text of the note; `nil` for none.
  package var information: String?
  /// `dump_level`.
  package var level: UInt32 = 1
  /// `phys_base` of the sub header.
  package var physicalBase: UInt64 = 0
  /// Size of a page.
  package static let pageSize = 4096

  /// Creates a builder.
  package init(information: String? = nil) { self.information = information }

  /// The text of a note of an x86_64 kernel that KASLR moved.
  package static func information(release: String) -> String {
    """
    OSRELEASE=\(release)
    BUILD-ID=000102030405060708090a0b0c0d0e0f10111213
    PAGESIZE=4096
    SYMBOL(_stext)=ffffffff86c00000
    OFFSET(uts_namespace.name)=4
    SIZE(page)=64
    LENGTH(free_area.free_list)=5
    NUMBER(phys_base)=-37748736
    NUMBER(VMALLOC_START)=0xff3392abc0000000
    KERNELOFFSET=5c00000

    """
  }

  /// The note as it is stored among notes and in memory.
  package func note() -> [UInt8] {
    var out = ByteBuilder(layout.order)
    // A note of another owner comes first.
    for (name, text) in [("CORE", "irrelevant"), ("VMCOREINFO", information)] {
      guard let text else { continue }
      out.put(UInt32(name.utf8.count + 1))
      out.put(UInt32(text.utf8.count))
      out.put(UInt32(0))
      out.put(cString: name)
      out.align(to: 4)
      out.put(text: text)
      out.align(to: 4)
    }
    return out.bytes
  }

  /// An ELF core.
  package func core(_ pieces: [Piece]) -> [UInt8] {
    var out = ByteBuilder(layout.order)
    func word(_ value: UInt64) {
      if layout.is64Bit { out.put(value) } else { out.put(UInt32(truncatingIfNeeded: value)) }
    }
    out.put([0x7f, 0x45, 0x4c, 0x46, layout.is64Bit ? 2 : 1, layout.order == .little ? 1 : 2, 1])
    out.pad(to: 16)
    out.put(UInt16(4))
    out.put(machine.rawValue)
    out.put(UInt32(1))
    word(0)
    word(UInt64(layout.headerSize))
    word(0)
    out.put(UInt32(0))
    for half in [layout.headerSize, layout.programHeaderSize, pieces.count + 1, 0, 0, 0] {
      out.put(UInt16(half))
    }
    let notes = information == nil ? [] : note()
    var place = layout.headerSize + (pieces.count + 1) * layout.programHeaderSize
    let all = [Piece(0, notes)] + pieces
    for (index, piece) in all.enumerated() {
      let type = UInt32(index == 0 ? 4 : 1)
      out.put(type)
      if layout.is64Bit { out.put(UInt32(7)) }
      for value in [
        place, Int(bitPattern: UInt(piece.virtual)), Int(bitPattern: UInt(piece.physical)),
      ] {
        word(UInt64(bitPattern: Int64(value)))
      }
      word(UInt64(piece.bytes.count))
      word(UInt64(piece.size))
      if !layout.is64Bit { out.put(UInt32(7)) }
      word(0)
      place += piece.bytes.count
    }
    for piece in all { out.put(piece.bytes) }
    return out.bytes
  }

  /// A dump in makedumpfile's format.
  ///
  /// - Parameters:
  ///   - pages: The dumped pages, by ascending number.
  ///   - zeros: Numbers of pages that exist and were left out.
  ///   - status: The flag of the packing, 8 for incomplete.
  /// - Returns: The file.
  package func kdump(_ pages: [Page], zeros: [Int] = [], status: UInt32 = 1) -> [UInt8] {
    let page = DumpBuilder.pageSize
    let wide = layout.is64Bit
    var out = ByteBuilder(layout.order)
    out.put(text: "KDUMP   ")
    out.put(UInt32(6))
    out.set(Array("\(machineName)\0".utf8), at: 12 + 4 * 65)
    for (index, value) in [status, UInt32(page), 1, 2, 1 << 15].enumerated() {
      out.set(value, at: (wide ? 424 : 412) + 4 * index)
    }
    out.pad(to: 2 * page)
    let text = Array((information ?? "").utf8)
    if wide { out.set(physicalBase, at: page) }
    out.set(level, at: page + layout.wordSize)
    let place = page + (wide ? 32 : machineName.hasPrefix("arm") ? 24 : 20)
    if information != nil {
      out.set(UInt64(page + 0x200), at: place)
      if wide {
        out.set(UInt64(text.count), at: place + 8)
      } else {
        out.set(UInt32(text.count), at: place + 8)
      }
      out.set(text, at: page + 0x200)
    }
    out.pad(to: 4 * page)
    for (bitmap, numbers) in [(0, pages.map(\.number) + zeros), (1, pages.map(\.number))] {
      for number in numbers {
        let byte = (2 + bitmap) * page + number / 8
        out.set(out.bytes[byte] | 1 << UInt8(number % 8), at: byte)
      }
    }
    var data = 4 * page + 24 * pages.count
    for (index, one) in pages.enumerated() {
      out.set(UInt64(data), at: 4 * page + 24 * index)
      out.set(UInt32(one.packed.count), at: 4 * page + 24 * index + 8)
      out.set(one.flags, at: 4 * page + 24 * index + 12)
      out.set(UInt64(0), at: 4 * page + 24 * index + 16)
      out.set(one.packed, at: data)
      data += one.packed.count
    }
    return out.bytes
  }

  /// The flattened stream of a file: records out of order, and one that a later one replaces.
  package static func flattened(_ file: [UInt8], ends: Bool = true) -> [UInt8] {
    var out = ByteBuilder(.big)
    out.put(cString: "makedumpfile")
    out.pad(to: 16)
    out.put(UInt64(1))
    out.put(UInt64(1))
    out.pad(to: 4096)
    func record(_ range: Range<Int>, _ bytes: [UInt8]) {
      out.put(UInt64(range.lowerBound))
      out.put(UInt64(range.count))
      out.put(bytes)
    }
    let middle = file.count / 2
    record(10..<20, [UInt8](repeating: 0xaa, count: 10))
    record(middle..<file.count, Array(file[middle...]))
    record(0..<middle, Array(file[..<middle]))
    if ends {
      out.put(UInt64.max)
      out.put(UInt64.max)
    }
    return out.bytes
  }
}

/// Pages of 4096 equal bytes, packed.
package enum PackedPage {
  /// As `zlib.compress(b"Z" * 4096, 9)` of Python 3.11 packs `Z`.
  package static let zlib: [UInt8] = [
    0x78, 0xda, 0xed, 0xc1, 0x01, 0x0d, 0x00, 0x00, 0x00, 0xc2, 0xa0, 0x9e, 0xef, 0x1f,
    0xc4, 0x1e, 0x0e, 0x28, 0x00, 0x00, 0x00, 0xe0, 0xdd, 0x00, 0x83, 0x4b, 0xa0, 0x4c,
  ]

  /// LZO1X of `A`: four literals, a match of 4092 bytes at distance 1, the end mark.
  package static let lzo: [UInt8] =
    [21, 0x41, 0x41, 0x41, 0x41, 0x20] + [UInt8](repeating: 0, count: 15) + [234, 0, 0, 0x11, 0, 0]

  /// A Zstandard frame of one RLE block of `S` (RFC 8878).
  package static let zstd: [UInt8] = [
    0x28, 0xb5, 0x2f, 0xfd, 0x60, 0x00, 0x0f, 0x03, 0x80, 0x00, 0x53,
  ]

  /// snappy of `Y`: the size, a literal of one byte, copies of 64 bytes at distance 1, and one of 63.
  package static let snappy: [UInt8] =
    [0x80, 0x20, 0x00, 0x59] + [[UInt8]](repeating: [0xfe, 0x01, 0x00], count: 63).flatMap { $0 }
    + [0xfa, 0x01, 0x00]

  /// The page that holds one byte over and over.
  package static func of(_ byte: String) -> [UInt8] {
    [UInt8](repeating: byte.utf8.first ?? 0, count: DumpBuilder.pageSize)
  }
}
