import ByteStorage
import ELFFormat
import KernelImages
import TestSupport
import Testing

/// How the kernel of `Tests/Fixtures/Streams` is compressed.
private struct Packed: Sendable, CustomStringConvertible {
  let suffix: String
  let format: CompressionFormat
  let uImageCode: UInt8
  var description: String { suffix }

  func bytes() throws -> [UInt8] { try Fixture.bytes("Streams/kernel.\(suffix)") }

  static let all = [
    Packed(suffix: "gz", format: .gzip, uImageCode: 1),
    Packed(suffix: "xz", format: .xz, uImageCode: 0),
    Packed(suffix: "lzma", format: .lzma, uImageCode: 3),
    Packed(suffix: "zst", format: .zstd, uImageCode: 6),
    Packed(suffix: "bz2", format: .bzip2, uImageCode: 2),
    Packed(suffix: "lz4", format: .lz4, uImageCode: 5),
    Packed(suffix: "lzo", format: .lzo, uImageCode: 4),
  ]
}

private func kernel() throws -> [UInt8] { try Fixture.bytes("Streams/kernel.raw") }

/// What unpacking a file gives.
private struct Unpacked {
  let layers: [KernelContainer]
  let place: UnpackedKernel.Place
  let bytes: [UInt8]
  var kinds: [String] { layers.map(\.kind.description) }
}

private func unpack(_ image: [UInt8]) throws -> Unpacked {
  let scratch = try ScratchDirectory()
  let path = try scratch.write(image, to: "image")
  var file = FileBuffer()
  var other = FileBuffer()
  try file.open(path)
  let unpacked = try KernelUnpacker.unpack(&file, scratch: &other, path: path)
  let bytes = try unpacked.source(file: file, scratch: other).all().array
  return Unpacked(layers: unpacked.layers, place: unpacked.place, bytes: bytes)
}

@Suite("Kernel unpacker")
struct KernelUnpackerTests {
  @Test("bzImage: the payload ends before the appended size", arguments: Packed.all)
  private func bzImage(_ packed: Packed) throws {
    let payload = try packed.bytes()
    let size = try kernel().count
    let image = ImageBuilder.bzImage(payload, size: size, appendsSize: packed.format != .gzip)
    let result = try unpack(image)
    #expect(result.kinds == ["bzImage (boot protocol 2.15)", "raw image"])
    #expect(result.bytes == (try kernel()))
    #expect(result.place == .scratch)
    let layer = result.layers[0]
    #expect(layer.machine == .x86_64)
    #expect(layer.headerVersion == "6.1.0-ksym (builder@host) #1 SMP")
    #expect(layer.payload?.range == 0x620..<(0x620 + payload.count))
    #expect(layer.payload?.format == packed.format)
    #expect(layer.payload?.unpackedSize == size)
  }

  // Documentation/arch/x86/boot.rst: payload_offset 2.08+, xloadflags 2.12+.
  @Test("bzImage: payloads since protocol 2.8, 64 bits since 2.12")
  func protocols() throws {
    let (payload, size) = (try Fixture.bytes("Streams/kernel.xz"), try kernel().count)
    for (version, machine) in [
      (0x207, nil), (0x208, .i386), (0x20b, .i386), (0x20c, .x86_64), (0x20f, .x86_64),
    ] as [(UInt16, ELFMachine?)] {
      let image = ImageBuilder.bzImage(payload, size: size, version: version)
      if let machine {
        #expect(try unpack(image).layers[0].machine == machine, "\(version)")
      } else {
        #expect(throws: FileError.self) { try unpack(image) }
      }
    }
  }

