import KernelReleases
import BTFFormat
import ByteStorage
import ELFFormat
import KernelImages
import Kernels
import ModuleLoading
import ModuleVersions

extension FuzzTargets {
  /// Largest content of a compressed stream, in bytes: bombs must stop there.
  private static let limit = 1 << 20

  /// Decompressors, by their magic numbers.
  static func streams(_ bytes: RawSpan) {
    var buffer = FileBuffer(limit: limit)
    if let format = CompressionFormat(magic: bytes) {
      for trailing in [TrailingBytes.refused, .ignored, .afterMembers] {
        try? buffer.unpack(bytes, format, path: "fuzz", trailing: trailing)
        guard buffer.count <= limit else { fatalError("more than the limit") }
        use(buffer.count)
      }
    }
    packed(bytes)
    var decoder = BlockDecoder()
    for format in [BlockDecoder.Format.snappy, .lzo, .zlib, .zstd] {
      guard let block = decoder.unpack(bytes, format, size: 4096) else { continue }
      guard block.count == 4096 else { fatalError("a page of another size") }
      use(Int(block[0]))
    }
  }

  /// Kernel images: container, payload search, banner, vermagic, build ID, configuration, BTF.
  static func kernel(_ bytes: RawSpan) {
    if let container = try? KernelContainer(identifying: bytes) {
      use(container.headerVersion)
      if let payload = container.payload {
        guard payload.range.upperBound <= bytes.byteCount else { fatalError("payload outside") }
      }
    }
    unpack(bytes)
    for order in [ByteOrder.little, .big] {
      use(BuildID(searching: bytes, order)?.bytes ?? [])
      use(BuildID(inNotes: bytes, order)?.bytes ?? [])
      if let types = BTFTypes(searching: bytes, order) {
        use((try? types.size(ofStruct: "module")) ?? 0)
      }
    }
    if let types = try? BTFTypes(parsing: bytes) { use((try? types.size(ofStruct: "module")) ?? 0) }
    if let banner = KernelBanner(searching: bytes) {
      use(banner.release)
      use(Vermagic.find(in: bytes, release: banner.release) ?? "-")
      use(KernelRelease(release: banner.release, build: banner.build)?.major ?? 0)
    }
    var text = FileBuffer(limit: limit)
    if let config = try? EmbeddedConfig.read(from: bytes, using: &text, path: "fuzz") {
      use(config.isSet("MODVERSIONS") ? 1 : 0)
    }
    if let config = try? KernelConfig(parsing: bytes) { use(config.isSet("MODVERSIONS") ? 1 : 0) }
    if let elf = try? ELFFile(ByteSource(bytes)) {
      use(BuildID(in: elf)?.bytes.count ?? 0)
    }
  }

  /// Memory dumps of every form: headers, notes, pages, and what they hold of a kernel.
  static func dump(_ bytes: RawSpan) {
    var whole = FileBuffer(limit: limit)
    if (try? MemoryDump.reassemble(ByteSource(bytes), into: &whole, path: "fuzz")) != nil {
      guard whole.count <= limit else { fatalError("more than the limit") }
      readDump(whole.source)
    }
    readDump(ByteSource(bytes))
    use(VMCoreInformation(parsing: bytes)?.lines.count ?? 0)
  }

  private static func readDump(_ source: ByteSource) {
    guard var dump = try? MemoryDump(source) else { return }
    if let kernel = try? dump.readKernel(limit: limit) {
      guard kernel.bytes.count <= limit else { fatalError("more than asked for") }
    }
    for address: UInt64 in [0, 0x1000, 0xffff_ffff_8000_0000, .max] {
      use((try? dump.read(9000, atPhysical: address))?.count ?? 0)
      use((try? dump.read(9000, atVirtual: address))?.count ?? 0)
      if let stretch = try? dump.readWithGaps(limit, atVirtual: address) {
        guard stretch.count <= limit else { fatalError("more than asked for") }
      }
    }
    use(dump.information?.buildID?.bytes.count ?? 0)
  }

