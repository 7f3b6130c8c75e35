internal import ELFFormat

extension ELFMachine {
  /// The number that the architecture has where its loader takes a second one, too: i386 takes `EM_486`, and
  /// s390 the one it had before it got its own.
  ///
  /// - Note: `elf_check_arch_ia32` (arch/x86/include/asm/elf.h), `elf_check_arch`
  ///   (arch/s390/include/asm/elf.h), 5.10 to 7.2.
  var inKernel: ELFMachine {
    switch rawValue {
    case 6: .i386
    case 0xa390: .s390
    default: self
    }
  }
}
