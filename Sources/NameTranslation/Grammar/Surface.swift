/// A kind of text that holds symbol names, by the tools that write it.
package enum Surface: String, Sendable, CaseIterable {
  /// Kernel logs: call traces, register lines, messages of the loader.
  case kernelLog = "kernel-log"
  /// Lists of symbols: nm, System.map, /proc/kallsyms.
  case symbolList = "symbol-list"
  /// objdump.
  case objdump
  /// readelf.
  case readelf
  /// gdb.
  case gdb
  /// crash.
  case crash
  /// Module.symvers and modprobe.
  case versions
  /// ftrace.
  case ftrace
  /// perf.
  case perf
  /// bpftrace and bcc.
  case bpf
  /// Folded stacks for flame graphs.
  case foldedStacks = "folded-stacks"
  /// kprobe_events and dynamic_events.
  case probes
  /// Livepatch paths and symbols.
  case livepatch
  /// One name a line.
  case nameList = "name-list"
  /// Messages of modpost, linkers and depmod.
  case build
  /// Names that no plain word can be, anywhere in a text.
  case anywhere
  /// Readable and linkage name as one, `readable{linkage}`.
  case pair
  /// The SHA-256 of a name.
  case digest
  /// An address without a name.
  case address

  /// The rows of the grammars that tables describe.
  static let patterns: [LinePattern] =
    kernelLogPatterns + symbolListPatterns + versionPatterns + objdumpPatterns + readelfPatterns
    + gdbPatterns + crashPatterns + ftracePatterns + perfPatterns + bpfPatterns + probePatterns
    + livepatchPatterns + buildPatterns + nameListPatterns
}
