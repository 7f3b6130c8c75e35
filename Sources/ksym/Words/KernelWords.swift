internal import ELFFormat
internal import Kallsyms
internal import Kernels
internal import SymbolFiles

extension FactSource {
  /// The source in words: a path, and which part of the file.
  var words: String {
    switch code {
    case .file: path
    case .btf: "\(path) (BTF)"
    case .embedded: "\(path) (embedded)"
    case .vmcoreInformation: path.isEmpty ? "VMCOREINFO" : "\(path) (VMCOREINFO)"
    case .kallsyms: "\(path) (kallsyms)"
    case .directoryName: "\(path) (name of the directory)"
    case .assumption: "from --assume"
    case .bannerPlace: "where the image has its banner"
    case .usualAddress: "the address that x86-64 kernels have unmoved"
    default: path.isEmpty ? code.rawValue : path
    }
  }
}

extension KernelNote {
  /// The note in one line.
  var words: String {
    let reason = error.map { "\($0)" } ?? ""
    switch code {
    case .stub: return "\(path): a stub, with type information only"
    case .embeddedConfiguration: return "embedded configuration: \(reason)"
    case .dumpedKernel: return "\(path): the kernel's own memory: \(reason)"
    case .symvers: return "\(path): \(reason)"
    default: return reason
    }
  }
}

extension ForeignConfiguration {
  /// What differs, in one line without the path.
  var words: String {
    var parts: [String] = []
    if let machine {
      parts.append("for \(machine.configuration.name), not \(machine.kernel.name)")
    }
    if let release { parts.append("of \(release.configuration), not \(release.kernel)") }
    return "the configuration of another kernel: " + parts.joined(separator: ", ")
  }
}

extension OpenKernel.Choice {
  /// Which kernel was taken, in one line without the path.
  var words: String {
    let others = releases.filter { $0 != taken }
    let shown =
      others.prefix(4).joined(separator: ", ") + (others.count > 4 ? ", \(Sign.ellipsis)" : "")
    return "holds \(releases.count) kernels; \(taken) was taken, not \(shown)"
  }
}

extension VersionLayoutTable.Effect {
  /// What follows from the option, in one line.
  var words: String {
    switch code {
    case .unversioned:
      "modules carry no versions and none are checked; the release in vermagic decides"
    case .typesFromDebugInformation:
      "CRCs come from debug information (needs DEBUG_INFO, excludes LTO): those of genksyms never "
        + "match them"
    case .typesFromSource: "CRCs come from genksyms, which cannot read Rust"
    case .excludesVersions: "cannot be set together with MODVERSIONS before 6.14"
    case .basicBeside:
      "old kernels and kmod read the modules' versions; long names are left out of __versions"
    case .longNamesStopBuild:
      "a name that does not fit __versions stops the build (too long symbol)"
    case .extendedOnly:
      "kmod sees no versions (depmod -e -E reports false mismatches), and the loader wants the "
        + "exact release, as for modules without versions"
    case .noTable:
      "modules get no versions at all: the loader refuses them, but with MODULE_FORCE_LOAD"
    case .anyLength:
      "names of any length get versions; where both tables are, the loader looks at this one"
    case .basicOnly:
      "set, it would give names of any length versions, in sections that kernels up to 6.13 "
        + "and kmod ignore; the loader reads them already"
    case .selectsExtended:
      isSet
        ? "selects EXTENDED_MODVERSIONS; needs GENDWARFKSYMS"
        : "set, it would select EXTENDED_MODVERSIONS, and need GENDWARFKSYMS"
    default: otherWords
    }
  }

  private var otherWords: String {
    switch code {
    case .hashSuffixes:
      "static functions may be called NAME.llvm.NUMBER in kallsyms; excludes GENDWARFKSYMS"
    case .numberSuffixes: "static names may get numbers (NAME.1); excludes GENDWARFKSYMS"
    case .trimmedExports:
      "only symbols that the build's own modules use are exported: others are unknown"
    case .signatureForced:
      "modules without a valid signature are refused: a changed one must be signed again"
    case .signatureChecked:
      "a changed module counts as unsigned; with a stale signature it is refused"
    case .forcedLoading: "modules without versions or vermagic load, and taint the kernel"
    case .livepatchSymbols:
      "livepatches name symbols in .klp.sym entries, whatever the version tables hold"
    case .symbolNameLimit:
      "names in kallsyms have up to \(longestName ?? 0) bytes; version tables are apart"
    default: code.rawValue
    }
  }
}

extension KallsymsTables.Reading {
  /// `64-bit absolute addresses`.
  var words: String {
    let size = wordSize.map { "\($0 * 8)-bit " } ?? ""
    return "\(size)\(encoding.rawValue) addresses"
  }
}

extension LoadedModulesProblem {
  /// The problem in one line, without the path.
  var words: String {
    switch self {
    case .noModules: "no symbols of loaded modules"
    case .hiddenAddresses: "addresses are hidden; reading them needs root or kernel.kptr_restrict=0"
    case .noCommonSymbol:
      "neither _stext nor another bound of the kernel's text has an address here and in the kernel"
    case .otherKernel: "a list from another kernel: its symbols do not lie as those of this one"
    }
  }
}

extension ModuleWithoutFrames {
  /// The module and the reason in one line.
  var words: String {
    switch cause {
    case .noFile: "\(plain(name)): the file of this module was not found (see --modules); no frames"
    case .unreadable(let error): "\(error.explained); no frames of this module"
    case .otherBuild(let path):
      "\(plain(path)): not the module that is loaded, its symbols lie elsewhere; no frames"
    }
  }
}
