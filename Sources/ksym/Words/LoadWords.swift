internal import Livepatching
internal import ModuleLoading

extension LoadCause {
  /// The cause in one line, without its full stop.
  var words: String {
    let (symbol, owner) = (symbol ?? "?", owner ?? "?")
    let (module, kernel) = (module ?? "?", kernel ?? "?")
    switch code {
    case .loaderAbsent: return "this kernel was built without modules (MODULES is not set)"
    case .otherArchitecture: return "the module is for \(module), this kernel for \(kernel)"
    case .notAModule: return notAModule
    case .cutShort:
      guard let count, let total else { return "the file is cut short" }
      return "the file is cut short: it has \(count) of \(total) bytes"
    case .alreadyLoaded: return "a module with its name is loaded already: \(owner)"
    case .stripped:
      return "the module was stripped: keep its symbols (strip -g drops debug info only)"
    case .otherStructureSize:
      return "struct module has \(module) bytes in the module, \(kernel) in this kernel"
    case .rebuild: return "build it again with the headers of \(kernel)"
    case .otherRelease: return "the module was built for \(module), this kernel is \(kernel)"
    case .otherConfiguration:
      return "module_layout differs at the same release: another configuration or compiler"
    case .notForced:
      return
        "the kernel is asked to ignore the module's \(module): it loads such modules only if it is built with "
        + "MODULE_FORCE_LOAD"
    case .withoutVermagic:
      return
        "the module has no vermagic: the kernel loads such modules only if it is built with MODULE_FORCE_LOAD"
    case .moduleVermagic:
      return "only the module was built with: \(options.joined(separator: ", "))"
    case .kernelVermagic:
      return "only the kernel was built with: \(options.joined(separator: ", "))"
    case .otherGenerator:
      return "the module's versions were made by \(module), the kernel's by \(kernel): their CRCs "
        + "never agree"
    case .versionsDiffer:
      let names = options.isEmpty ? "" : ": \(list(options, of: count))"
      return "\(count ?? 0) of its \(total ?? 0) versions of vmlinux symbols differ\(names)"
    case .ownerRebuilt:
      return "\(count ?? 0) versions of \(owner) differ: it was probably rebuilt since"
    case .namesTooLong:
      return "\(count ?? 0) names are longer than the \(limit ?? 0) bytes that the basic layout "
        + "holds, and the module has no extended versions: rebuild it with EXTENDED_MODVERSIONS"
    case .licenceIncompatible:
      return "the module is not GPL-compatible (its first license= counts), so it cannot see "
        + "GPL-only exports"
    case .ownerProprietary:
      return
        "\(owner), whose exports the module uses, is proprietary, and with it GPL-only exports "
        + "cannot be used"
    case .namespaceNotImported:
      return
        "\(symbol): add MODULE_IMPORT_NS for its namespace, unless it is for named modules only"
    case .ownerRefused: return "\(symbol) is exported by \(owner), which the kernel refuses itself"
    case .ownerNotLoaded: return "\(symbol) is exported by \(owner), which is not loaded"
    case .modulesNotFound:
      let what = total ?? 0 > 0 ? "some modules" : "the modules of this kernel"
      return "\(what) were not found; needed: \(list(options)) (--with, or a directory with the "
        + "modules; \(total ?? 0) modules were looked at)"
    case .notExported:
      return "\(count ?? 0) of its symbols are exported neither by this kernel nor by one of its "
        + "\(total ?? 0) modules that were looked at"
    case .unsigned, .signerUnknown, .signerOpen, .changedAfterSigning, .cryptoUnsupported,
      .signatureMalformed, .signatureUnverifiable, .signatureIgnored, .notAppraised,
      .signedAttributes, .signerNotLoaded:
      return trust
    case .typesDiffer: return typesDiffer
    case .typesDamaged:
      return "the module's types (BTF) are damaged: build it again"
    case .builtIn:
      return "code with the name \(owner) is built into this kernel, which has /sys/module/\(owner)"
    case .kernelCannotUnpack:
      let what =
        count.map { "takes the first stream alone (\($0) of \(total ?? 0) bytes)" }
        ?? "refuses it (EINVAL, \(kernel))"
      return
        "loads only if it is unpacked in user space: kmod 31 and later hand .ko\(suffix) over to this "
        + "kernel, which \(what); \(repacking)"
    case .noDecompressor:
      return
        "this kernel does not unpack modules (MODULE_DECOMPRESS is not set): kmod then unpacks them "
        + "itself, as check does without --compressed-file"
    case .protected:
      return "this kernel keeps it from modules that are not signed with one of its own keys"
    case .protectedUnknown:
      return "this kernel keeps symbols from modules that are not signed with one of its own keys "
        + "(MODULE_SIG_PROTECT), and which was not found in its image"
    case .keptByKernel, .madeByCompiler, .notOfKernel, .otherCrateBuild: return missing(symbol)
    case .sectionMissing:
      return "the module has no section \(symbol), which this kernel fills: link it with the "
        + "script module.lds of the kernel's headers"
    case .structureEmpty:
      return ".gnu.linkonce.this_module has no bytes: the kernel dies of a structure of zeros"
    case .structureReadOnly:
      return
        ".gnu.linkonce.this_module is not writable: the kernel dies when it writes to or frees it"
    case .structureShort:
      return
        ".gnu.linkonce.this_module is shorter than the kernel's structure: "
        + "what follows it in memory decides"
    case .nameUnterminated:
      return "the module's name fills its field without a NUL: a fortified kernel panics over it"
    case .exportNameWild:
      return "the name of an export is at no address of the module: the kernel dies reading it"
    case .sectionNamesEmpty:
      return "the table of section names is empty: the kernel dies reading what is before the file"
    case .sectionFar:
      return "the alignment of a section puts it after the module's memory"
    case .sectionWild:
      return "the kernel copies a section without a type from outside of the file"
    case .initWild:
      return "init_module is no code that the kernel keeps: it dies jumping there"
    case .exportsUnknown: return "what the kernel exports is not known"
    case .layoutVersionUnknown: return "the kernel's CRC of module_layout is not known"
    case .tooManySymbols: return "it uses more symbols than ksym looks at"
    default: return code.rawValue
    }
  }
}

