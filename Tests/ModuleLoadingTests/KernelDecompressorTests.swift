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
