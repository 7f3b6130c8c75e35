/// A fact about the kernel that its files did not give, and that an answer rests on.
package struct LoadAssumption: Sendable, Hashable {
  /// What was assumed. More may come.
  package struct Code: RawRepresentable, Sendable, Hashable {
    /// The code in kebab case.
    package let rawValue: String

    /// The code with a spelling.
    package init(rawValue: String) { self.rawValue = rawValue }
  }

  /// What was assumed.
  package let code: Code
  /// The option of the configuration, without `CONFIG_`, or the fact such as `release`.
  package let key: String?
  /// The value that was assumed for the key.
  package let value: String?
  /// The object that a livepatch patches: `vmlinux` or a module.
  package let object: String?

  /// Creates an assumption; what a code does not speak of stays `nil`.
  package init(_ code: Code, key: String? = nil, value: String? = nil, object: String? = nil) {
    self.code = code
    self.key = key
    self.value = value
    self.object = object
  }
}

extension LoadAssumption.Code {
  /// The user said so: ``LoadAssumption/key`` and ``LoadAssumption/value``.
  package static let given = Self(rawValue: "given")
  /// No configuration was found, so the option in ``LoadAssumption/key`` has its usual value.
  package static let optionUnknown = Self(rawValue: "option-unknown")
  /// The release was not found; ``LoadAssumption/value`` is the newest whose rules are known.
  package static let releaseUnknown = Self(rawValue: "release-unknown")
  /// The kernel's vermagic was not found, so the module's agrees.
  package static let vermagicUnknown = Self(rawValue: "vermagic-unknown")
  /// The size of `struct module` was not found, so the module's agrees.
  package static let structureSizeUnknown = Self(rawValue: "structure-size-unknown")
  /// A symbol that the version table lacks is accepted, as upstream: the build tag names no
  /// distribution that patches this.
  package static let missingVersionsAccepted = Self(rawValue: "missing-versions-accepted")
  /// The signature is valid, or made with a key that the kernel does not know.
  package static let signatureUnchecked = Self(rawValue: "signature-unchecked")
  /// Only ``LoadAssumption/value`` of the kernel's modules were looked at: others may export more.
  package static let modulesNotFound = Self(rawValue: "modules-not-found")
  /// The machine's keys are not known, so none of them made the signature; ``LoadAssumption/value`` is the
  /// serial number of the signer's certificate, or its key's identifier, ``LoadAssumption/key`` who issued it.
  package static let keyNotEnrolled = Self(rawValue: "key-not-enrolled")
  /// What ``LoadAssumption/key`` says of the machine is not known, and taken as ``LoadAssumption/value``:
  /// Secure Boot, lockdown, whether signatures are enforced.
  package static let machineUnknown = Self(rawValue: "machine-unknown")
  /// The certificate that made the signature, of the serial number or key identifier ``LoadAssumption/value``,
  /// is in one of the keyrings in ``LoadAssumption/key``: the user gave it.
  package static let keyEnrolled = Self(rawValue: "key-enrolled")
  /// The kernel loads the module ``LoadAssumption/value`` when it needs the digest in
  /// ``LoadAssumption/key``: it is one of its own, and may not be there early in the boot.
  package static let digestLoaded = Self(rawValue: "digest-loaded")
  /// The kernel does not ask the platform's keys (db), one of which made the signature: only kernels that
  /// their distribution patched do, and this one's build names none of these.
  package static let platformNotAsked = Self(rawValue: "platform-not-asked")
  /// The file's signature for IMA (`security.ima`) is by a key of its keyring: it was not verified.
  package static let appraisalUnchecked = Self(rawValue: "appraisal-unchecked")
  /// Signatures were not looked at, as was asked.
  package static let signaturesLeftOut = Self(rawValue: "signatures-left-out")
  /// The types of modules (BTF) were not looked at, as was asked.
  package static let typesLeftOut = Self(rawValue: "types-left-out")
  /// Which names built-in code has in /sys/module was not found, or not of all, so the module's is free.
  package static let builtInUnknown = Self(rawValue: "built-in-unknown")
  /// Built-in code that is called as the module, ``LoadAssumption/value``, has parameters, which are shown
  /// in /sys/module by that name: only a list of its files was found.
  package static let builtInShown = Self(rawValue: "built-in-shown")
  /// A built-in driver that is called as the module, ``LoadAssumption/value``, has been registered, which
  /// makes its directory in /sys/module: its code decides whether it is.
  package static let builtInRegistered = Self(rawValue: "built-in-registered")
  /// The machine is no guest of Xen or Hyper-V, on which a built-in driver that is called as the module,
  /// ``LoadAssumption/value``, is registered.
  package static let builtInOfGuest = Self(rawValue: "built-in-of-guest")
  /// The kernel's types (BTF), or whether it looks at those of modules, were not found, so the
  /// module's fit.
  package static let typesUnknown = Self(rawValue: "types-unknown")
  /// Relocations write over the module's types, which fit those of the kernel then.
  package static let typesWritten = Self(rawValue: "types-written")
  /// Relocations name symbols after the end of the symbol table: the kernel reads what its memory
  /// holds there, and survives.
  package static let symbolsBeyondTable = Self(rawValue: "symbols-beyond-table")
  /// Relocations have places outside of their section: the kernel writes to what its memory has there, and
  /// survives.
  package static let placesBeyondSection = Self(rawValue: "places-beyond-section")
  /// Symbols are of sections after the end of the table, and of the file: the kernel reads what its memory
  /// holds there, and survives.
  package static let sectionsBeyondTable = Self(rawValue: "sections-beyond-table")
  /// The kernel looks for the name of a section after the end of the file, takes what holds there, and
  /// survives.
  package static let namesBeyondFile = Self(rawValue: "names-beyond-file")
  /// What the file has in place of powerpc64's stubs, whose section is not of type `SHT_NOBITS`, leaves room for
  /// those that the kernel makes.
  package static let stubsEmpty = Self(rawValue: "stubs-empty")
  /// The kernel has ``LoadAssumption/value`` bytes of memory for each processor left, which is more than most
  /// set apart for modules.
  package static let perCPURoom = Self(rawValue: "per-cpu-room")
  /// The kernel's file has no symbol table, so the kernel has every symbol that is named.
  package static let kernelSymbolsUnknown = Self(rawValue: "kernel-symbols-unknown")
  /// The kernel's file does not list fentry sites, so every patched function has one.
  package static let fentrySitesUnknown = Self(rawValue: "fentry-sites-unknown")
  /// The `pre_patch` callback of ``LoadAssumption/object`` returns 0.
  package static let callbackUnknown = Self(rawValue: "callback-unknown")
}
