internal import ELFFormat

/// Where the kernel's own image lies in physical memory, by the rules of each architecture.
///
/// | architecture | physical address | source (7.3) |
/// |---|---|---|
/// | x86_64 | address - 0xffffffff80000000 + NUMBER(phys_base) | arch/x86/mm/physaddr.c |
/// | arm64 | address - NUMBER(kimage_voffset) | arch/arm64/include/asm/memory.h |
/// | riscv | address - NUMBER(va_kernel_pa_offset) | arch/riscv/include/asm/page.h |
/// | s390 | address - KERNELOFFSET + KERNELOFFPHYS; the address itself before 6.10 | arch/s390/include/asm/page.h |
/// | powerpc, 64 bits | address without its two highest bits | arch/powerpc/include/asm/page.h |
struct KernelAddressMap: Sendable {
  private let start: UInt64
  private let size: UInt64
  /// What is added to an address, modulo 2^64.
  private let distance: UInt64?

  /// `fallbackBase` is `phys_base` as a dump's header has it.
  init(_ machine: ELFMachine?, _ information: VMCoreInformation?, fallbackBase: UInt64?) {
    var (start, size): (UInt64, UInt64) = (1 << 63, 1 << 63)
    switch machine {
    case .some(.x86_64):
      start = 0xffff_ffff_8000_0000
      size = information?.number("KERNEL_IMAGE_SIZE") ?? 1 << 30
      // QEMU reads the decimal number in the note as a hexadecimal one: the note counts.
      let base = information?.number("phys_base") ?? fallbackBase
      distance = base.map { $0 &- 0xffff_ffff_8000_0000 }
    case .some(.aarch64): distance = information?.number("kimage_voffset").map { 0 &- $0 }
    case .some(.riscV): distance = information?.number("va_kernel_pa_offset").map { 0 &- $0 }
    case .some(.s390):
      (start, size) = (0, .max)
      if let physical = information?.hexadecimal("KERNELOFFPHYS"),
        let virtual = information?.kernelOffset
      {
        distance = physical &- virtual
      } else {
        distance = 0
      }
    case .some(.powerPC64):
      (start, size) = (0xc000_0000_0000_0000, 1 << 60)
      distance = 0x4000_0000_0000_0000
    default: distance = nil
    }
    self.start = start
    self.size = size
  }

  /// The physical address of an address in the kernel's image, or `nil`.
  func physicalAddress(of address: UInt64) -> UInt64? {
    guard let distance, address >= start, address &- start < size else { return nil }
    return address &+ distance
  }
}
