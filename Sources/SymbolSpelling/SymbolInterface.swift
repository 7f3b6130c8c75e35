/// A place that takes the name of a kernel symbol, each in a spelling of its own.
package enum SymbolInterface: String, Sendable, CaseIterable {
  /// A line for `kprobe_events` of tracefs.
  case kprobe
  /// Text for `set_ftrace_filter` of tracefs.
  case ftrace
  /// An argument of `perf probe`.
  case perf
  /// A probe of bpftrace.
  case bpftrace
  /// The fields of a livepatch's `struct klp_func`.
  case livepatch
  /// A command of gdb.
  case gdb
  /// A command of crash.
  case crash
  /// The layouts of version tables that can hold the name.
  case modversions
}

/// How a symbol is written for an interface.
package struct SymbolSpelling: Sendable, Hashable {
  /// The interface.
  package let interface: SymbolInterface
  /// What to write; `nil` if the interface cannot take the symbol.
  package let text: String?
  /// Why it cannot; `nil` if it can.
  package let problem: SpellingNote?
  /// What to know about it.
  package let remarks: [SpellingNote]

  init(_ interface: SymbolInterface, _ text: String, remarks: [SpellingNote] = []) {
    self.interface = interface
    self.text = text
    problem = nil
    self.remarks = remarks
  }

  init(
    _ interface: SymbolInterface, impossible problem: SpellingNote, remarks: [SpellingNote] = []
  ) {
    self.interface = interface
    text = nil
    self.problem = problem
    self.remarks = remarks
  }
}
