import ByteStorage
import ELFFormat
import KernelImages
import KernelReleases
import TestSupport
import Testing

@Suite("Real kernels")
struct RealKernelTests {
  @Test(
    "real kernels are unpacked; banner, vermagic and build ID are found", .needsKernels(),
    arguments: RealKernel.all)
  func unpacks(_ kernel: RealKernel) throws {
    let path = try #require(kernel.image)
    var file = FileBuffer()
    var scratch = FileBuffer()
    try file.open(path)
    let unpacked = try KernelUnpacker.unpack(&file, scratch: &scratch, path: path)
    let bytes = try unpacked.source(file: file, scratch: scratch).all()
    let found = KernelBanner(searching: bytes)
    let banner = try #require(found)
    #expect(unpacked.layers.map(\.kind.description) == expectedLayers(kernel))

    let modules = try #require(kernel.modules)
    #expect(banner.release == modules.split(separator: "/").last.map(String.init))
    let header = unpacked.layers[0].headerVersion
    #expect(header.isEmpty || header.hasPrefix("\(banner.release) ("))
    #expect(header.isEmpty || header.hasSuffix(banner.build))
    let version = try #require(KernelBuild(banner.build).debianVersion)
    #expect(banner.build.contains(" Debian \(version) ("))

    let modulePath = try #require(kernel.module)
    #expect(
      try Vermagic.find(in: bytes, release: banner.release) == vermagic(ofModule: modulePath))

    let order: ByteOrder = kernel.architecture == "s390x" ? .big : .little
    let identity = BuildID(searching: bytes, order)
    if unpacked.isELF {
      let elf = try ELFFile(unpacked.source(file: file, scratch: scratch))
      let noted = BuildID(in: elf)
      #expect(noted == identity)
    }
    #expect(identity?.bytes.count == 20)
    let embedded = EmbeddedConfig.range(in: bytes)
    #expect(embedded == nil, "Debian does not embed the configuration")
  }

  @Test(
    "configurations of real kernels have the values of their text", .needsKernels(),
    arguments: RealKernel.all)
  func configures(_ kernel: RealKernel) throws {
    let path = try #require(kernel.config)
    var file = FileBuffer()
    try file.open(path)
    let config = try KernelConfig(parsing: file.source.all())
    #expect(config.isSet("MODULES"))
    #expect(config["CONFIG_MODVERSIONS"] == (kernel.label == "amd64-7" ? .no : .yes))
    #expect(config["NO_SUCH_OPTION"] == .no)
    #expect(config["LOCALVERSION"] == .text(""))
  }

  private func expectedLayers(_ kernel: RealKernel) -> [String] {
    switch kernel.architecture {
    case "amd64", "i386": ["bzImage (boot protocol 2.15)", "ELF"]
    case "arm64": ["arm64 Image"]
    case "armhf": ["arm zImage", "raw image"]
    case "riscv64": ["riscv Image"]
    case "s390x": ["s390 bzImage", "raw image"]
    default: ["ELF"]
    }
  }

  /// The vermagic of a module, read without the parsers of other targets.
  private func vermagic(ofModule path: String) throws -> String {
    var file = FileBuffer()
    try file.open(path)
    let bytes = try file.source.all()
    let found = bytes.firstRange(of: "vermagic=")
    let start = try #require(found)
    return bytes.cStringOrEmpty(at: start + 9).text
  }
}