extension LoadCause {
  /// What a file is that was given as a module.
  private var notAModule: String {
    switch module {
    case "nothing": "the file is empty: nothing came in"
    case "source": "this is source code: build it (make -C …/build M=$PWD modules) and give the .ko"
    case "text": "this is a text, not a module"
    case "script": "this is a script, not a module"
    case "object": "this is an object file, not a module: give the .ko that is linked from it"
    case "vendor-boot":
      "this is a vendor_boot image of Android: take its ramdisk (unpack_bootimg), which holds the modules"
    case "debug-file":
      "this is the debug information of a module, whose sections have no contents: give the module itself"
    case "linked-elf": "this is a program, a library or a kernel, not a module"
    case "bitcode": "this is LLVM bitcode, not a module"
    case "archive": "this is an archive of object files, not a module"
    case "debian-package": "this is a Debian package: name the file, not standard input"
    case "rpm-package": "this is an RPM package: name the file, not standard input"
    case "zip": "this is a zip archive: unpack it"
    case "tar": "this is a tar archive: name the file, not standard input"
    case "initramfs": "this is an initramfs: name the file, not standard input"
    case "squashfs": "this is a file system: mount it, or unpack it (unsquashfs)"
    case "kernel-image": "this is a kernel image, not a module: give it with -k"
    default: "this is no ELF file, as modules are"
    }
  }

  /// Most names of a list to show.
  private static let namesShown = 8

  /// Names with commas between; of many the first.
  private func list(_ names: [String], of count: Int? = nil) -> String {
    let more = (count ?? names.count) - LoadCause.namesShown
    return names.prefix(LoadCause.namesShown).joined(separator: ", ")
      + (more > 0 ? " and \(more) more" : "")
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
    case .modulesNotFound:
      "the modules that others need were not found (\(value ?? "0") of this kernel were looked at)"
    case .keyNotEnrolled:
      "no key of the machine signed it (the signer's certificate was issued by \(key ?? "a name not given"), "
        + "\(value ?? "unknown"); --efivars or --keys give the machine's keys)"
    case .machineUnknown: "\(pair) (of the machine, not given)"
    case .keyEnrolled:
      "the certificate \(value ?? "?") is enrolled where the kernel asks (\(key ?? "?")), as --keys gives it"
    case .digestLoaded:
      "the module \(value ?? "?") is loaded when the digest \(key ?? "?") is needed"
    case .platformNotAsked:
      "the kernel does not ask the platform's keys (UEFI db), one of which signed the module (kernels of "
        + "Debian, Fedora, Red Hat and SUSE do)"
    case .appraisalUnchecked:
      "the file's signature for IMA (security.ima) is by a key that IMA trusts"
    case .signaturesLeftOut: "signatures are good, and were not looked at (--no-signatures)"
    case .typesLeftOut: "the types of modules (BTF) fit, and were not looked at (--no-btf)"
    case .builtInUnknown:
      "no built-in code has the module's name in /sys/module (no image that shows these was found)"
    case .builtInShown:
      "the parameters of the built-in \(value ?? "?") are in /sys/module by that name (no image that shows "
        + "these was found)"
    case .builtInRegistered:
      "the built-in driver \(value ?? "?") has been registered at boot, and is in /sys/module"
    case .builtInOfGuest:
      "the machine is no guest of Xen or Hyper-V, where the built-in driver \(value ?? "?") is registered"
    case .typesUnknown:
      "the module's types (BTF) fit those of the kernel (which were not found)"
    case .typesWritten:
      "the module's types (BTF) fit those of the kernel once relocations have written over them"
    case .symbolsBeyondTable:
      "the kernel survives relocations by symbols after the end of the symbol table"
    case .placesBeyondSection:
      "the kernel survives relocations of places outside of their section"
    case .stubsEmpty:
      "the bytes of .stubs, which is not of type NOBITS, leave room for the kernel's stubs"
    case .sectionsBeyondTable:
      "the kernel survives symbols of sections after the end of the section table"
    case .namesBeyondFile:
      "the kernel survives names of sections after the end of the file"
    case .perCPURoom:
      "\(value ?? "?") bytes of memory for each processor are left for modules (most kernels have 8192)"
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
    case .unknown?: "not exported by the kernel itself (--all looks in modules, too)"
    case .gplOnly?: "for GPL-compatible modules only"
    case .namespace?: "namespace not imported"
    case .unversioned?: "the module carries no version"
    case .proprietary?: "exported by a proprietary module"
    case .protected?: "protected from modules without a signature that counts"
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
    case .notAValue: "not a value that it takes"
    case .unknownKey:
      "no such key; known are missing-version, release, vermagic, struct-module-size, "
        + "\(GivenFact.values.keys.sorted().joined(separator: ", ")) and options"
    }
  }
}
