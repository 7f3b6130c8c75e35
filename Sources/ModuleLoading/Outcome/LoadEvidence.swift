/// What hints at why a module does not fit.
struct LoadEvidence: Sendable {
  /// Records of the version table whose CRC equals, and differs from, that of vmlinux' export.
  var agreeing = 0
  var differing = 0
  /// The module's own vermagic.
  var vermagic: String?
  /// Whether the module's CRCs, and the kernel's, look like those of gendwarfksyms.
  var moduleUsesDWARF: Bool?
  var kernelUsesDWARF: Bool?
  /// Whether the module has extended versions.
  var hasExtended = false
  /// Longest name that its basic version table can hold.
  var longestBasicName = 55

  /// CRC that gendwarfksyms gives every `void f(void)`, such as `__fentry__`.
  static let emptyFunctionCRC: UInt64 = 0xd272_d446
}