  private static func unpack(_ bytes: RawSpan) {
    var file = FileBuffer(limit: limit)
    var scratch = FileBuffer(limit: limit)
    // A stored block of lzop is the shortest way into a buffer.
    var packed: [UInt8] = [0x89, 0x4c, 0x5a, 0x4f, 0, 0x0d, 0x0a, 0x1a, 0x0a, 9, 0, 9, 0, 1]
    packed += [UInt8](repeating: 0, count: 17)
    for _ in 0..<2 {
      for shift in [24, 16, 8, 0] {
        packed.append(UInt8(truncatingIfNeeded: bytes.byteCount >> shift))
      }
    }
    packed += bytes.array + [0, 0, 0, 0]
    guard (try? file.unpack(packed.rawSpan, .lzo, path: "fuzz")) != nil,
      let kernel = try? KernelUnpacker.unpack(&file, scratch: &scratch, path: "fuzz"),
      let source = try? kernel.source(file: file, scratch: scratch)
    else { return }
    use(source.count)
  }

  /// The loader's decision about a module, for kernels of several releases. The last byte chooses
  /// release and flags.
  static func loader(_ bytes: RawSpan) {
    let choice = Int(bytes.byte(at: bytes.byteCount - 1) ?? 0)
    var facts = KernelFacts(path: "fuzz")
    let releases = ["5.10.223", "6.1.176", "6.4.0", "6.12.107", "6.15.1", "7.2.13"]
    let release = releases[choice % releases.count]
    facts.release = KernelFacts.Fact(release, from: "fuzz")
    facts.layout = KernelFacts.Fact(
      ELFLayout(is64Bit: choice & 0x40 == 0, order: .little), from: "fuzz")
    facts.machine = KernelFacts.Fact(choice & 0x40 == 0 ? .x86_64 : .i386, from: "fuzz")
    facts.vermagic = KernelFacts.Fact("\(release) SMP mod_unload modversions ", from: "fuzz")
    if let config = try? KernelConfig(parsing: configuration.rawSpan) {
      facts.config = KernelFacts.Fact(config, from: "fuzz")
    }
    if let table = try? Symvers.parse(kernelExports.rawSpan) {
      facts.exports = KernelFacts.Fact(table, from: "fuzz")
    }
    var request = LoadRequest()
    request.reportsAllSymbols = true
    request.ignoresVermagic = choice & 0x80 == 0
    request.ignoresModversions = choice & 0xa0 == 0x20
    let checker = ModuleChecker(facts, request: request)
    for outcome in checker.check(images: [bytes.array, bytes.array]) {
      use(outcome.log)
      use("\(outcome.verdict)")
      use(outcome.symbols.count)
    }
  }

  private static let configuration = Array(
    """
    CONFIG_MODVERSIONS=y
    CONFIG_MODULE_SIG=y
    CONFIG_CONSTRUCTORS=y
    CONFIG_MITIGATION_RETPOLINE=y
    CONFIG_MODULE_FORCE_LOAD=y

    """.utf8)

  private static let kernelExports = Array(
    [
      "0x11111111\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t",
      "0x122c3a7e\t_printk\tvmlinux\tEXPORT_SYMBOL\t",
      "0xbdfb6dbb\t__fentry__\tvmlinux\tEXPORT_SYMBOL\t",
      "0x5b8239ca\t__x86_return_thunk\tvmlinux\tEXPORT_SYMBOL\t",
      "0x7c46233a\tkobject_put\tvmlinux\tEXPORT_SYMBOL_GPL\t",
      "0x3b6c41ea\tkstrtoint\tvmlinux\tEXPORT_SYMBOL\tCRYPTO_INTERNAL",
      "0x3b6c41eb\tkmalloc_caches\tvmlinux\tEXPORT_SYMBOL\tmodule:fuzz,loop-*", "",
    ].joined(separator: "\n").utf8)
}
