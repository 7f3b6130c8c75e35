/// A likely cause of a verdict, where the evidence shows one.
package struct LoadCause: Sendable, Hashable {
  /// What the cause is. More may come.
  package struct Code: RawRepresentable, Sendable, Hashable {
    /// The code in kebab case.
    package let rawValue: String

    /// The code with a spelling.
    package init(rawValue: String) { self.rawValue = rawValue }
  }

  /// What the cause is.
  package let code: Code
  /// The symbol it is about.
  package var symbol: String?
  /// Who exports the symbols it is about: `vmlinux` or a module.
  package var owner: String?
  /// What the module has: a release, a generator, an architecture.
  package var module: String?
  /// What the kernel has instead.
  package var kernel: String?
  /// Words of a vermagic string, such as `preempt`.
  package var options: [String] = []
  /// Number of symbols or versions it is about.
  package var count: Int?
  /// Number of versions that were compared.
  package var total: Int?
  /// Longest name that fits, in bytes.
  package var limit: Int?
  /// A symbol's address in the kernel, and its type letter.
  package var address: UInt64?
  package var type: UInt8?

  init(_ code: Code, symbol: String? = nil, owner: String? = nil) {
    self.code = code
    self.symbol = symbol
    self.owner = owner
  }

  /// A file of a kind that is no module.
  init(_ code: Code, kind: String) {
    self.code = code
    module = kind
  }

  /// A cause that lies in a difference between module and kernel.
  init(_ code: Code, module: String, kernel: String) {
    self.code = code
    self.module = module
    self.kernel = kernel
  }
}