  @Test("a payload of no bytes is damage, and so is a compression that U-Boot does not have")
  func noPayload() throws {
    for size in 0...4 {
      let image = ImageBuilder.bzImage(
        [UInt8](repeating: 0, count: size), size: 0, appendsSize: false)
      #expect(throws: FileError.self, "\(size)") { try unpack(image) }
    }
    #expect(throws: FileError.self) { try unpack(ImageBuilder.uImage([], compression: 0)) }
    #expect(throws: FileError.self) { try unpack(ImageBuilder.efiZboot([], name: "gzip")) }
    for compression in [7, 8, 255] as [UInt8] {
      #expect(throws: FileError.self) {
        try unpack(ImageBuilder.uImage(kernel(), compression: compression))
      }
    }
    #expect(try unpack(ImageBuilder.uImage(kernel(), compression: 0)).kinds.first == "uImage")
  }

  @Test("EFI zboot: the header gives the payload and its compression", arguments: Packed.all)
  private func efiZboot(_ packed: Packed) throws {
    let image = try ImageBuilder.efiZboot(packed.bytes(), name: packed.format.rawValue)
    let result = try unpack(image)
    #expect(result.kinds == ["EFI zboot", "raw image"])
    #expect(result.layers[0].machine == .aarch64)
    #expect(result.bytes == (try kernel()))
  }

  @Test("uImage: the header gives the compression", arguments: Packed.all)
  private func uImage(_ packed: Packed) throws {
    for type in [2, 4] as [UInt8] {
      let image = try ImageBuilder.uImage(
        packed.bytes(), type: type, compression: packed.uImageCode)
      let result = try unpack(image)
      #expect(result.kinds.first == "uImage" && result.kinds.last == "raw image")
      #expect(result.layers[0].machine == .arm)
      #expect(result.bytes == (try kernel()))
    }
  }

  @Test("flattened image tree: the kernel among its data is found", arguments: Packed.all)
  private func flattenedImageTree(_ packed: Packed) throws {
    var image: [UInt8] = [0xd0, 0x0d, 0xfe, 0xed]
    image += [UInt8](repeating: 0x2a, count: 200)
    image += try packed.bytes()
    let result = try unpack(image)
    #expect(result.kinds == ["flattened image tree (FIT)", "raw image"])
    #expect(result.bytes == (try kernel()))
  }

  @Test("arm zImage: the stream of the promised size is found past decoys", arguments: Packed.all)
  private func armZImage(_ packed: Packed) throws {
    for order in [ByteOrder.little, .big] {
      let size = try kernel().count
      let image = try ImageBuilder.armZImage(packed.bytes(), size: size, order: order)
      let result = try unpack(image)
      #expect(result.kinds == ["arm zImage", "raw image"])
      #expect(result.layers[0].payload?.unpackedSize == size)
      #expect(result.bytes == (try kernel()))
    }
  }

  @Test("s390 bzImage: the stream with a banner is found past decoys", arguments: Packed.all)
  private func s390Image(_ packed: Packed) throws {
    let result = try unpack(ImageBuilder.s390Image(packed.bytes()))
    #expect(result.kinds == ["s390 bzImage", "raw image"])
    #expect(result.bytes == (try kernel()))
  }

  @Test("what only begins like a stream hides no other after it", arguments: Packed.all)
  private func falseBeginnings(_ packed: Packed) throws {
    // bzip2 without a block, and LZMA with a size of its window that nobody uses.
    let decoys: [UInt8] = [
      0x42, 0x5a, 0x68, 0, 0, 0, 0, 0, 0, 0, 0x5d, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    ]
    let result = try unpack(ImageBuilder.s390Image(decoys + packed.bytes()))
    #expect(result.kinds == ["s390 bzImage", "raw image"])
    #expect(result.bytes == (try kernel()))
  }

  @Test("a compressed file counts as a layer", arguments: Packed.all)
  private func compressed(_ packed: Packed) throws {
    let result = try unpack(packed.bytes())
    #expect(result.kinds == [packed.format.rawValue, "raw image"])
    #expect(result.place == .file)
    #expect(result.bytes == (try kernel()))
  }

  @Test("layers within layers are unpacked: an Android image of a uImage of a zImage")
  func nested() throws {
    let packed = try Fixture.bytes("Streams/kernel.xz")
    let inner = try ImageBuilder.armZImage(packed, size: kernel().count)
    for version in [0, 2, 3, 4] as [UInt32] {
      let uImage = ImageBuilder.uImage(inner, compression: 0)
      let result = try unpack(ImageBuilder.androidBoot(uImage, version: version))
      #expect(
        result.kinds == [
          "Android boot image (version \(version))", "uImage", "arm zImage", "raw image",
        ])
      #expect(result.bytes == (try kernel()))
    }
  }

  @Test("unified kernel image: the section .linux is a kernel image")
  func unified() throws {
    let packed = try Fixture.bytes("Streams/kernel.zst")
    let inner = try ImageBuilder.bzImage(packed, size: kernel().count)
    let result = try unpack(ImageBuilder.unifiedImage(inner))
    #expect(
      result.kinds == ["unified kernel image", "bzImage (boot protocol 2.15)", "raw image"])
    #expect(result.layers[0].machine == .x86_64)
    #expect(result.layers[0].payload?.range == 0x400..<(0x400 + inner.count))
    #expect(result.bytes == (try kernel()))
  }

  @Test("a raw image within a layer is handed out where it lies")
  func innerRaw() throws {
    let image = try ImageBuilder.uImage(kernel(), compression: 0)
    let result = try unpack(image)
    #expect(result.place == .file)
    #expect(result.bytes == (try kernel()))
  }

  @Test("ELF files and Images are kernels as they stand")
  func plain() throws {
    var elf = ELFBuilder(machine: .powerPC64)
    elf.type = 2
    let vmlinux = try unpack(elf.build())
    #expect(vmlinux.kinds == ["ELF"])
    #expect(vmlinux.layers[0].machine == .powerPC64)
    #expect(vmlinux.bytes == elf.build())
    for (offset, magic, name) in [
      (0x38, "ARMd", "arm64 Image"), (0x38, "RSC\u{5}", "riscv Image"),
      (0x30, "RISCV\0\0\0", "riscv Image"),
    ] {
      var image = ByteBuilder()
      image.set(Array(magic.utf8), at: offset)
      image.pad(to: 100)
      #expect(try unpack(image.bytes).kinds == [name])
    }
  }

  @Test("memory dumps are recognised")
  func dumps() throws {
    var core = ELFBuilder()
    core.type = 4
    for dump in [
      core.build(), Array("KDUMP   \u{6}\0\0\0 and more".utf8),
      Array("makedumpfile\0\0\0\0...".utf8),
    ] {
      let error = #expect(throws: FileError.self) { _ = try unpack(dump) }
      let words = error.map { "\($0)" } ?? ""
      #expect(words.hasSuffix("image: is a memory dump, not a kernel image"))
    }
  }

  @Test("a file that is not a kernel is refused")
  func nothing() throws {
    for content in ["", "text that is no kernel", "MZ", "Linux version %s\n"] {
      let error = #expect(throws: FileError.self) { _ = try unpack(Array(content.utf8)) }
      guard case .notSuitable = error?.cause else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }

  @Test("streams that are searched for may not exceed the limit, nor add up beyond it")
  func bombs() throws {
    let scratch = try ScratchDirectory()
    let bomb = try Fixture.bytes("Streams/bomb.zst")
    let bombs = (0..<20).flatMap { _ in bomb }
    let path = try scratch.write(ImageBuilder.s390Image(bombs + Packed.all[0].bytes()), to: "image")
    var file = FileBuffer()
    try file.open(path)
    // Each holds 4 MiB: too large, or too many to reach the kernel after them, or not.
    for (limit, words) in [
      (1 << 20, "larger than the limit of 1048576 bytes"), (8 << 20, "holds no kernel"),
    ] {
      var other = FileBuffer(limit: limit)
      let error = #expect(throws: FileError.self) {
        _ = try KernelUnpacker.unpack(&file, scratch: &other, path: path)
      }
      #expect(error.map { "\($0)".contains(words) } == true)
    }
    var other = FileBuffer()
    let unpacked = try KernelUnpacker.unpack(&file, scratch: &other, path: path)
    #expect(unpacked.layers.count == 2)
  }

  @Test("an image full of slow streams ends soon", .timeLimit(.minutes(1)))
  func slowStreams() throws {
    let bomb = try Fixture.bytes("Streams/bomb.bz2")
    // Members after one another count as one stream only where further ones are allowed.
    let bombs = (0..<2000).flatMap { _ in bomb }
    #expect(throws: FileError.self) { _ = try unpack(ImageBuilder.s390Image(bombs)) }
  }

  @Test("layers without end are refused")
  func endless() throws {
    var image = try kernel()
    for _ in 0..<20 { image = ImageBuilder.uImage(image, compression: 0) }
    let error = #expect(throws: FileError.self) { _ = try unpack(image) }
    #expect(error.map { "\($0)".hasSuffix("wraps a kernel in too many layers") } == true)
  }
}

