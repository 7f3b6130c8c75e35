package import ByteStorage
package import Kallsyms
package import KernelImages
package import SymbolTables

/// The symbols of a kernel, with what the file they come from tells of them.
package struct KernelSymbolSource: Sendable {
  /// What kind of file the symbols come from.
  package enum Origin: Sendable, Hashable {
    /// The image of a kernel: addresses are those that it was linked to.
    case image
    /// The memory of a running kernel.
    case dump
    /// A list as text: System.map, nm output, /proc/kallsyms.
    case list
    /// Modules' files, whose symbols have offsets in sections for addresses.
    case modules
  }

  /// Path of the file that has them; `nil` for modules.
  package var path: String?
  /// The symbols.
  package internal(set) var table: SymbolTable
  /// What kind of file they come from.
  package let origin: Origin
  /// Where the kernel's own tables lie, in bytes from ``tablesAddress`` in a dump, else from the start
  /// of the kernel's bytes; `nil` for a list of symbols.
  package let tables: KallsymsTables?
  /// Size of an address in bytes, where ``tables`` do not tell it and the file does.
  var wordSize: Int?
  /// The address in the running kernel from which ``tables`` counts; `nil` unless it is a dump.
  package let tablesAddress: UInt64?
  /// The kernel's release, if the file has a banner.
  package let release: String?
  /// The build ID, if the file is a kernel with one.
  package internal(set) var buildID: BuildID?
  /// Type letters that the kernel prints wrongly, by index of the symbol.
  package let wrongTypes: [Int: UInt8]
  /// Which functions can be traced and probed; `nil` if that was not asked for, or cannot be told.
  package internal(set) var probeSites: ProbeSites?
  /// How far the kernel was moved from the addresses that it was linked to (KASLR), in bytes, and what
  /// tells; `nil` if nothing does.
  package var kernelOffset: KernelFacts.Fact<UInt64>?
  /// Whether addresses are those that the kernel was linked to although it had been moved, since
  /// ``undoMove(by:)`` was called.
  package private(set) var isMoveUndone = false

  /// How far the kernel was moved that addresses from elsewhere come from, in bytes, where these symbols were
  /// not moved themselves; see ``undoMove(by:)``.
  package private(set) var foreignMove: UInt64 = 0

  /// What of the modules to add could not be read, in order.
  package internal(set) var unreadModules: [FileError] = []

  init(
    _ table: SymbolTable, _ origin: Origin, tables: KallsymsTables? = nil,
    tablesAddress: UInt64? = nil, release: String? = nil, wrongTypes: [Int: UInt8] = [:]
  ) {
    self.table = table
    self.origin = origin
    self.tables = tables
    self.tablesAddress = tablesAddress
    self.release = release
    self.wrongTypes = wrongTypes
  }

  /// Whether addresses are those of a running kernel, or of one that ran: those of its own list, of a
  /// dump, or moved by KASLR. Those of an image are not.
  package var hasRunningAddresses: Bool {
    let isMoved = kernelOffset.map { $0.value != 0 } ?? false
    return (path == "/proc/kallsyms" || origin == .dump || isMoved) && !isMoveUndone
  }

  /// Whether every address is zero: /proc/kallsyms as those read it who may not see addresses
  /// (kernel.kptr_restrict).
  package var hidesAddresses: Bool { table.hidesAddresses }

  /// Whether addresses are distances from `_text`, since the image does not tell where it lies.
  package var hasRelativeAddresses: Bool { table.isRelative }

  /// Digits of an address in hexadecimal: 8 for 32-bit kernels, else 16.
  package var addressWidth: Int {
    if let size = tables?.wordSize ?? wordSize { return size == 4 ? 8 : 16 }
    return table.addresses.contains { $0 > 0xffff_ffff } ? 16 : 8
  }

  /// Gives symbols the addresses that they were linked to.
  ///
  /// An image counts as not moved unless something tells. Symbols that were not moved keep their addresses: an
  /// offset is then that of a kernel whose addresses are to be looked up in them, ``foreignMove``.
  ///
  /// - Parameter offset: How far the kernel was moved, in bytes; ``kernelOffset`` if `nil`.
  /// - Returns: Whether the offset is known, and addresses are.
  @discardableResult
  package mutating func undoMove(by offset: UInt64? = nil) -> Bool {
    let unmoved: UInt64? = origin == .image || origin == .modules ? 0 : nil
    let known = kernelOffset?.value ?? unmoved
    guard let move = offset ?? known, !hidesAddresses else { return false }
    if let offset, known == 0 {
      foreignMove = offset
      return true
    }
    if !isMoveUndone, !hasRelativeAddresses { table.undoMove(by: move) }
    isMoveUndone = true
    return true
  }
}

extension KernelSymbolSource {
  /// The address of the kernel's text, below which nothing is moved; 0 if it is not known.
  package var lowestText: UInt64 {
    table.indexes(named: ["_text", "_stext"]).lazy.compactMap { $0 }.first
      .map { table.addresses[$0] } ?? 0
  }

  /// Where x86-64 kernels are linked to, unless configured otherwise (`CONFIG_PHYSICAL_START`), the
  /// space above that KASLR uses, and the steps in which it moves them.
  ///
  /// - Note: arch/x86/boot/compressed/kaslr.c and arch/x86/Kconfig (7.3).
  private static let (usualStart, largestMove, smallestMove): (UInt64, UInt64, UInt64) =
    (0xffff_ffff_8100_0000, 1 << 30, 2 << 20)

  /// How far an x86-64 kernel was moved, as the address of its text tells; `nil` for others.
  ///
  /// Only the addresses of such kernels are high enough, and linked to the same place everywhere.
  static func usualMove(_ table: SymbolTable) -> KernelFacts.Fact<UInt64>? {
    guard !table.isRelative,
      let text = table.address(ofKernelSymbol: "_text") ?? table.address(ofKernelSymbol: "_stext"),
      text >= usualStart, text - usualStart < largestMove, (text - usualStart) % smallestMove == 0
    else { return nil }
    return KernelFacts.Fact(text - usualStart, from: FactSource(.usualAddress))
  }
}
