internal import ByteStorage

/// Where a kernel lets functions be traced and probed.
///
/// - Note: kernel/trace/ftrace.c (`__start_mcount_loc`), kernel/kprobes.c (`__start_kprobe_blacklist`
///   and the areas of `populate_kprobe_blacklist`), release 7.2.
package struct ProbeSites: Sendable {
  /// Addresses where functions call ftrace, ascending.
  package let tracing: [UInt64]
  /// Functions that kprobes refuse by name: their addresses, ascending.
  package let refused: [UInt64]
  /// Whether kprobe events may be put on functions that ftrace cannot trace
  /// (`CONFIG_KPROBE_EVENTS_ON_NOTRACE`, or no dynamic ftrace).
  package var allowsUntraced = false

  package init(tracing: [UInt64], refused: [UInt64]) {
    self.tracing = tracing.sorted()
    self.refused = refused.sorted()
  }

  /// Whether ftrace has a site in a function of `size` bytes that begins at `address`.
  package func canTrace(_ address: UInt64, size: UInt64) -> Bool {
    let (end, overflow) = address.addingReportingOverflow(max(size, 1))
    return tracing.holdsSorted(address..<(overflow ? .max : end))
  }

  /// Whether a function is on the list of those that kprobes refuse.
  package func refuses(_ address: UInt64) -> Bool {
    refused.holdsSorted(address..<(address == .max ? address : address + 1))
  }
}