extension LoadCause.Code {
  /// The kernel was built without MODULES: it loads none.
  package static let loaderAbsent = Self(rawValue: "loader-absent")
  /// The module is for another architecture.
  package static let otherArchitecture = Self(rawValue: "other-architecture")
  /// The file is no module: ``LoadCause/module`` is what it is instead.
  package static let notAModule = Self(rawValue: "not-a-module")
  /// The file ends before what its headers speak of: it has ``LoadCause/count`` of
  /// ``LoadCause/total`` bytes.
  package static let cutShort = Self(rawValue: "cut-short")
  /// A module with the same name is loaded: ``LoadCause/owner`` is its file.
  package static let alreadyLoaded = Self(rawValue: "already-loaded")
  /// The module has no symbol table.
  package static let stripped = Self(rawValue: "stripped")
  /// `struct module` has another size in the module and in the kernel.
  package static let otherStructureSize = Self(rawValue: "other-structure-size")
  /// The module has to be built again for the kernel's release, ``LoadCause/kernel``.
  package static let rebuild = Self(rawValue: "rebuild")
  /// The module was built for another release.
  package static let otherRelease = Self(rawValue: "other-release")
  /// `module_layout` differs at the same release: another configuration or compiler.
  package static let otherConfiguration = Self(rawValue: "other-configuration")
  /// Only the module's vermagic has the ``LoadCause/options``.
  package static let moduleVermagic = Self(rawValue: "module-vermagic")
  /// Only the kernel's vermagic has the ``LoadCause/options``.
  package static let kernelVermagic = Self(rawValue: "kernel-vermagic")
  /// The kernel is asked to ignore the module's ``LoadCause/module``, `versions` or `vermagic`, and is built without
  /// MODULE_FORCE_LOAD, with which it would load such modules.
  package static let notForced = Self(rawValue: "not-forced")
  /// The module has no vermagic, and the kernel is built without MODULE_FORCE_LOAD.
  package static let withoutVermagic = Self(rawValue: "without-vermagic")
  /// genksyms made the versions of one side, gendwarfksyms those of the other.
  package static let otherGenerator = Self(rawValue: "other-generator")
  /// ``LoadCause/count`` of ``LoadCause/total`` versions of vmlinux' symbols differ.
  package static let versionsDiffer = Self(rawValue: "versions-differ")
  /// Several versions of ``LoadCause/owner`` differ: it was probably rebuilt.
  package static let ownerRebuilt = Self(rawValue: "owner-rebuilt")
  /// Names are longer than the basic layout holds, and there are no extended versions.
  package static let namesTooLong = Self(rawValue: "names-too-long")
  /// The module's licence hides GPL-only exports from it.
  package static let licenceIncompatible = Self(rawValue: "licence-incompatible")
  /// The module uses what ``LoadCause/owner`` exports, which is proprietary and hides GPL-only exports from
  /// it, though its own licence does not.
  package static let ownerProprietary = Self(rawValue: "owner-proprietary")
  /// The namespace of a symbol is not imported.
  package static let namespaceNotImported = Self(rawValue: "namespace-not-imported")
  /// The kernel refuses the module that exports a symbol.
  package static let ownerRefused = Self(rawValue: "owner-refused")
  /// The module that exports a symbol is not loaded.
  package static let ownerNotLoaded = Self(rawValue: "owner-not-loaded")
  /// The modules in ``LoadCause/options`` were not found, which may export what is not known; of the
  /// kernel's modules ``LoadCause/total`` were looked at.
  package static let modulesNotFound = Self(rawValue: "modules-not-found")
  /// Neither the kernel nor one of the ``LoadCause/total`` modules that were looked at exports
  /// ``LoadCause/count`` symbols.
  package static let notExported = Self(rawValue: "not-exported")
  /// The module has no signature, and the kernel asks for one.
  package static let unsigned = Self(rawValue: "unsigned")
  /// The module has a signature, which the kernel does not look at: it is asked to ignore the module's
  /// versions or its vermagic.
  package static let signatureIgnored = Self(rawValue: "signature-ignored")
  /// No key that the kernel trusts made the signature; ``LoadCause/symbol`` is the serial number of the
  /// signer's certificate, or its key's identifier, ``LoadCause/owner`` who issued it, and
  /// ``LoadCause/options`` the keyrings that the kernel asks.
  package static let signerUnknown = Self(rawValue: "signer-unknown")
  /// As ``signerUnknown``, of a machine whose keys are not known: with the certificate enrolled the module
  /// loads, without it the kernel logs ``LoadCause/kernel``.
  package static let signerOpen = Self(rawValue: "signer-open")
  /// The signature is made with what the kernel lacks: the digests in ``LoadCause/options``, or an
  /// algorithm that it does not know.
  package static let cryptoUnsupported = Self(rawValue: "crypto-unsupported")
  /// The signature, or what says how long it is, is not of the form that the kernel reads.
  package static let signatureMalformed = Self(rawValue: "signature-malformed")
  /// IMA demands a signature in the file's attribute `security.ima`, which it does not have, or which the
  /// way of loading does not pass on.
  package static let notAppraised = Self(rawValue: "not-appraised")
  /// The kernel has the algorithms in ``LoadCause/options``, and ksym cannot compute them: whether the
  /// signature is good is open.
  package static let signatureUnverifiable = Self(rawValue: "signature-unverifiable")
  /// The signature is made with signed attributes, with which none counts for modules.
  package static let signedAttributes = Self(rawValue: "signed-attributes")
  /// As ``signerUnknown``, and the signer's certificate is given as enrolled: the kernel does not load it, as
  /// it lacks an algorithm that the certificate needs.
  package static let signerNotLoaded = Self(rawValue: "signer-not-loaded")
  /// A trusted key is named, and the signature is not of these bytes.
  package static let changedAfterSigning = Self(rawValue: "changed-after-signing")
  /// The module's types (BTF) do not fit those of the kernel: those that they continue have
  /// ``LoadCause/count`` of the ``LoadCause/options`` (types, or bytes of names), the kernel's
  /// ``LoadCause/total``; ``LoadCause/symbol`` is the first that is refused.
  package static let typesDiffer = Self(rawValue: "types-differ")
  /// The module's types (BTF) are damaged, not those of another build.
  package static let typesDamaged = Self(rawValue: "types-damaged")
  /// Code that is built into the kernel has the name ``LoadCause/owner`` in /sys/module.
  package static let builtIn = Self(rawValue: "built-in")
  /// The kernel refuses to unpack the file, of the format ``LoadCause/module``, which user space unpacks: it
  /// logs ``LoadCause/kernel``.
  package static let kernelCannotUnpack = Self(rawValue: "kernel-cannot-unpack")
  /// The kernel is handed a compressed file, and has no decompressor for modules.
  package static let noDecompressor = Self(rawValue: "no-decompressor")
  /// What the module uses or exports is protected from modules without a signature that counts (Android).
  package static let protected = Self(rawValue: "protected")
  /// It is not known what the kernel protects from modules without a signature that counts (Android).
  package static let protectedUnknown = Self(rawValue: "protected-unknown")
  /// The kernel has ``LoadCause/symbol`` of the type ``LoadCause/type`` at ``LoadCause/address``, and does
  /// not export it; ``LoadCause/options`` are options that have to do with it.
  package static let keptByKernel = Self(rawValue: "kept-by-kernel")
  /// The compiler made the name ``LoadCause/symbol``, for what the ``LoadCause/options`` ask of it; the
  /// kernel has of them ``LoadCause/kernel``.
  package static let madeByCompiler = Self(rawValue: "made-by-compiler")
  /// ``LoadCause/symbol`` is a function of user space, or of the compiler's library.
  package static let notOfKernel = Self(rawValue: "not-of-kernel")
  /// The kernel exports the Rust symbol ``LoadCause/symbol`` of another build of the crate
  /// ``LoadCause/owner``: ``LoadCause/module`` and ``LoadCause/kernel`` are the crate's disambiguators,
  /// ``LoadCause/options`` the kernel's compiler, if its configuration has that.
  package static let otherCrateBuild = Self(rawValue: "other-crate-build")
  /// The module has no section ``LoadCause/symbol``, which the kernel fills, and says nothing of it.
  package static let sectionMissing = Self(rawValue: "section-missing")
  /// The module structure has no bytes in the file, which releases up to 6.3 do not notice.
  package static let structureEmpty = Self(rawValue: "structure-empty")
  /// The module structure is not writable, and the kernel writes to it.
  package static let structureReadOnly = Self(rawValue: "structure-read-only")
  /// The kernel's `struct module` goes on after the module's: it reads and writes what follows.
  package static let structureShort = Self(rawValue: "structure-short")
  /// The module's name fills its field, and the fortified kernel measures it.
  package static let nameUnterminated = Self(rawValue: "name-unterminated")
  /// The name of an export lies at a wild address, where the kernel reads it.
  package static let exportNameWild = Self(rawValue: "export-name-wild")
  /// The table of section names is empty and lies at the file's first byte: the kernel reads the byte before.
  package static let sectionNamesEmpty = Self(rawValue: "section-names-empty")
  /// A section without a type lies outside of the file, and the kernel copies what is there.
  package static let sectionWild = Self(rawValue: "section-wild")
  /// The alignment of a section puts it after the module's memory, and the kernel copies it there.
  package static let sectionFar = Self(rawValue: "section-far")
  /// The module's init is no code that the kernel keeps, and it jumps there.
  package static let initWild = Self(rawValue: "init-wild")
  /// It is not known what the kernel exports.
  package static let exportsUnknown = Self(rawValue: "exports-unknown")
  /// The kernel's CRC of `module_layout` is not known.
  package static let layoutVersionUnknown = Self(rawValue: "layout-version-unknown")
  /// The module uses more symbols than are looked at.
  package static let tooManySymbols = Self(rawValue: "too-many-symbols")
}
