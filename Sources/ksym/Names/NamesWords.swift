internal import Kallsyms
internal import KernelReleases
internal import NameAudits
internal import SymbolNames
internal import SymbolTables

extension NameLimit.Interface {
  /// For people.
  var words: String {
    switch self {
    case .basicVersions: "basic version table"
    case .modpostLine: "modpost, with the rest of the line"
    case .moduleName: "module name"
    case .kallsyms: "kallsyms, and lookup by name"
    case .livepatchFunction: "livepatch function"
    case .livepatchObject: "livepatch object"
    case .traceEvent: "trace event (kprobe)"
    case .kprobeCommand: "kprobe_events line"
    case .bpfMultiKprobe: "BPF multi-kprobe"
    case .libbpfKallsyms: "libbpf reading kallsyms"
    case .libbpfTrimmedName: "libbpf without .llvm. suffix"
    case .depmodSymversLine: "depmod, line of Module.symvers"
    }
  }
}

extension NameAudit.LimitCount {
  /// For which kernels the limit holds, in words; empty for all.
  var conditions: String {
    var words: [String] = []
    if let wordBits = limit.wordBits { words.append("\(wordBits)-bit") }
    if let since = row.range.since { words.append("since \(since)") }
    if let through = row.range.through { words.append("up to \(through)") }
    return words.isEmpty ? "" : ", " + words.joined(separator: ", ")
  }
}

extension CompilerSuffix.Kind {
  var words: String {
    switch self {
    case .llvm: ".llvm.<hash>"
    case .unique: ".__uniq.<n>"
    case .ltoPrivate: ".lto_priv.<n>"
    case .isra: ".isra.<n>"
    case .constprop: ".constprop.<n>"
    case .part: ".part.<n>"
    case .specialized: ".specialized.<n>"
    case .argprom: ".argprom"
    case .cold: ".cold"
    case .unlikely: ".unlikely"
    case .kcfi: ".kcfi"
    case .cfi: ".cfi"
    case .cfiJumpTable: ".cfi_jt"
    case .cfiHash: "$<hash>"
    case .localAlias: ".localalias"
    case .number: ".<n>"
    }
  }
}

extension NameAudit.Stripping {
  /// For people.
  var words: String {
    switch self {
    case .all: "suffixes"
    case .wholeFunctions: "suffixes, pieces (.cold, .part) left out"
    case .llvm: ".llvm.<hash>"
    }
  }
}
