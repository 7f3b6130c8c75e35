package import ByteStorage

/// What is asked of a kernel beside the modules themselves.
package struct LoadRequest: Sendable {
  /// Modules that are loaded before, in order; those of a directory or an archive as they need each other.
  package var with: [String] = []
  /// Whether modules of the kernel's tree count as loaded when they export what is needed.
  package var loadsDependencies = true
  /// Whether all modules of the tree that may export a symbol are read to find it, or only those that
  /// depmod's list (`modules.symbols`) names for it, however old the list is.
  package var readsWholeTree = true
  /// Whether no module is there that the tree lacks, as in an initramfs.
  package var hasWholeTree = false
  /// Whether the modules that are asked about count as loaded, too, when others need what they export.
  package var loadsTargets = false
  /// Whether every needed symbol is reported, not only those with problems.
  package var reportsAllSymbols = false
  /// Whether the symbols of a module that is refused before they are looked at are compared all the same.
  package var goesOn = false
  /// Flag `MODULE_INIT_IGNORE_MODVERSIONS` (1) of `finit_module`.
  package var ignoresModversions = false
  /// Flag `MODULE_INIT_IGNORE_VERMAGIC` (2) of `finit_module`.
  package var ignoresVermagic = false
  /// Flag `MODULE_INIT_COMPRESSED_FILE` (4) of `finit_module`, for the modules asked about.
  package var isCompressedFile = false
  /// Names of the `module_blacklist=` boot option.
  package var blacklist: [String] = []
  /// What is known of the machine: its keys, and how strict its kernel is.
  package var trust = TrustRequest()
  /// Copies of modules, which are taken in place of their files; not of those that the kernel is to unpack.
  package var copies: ModuleCopies?
  /// Largest module after unpacking, in bytes.
  package var limit = FileBuffer.defaultLimit
  /// Threads to use.
  package var workers = 1

  /// The defaults.
  package init() {}
}

/// The answer for one module, or why there is none.
package struct LoadAnswer<Outcome: Sendable>: Sendable {
  /// Path of the module.
  package let path: String
  /// Whether it is one of ``LoadRequest/with``.
  package let isPreloaded: Bool
  /// What becomes of it, or why it could not be read.
  package let result: Result<Outcome, FileError>
}
