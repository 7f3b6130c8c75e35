package import ByteStorage

/// How a kernel stores the addresses of its symbols.
package enum AddressEncoding: String, Sendable, Hashable {
  /// `kallsyms_addresses`: one word each (up to 6.10, where `KALLSYMS_BASE_RELATIVE` was off).
  case absolute
  /// `kallsyms_offsets`: unsigned 32-bit offsets from `kallsyms_relative_base` (4.6 to 6.19).
  case baseRelative = "base-relative"
  /// As base-relative, but values >= 0 are absolute (x86-64 per-CPU symbols, 4.6 to 6.14), and
  /// negative ones are `base - 1 - value`.
  case absolutePerCPU = "absolute-percpu"
  /// Signed 32-bit distances from each entry's own address (7.0 and later).
  case placeRelative = "place-relative"
  /// Unsigned 32-bit addresses (7.0 and later, 32-bit kernels that cannot be moved).
  case absolute32 = "absolute-32"
}

/// Where the tables lie in an image, in bytes from its start, and how they are laid out.
///
/// - Note: scripts/kallsyms.c of each era; the order of the tables changed in 6.2, 6.4 and 7.0, and
///   in 6.1.42 for that series.
package struct KallsymsTables: Sendable, Hashable {
  /// Byte order of the tables (but not of the sequence numbers, which are big-endian everywhere).
  package let order: ByteOrder
  /// Size of an address in bytes, as far as the image or the tables show it.
  package let wordSize: Int?
  package let count: Int
  /// Offset of the 32 bits of `kallsyms_num_syms` that hold the number.
  package let countOffset: Int
  /// `kallsyms_names`, without padding.
  package let names: Range<Int>
  /// Whether lengths of 128 and more take two bytes (6.1 and later); `nil` if no name is that long.
  package let hasTwoByteLengths: Bool?
  package let markers: Range<Int>
  /// Size of a marker in bytes: 4, or a word up to 4.19.
  package let markerSize: Int
  package let tokenTable: Range<Int>
  package let tokenIndex: Range<Int>
  /// `kallsyms_offsets` or `kallsyms_addresses`.
  package let addresses: Range<Int>
  package let encoding: AddressEncoding
  /// `kallsyms_relative_base`, where there is one.
  package let relativeBase: Range<Int>?
  /// `kallsyms_seqs_of_names` (6.2 and later, and 6.1.42), where there is one.
  package let sequences: Range<Int>?
  /// Size of a sequence number in bytes, 3 or 4, where there are any.
  package let sequenceSize: Int
  /// How the same bytes can be read, too; `nil` if they can be read in one way only. Then addresses
  /// are uncertain.
  package internal(set) var otherReading: Reading?
  /// The address of the first byte of a plain image, if its relocations show it.
  package let imageStart: UInt64?

  /// How addresses are read.
  package struct Reading: Sendable, Hashable {
    /// Size of a word in bytes; `nil` if it is not known.
    package let wordSize: Int?
    package let encoding: AddressEncoding
  }

  /// Whether the addresses follow the tokens (6.4 and later) or precede the names.
  package var hasAddressesLast: Bool { addresses.lowerBound >= tokenIndex.upperBound }
}