@Suite("Hostile kernel containers")
struct HostileContainerTests {
  private static func images() throws -> [[UInt8]] {
    let packed = try Fixture.bytes("Streams/kernel.xz")
    let size = try kernel().count
    return [
      ImageBuilder.bzImage(packed, size: size), ImageBuilder.efiZboot(packed, name: "xz"),
      ImageBuilder.uImage(packed, type: 4, compression: 0),
      ImageBuilder.unifiedImage(packed),
      ImageBuilder.armZImage(packed, size: size), ImageBuilder.androidBoot(packed, version: 2),
    ]
  }

  @Test("a payload has a byte or more, with what is after it in the file, which may end there")
  func payloads() throws {
    func size(_ image: [UInt8]) -> Int? {
      (try? KernelContainer(identifying: image.rawSpan))?.payload?.range.count
    }
    let packed = try Fixture.bytes("Streams/kernel.xz")
    let whole = try ImageBuilder.bzImage(packed, size: kernel().count)
    let end = 0x620 + packed.count + 4
    #expect(size(Array(whole.prefix(end))) == packed.count)
    #expect(size(Array(whole.prefix(end - 1))) == nil)
    for (length, wanted) in [(4, nil), (5, 5)] as [(UInt8, Int?)] {
      // What has no format is all payload.
      var image = whole
      image.replaceSubrange(0x24c..<0x250, with: [length, 0, 0, 0])
      image.replaceSubrange(0x620..<0x630, with: [UInt8](repeating: 1, count: 16))
      #expect(size(image) == wanted)
    }
    #expect(size(ImageBuilder.androidBoot([1], version: 2)) == 1)
    #expect(size(ImageBuilder.androidBoot([], version: 2)) == nil)
  }

