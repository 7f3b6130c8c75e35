internal import SymbolNames

/// A symbol's name, in its four forms.
///
/// ```swift
/// let name = SymbolName("_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk")
/// print(name.readable)   // kernel::print::call_printk
/// ```
public struct SymbolName: Sendable, Hashable, CustomStringConvertible {
  private let name: SymbolNames.SymbolName

  init(_ name: SymbolNames.SymbolName) { self.name = name }

  /// Takes a linkage name.
  public init(_ linkage: String) { name = SymbolNames.SymbolName(linkage) }

  /// The name that the linker, kallsyms, version tables and livepatches use; invalid UTF-8 is replaced.
  public var linkage: String { name.text }

  /// The linkage name as bytes, without a NUL.
  public var bytes: [UInt8] { name.linkage }

  /// The name in the source: without what compilers append (`.llvm.123`, `.isra.0`); the linkage name
  /// itself for Rust.
  public var source: String { name.source.text }

  /// The name as a programmer writes it: `kernel::print::call_printk` for a mangled Rust name, else
  /// the source name.
  public var readable: String { name.readable ?? source }

  /// SHA-256 of the linkage name without one leading dot, as 64 hexadecimal digits: the name in tables
  /// that have no room for it.
  public var hashed: String { name.hashed.hexadecimal }

  /// The linkage name.
  public var description: String { linkage }
}
