/// `e_machine`: the architecture a file is for. An open set.
public struct ELFMachine: RawRepresentable, Sendable, Hashable {
  /// The number in the file.
  public let rawValue: UInt16

  /// The constant with a number.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// `EM_SPARC (2)`.
  public static let sparc = Self(rawValue: 2)
  /// `EM_386 (3)`.
  public static let i386 = Self(rawValue: 3)
  /// `EM_MIPS (8)`.
  public static let mips = Self(rawValue: 8)
  /// `EM_PARISC (15)`.
  public static let parisc = Self(rawValue: 15)
  /// `EM_PPC (20)`.
  public static let powerPC = Self(rawValue: 20)
  /// `EM_PPC64 (21)`.
  public static let powerPC64 = Self(rawValue: 21)
  /// `EM_S390 (22)`.
  public static let s390 = Self(rawValue: 22)
  /// `EM_ARM (40)`.
  public static let arm = Self(rawValue: 40)
  /// `EM_SPARCV9 (43)`.
  public static let sparcV9 = Self(rawValue: 43)
  /// `EM_X86_64 (62)`.
  public static let x86_64 = Self(rawValue: 62)
  /// `EM_AARCH64 (183)`.
  public static let aarch64 = Self(rawValue: 183)
  /// `EM_RISCV (243)`.
  public static let riscV = Self(rawValue: 243)
  /// `EM_LOONGARCH (258)`.
  public static let loongArch = Self(rawValue: 258)

  /// The name the kernel's build gives the architecture (`ARCH`), or the number.
  public var name: String {
    switch self {
    case .sparc, .sparcV9: "sparc"
    case .i386: "i386"
    case .mips: "mips"
    case .parisc: "parisc"
    case .powerPC, .powerPC64: "powerpc"
    case .s390: "s390"
    case .arm: "arm"
    case .x86_64: "x86_64"
    case .aarch64: "arm64"
    case .riscV: "riscv"
    case .loongArch: "loongarch"
    default: "machine \(rawValue)"
    }
  }
}

/// `sh_type`: what a section holds. An open set.
public struct ELFSectionType: RawRepresentable, Sendable, Hashable {
  /// The number in the file.
  public let rawValue: UInt32

  /// The constant with a number.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// `SHT_NULL`.
  public static let null = Self(rawValue: 0)
  /// `SHT_PROGBITS`.
  public static let progbits = Self(rawValue: 1)
  /// `SHT_SYMTAB`.
  public static let symtab = Self(rawValue: 2)
  /// `SHT_STRTAB`.
  public static let strtab = Self(rawValue: 3)
  /// `SHT_RELA`.
  public static let rela = Self(rawValue: 4)
  /// `SHT_NOTE`.
  public static let note = Self(rawValue: 7)
  /// `SHT_NOBITS`.
  public static let nobits = Self(rawValue: 8)
  /// `SHT_REL`.
  public static let rel = Self(rawValue: 9)
  /// `SHT_GROUP`.
  public static let group = Self(rawValue: 17)
  /// `SHT_SYMTAB_SHNDX`.
  public static let symtabIndices = Self(rawValue: 18)
}

/// `sh_flags`.
public struct ELFSectionFlags: OptionSet, Sendable, Hashable {
  /// The number in the file.
  public let rawValue: UInt64

  /// The constant with a number.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// `SHF_WRITE`.
  public static let write = Self(rawValue: 1)
  /// `SHF_ALLOC`.
  public static let alloc = Self(rawValue: 2)
  /// `SHF_EXECINSTR`.
  public static let execInstructions = Self(rawValue: 4)
  /// `SHF_INFO_LINK`.
  public static let infoLink = Self(rawValue: 0x40)
}

/// `st_shndx`: where a symbol is defined.
public enum ELFSectionIndex {
  /// Not defined here.
  public static let undefined: UInt16 = 0
  /// A symbol of the running kernel that a livepatch names (`SHN_LIVEPATCH`).
  public static let livepatch: UInt16 = 0xff20
  /// An absolute value.
  public static let absolute: UInt16 = 0xfff1
  /// Uninitialised data not yet allocated.
  public static let common: UInt16 = 0xfff2
}
