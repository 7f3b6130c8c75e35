internal import ByteStorage

/// A unit: the entries of one compilation, or of one type.
package struct DWARFUnit: Sendable {
  /// What the sizes of forms depend on.
  struct Widths: Sendable, Hashable {
    var version: Int
    /// Size of an address in bytes.
    var address: Int
    /// Size of an offset in bytes: 4, or 8 in the 64-bit format.
    var offset: Int

    /// All of them in one number.
    var key: UInt64 { UInt64(version) << 16 | UInt64(address) << 8 | UInt64(offset) }
  }

  /// Where units are.
  package enum Region: Sendable {
    case info, types
    /// `.debug_info` of the supplementary file.
    case supplement
  }

  let widths: Widths
  package let region: Region
  /// Where the unit begins, in bytes; units of `.debug_types` follow those of `.debug_info`, and then come those
  /// of the supplementary file.
  package let offset: Int
  /// Where the next unit begins.
  let end: Int
  /// Where the first entry begins.
  let start: Int
  let abbreviationOffset: Int
  /// The signature of a type unit; `nil` for others.
  let signature: UInt64?
  /// The number of the unit's own entry, and of the first one after all of them.
  package internal(set) var entries: Range<Int> = 0..<0
  /// `DW_AT_str_offsets_base`, in bytes.
  var stringOffsetsBase = 0

  package var version: Int { widths.version }
  package var addressSize: Int { widths.address }

  /// Reads the header at an offset of `.debug_info` or `.debug_types` (DWARF 5, 7.5.1).
  ///
  /// - Parameters:
  ///   - bytes: The section.
  ///   - position: Where the header begins in it.
  ///   - base: The offset of the section among both.
  ///   - region: What the bytes are.
  ///   - order: The byte order.
  /// - Throws: ``ParseError`` if the header is not whole, or of a version that is not known.
  init(
    parsing bytes: RawSpan, at position: Int, base: Int, in region: Region, _ order: ByteOrder
  ) throws(ParseError) {
    self.region = region
    let (isTypes, place): (Bool, StaticString) =
      region == .types ? (true, ".debug_types") : (false, ".debug_info")
    func value(_ size: Int, _ offset: Int) throws(ParseError) -> Int {
      guard let value = bytes.unsigned(size, at: offset, order) else {
        throw ParseError(
          .truncated(
            needed: UInt64(size), available: UInt64(max(0, bytes.byteCount &- offset))),
          in: place, at: offset)
      }
      return Int(clamping: value)
    }
    var (cursor, offsetSize) = (position &+ 4, 4)
    var length = try value(4, position)
    if length == 0xffff_ffff {
      (length, cursor, offsetSize) = (try value(8, cursor), cursor &+ 8, 8)
    }
    guard length <= bytes.byteCount &- cursor else {
      throw ParseError(
        .truncated(
          needed: UInt64(length), available: UInt64(max(0, bytes.byteCount &- cursor))),
        in: place, at: position)
    }
    end = base &+ cursor &+ length
    let version = try value(2, cursor)
    guard (2...5).contains(version) else {
      throw ParseError(.unsupported(UInt64(version)), in: place, at: cursor)
    }
    cursor &+= 2
    var (address, kind) = (0, isTypes ? 2 : 1)
    if version >= 5 {
      (kind, address) = (try value(1, cursor), try value(1, cursor &+ 1))
      abbreviationOffset = try value(offsetSize, cursor &+ 2)
    } else {
      abbreviationOffset = try value(offsetSize, cursor)
      address = try value(1, cursor &+ offsetSize)
    }
    cursor &+= version >= 5 ? 2 &+ offsetSize : offsetSize &+ 1
    guard address == 4 || address == 8 else {
      throw ParseError(.unsupported(UInt64(address)), in: place, at: position)
    }
    // DW_UT_type and DW_UT_split_type; then DW_UT_skeleton and DW_UT_split_compile.
    if kind == 2 || kind == 6 {
      signature = bytes.integer(UInt64.self, at: cursor, order)
      cursor &+= 8 &+ offsetSize
    } else {
      signature = nil
      if kind == 4 || kind == 5 { cursor &+= 8 }
    }
    widths = Widths(version: version, address: address, offset: offsetSize)
    offset = base &+ position
    start = base &+ cursor
  }
}
