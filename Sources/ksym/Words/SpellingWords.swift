internal import KernelReleases
internal import SymbolSpelling

extension SymbolSpelling {
  /// Why the interface cannot take the symbol, in words; `nil` if it can.
  var problemWords: String? { problem.map { words(for: $0) } }

  /// What to know about the spelling, in words.
  var remarkWords: [String] { remarks.map { words(for: $0) } }

  /// What a note says of this spelling.
  private func words(for note: SpellingNote) -> String {
    switch note.code {
    case .needsAddress: needsAddress(note.subject)
    case .notFunction: "it is not a function"
    case .beforeFunction:
      interface == .livepatch
        ? "it is not where a function begins"
        : "the bytes before a function are not code that can be probed"
    case .untraceable: untraceable
    default: SymbolSpelling.problems(note) ?? SymbolSpelling.remarks(note) ?? note.code.rawValue
    }
  }

  private func needsAddress(_ module: String?) -> String {
    let place = interface == .kprobe ? module.map { " in \($0)" } ?? "" : ""
    let source = interface == .crash ? "dump" : "running kernel"
    return "the name is not unique\(place), and only the \(source) knows its address"
  }

  private var untraceable: String {
    switch interface {
    case .ftrace: "the function has no call of ftrace (notrace, or the compiler's own)"
    case .livepatch: "ftrace cannot trace the function, so it cannot be replaced"
    default:
      "kprobe events refuse functions that ftrace cannot trace (except under "
        + "CONFIG_KPROBE_EVENTS_ON_NOTRACE)"
    }
  }

  private static func problems(_ note: SpellingNote) -> String? {
    switch note.code {
    case .lineTooLong: "the line is longer than the kernel reads"
    case .nameTooLong: "the name is longer than \(note.numbers.first ?? 0) bytes"
    case .specialCharacters: "the name has characters that mean something else"
    case .outsideText: "it is not in the kernel's text"
    case .noLivepatches: "this kernel is built without livepatching (LIVEPATCH is not set)"
    case .generated:
      "the kernel made it while it ran, and [\(note.subject ?? "")] is not a module"
    case .freed: "the kernel frees it after booting"
    case .refusedArea: "kprobes refuse \(area(note.subject ?? ""))"
    case .refused: "kprobes refuse the function (NOKPROBE_SYMBOL)"
    case .takesNoOffset: "it takes whole symbols, and no offset"
    case .outsideFunction:
      "the place is not within the function, which has \(note.numbers.first ?? 0) bytes"
    case .neverFound: "this kernel never finds it by name"
    default: nil
    }
  }

  /// A part of the text that kprobes refuse, by its first symbol.
  private static func area(_ start: String) -> String {
    switch start {
    case "__entry_text_start": "the code of kernel entry"
    case "__kprobes_text_start": "their own code"
    case "__noinstr_text_start": "code that must not be instrumented"
    case "__idmap_text_start": "the identity mapping"
    case "__hyp_text_start": "the hypervisor's code"
    default: "the code from \(start) on"
    }
  }

  private static func remarks(_ note: SpellingNote) -> String? {
    let first = note.numbers.first ?? 0
    let last = note.numbers.last ?? 0
    let subject = note.subject ?? ""
    switch note.code {
    case .relativeAddress:
      return "the image does not record its address: this is a distance from _text"
    case .linkedAddress: return "address as linked: KASLR moves it in the running kernel"
    case .instructionStart: return "the place must be where an instruction begins"
    case .position: return "number \(first) of \(last) with this name"
    case .selectsAll: return "it selects all \(first) functions with this name"
    case .alias: return "another name of the same address"
    case .pattern: return "written as a pattern: a leading digit would be taken for a position"
    case .unsafeMode: return "addresses need --unsafe from bpftrace 0.25 on"
    case .sitesUnknown: return "the source does not show whether the kernel refuses this function"
    case .sharedName: return "several symbols are \(subject) to crash"
    case .strippedName: return "with --no_strip: \(subject)"
    case .fileOrder:
      return "counted in the order of the module's symbol table, as it is in the file"
    case .cutName: return "this release cuts names at the suffix"
    case .basicTooSmall: return "basic holds \(first) bytes; the name has \(last)"
    case .extendedUnread:
      let since = ReleaseTrait.readsExtendedVersions.range.since.map { "\($0)" } ?? ""
      return "kernels read extended tables from \(since) on, this is \(subject)"
    case .hashed: return "hashed: sha256 \(subject)"
    default: return nil
    }
  }
}
