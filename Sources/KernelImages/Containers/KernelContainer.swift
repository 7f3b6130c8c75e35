package import ByteStorage
package import ELFFormat

/// What wraps a kernel: one layer of a kernel image, recognised by its first bytes.
package struct KernelContainer: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// An ELF file that is not a core dump (vmlinux).
    case elf
    /// An ELF core dump (vmcore).
    case elfCore
    /// A dump in makedumpfile's compressed format.
    case kdumpCompressed
    /// A dump in makedumpfile's flattened stream.
    case kdumpFlattened
    /// x86 bzImage; the version of its boot protocol (0x020f is 2.15).
    case bzImage(protocolVersion: UInt16)
    /// s390 bzImage: decompressor and payload, without a header that gives the place of the payload.
    case s390Image
    /// arm64 Image, not compressed.
    case arm64Image
    /// riscv Image, not compressed.
    case riscvImage
    /// arm zImage: decompressor and payload.
    case armZImage
    /// EFI zboot: an EFI program that unpacks an Image.
    case efiZboot
    /// Unified kernel image: an EFI program with the kernel in its section `.linux`.
    case unifiedImage
    /// U-Boot's legacy image; its image type (2 kernel, 4 several files).
    case uImage(type: UInt8)
    /// Android's boot image; its header version.
    case androidBoot(version: UInt32)
    /// U-Boot's flattened image tree: a device tree with the kernel as data of a node, or behind it.
    case flattenedImageTree
    /// A compressed file.
    case compressed(CompressionFormat)
    /// None of the above: perhaps the plain memory image of a kernel.
    case raw
  }

  package let kind: Kind
  /// The architecture, as far as this layer shows it.
  package let machine: ELFMachine?
  /// What is wrapped, or `nil` if this is the kernel itself (or a dump).
  package let payload: KernelPayload?
  /// The release and build that an x86 setup header names, such as
  /// `6.1.0 (builder@host) #1 SMP …`; empty if it names none.
  package let headerVersion: String

  init(
    _ kind: Kind, machine: ELFMachine? = nil, payload: KernelPayload? = nil,
    headerVersion: String = ""
  ) {
    self.kind = kind
    self.machine = machine
    self.payload = payload
    self.headerVersion = headerVersion
  }

  /// Identifies the outermost layer; only headers are read. Throws ``ParseError`` if it begins like
  /// a known container whose header does not make sense; bytes that are like none are ``Kind/raw``.
  package init(identifying source: ByteSource) throws(ParseError) {
    let head = try source.bytes(0..<min(source.count, 4096), in: "kernel image")
    if head.integer(UInt32.self, at: 0, .big) == 0x7f45_4c46 {
      self = try KernelContainer.elf(head)
    } else if let dump = KernelContainer.dump(head) {
      self = dump
    } else if let format = CompressionFormat(magic: head) {
      let payload = KernelPayload(range: 0..<source.count, format: format)
      self.init(.compressed(format), payload: payload)
    } else if let container = try KernelContainer.boot(head, source) {
      self = container
    } else if head.integer(UInt32.self, at: 0, .big) == 0xd00d_feed {
      self.init(.flattenedImageTree)
    } else {
      self.init(.raw, machine: KernelContainer.peMachine(head))
    }
  }

  package init(identifying bytes: RawSpan) throws(ParseError) {
    try self.init(identifying: ByteSource(bytes))
  }

  private static func elf(_ head: RawSpan) throws(ParseError) -> KernelContainer {
    let header = try ELFHeader(parsing: head, layout: ELFLayout(identifying: head))
    return KernelContainer(header.type == .core ? .elfCore : .elf, machine: header.machine)
  }

  private static func dump(_ head: RawSpan) -> KernelContainer? {
    if head.starts(with: "KDUMP   ") || head.starts(with: "DISKDUMP") {
      return KernelContainer(.kdumpCompressed)
    }
    return head.starts(with: "makedumpfile\0") ? KernelContainer(.kdumpFlattened) : nil
  }
}

/// What a layer of a kernel image wraps.
package struct KernelPayload: Sendable, Hashable {
  /// Where it lies in the layer, in bytes; if it is to be searched for, where to search.
  package let range: Range<Int>
  /// How it is compressed, or `nil` if it is not, or only a search can find out.
  package let format: CompressionFormat?
  /// Whether the layer does not say where in `range` the compressed payload starts.
  package let isSearched: Bool
  /// Size of the payload when unpacked, in bytes, if the layer gives it.
  package let unpackedSize: Int?

  init(
    range: Range<Int>, format: CompressionFormat?, isSearched: Bool = false,
    unpackedSize: Int? = nil
  ) {
    self.range = range
    self.format = format
    self.isSearched = isSearched
    self.unpackedSize = unpackedSize
  }
}

extension KernelContainer.Kind: CustomStringConvertible {
  /// The name that people give the kind.
  package var description: String {
    switch self {
    case .elf: "ELF"
    case .elfCore: "ELF core dump"
    case .kdumpCompressed: "kdump-compressed dump"
    case .kdumpFlattened: "flattened dump"
    case .bzImage(let version): "bzImage (boot protocol \(version >> 8).\(version & 0xff))"
    case .s390Image: "s390 bzImage"
    case .arm64Image: "arm64 Image"
    case .riscvImage: "riscv Image"
    case .armZImage: "arm zImage"
    case .efiZboot: "EFI zboot"
    case .unifiedImage: "unified kernel image"
    case .uImage: "uImage"
    case .androidBoot(let version): "Android boot image (version \(version))"
    case .flattenedImageTree: "flattened image tree (FIT)"
    case .compressed(let format): format.rawValue
    case .raw: "raw image"
    }
  }
}
