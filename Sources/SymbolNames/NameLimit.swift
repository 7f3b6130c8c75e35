/// How long a symbol name one interface takes.
package struct NameLimit: Equatable, Sendable {
  /// A place where names are written or read.
  package enum Interface: Sendable, CaseIterable {
    /// `__versions`, the basic version table.
    case basicVersions
    /// A line of C that `modpost` generates, name and frame together.
    case modpostLine
    /// A module's name.
    case moduleName
    /// The kallsyms tables, and every lookup by name in the kernel.
    case kallsyms
    /// The function a livepatch replaces.
    case livepatchFunction
    /// The object (module) a livepatch patches.
    case livepatchObject
    /// The name of a trace event, as of a kprobe.
    case traceEvent
    /// One line written to `kprobe_events`.
    case kprobeCommand
    /// A function given to BPF for a kprobe on many.
    case bpfMultiKprobe
    /// libbpf reading /proc/kallsyms.
    case libbpfKallsyms
    /// libbpf retrying a function without its `.llvm.` suffix.
    case libbpfTrimmedName
    /// depmod reading a line of Module.symvers.
    case depmodSymversLine
  }

  /// What becomes of a name that is too long.
  package enum Excess: Sendable {
    /// The build or the call fails.
    case refused
    /// The entry is left out.
    case omitted
    /// The name is cut.
    case truncated
  }

  /// A kernel release by its first two numbers.
  package struct Release: Comparable, Sendable {
    /// The first number.
    package let major: Int
    /// The second number.
    package let minor: Int

    /// Makes `major.minor`.
    ///
    /// - Parameters:
    ///   - major: The first number.
    ///   - minor: The second number.
    package init(_ major: Int, _ minor: Int) {
      self.major = major
      self.minor = minor
    }

    /// Orders by age.
    package static func < (left: Release, right: Release) -> Bool {
      (left.major, left.minor) < (right.major, right.minor)
    }
  }

  /// The interface.
  package let interface: Interface
  /// The most bytes it takes, without the terminating NUL.
  package let maximum: Int
  /// The width in bits of the kernels this holds for; nil for both.
  package let wordBits: Int?
  /// The first release this holds for; nil from the beginning, or not bound to a kernel.
  package let since: Release?
  /// The last release this holds for; nil to this day.
  package let through: Release?
  /// What becomes of a longer name.
  package let excess: Excess
  /// Where the number comes from.
  package let source: String
}

extension NameLimit {
  private static func row(
    _ interface: Interface, _ maximum: Int, bits: Int? = nil, since: Release? = nil,
    through: Release? = nil, _ excess: Excess, _ source: String
  ) -> NameLimit {
    NameLimit(
      interface: interface, maximum: maximum, wordBits: bits, since: since, through: through,
      excess: excess, source: source)
  }

  /// Every limit known.
  package static let all: [NameLimit] = [
    row(
      .basicVersions, 55, bits: 64, through: Release(6, 13), .refused,
      "include/linux/module.h, MODULE_NAME_LEN"),
    row(
      .basicVersions, 59, bits: 32, through: Release(6, 13), .refused,
      "include/linux/module.h, MODULE_NAME_LEN"),
    // With the extended table beside it modpost leaves the name out; without, it still refuses.
    row(
      .basicVersions, 55, bits: 64, since: Release(6, 14), .omitted,
      "scripts/mod/modpost.c, add_versions"),
    row(
      .basicVersions, 59, bits: 32, since: Release(6, 14), .omitted,
      "scripts/mod/modpost.c, add_versions"),
    row(.modpostLine, 499, .refused, "scripts/mod/modpost.c, buf_printf (SZ 500)"),
    row(.moduleName, 55, bits: 64, .refused, "include/linux/module.h, MODULE_NAME_LEN"),
    row(.moduleName, 59, bits: 32, .refused, "include/linux/module.h, MODULE_NAME_LEN"),
    row(
      .kallsyms, 127, through: Release(6, 0), .omitted, "include/linux/kallsyms.h, KSYM_NAME_LEN"),
    row(.kallsyms, 511, since: Release(6, 1), .omitted, "include/linux/kallsyms.h, KSYM_NAME_LEN"),
    row(.livepatchFunction, 127, through: Release(6, 0), .refused, "kernel/livepatch/core.c"),
    row(.livepatchFunction, 511, since: Release(6, 1), .refused, "kernel/livepatch/core.c"),
    row(.livepatchObject, 55, bits: 64, .refused, "kernel/livepatch/core.c"),
    row(.livepatchObject, 59, bits: 32, .refused, "kernel/livepatch/core.c"),
    row(.traceEvent, 63, .refused, "kernel/trace/trace_probe.h, MAX_EVENT_NAME_LEN"),
    row(.kprobeCommand, 4094, .refused, "kernel/trace/trace.c, trace_parse_run_command"),
    row(.bpfMultiKprobe, 127, through: Release(6, 0), .refused, "kernel/trace/bpf_trace.c"),
    row(.bpfMultiKprobe, 511, since: Release(6, 1), .refused, "kernel/trace/bpf_trace.c"),
    row(.libbpfKallsyms, 499, .truncated, "tools/lib/bpf/libbpf.c, libbpf_kallsyms_parse"),
    row(.libbpfTrimmedName, 255, .omitted, "tools/lib/bpf/libbpf.c, avail_kallsyms_cb"),
    row(.depmodSymversLine, 10_239, .truncated, "kmod, tools/depmod.c, depmod_load_symvers"),
  ]

  /// The limits of one kernel, and those bound to no kernel.
  ///
  /// - Parameters:
  ///   - release: The kernel's release.
  ///   - wordBits: 32 or 64.
  /// - Returns: At most one row for each interface.
  package static func limits(release: Release, wordBits: Int) -> [NameLimit] {
    all.filter { limit in
      limit.wordBits ?? wordBits == wordBits
        && limit.since.map { $0 <= release } ?? true
        && limit.through.map { release <= $0 } ?? true
    }
  }
}
