extension LivepatchAdvice {
  /// What an advice is about. More may come.
  package struct Code: RawRepresentable, Sendable, Hashable {
    /// The code in kebab case.
    package let rawValue: String

    /// The code with a spelling.
    package init(rawValue: String) { self.rawValue = rawValue }
  }
}

// MARK: The module
extension LivepatchAdvice.Code {
  /// Nothing makes the module a livepatch.
  package static let notALivepatch = Self(rawValue: "not-a-livepatch")
  /// The file does not hold what is patched; the module assembles it when it runs.
  package static let assembledAtRuntime = Self(rawValue: "assembled-at-runtime")
  /// The module's modinfo lacks `livepatch=Y`.
  package static let notMarked = Self(rawValue: "not-marked")
  /// An object is called `vmlinux`, which is taken for a module with that name.
  package static let objectNamedVmlinux = Self(rawValue: "object-named-vmlinux")
  /// An object's name has a dash, and no loaded module's has.
  package static let objectNamedWithDash = Self(rawValue: "object-named-with-dash")
  /// A module that is patched is not loaded.
  package static let objectNotLoaded = Self(rawValue: "object-not-loaded")
  /// The kernel's file has no symbol table, so that what the livepatch names cannot be looked up.
  package static let kernelSymbolsNeeded = Self(rawValue: "kernel-symbols-needed")
  /// Something was not read, because there is too much of it.
  package static let notRead = Self(rawValue: "not-read")

  // MARK: Functions
  /// The function has no fentry site; those at ``LivepatchAdvice/positions`` have one.
  package static let noFentrySite = Self(rawValue: "no-fentry-site")
  /// The function is init code, which the kernel frees after it has started.
  package static let initCode = Self(rawValue: "init-code")
  /// The new function's size is nearer to that of functions at other positions.
  package static let sizeDiffers = Self(rawValue: "size-differs")
  /// Clones that the compiler made of the function are not patched with it.
  package static let clonesRemain = Self(rawValue: "clones-remain")
  /// The function's `.cold` part is replaced with it.
  package static let coldPartReplaced = Self(rawValue: "cold-part-replaced")

  // MARK: Positions
  /// There are several symbols, and a wrong position applies silently.
  package static let oneOfSeveral = Self(rawValue: "one-of-several")
  /// There are several symbols, and the livepatch gives no position.
  package static let positionNeeded = Self(rawValue: "position-needed")
  /// There are fewer symbols than the position says.
  package static let noSuchPosition = Self(rawValue: "no-such-position")
  /// A module has another symbol with the name, in memory that is freed after its init.
  package static let initNamesake = Self(rawValue: "init-namesake")
  /// Nothing is patched in the symbol's source file, but in that of others with the name.
  package static let fileNotPatched = Self(rawValue: "file-not-patched")
  /// Another symbol with the name is next to what is patched, this one far from it.
  package static let farFromPatched = Self(rawValue: "far-from-patched")

  // MARK: Missing names
  /// A symbol's module is not loaded.
  package static let ownerNotLoaded = Self(rawValue: "owner-not-loaded")
  /// The module has neither the symbol nor a variant of it.
  package static let notInModule = Self(rawValue: "not-in-module")
  /// The module has only variants of the symbol.
  package static let variantsInModule = Self(rawValue: "variants-in-module")
  /// The kernel has the symbol without a hash.
  package static let hashNotUsed = Self(rawValue: "hash-not-used")
  /// The release never finds a name with `.llvm.`; it finds the one without.
  package static let hashNeverFound = Self(rawValue: "hash-never-found")
  /// The release compares whole names, and the kernel's has a hash.
  package static let hashNeeded = Self(rawValue: "hash-needed")
  /// The kernel has the symbol with another hash.
  package static let hashChanged = Self(rawValue: "hash-changed")
  /// The kernel has only variants that the compiler made.
  package static let onlyVariants = Self(rawValue: "only-variants")
  /// The kernel has nothing with the name.
  package static let notInKernel = Self(rawValue: "not-in-kernel")
}
