internal import ByteStorage
internal import KernelReleases
internal import Livepatching

/// The decompressor in a kernel, to which kmod 31 and later hand compressed modules over
/// (`MODULE_INIT_COMPRESSED_FILE`). It takes less than the tools of user space do.
///
/// - Note: kernel/module/decompress.c, lib/xz/xz_dec_stream.c, 5.17 to 7.2.
struct KernelDecompressor: Sendable, Hashable {
  /// gzip, xz or zstd: what `CONFIG_MODULE_COMPRESS_…` names.
  let format: CompressionFormat
  /// Numbers of the filters for machine code that its xz has, `CONFIG_XZ_DEC_…`.
  var filters: Set<UInt8> = []

  /// Options of the configuration, and the filters that they add.
  static let filterOptions: [(String, UInt8)] = [
    ("XZ_DEC_X86", 4), ("XZ_DEC_POWERPC", 5), ("XZ_DEC_IA64", 6), ("XZ_DEC_ARM", 7),
    ("XZ_DEC_ARMTHUMB", 8), ("XZ_DEC_SPARC", 9), ("XZ_DEC_ARM64", 10), ("XZ_DEC_RISCV", 11),
  ]

  /// The decompressor of a configuration; `nil` if it has none.
  init?(_ isSet: (String) -> Bool) {
    guard isSet("MODULE_DECOMPRESS") else { return nil }
    format =
      isSet("MODULE_COMPRESS_GZIP") ? .gzip : isSet("MODULE_COMPRESS_ZSTD") ? .zstd : .xz
    guard isSet("XZ_DEC_BCJ") else { return }
    for (option, number) in KernelDecompressor.filterOptions where isSet(option) {
      filters.insert(number)
    }
  }

  /// What it refuses by the beginning of a file, of which a few hundred bytes are enough.
  func refusal(ofHead bytes: RawSpan) -> Refusal? {
    switch format {
    case .gzip:
      guard let magic = bytes.integer(UInt32.self, at: 0, .big), magic >> 8 == 0x1f_8b08,
        bytes.byteCount >= 10
      else {
        return Refusal(.EINVAL, "not a gzip compressed module")
      }
      // Of the header's optional fields only the name is skipped.
      return (bytes.byte(at: 3) ?? 0) & 0x16 == 0 ? nil : KernelDecompressor.failure(-3)
    case .zstd:
      return bytes.integer(UInt32.self, at: 0, .big) == 0x28b5_2ffd
        ? nil : Refusal(.EINVAL, "not a zstd compressed module")
    default:
      guard bytes.integer(UInt32.self, at: 0, .big) == 0xfd37_7a58,
        bytes.integer(UInt16.self, at: 4, .big) == 0x5a00
      else {
        return Refusal(.EINVAL, "not an xz compressed module")
      }
      return xzStatus(bytes).map { KernelDecompressor.failure($0) }
    }
  }

  /// Notes that user space unpacks a module which kmod 31 and later hand over, and which this then refuses,
  /// or of which it unpacks the first stream alone. `size` is that of the module unpacked.
  func cause(_ packed: RawSpan, unpackedTo size: Int, path: String) -> LoadCause? {
    guard CompressionFormat(magic: packed) == format else { return nil }
    if let refusal = refusal(ofHead: packed) {
      return LoadCause(
        .kernelCannotUnpack, module: format.rawValue, kernel: refusal.lines.first ?? "")
    }
    guard mayHaveMoreStreams(packed) else { return nil }
    var first = FileBuffer(limit: size)
    guard (try? first.unpack(packed, format, path: path)) != nil, first.count < size else {
      return nil
    }
    var cause = LoadCause(.kernelCannotUnpack, kind: format.rawValue)
    (cause.count, cause.total) = (first.count, size)
    return cause
  }

  /// Whether the bytes with which a stream begins are there again.
  private func mayHaveMoreStreams(_ packed: RawSpan) -> Bool {
    let magic: [UInt8] =
      switch format {
      case .gzip: [0x1f, 0x8b, 0x08]
      case .zstd: [0x28, 0xb5, 0x2f, 0xfd]
      default: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]
      }
    return packed.firstRange(of: magic.rawSpan, from: magic.count) != nil
  }

  /// Unpacks a file as the kernel does: the first stream counts, and what follows it is ignored.
  ///
  /// - Throws: ``FileError`` for what is no answer of the kernel's, such as a limit.
  /// - Returns: What ends the load.
  func unpack(
    _ bytes: RawSpan, into buffer: inout FileBuffer, path: String
  ) throws(FileError) -> Refusal? {
    if let refusal = refusal(ofHead: bytes) { return refusal }
    do throws(FileError) {
      try buffer.unpack(bytes, format, path: path)
      return nil
    } catch {
      guard case .damaged(_, let words) = error.cause else { throw error }
      switch format {
      case .zstd: return Refusal(.EINVAL, "ZSTD-decompression failed with status 20")
      case .gzip: return KernelDecompressor.failure(-3)
      // The input ends while the decoder still goes on.
      default: return KernelDecompressor.failure(words == CompressionFormat.endsEarly ? 0 : 7)
      }
    }
  }

  private static func failure(_ status: Int) -> Refusal {
    Refusal(.EINVAL, "decompression failed with status \(status)")
  }

  private static let (badOptions, badData) = (6, 7)

  /// The status (`enum xz_ret`) with which the headers of the stream and of its first block are refused.
  private func xzStatus(_ bytes: RawSpan) -> Int? {
    guard let flags = bytes.slice(6..<8), let sum = bytes.integer(UInt32.self, at: 8, .little)
    else { return 0 }
    if flags.crc32 != sum { return KernelDecompressor.badData }
    // Of the sums of the content it knows none and CRC-32.
    if flags.byte(at: 0) != 0 || (flags.byte(at: 1) ?? 0) > 1 {
      return KernelDecompressor.badOptions
    }
    guard let size = bytes.byte(at: 12), size > 0, case let length = Int(size) * 4,
      let header = bytes.slice(12..<(12 + length)),
      let headerSum = bytes.integer(UInt32.self, at: 12 + length, .little)
    else { return nil }
    if header.crc32 != headerSum { return KernelDecompressor.badData }
    return blockStatus(header)
  }

  private func blockStatus(_ header: RawSpan) -> Int? {
    let flags = header.byte(at: 1) ?? 0
    guard flags & (filters.isEmpty ? 0x3f : 0x3e) == 0 else { return KernelDecompressor.badOptions }
    var place = 2
    for flag in [0x40, 0x80] as [UInt8] where flags & flag != 0 {
      // A size of the block, in bytes of seven bits.
      while let byte = header.byte(at: place), byte & 0x80 != 0 { place += 1 }
      place += 1
    }
    if flags & 1 != 0 {
      guard let filter = header.byte(at: place), filters.contains(filter),
        header.byte(at: place + 1) == 0
      else { return KernelDecompressor.badOptions }
      place += 2
    }
    guard header.byte(at: place) == 0x21, header.byte(at: place + 1) == 1,
      let dictionary = header.byte(at: place + 2), dictionary <= 39
    else { return KernelDecompressor.badOptions }
    for padding in (place + 3)..<max(place + 3, header.byteCount)
    where header.byte(at: padding) != 0 {
      return KernelDecompressor.badOptions
    }
    return nil
  }
}
