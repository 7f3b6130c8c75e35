/// `e_machine`: the architecture a file is for. An open set.
package struct ELFMachine: RawRepresentable, Sendable, Hashable {
  /// The number in the file.
  package let rawValue: UInt16

  /// The constant with a number.
  package init(rawValue: UInt16) { self.rawValue = rawValue }

  /// `EM_SPARC (2)`.
  package static let sparc = Self(rawValue: 2)
  /// `EM_386 (3)`.
  package static let i386 = Self(rawValue: 3)
  /// `EM_MIPS (8)`.
  package static let mips = Self(rawValue: 8)
  /// `EM_PARISC (15)`.
  package static let parisc = Self(rawValue: 15)
  /// `EM_PPC (20)`.
  package static let powerPC = Self(rawValue: 20)
  /// `EM_PPC64 (21)`.
  package static let powerPC64 = Self(rawValue: 21)
  /// `EM_S390 (22)`.
  package static let s390 = Self(rawValue: 22)
  /// `EM_ARM (40)`.
  package static let arm = Self(rawValue: 40)
  /// `EM_SPARCV9 (43)`.
  package static let sparcV9 = Self(rawValue: 43)
  /// `EM_X86_64 (62)`.
  package static let x86_64 = Self(rawValue: 62)
  /// `EM_AARCH64 (183)`.
  package static let aarch64 = Self(rawValue: 183)
  /// `EM_RISCV (243)`.
  package static let riscV = Self(rawValue: 243)
  /// `EM_LOONGARCH (258)`.
  package static let loongArch = Self(rawValue: 258)

  /// The name the kernel's build gives the architecture (`ARCH`), or the number.
  package var name: String {
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
package struct ELFSectionType: RawRepresentable, Sendable, Hashable {
  /// The number in the file.
  package let rawValue: UInt32

  /// The constant with a number.
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// `SHT_NULL`.
  package static let null = Self(rawValue: 0)
  /// `SHT_PROGBITS`.
  package static let progbits = Self(rawValue: 1)
  /// `SHT_SYMTAB`.
  package static let symtab = Self(rawValue: 2)
  /// `SHT_STRTAB`.
  package static let strtab = Self(rawValue: 3)
  /// `SHT_RELA`.
  package static let rela = Self(rawValue: 4)
  /// `SHT_NOTE`.
  package static let note = Self(rawValue: 7)
  /// `SHT_NOBITS`.
  package static let nobits = Self(rawValue: 8)
  /// `SHT_REL`.
  package static let rel = Self(rawValue: 9)
  /// `SHT_GROUP`.
  package static let group = Self(rawValue: 17)
  /// `SHT_SYMTAB_SHNDX`.
  package static let symtabIndices = Self(rawValue: 18)
}

/// `sh_flags`.
package struct ELFSectionFlags: OptionSet, Sendable, Hashable {
  /// The number in the file.
  package let rawValue: UInt64

  /// The constant with a number.
  package init(rawValue: UInt64) { self.rawValue = rawValue }

  /// `SHF_WRITE`.
  package static let write = Self(rawValue: 1)
  /// `SHF_ALLOC`.
  package static let alloc = Self(rawValue: 2)
  /// `SHF_EXECINSTR`.
  package static let execInstructions = Self(rawValue: 4)
  /// `SHF_INFO_LINK`.
  package static let infoLink = Self(rawValue: 0x40)
}
