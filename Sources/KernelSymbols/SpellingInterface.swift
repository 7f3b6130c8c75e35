internal import SymbolSpelling
internal import SymbolTables

/// A place that takes the name of a kernel symbol, each in a spelling of its own. More may come.
public struct SpellingInterface: Sendable, Hashable {
  let interface: SymbolInterface

  /// A line for `kprobe_events` of tracefs.
  public static let kprobe = SpellingInterface(interface: .kprobe)
  /// Text for `set_ftrace_filter` of tracefs.
  public static let ftrace = SpellingInterface(interface: .ftrace)
  /// An argument of `perf probe`.
  public static let perf = SpellingInterface(interface: .perf)
  /// A probe of bpftrace.
  public static let bpftrace = SpellingInterface(interface: .bpftrace)
  /// The fields of a livepatch's `struct klp_func`.
  public static let livepatch = SpellingInterface(interface: .livepatch)
  /// A command of gdb.
  public static let gdb = SpellingInterface(interface: .gdb)
  /// A command of crash.
  public static let crash = SpellingInterface(interface: .crash)
  /// The layouts of version tables that can hold the name.
  public static let modversions = SpellingInterface(interface: .modversions)
}

/// How a symbol is written for an interface.
public struct SymbolWriting: Sendable, Hashable {
  /// What to write; `nil` if the interface cannot take the symbol.
  public let text: String?
  /// The code of the reason why it cannot, in kebab case.
  public let problem: String?
  /// Codes of what to know about it, in kebab case.
  public let remarks: [String]
}

extension SymbolCollection {
  /// How the symbol with an index, or a place in it, is written for an interface.
  ///
  /// - Parameters:
  ///   - place: Index of the symbol.
  ///   - offset: Distance of the place from the symbol, in bytes.
  ///   - interface: The interface.
  /// - Returns: The text for the interface, or why there is none.
  public func writing(
    of place: Int, at offset: UInt64 = 0, for interface: SpellingInterface
  ) -> SymbolWriting {
    let speller = SymbolSpeller(index, kernel: kernel, interfaces: [interface.interface])
    let spelling = speller.spelling(of: place, at: offset, for: interface.interface)
    return SymbolWriting(
      text: spelling.text, problem: spelling.problem?.code.rawValue,
      remarks: spelling.remarks.map(\.code.rawValue))
  }
}
