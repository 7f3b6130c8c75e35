internal import ByteStorage
internal import ELFFormat
internal import KernelImages

/// The architecture that a configuration is for.
struct ConfiguredArchitecture {
  let machine: ELFMachine
  let layout: ELFLayout

  /// The option that each architecture sets (arch/*/Kconfig, 6.12), those of a word size first.
  private static let options: [(name: String, machine: ELFMachine)] = [
    ("X86_64", .x86_64), ("X86_32", .i386), ("ARM64", .aarch64), ("ARM", .arm), ("RISCV", .riscV),
    ("S390", .s390), ("PPC64", .powerPC64), ("PPC32", .powerPC), ("MIPS", .mips),
    ("LOONGARCH", .loongArch), ("PARISC", .parisc), ("SPARC64", .sparcV9), ("SPARC32", .sparc),
    ("M68K", .m68k), ("SUPERH", .superH), ("XTENSA", .xtensa), ("CSKY", .csky),
    ("ISA_ARCV2", .arcV2), ("ISA_ARCOMPACT", .arcCompact),
  ]
  /// Those that are big-endian without an option that says so.
  private static let bigEndian: Set<ELFMachine> = [.s390, .parisc, .sparc, .sparcV9, .m68k]

  /// - Returns: `nil` if the configuration has none of their options: it may be a part only.
  init?(_ config: KernelConfig) {
    guard let machine = Self.options.first(where: { config.isSet($0.name) })?.machine else {
      return nil
    }
    let isPowerPC = machine == .powerPC || machine == .powerPC64
    let isBig =
      config.isSet("CPU_BIG_ENDIAN") || Self.bigEndian.contains(machine)
      || isPowerPC && !config.isSet("CPU_LITTLE_ENDIAN")
    self.machine = machine
    layout = ELFLayout(is64Bit: config.isSet("64BIT"), order: isBig ? .big : .little)
  }
}

extension KernelFacts {
  /// Adds what the configuration says of the architecture, where nothing else has said it.
  mutating func addConfiguredArchitecture() {
    guard layout == nil || machine == nil, let config,
      let found = ConfiguredArchitecture(config.value)
    else { return }
    layout = layout ?? Fact(found.layout, from: config.source)
    machine = machine ?? Fact(found.machine, from: config.source)
  }
}
