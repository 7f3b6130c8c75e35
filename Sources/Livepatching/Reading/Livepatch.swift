/// A livepatch module as found: what it patches, and what it names.
package struct Livepatch: Sendable {
  /// Where the description of what it patches comes from.
  package enum Carrier: Sendable, Hashable {
    /// A section that klp-build writes, which the module's init turns into structures.
    case section(String)
    /// `struct klp_patch` and what it points to, written by hand.
    case structures
    /// None was found: not a livepatch, or one that is put together when it runs.
    case none
  }

  /// The module's name when it is loaded.
  package internal(set) var moduleName = ""
  /// Whether modinfo has `livepatch=`.
  package internal(set) var isMarked = false
  /// Whether it calls `klp_enable_patch`.
  package internal(set) var enablesPatch = false
  /// Whether its init finds what to patch with `klp_find_section_by_name`.
  package internal(set) var findsSections = false
  /// Where ``objects`` come from.
  package internal(set) var carrier = Carrier.none
  /// What it patches, in order.
  package internal(set) var objects: [PatchedObject] = []
  /// `klp_patch.replace`: whether it replaces all livepatches before it; `nil` if that is not known.
  package internal(set) var replaces: Bool?
  /// Whether it carries states (`klp_patch.states`).
  package internal(set) var hasStates = false
  /// Whether it uses shadow variables (`klp_shadow_*`).
  package internal(set) var usesShadowVariables = false
  /// Sections marked as relocations for the livepatch core, in file order.
  package internal(set) var sections: [LivepatchSection] = []
  /// Index of the symbol table, which one log line shows.
  package internal(set) var symbolTableIndex = 0
  /// Whether it is for x86-64, whose kernel's words in a crash are known.
  package var isX86_64 = true
  /// What was not read, because there is too much of it.
  package internal(set) var omissions: [Omission] = []

  /// Whether anything makes it a livepatch.
  package var isLivepatch: Bool {
    isMarked || enablesPatch || carrier != .none || !sections.isEmpty
  }

  /// Names of all modules that it patches or whose symbols it names, each once.
  package var moduleNames: [String] {
    var seen: Set<String> = []
    let named =
      objects.compactMap(\.name) + sections.compactMap(\.name?.object)
      + sections.flatMap(\.references).compactMap(\.name?.object)
    return named.filter { $0 != "vmlinux" && seen.insert($0).inserted }
  }
}

/// An object that is patched: vmlinux or a module.
package struct PatchedObject: Sendable {
  /// Functions that modules bring along to be called around patching.
  package enum Callback: String, Sendable, CaseIterable {
    case prePatch = "pre_patch"
    case postPatch = "post_patch"
    case preUnpatch = "pre_unpatch"
    case postUnpatch = "post_unpatch"
  }

  /// The module; `nil` for vmlinux.
  package internal(set) var name: String?
  /// What is patched in it.
  package internal(set) var functions: [PatchedFunction] = []
  /// Whether its array of functions is there, be it empty.
  package internal(set) var hasFunctions = true
  /// Which callbacks are set.
  package internal(set) var callbacks: [Callback] = []

  /// The object as people and log lines name it.
  package var title: String { name ?? "vmlinux" }
}

/// A function that is patched.
package struct PatchedFunction: Sendable, Hashable {
  /// The name of the function in the object, `klp_func.old_name`; `nil` if it has none.
  package internal(set) var oldName: String?
  /// Which of the functions of this name, `klp_func.old_sympos`; 0 for the only one.
  package internal(set) var position: UInt64 = 0
  /// Whether there is a new function, `klp_func.new_func`.
  package internal(set) var hasNewFunction = false
  /// Name of the new function.
  package internal(set) var newName: String?
  /// Size of the new function, in bytes.
  package internal(set) var newSize: UInt64?
}

/// A section with relocations for the livepatch core.
package struct LivepatchSection: Sendable {
  /// Its index in the file.
  package let index: Int
  /// Its whole name.
  package let title: String
  /// The name read as the kernel reads it; `nil` if it is incorrectly formatted.
  package let name: LivepatchSectionName?
  /// Whether the loader applies it: the section it relocates is loaded.
  package let isApplied: Bool
  /// Number of relocations.
  package let count: Int
  /// The symbols that they name, each at its first use.
  package internal(set) var references: [LivepatchReference] = []
}

/// A symbol that a relocation for the livepatch core names.
package struct LivepatchReference: Sendable {
  /// Index of the first relocation that uses it.
  package let firstUse: Int
  /// The symbol's whole name; `nil` if the symbol table has no such symbol.
  package let title: String?
  /// Whether the symbol is marked (`SHN_LIVEPATCH`).
  package let isMarked: Bool
  /// Whether the symbol says that it is a function; `nil` if it does not say.
  package let isFunction: Bool?
  /// The name read as the kernel reads it; `nil` if it is incorrectly formatted.
  package let name: LivepatchSymbolName?
}
