public import Kallsyms
public import KernelImages

/// The symbols of a kernel, with what the file they come from tells of them.
public struct KernelSymbolSource: Sendable {
  /// The symbols.
  public let table: SymbolTable
  /// Where the kernel's own tables lie; `nil` for a list of symbols.
  public let tables: KallsymsTables?
  /// The kernel's release, if the file has a banner.
  public let release: String?
  /// The build ID, if the file is a kernel with one.
  public let buildID: BuildID?
  /// Type letters that the kernel prints wrongly, by index of the symbol.
  public let wrongTypes: [Int: UInt8]

  /// Whether every address is zero: /proc/kallsyms as those read it who may not see addresses
  /// (kernel.kptr_restrict).
  public var hidesAddresses: Bool { table.hidesAddresses }

  /// Whether addresses are distances from `_text`, since the image does not tell where it lies.
  public var hasRelativeAddresses: Bool { table.isRelative }

  /// Digits of an address in hexadecimal: 8 for 32-bit kernels, else 16.
  public var addressWidth: Int {
    if let tables { return tables.wordSize == 4 ? 8 : 16 }
    return table.addresses.contains { $0 > 0xffff_ffff } ? 16 : 8
  }
}
