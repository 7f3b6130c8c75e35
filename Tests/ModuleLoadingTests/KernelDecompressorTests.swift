import ByteStorage
import Livepatching
import ModuleLoading
import TestSupport
import Testing

/// What a kernel unpacks itself: kernel/module/decompress.c and lib/xz, 6.12. The answers are those of
/// Debian's 6.12.107, 6.1 and 5.10 for such files.
@Suite("Modules that the kernel unpacks")
struct KernelDecompressorTests {
  private static func bench(_ release: String = "6.12.107", asFlag: Bool = true) -> Bench {
    var bench = Bench(release)
    bench.config += ["MODULE_DECOMPRESS", "MODULE_COMPRESS_XZ", "XZ_DEC_BCJ", "XZ_DEC_X86"]
    bench.adjust = { $0.isCompressedFile = asFlag }
    return bench
  }

  private static func packed(
    _ bench: Bench, _ change: (inout [UInt8]) -> Void = { _ in }
  ) throws -> [UInt8] {
    var compressor = Compressor()
    let packed = compressor.compress(bench.module().build().rawSpan, .xz)
    var bytes = try #require(packed)
    change(&bytes)
    return bytes
  }

  /// Puts the right sum after a part of a header.
  private static func sum(_ bytes: inout [UInt8], _ range: Range<Int>) {
    let sum = Array(bytes[range]).rawSpan.crc32
    for index in 0..<4 { bytes[range.upperBound + index] = UInt8(sum >> (8 * index) & 0xff) }
  }

  @Test("a file with a CRC-32 is unpacked, also if something follows")
  func good() throws {
    let bench = Self.bench()
    #expect(summary(try bench.outcome(Self.packed(bench))) == "loads")
    #expect(summary(try bench.outcome(Self.packed(bench) { $0 += [1, 2, 3, 4] })) == "loads")
  }

  @Test(
    "other sums, and filters that it lacks, are options that it does not have", arguments: [4, 10])
  func options(check: UInt8) throws {
    let bench = Self.bench()
    let refused = "EINVAL | decompression failed with status 6"
    let other = try Self.packed(bench) {
      $0[7] = check
      Self.sum(&$0, 6..<8)
    }
    #expect(summary(try bench.outcome(other)) == refused)
    let filters = try Self.packed(bench) {
      $0[13] |= 3
      Self.sum(&$0, 12..<(12 + Int($0[12]) * 4))
    }
    #expect(summary(try bench.outcome(filters)) == refused)
  }

