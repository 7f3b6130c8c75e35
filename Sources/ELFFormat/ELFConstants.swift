/// `e_machine`: the architecture a file is for. An open set.
public struct ELFMachine: RawRepresentable, Sendable, Hashable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let sparc = Self(rawValue: 2)
  public static let i386 = Self(rawValue: 3)
  public static let mips = Self(rawValue: 8)
  public static let parisc = Self(rawValue: 15)
  public static let powerPC = Self(rawValue: 20)
  public static let powerPC64 = Self(rawValue: 21)
  public static let s390 = Self(rawValue: 22)
  public static let arm = Self(rawValue: 40)
  public static let sparcV9 = Self(rawValue: 43)
  public static let x86_64 = Self(rawValue: 62)
  public static let aarch64 = Self(rawValue: 183)
  public static let riscV = Self(rawValue: 243)
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
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let null = Self(rawValue: 0)
  public static let progbits = Self(rawValue: 1)
  public static let symtab = Self(rawValue: 2)
  public static let strtab = Self(rawValue: 3)
  public static let rela = Self(rawValue: 4)
  public static let note = Self(rawValue: 7)
  public static let nobits = Self(rawValue: 8)
  public static let rel = Self(rawValue: 9)
}

/// `sh_flags`.
public struct ELFSectionFlags: OptionSet, Sendable, Hashable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public static let write = Self(rawValue: 1)
  public static let alloc = Self(rawValue: 2)
  public static let execInstructions = Self(rawValue: 4)
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
