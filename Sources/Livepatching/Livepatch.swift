/// A livepatch module as found: what it patches, and what it names.
public struct Livepatch: Sendable {
  /// Where the description of what it patches comes from.
  public enum Carrier: Sendable, Hashable {
    /// A section that klp-build writes, which the module's init turns into structures.
    case section(String)
    /// `struct klp_patch` and what it points to, written by hand.
    case structures
    /// None was found: not a livepatch, or one that is put together when it runs.
    case none
  }

  /// The module's name when it is loaded.
  public internal(set) var moduleName = ""
  /// Whether modinfo has `livepatch=`.
  public internal(set) var isMarked = false
  /// Whether it calls `klp_enable_patch`.
  public internal(set) var enablesPatch = false
  /// Whether its init finds what to patch with `klp_find_section_by_name`.
  public internal(set) var findsSections = false
  /// Where ``objects`` come from.
  public internal(set) var carrier = Carrier.none
  /// What it patches, in order.
  public internal(set) var objects: [PatchedObject] = []
  /// `klp_patch.replace`: whether it replaces all livepatches before it; `nil` if that is not known.
  public internal(set) var replaces: Bool?
  /// Whether it carries states (`klp_patch.states`).
  public internal(set) var hasStates = false
  /// Whether it uses shadow variables (`klp_shadow_*`).
  public internal(set) var usesShadowVariables = false
  /// Sections marked as relocations for the livepatch core, in file order.
  public internal(set) var sections: [LivepatchSection] = []
  /// Index of the symbol table, which one log line shows.
  public internal(set) var symbolTableIndex = 0
  /// Whether it is for x86-64, whose kernel's words in a crash are known.
  public var isX86_64 = true
  /// What was left out because there is too much of it, for people.
  public internal(set) var omissions: [String] = []

  /// Whether anything makes it a livepatch.
  public var isLivepatch: Bool {
    isMarked || enablesPatch || carrier != .none || !sections.isEmpty
  }

  /// Names of all modules that it patches or whose symbols it names, each once.
  public var moduleNames: [String] {
    var seen: Set<String> = []
    let named =
      objects.compactMap(\.name) + sections.compactMap(\.name?.object)
      + sections.flatMap(\.references).compactMap(\.name?.object)
    return named.filter { $0 != "vmlinux" && seen.insert($0).inserted }
  }
}

/// An object that is patched: vmlinux or a module.
public struct PatchedObject: Sendable {
  /// Functions that modules bring along to be called around patching.
  public enum Callback: String, Sendable, CaseIterable {
    case prePatch = "pre_patch"
    case postPatch = "post_patch"
    case preUnpatch = "pre_unpatch"
    case postUnpatch = "post_unpatch"
  }

  /// The module; `nil` for vmlinux.
  public internal(set) var name: String?
  /// What is patched in it.
  public internal(set) var functions: [PatchedFunction] = []
  /// Whether its array of functions is there, be it empty.
  public internal(set) var hasFunctions = true
  /// Which callbacks are set.
  public internal(set) var callbacks: [Callback] = []

  /// The object as people and log lines name it.
  public var title: String { name ?? "vmlinux" }
}

/// A function that is patched.
public struct PatchedFunction: Sendable, Hashable {
  /// The name of the function in the object, `klp_func.old_name`; `nil` if it has none.
  public internal(set) var oldName: String?
  /// Which of the functions of this name, `klp_func.old_sympos`; 0 for the only one.
  public internal(set) var position: UInt64 = 0
  /// Whether there is a new function, `klp_func.new_func`.
  public internal(set) var hasNewFunction = false
  /// Name of the new function.
  public internal(set) var newName: String?
  /// Size of the new function, in bytes.
  public internal(set) var newSize: UInt64?
}

/// A section with relocations for the livepatch core.
public struct LivepatchSection: Sendable {
  /// Its index in the file.
  public let index: Int
  /// Its whole name.
  public let title: String
  /// The name read as the kernel reads it; `nil` if it is incorrectly formatted.
  public let name: LivepatchSectionName?
  /// Whether the loader applies it: the section it relocates is loaded.
  public let isApplied: Bool
  /// Number of relocations.
  public let count: Int
  /// The symbols that they name, each at its first use.
  public internal(set) var references: [LivepatchReference] = []
}

/// A symbol that a relocation for the livepatch core names.
public struct LivepatchReference: Sendable {
  /// Index of the first relocation that uses it.
  public let firstUse: Int
  /// The symbol's whole name; `nil` if the symbol table has no such symbol.
  public let title: String?
  /// Whether the symbol is marked (`SHN_LIVEPATCH`).
  public let isMarked: Bool
  /// Whether the symbol says that it is a function; `nil` if it does not say.
  public let isFunction: Bool?
  /// The name read as the kernel reads it; `nil` if it is incorrectly formatted.
  public let name: LivepatchSymbolName?
}
