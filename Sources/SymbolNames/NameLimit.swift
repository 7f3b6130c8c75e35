package import KernelReleases

/// How long a symbol name one interface takes.
package struct NameLimit: Hashable, Sendable, CustomStringConvertible {
  /// A place where names are written or read.
  package enum Interface: String, Sendable, CaseIterable {
    /// `__versions`, the basic version table.
    case basicVersions = "basic-versions"
    /// A line of C that `modpost` generates, name and frame together.
    case modpostLine = "modpost-line"
    /// A module's name.
    case moduleName = "module-name"
    /// The kallsyms tables, and every lookup by name in the kernel.
    case kallsyms
    /// The function a livepatch replaces.
    case livepatchFunction = "livepatch-function"
    /// The object (module) a livepatch patches.
    case livepatchObject = "livepatch-object"
    /// The name of a trace event, as of a kprobe.
    case traceEvent = "trace-event"
    /// One line written to `kprobe_events`.
    case kprobeCommand = "kprobe-command"
    /// A function given to BPF for a kprobe on many.
    case bpfMultiKprobe = "bpf-multi-kprobe"
    /// libbpf reading /proc/kallsyms.
    case libbpfKallsyms = "libbpf-kallsyms"
    /// libbpf retrying a function without its `.llvm.` suffix.
    case libbpfTrimmedName = "libbpf-trimmed-name"
    /// depmod reading a line of Module.symvers.
    case depmodSymversLine = "depmod-symvers-line"
  }

  /// What becomes of a name that is too long.
  package enum Excess: String, Sendable {
    /// The build or the call fails.
    case refused
    /// The entry is left out.
    case omitted
    /// The name is cut.
    case truncated
  }

  package let interface: Interface
  /// The most bytes it takes, without the terminating NUL.
  package let maximum: Int
  /// The width in bits of the kernels this holds for; nil for both.
  package let wordBits: Int?
  /// What becomes of a longer name.
  package let excess: Excess

  package var description: String {
    "\(interface) \(maximum) bytes\(wordBits.map { ", \($0)-bit" } ?? ""): \(excess)"
  }
}

extension NameLimit {
  /// Every limit known; those bound to no kernel hold for all releases.
  package static let table = ReleaseTable<NameLimit>(
    named: "Longest names",
    rows(
      .basicVersions, 55, 59, .refused, "include/linux/module.h, MODULE_NAME_LEN", until: extended)
      // With the extended table beside it modpost leaves the name out; without, it still refuses.
      + rows(
        .basicVersions, 55, 59, .omitted, "scripts/mod/modpost.c, add_versions", since: extended)
      + [row(.modpostLine, 499, .refused, "scripts/mod/modpost.c, buf_printf (SZ 500)")]
      + rows(.moduleName, 55, 59, .refused, "include/linux/module.h, MODULE_NAME_LEN")
      + symbolNames(.kallsyms, .omitted, "include/linux/kallsyms.h, KSYM_NAME_LEN")
      + symbolNames(.livepatchFunction, .refused, "kernel/livepatch/core.c")
      + rows(.livepatchObject, 55, 59, .refused, "kernel/livepatch/core.c") + [
        row(.traceEvent, 63, .refused, "kernel/trace/trace_probe.h, MAX_EVENT_NAME_LEN"),
        row(.kprobeCommand, 4094, .refused, "kernel/trace/trace.c, trace_parse_run_command"),
      ] + symbolNames(.bpfMultiKprobe, .refused, "kernel/trace/bpf_trace.c") + [
        row(.libbpfKallsyms, 499, .truncated, "tools/lib/bpf/libbpf.c, libbpf_kallsyms_parse"),
        row(.libbpfTrimmedName, 255, .omitted, "tools/lib/bpf/libbpf.c, avail_kallsyms_cb"),
        row(.depmodSymversLine, 10_239, .truncated, "kmod, tools/depmod.c, depmod_load_symvers"),
      ])

  package typealias Row = ReleaseTable<NameLimit>.Row

  private static let extended = ReleaseTrait.readsExtendedVersions.range.since

  private static func row(
    _ interface: Interface, _ maximum: Int, bits: Int? = nil, _ excess: Excess, _ source: String,
    since: KernelRelease? = nil, until: KernelRelease? = nil
  ) -> Row {
    let limit = NameLimit(interface: interface, maximum: maximum, wordBits: bits, excess: excess)
    return Row(limit, since: since, until: until, source)
  }

  /// A row for kernels of 64 bits, and one for those of 32.
  private static func rows(
    _ interface: Interface, _ wide: Int, _ narrow: Int, _ excess: Excess, _ source: String,
    since: KernelRelease? = nil, until: KernelRelease? = nil
  ) -> [Row] {
    [(wide, 64), (narrow, 32)].map {
      row(interface, $0.0, bits: $0.1, excess, source, since: since, until: until)
    }
  }

  /// The rows of an interface that takes names of `KSYM_NAME_LEN` bytes with the NUL.
  private static func symbolNames(
    _ interface: Interface, _ excess: Excess, _ source: String
  ) -> [Row] {
    KernelRelease.symbolNameLengths.rows.map {
      row(interface, $0.behaviour - 1, excess, source, since: $0.range.since, until: $0.range.until)
    }
  }

  /// The limits of one kernel, one for each interface, those bound to no kernel included.
  package static func limits(release: KernelRelease, wordBits: Int) -> [NameLimit] {
    table.rows.lazy.filter { $0.range.contains(release) }.map { $0.behaviour }
      .filter { $0.wordBits ?? wordBits == wordBits }
  }
}
