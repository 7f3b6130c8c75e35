internal import Livepatching
internal import ModuleLoading

extension LoadCause {
  /// The cause in one line, without its full stop.
  var words: String {
    let (symbol, owner) = (symbol ?? "?", owner ?? "?")
    let (module, kernel) = (module ?? "?", kernel ?? "?")
    switch code {
    case .otherArchitecture: return "the module is for \(module), this kernel for \(kernel)"
    case .otherRelease: return "the module was built for \(module), this kernel is \(kernel)"
    case .otherConfiguration:
      return "module_layout differs at the same release: another configuration or compiler"
    case .moduleVermagic:
      return "only the module was built with: \(options.joined(separator: ", "))"
    case .kernelVermagic:
      return "only the kernel was built with: \(options.joined(separator: ", "))"
    case .otherGenerator:
      return "the module's versions were made by \(module), the kernel's by \(kernel): their CRCs "
        + "never agree"
    case .versionsDiffer:
      return "\(count ?? 0) of its \(total ?? 0) versions of vmlinux symbols differ"
    case .ownerRebuilt:
      return "\(count ?? 0) versions of \(owner) differ: it was probably rebuilt since"
    case .namesTooLong:
      return "\(count ?? 0) names are longer than the \(limit ?? 0) bytes that the basic layout "
        + "holds, and the module has no extended versions: rebuild it with EXTENDED_MODVERSIONS"
    case .licenceIncompatible:
      return "the module is not GPL-compatible (its first license= counts), so it cannot see "
        + "GPL-only exports"
    case .namespaceNotImported:
      return
        "\(symbol): add MODULE_IMPORT_NS for its namespace, unless it is for named modules only"
    case .ownerRefused: return "\(symbol) is exported by \(owner), which the kernel refuses itself"
    case .ownerNotLoaded: return "\(symbol) is exported by \(owner), which is not loaded"
    case .unsigned:
      return "the module is not signed: sign it (ksym convert --sign, kmodsign) with a key that "
        + "this machine trusts"
    case .signerUnknown:
      return "the module is signed with a certificate of \(owner) (\(symbol)), which the kernel "
        + "trusts only once it is enrolled (for DKMS: mokutil --import /var/lib/dkms/mok.pub, then "
        + "restart)"
    case .changedAfterSigning:
      return "the signature is not of this module: it was changed after signing (stripped, "
        + "converted), or signed with another key of that name; sign it again"
    case .typesDiffer:
      return "the module's types (BTF) count on from those of another build of this kernel: "
        + "rebuild it against this kernel's vmlinux, or without BTF"
    case .builtIn:
      return "code with the name \(owner) is built into this kernel, which has /sys/module/\(owner)"
    case .structureEmpty:
      return ".gnu.linkonce.this_module has no bytes: the kernel dies of a structure of zeros"
    case .structureReadOnly:
      return ".gnu.linkonce.this_module is not writable: the kernel dies when it writes to it"
    case .nameUnterminated:
      return "the module's name fills its field without a NUL: a fortified kernel panics over it"
    case .exportNameWild:
      return "the name of an export is at no address of the module: the kernel dies reading it"
    case .initWild:
      return "init_module is no code that the kernel keeps: it dies jumping there"
    case .exportsUnknown: return "what the kernel exports is not known"
    case .layoutVersionUnknown: return "the kernel's CRC of module_layout is not known"
    case .tooManySymbols: return "it uses more symbols than ksym looks at"
    default: return code.rawValue
    }
  }
}

extension LoadAssumption {
  /// The assumption in one line, without its full stop.
  var words: String {
    let pair = "\(key ?? "?")=\(value ?? "?")"
    return switch code {
    case .given: "\(pair) (from --assume)"
    case .optionUnknown: "\(pair) (no configuration)"
    case .releaseUnknown: "\(pair) (not found; --assume release=…)"
    case .vermagicUnknown: "the vermagic agrees (not found; --assume vermagic=…)"
    case .structureSizeUnknown:
      "the size of struct module agrees (no BTF, no module of this kernel's own tree)"
    case .missingVersionsAccepted: "\(pair) (upstream: no distribution's build tag was recognised)"
    case .signatureUnchecked: "the signature is valid, or by a key that is not known"
    case .keyNotEnrolled:
      "no key of the machine signed it (signer \(value ?? "unknown"); --efivars or --keys give the keys)"
    case .typesUnknown:
      "the module's types (BTF) fit those of the kernel (which were not found)"
    case .kernelSymbolsUnknown:
      "the kernel has every symbol that is named (its file has no symbol table)"
    case .fentrySitesUnknown:
      "every patched function has an fentry site (the kernel's file does not list them)"
    case .callbackUnknown: "the pre_patch callback of \(object ?? "?") succeeds"
    default: code.rawValue
    }
  }
}

extension SymbolProblem {
  /// What is wrong with the symbol, in a few words.
  var words: String {
    switch problem {
    case nil: "fine"
    case .crc?: "versions differ"
    case .missing?: "nobody exports it"
    case .gplOnly?: "for GPL-compatible modules only"
    case .namespace?: "namespace not imported"
    case .unversioned?: "the module carries no version"
    case .proprietary?: "exported by a proprietary module"
    case .duplicateExport?: "already exported"
    case .malformed?: "malformed symbol"
    case let other?: other.rawValue
    }
  }
}

extension GivenFact.Problem {
  /// Why a fact cannot be used, in a few words.
  var words: String {
    switch self {
    case .notRefuseOrAccept: "takes refuse or accept"
    case .notARelease: "not a release such as 6.12.3"
    case .notASize: "not a number of bytes"
    case .notAnOptionValue: "takes y, m or n"
    case .unknownKey:
      "no such key; known are missing-version, release, vermagic, struct-module-size and options"
    }
  }
}