  /// A head of xz: of the stream, whose content has a CRC-32, and of a block.
  private static func head(_ block: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 1, 0, 0, 0, 0]
    sum(&bytes, 6..<8)
    bytes += block + [0, 0, 0, 0]
    if let size = block.first, size > 0 { sum(&bytes, 12..<(12 + Int(size) * 4)) }
    return bytes + [UInt8](repeating: 0xaa, count: 32)
  }

  // lib/xz/xz_dec_stream.c dec_block_header, xz_dec_lzma2.c xz_dec_lzma2_reset, 6.12.
  @Test(
    "the header of a block has sizes, a filter that is known, LZMA2 and zeros, else an option is bad"
  )
  func blockHeaders() throws {
    let bench = Self.bench()
    for (block, isTaken) in [
      ([2, 0, 0x21, 1, 39, 0, 0, 0], true), ([2, 0, 0x21, 1, 40, 0, 0, 0], false),
      ([2, 0, 0x21, 1, 22, 0, 0, 0], true), ([2, 0, 0x21, 2, 22, 0, 0, 0], false),
      ([2, 0, 0x20, 1, 22, 0, 0, 0], false), ([2, 0, 0x21, 1, 22, 0, 0, 1], false),
      // A filter for machine code, which has no properties.
      ([2, 1, 4, 0, 0x21, 1, 22, 0], true), ([2, 1, 4, 1, 0x21, 1, 22, 0], false),
      ([2, 1, 5, 0, 0x21, 1, 22, 0], false), ([2, 2, 4, 0, 0x21, 1, 22, 0], false),
      // Sizes of one byte and of several.
      ([2, 0x40, 0x7f, 0x21, 1, 22, 0, 0], true), ([2, 0x80, 0xff, 1, 0x21, 1, 22, 0], true),
      ([3, 0xc0, 0x80, 0x80, 1, 0xff, 1, 0x21, 1, 22, 0, 0], true),
      ([3, 0xc1, 0x80, 1, 5, 4, 0, 0x21, 1, 22, 0, 0], true),
    ] as [([UInt8], Bool)] {
      // Of the content, which is none, the decoder says that it is damaged, or that it is too large.
      let outcome = try? bench.outcome(Self.head(block))
      let isRefused = outcome?.log == ["decompression failed with status 6"]
      #expect(isRefused == !isTaken, "\(block)")
    }
  }

  @Test("a stream without a block is not refused for its header")
  func noBlock() throws {
    let empty = Array(Self.head([0]).prefix(13)) + [0, 0, 0, 0x1c, 0xdf, 0x44, 0x21]
    let outcome = try Self.bench().outcome(empty + [1, 0, 0, 0, 0, 1, 0x59, 0x5a])
    #expect(!outcome.log.contains("decompression failed with status 6"))
    #expect(outcome.verdict == .refused)
  }

  // kernel/module/decompress.c: gzip_header_len, module_zstd_decompress.
  @Test(
    "gzip's header has ten bytes, of whose fields the name alone is skipped; zstd's has its magic")
  func otherFormats() throws {
    func answer(_ option: String, _ bytes: [UInt8]) throws -> String {
      var bench = Bench("6.12.107")
      bench.config += ["MODULE_DECOMPRESS", option]
      bench.adjust = { $0.isCompressedFile = true }
      return summary(try bench.outcome(bytes))
    }
    let gzip = "MODULE_COMPRESS_GZIP"
    let none = "EINVAL | not a gzip compressed module"
    let bad = "EINVAL | decompression failed with status -3"
    let head: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
    #expect(try answer(gzip, Array(head.dropLast())) == none)
    #expect(try answer(gzip, [0x1f, 0x8b, 7] + head.dropFirst(3)) == none)
    #expect(try answer(gzip, head) != none)
    for flag in [2, 4, 0x10] as [UInt8] {
      #expect(try answer(gzip, [0x1f, 0x8b, 8, flag] + head.dropFirst(4) + [0, 0]) == bad)
    }
    let module = Bench("6.12.107").module().build()
    for (option, format) in [
      (gzip, CompressionFormat.gzip), ("MODULE_COMPRESS_ZSTD", .zstd),
    ] {
      var compressor = Compressor()
      let packed = compressor.compress(module.rawSpan, format)
      let bytes = try #require(packed)
      #expect(try answer(option, bytes) == "loads")
      #expect(
        try answer(option, [0] + bytes) == "EINVAL | not a \(format.rawValue) compressed module")
    }
  }

  @Test("damage is an error of the data; the end of the file none")
  func damaged() throws {
    let bench = Self.bench()
    #expect(
      summary(try bench.outcome(Self.packed(bench) { $0[8] ^= 1 }))
        == "EINVAL | decompression failed with status 7")
    #expect(
      summary(try bench.outcome(Self.packed(bench) { $0.removeLast(40) }))
        == "EINVAL | decompression failed with status 0")
    #expect(
      summary(try bench.outcome(bench.module().build())) == "EINVAL | not an xz compressed module")
  }

  @Test("older kernels do not know the flag, others do not unpack")
  func unknown() throws {
    let old = Self.bench("5.10.223")
    #expect(summary(try old.outcome(Self.packed(old))) == "EINVAL")
    var without = Self.bench()
    without.config.removeAll { $0 == "MODULE_DECOMPRESS" }
    #expect(summary(try without.outcome(Self.packed(without))) == "EOPNOTSUPP")
  }

  @Test("of several streams the kernel unpacks the first, which is noted")
  func streams() throws {
    let bench = Self.bench(asFlag: false)
    let module = bench.module().build()
    var compressor = Compressor()
    let parts = [module.prefix(300), module.dropFirst(300)].map { part in
      let bytes = Array(part)
      return compressor.compress(bytes.rawSpan, .xz) ?? []
    }
    let outcome = try bench.outcome(parts[0] + parts[1])
    #expect(outcome.verdict == .loads)
    #expect(outcome.causes.map(\.code) == [.kernelCannotUnpack])
    #expect(outcome.causes.first?.count == 300 && outcome.causes.first?.total == module.count)
    // After the whole module nothing is left out.
    let (whole, nothing) = (
      compressor.compress(module.rawSpan, .xz), compressor.compress(RawSpan(), .xz)
    )
    #expect(try bench.outcome(#require(whole) + #require(nothing)).causes.isEmpty)
  }

  @Test("what user space unpacks and the kernel would not is noted", .needs("xz"))
  func noted() async throws {
    let bench = Self.bench(asFlag: false)
    #expect(try bench.outcome(Self.packed(bench)).causes.isEmpty)
    let scratch = try ScratchDirectory()
    let path = try scratch.write(bench.module().build(), to: "sample.ko")
    #expect(try await Ksym.run(["--check=crc64", path], program: "xz").status == 0)
    let outcome = try bench.outcome(contents(of: "\(path).xz"))
    #expect(outcome.verdict == .loads)
    #expect(outcome.causes.map(\.code) == [.kernelCannotUnpack])
    #expect(outcome.causes.first?.kernel == "decompression failed with status 6")
  }
}
