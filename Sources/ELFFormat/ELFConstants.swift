/// `e_machine`: the architecture a file is for. An open set.
package struct ELFMachine: RawRepresentable, Sendable, Hashable {
  package let rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  package static let sparc = Self(rawValue: 2)
  package static let i386 = Self(rawValue: 3)
  package static let m68k = Self(rawValue: 4)
  package static let mips = Self(rawValue: 8)
  package static let parisc = Self(rawValue: 15)
  package static let powerPC = Self(rawValue: 20)
  package static let powerPC64 = Self(rawValue: 21)
  package static let s390 = Self(rawValue: 22)
  package static let arm = Self(rawValue: 40)
  package static let superH = Self(rawValue: 42)
  package static let sparcV9 = Self(rawValue: 43)
  package static let x86_64 = Self(rawValue: 62)
  package static let arcCompact = Self(rawValue: 93)
  package static let xtensa = Self(rawValue: 94)
  package static let aarch64 = Self(rawValue: 183)
  package static let arcV2 = Self(rawValue: 195)
  package static let riscV = Self(rawValue: 243)
  package static let csky = Self(rawValue: 252)
  package static let loongArch = Self(rawValue: 258)

  /// The name the kernel's build gives the architecture (`ARCH`), or the number.
  package var name: String {
    switch self {
    case .sparc, .sparcV9: "sparc"
    case .i386: "i386"
    case .m68k: "m68k"
    case .superH: "sh"
    case .arcCompact, .arcV2: "arc"
    case .xtensa: "xtensa"
    case .csky: "csky"
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
@usableFromInline
package struct ELFSectionType: RawRepresentable, Sendable, Hashable {
  @usableFromInline package let rawValue: UInt32

  @inlinable package init(rawValue: UInt32) { self.rawValue = rawValue }

  @inlinable package static func == (left: Self, right: Self) -> Bool {
    left.rawValue == right.rawValue
  }

  @inlinable package static var null: Self { Self(rawValue: 0) }
  @inlinable package static var progbits: Self { Self(rawValue: 1) }
  @inlinable package static var symtab: Self { Self(rawValue: 2) }
  @inlinable package static var strtab: Self { Self(rawValue: 3) }
  @inlinable package static var rela: Self { Self(rawValue: 4) }
  @inlinable package static var note: Self { Self(rawValue: 7) }
  @inlinable package static var nobits: Self { Self(rawValue: 8) }
  @inlinable package static var rel: Self { Self(rawValue: 9) }
  @inlinable package static var group: Self { Self(rawValue: 17) }
  @inlinable package static var symtabIndices: Self { Self(rawValue: 18) }
}

/// `sh_flags`.
@usableFromInline
package struct ELFSectionFlags: OptionSet, Sendable, Hashable {
  @usableFromInline package let rawValue: UInt64

  @inlinable package init(rawValue: UInt64) { self.rawValue = rawValue }

  @inlinable package static var write: Self { Self(rawValue: 1) }
  @inlinable package static var alloc: Self { Self(rawValue: 2) }
  @inlinable package static var execInstructions: Self { Self(rawValue: 4) }
  @inlinable package static var infoLink: Self { Self(rawValue: 0x40) }
}
