internal import ByteStorage

/// The string that a kernel compares with the `vermagic` of each module.
package enum Vermagic {
  /// Longest string to take for one, in bytes.
  private static let longest = 512
  /// Places to look at before giving up: a hostile image may hold millions.
  private static let mostCandidates = 10_000

  /// Words that may follow the release (`include/linux/vermagic.h`, `arch/*/include/asm/vermagic.h`
  /// and their predecessors in `asm/module.h`, 2.6 to 7.3).
  private static let words: Set<String> = [
    "SMP", "preempt", "preempt_rt", "mod_unload", "modversions",
    // arm64, riscv, arm, powerpc
    "aarch64", "riscv", "ARMv3", "ARMv4", "ARMv4T", "ARMv5", "ARMv6", "ARMv6K", "ARMv7", "ARMv7M",
    "thumb2", "p2v8", "p2v16", "mprofile-kernel", "patchable-function-entry", "relocatable",
    // x86, 32 bits
    "386", "486", "486SX", "586", "586TSC", "586MMX", "CORE2", "ATOM", "686", "PENTIUMII",
    "PENTIUMIII", "PENTIUMIIIM", "PENTIUMM", "PENTIUM4", "K6", "K7", "K8", "ELAN", "CRUSOE",
    "EFFICEON", "WINCHIPC6", "WINCHIP2", "WINCHIP3D", "CYRIXIII", "VIAC3-2", "VIAC7", "GEODEGX1",
    "GEODE", "4KSTACKS", "4KSTACKS-",
    // loongarch, mips
    "LOONGARCH", "32BIT", "64BIT", "BMIPS", "MIPS32_R1", "MIPS32_R2", "MIPS32_R5", "MIPS32_R6",
    "MIPS64_R1", "MIPS64_R2", "MIPS64_R5", "MIPS64_R6", "R3000", "TX39XX", "VR41XX", "R4300",
    "R4X00", "TX49XX", "R5000", "R5432", "R5500", "R6000", "NEVADA", "R8000", "R10000", "RM7000",
    "RM9000", "SB1", "LOONGSON1", "LOONGSON1B", "LOONGSON1C", "LOONGSON2", "LOONGSON2EF",
    "LOONGSON3", "LOONGSON32", "LOONGSON64", "CAVIUM_OCTEON", "P5600", "XLR", "XLP",
    // arc, hexagon, ia64, m68k, sh, xtensa
    "ARC700", "ARC", "ia64", "gcc-3.3", "SH-2", "SH-2A", "SH-3", "SH-4", "SH-4A", "SH-5",
    // grsecurity and its heirs
    "CONSTIFY_PLUGIN", "STACKLEAK_PLUGIN", "RANDSTRUCT_PLUGIN", "GRSEC", "REFCOUNT", "UDEREF",
  ]

  /// Finds the string of a kernel of some release (`uname -r`), a trailing space included; `nil` if
  /// the kernel cannot load modules, or uses words unknown here.
  package static func find(in bytes: RawSpan, release: String) -> String? {
    guard !release.isEmpty else { return nil }
    let sought = Array("\(release) ".utf8)
    var position = 0
    var candidates = 0
    while candidates < mostCandidates,
      let start = bytes.firstRange(of: sought.rawSpan, from: position)
    {
      candidates &+= 1
      position = start &+ sought.count
      // What follows `=` is the vermagic of a module that the image carries.
      if bytes.byte(at: start &- 1) == 0x3d { continue }
      let end = min(bytes.byteCount, start &+ longest)
      if let candidate = bytes.slice(start..<end), let text = string(candidate, sought.count) {
        return text
      }
    }
    return nil
  }

  /// The string at the start of `bytes` if all words after the first `prefix` bytes are known.
  private static func string(_ bytes: RawSpan, _ prefix: Int) -> String? {
    guard let string = bytes.cString(at: 0), let rest = string.suffix(from: prefix) else {
      return nil
    }
    for word in rest.text.split(separator: " ") {
      guard words.contains(String(word)) || word.hasPrefix("RANDSTRUCT_") else { return nil }
    }
    return string.text
  }
}