  @Test("containers cut short anywhere are recognised or refused, never a crash")
  func truncated() throws {
    for image in try Self.images() {
      for count in 0..<image.count {
        let cut = Array(image[..<count])
        let payload = (try? KernelContainer(identifying: cut.rawSpan))?.payload
        #expect(payload.map { $0.range.upperBound <= count } ?? true)
      }
    }
  }

  @Test("containers with any header byte changed have their payloads inside")
  func damaged() throws {
    for image in try Self.images() {
      for offset in 0..<min(image.count, 0x260) {
        for value in [0, 0xff, 0x7f, image[offset] ^ 1] as [UInt8] {
          var changed = image
          changed[offset] = value
          let payload = (try? KernelContainer(identifying: changed.rawSpan))?.payload
          #expect(payload.map { $0.range.upperBound <= image.count } ?? true)
        }
      }
    }
  }

  @Test("payloads outside of the file and old boot protocols are reported with their offset")
  func errors() throws {
    var bzImage = try Self.images()[0]
    func error(_ image: [UInt8]) -> ParseError? {
      do throws(ParseError) { _ = try KernelContainer(identifying: image.rawSpan) } catch {
        return error
      }
      return nil
    }
    bzImage.replaceSubrange(0x24c..<0x250, with: [0xff, 0xff, 0xff, 0xff])
    #expect(error(bzImage)?.offset == 0x620)
    bzImage[0x206] = 7
    bzImage[0x207] = 2
    #expect(error(bzImage) == ParseError(.unsupported(0x207), in: "x86 boot protocol", at: 0x206))
    var uImage = try Self.images()[2]
    uImage[31] = 9
    #expect(error(uImage) == ParseError(.unsupported(9), in: "uImage compression", at: 31))
  }
}
