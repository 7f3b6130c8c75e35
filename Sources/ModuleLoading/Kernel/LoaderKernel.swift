internal import BTFFormat
internal import ByteStorage
internal import ELFFormat
internal import Kernels
internal import ModuleVersions

/// A constant symbol name as bytes.
@safe struct ConstantName: ExpressibleByStringLiteral, Sendable {
  private let text: StaticString

  init(stringLiteral value: StaticString) { text = value }

  var bytes: RawSpan {
    @_lifetime(immortal)
    get {
      // SAFETY: a StaticString lives for ever.
      let span = unsafe RawSpan(_unsafeStart: text.utf8Start, byteCount: text.utf8CodeUnitCount)
      return unsafe _overrideLifetime(span, borrowing: ())
    }
  }
}

/// `sizeof(struct module)`: from the kernel itself, or from modules of its own tree.
struct StructureSize: Sendable {
  /// A module of the tree and the size of its structure.
  struct Reference: Sendable {
    let path: String
    let identity: FileIdentity?
    let size: Int
  }

  /// The size that the kernel itself gives.
  let known: Int?
  /// Up to two modules: one is always another than the one asked about.
  let references: [Reference]

  /// The size to expect of a module, in bytes; `nil` if it is not known. A module is no evidence for
  /// itself.
  func expected(for path: String) -> Int? {
    if let known { return known }
    return references.first { reference in
      guard reference.path != path, let identity = reference.identity else {
        return reference.path != path
      }
      return identity != FileIdentity(path)
    }?.size
  }
}

/// The kernel's facts in the form the decision needs.
struct LoaderKernel: Sendable {
  let layout: ELFLayout
  private let knownMachine: ELFMachine?
  /// By whose rules modules are judged: the machine, or if it is not known that of a module.
  private let ruleMachine: ELFMachine?
  let vermagic: String?
  /// The release that vermagic strings name; where no vermagic is known, what else names it.
  let release: String?
  let structureSize: StructureSize
  let exports: ExportLookup?
  /// The kernel's own types; `nil` if nobody asks, or its file has none.
  var types: BTFBase?
  /// What an Android kernel protects; `nil` if nobody asks, or it is not known.
  var protectedSymbols: ProtectedSymbols?
  /// Names that built-in code has in /sys/module; `nil` if they were not found.
  let builtinModules: BuiltinNames?
  let hasPlaceRelativeExports: Bool

  init(
    layout: ELFLayout, machine: ELFMachine?, vermagic: String?, release: String? = nil,
    structureSize: StructureSize, exports: ExportTable?, builtinModules: BuiltinNames? = nil,
    usualMachine: ELFMachine? = nil
  ) {
    self.layout = layout
    knownMachine = machine
    ruleMachine = machine ?? usualMachine
    self.vermagic = vermagic
    self.release = vermagic.map { String($0.prefix { $0 != " " }) } ?? release
    self.structureSize = structureSize
    self.builtinModules = builtinModules
    self.exports = exports.map { ExportLookup($0) }
    hasPlaceRelativeExports =
      ruleMachine == .x86_64 || ruleMachine == .i386 || ruleMachine == .aarch64
  }

  /// Whether a module's vermagic names another release than the kernel's, which without a vermagic of its
  /// own may be known in part only.
  func isOtherRelease(_ built: String) -> Bool {
    guard let release, built != release else { return false }
    return vermagic != nil || !built.hasPrefix(release) && !release.hasPrefix(built)
  }

  /// The architecture; where it is not known, whatever the module says.
  func machine(_ source: ByteSource) -> ELFMachine {
    if let knownMachine { return knownMachine }
    guard let head = try? source.bytes(0..<min(64, source.count), in: "ELF header"),
      let header = try? ELFHeader(parsing: head, layout: layout)
    else { return .x86_64 }
    return header.machine
  }

  /// The architectures, if a file says by its own identification that it is for another.
  func foreignness(of source: ByteSource) -> LoadCause? {
    guard let knownMachine,
      let head = try? source.bytes(0..<min(64, source.count), in: "ELF header"),
      let own = try? ELFLayout(identifying: head),
      let header = try? ELFHeader(parsing: head, layout: own), header.machine != knownMachine
    else { return nil }
    return LoadCause(.otherArchitecture, module: header.machine.name, kernel: knownMachine.name)
  }

  var isX86_64: Bool { ruleMachine == .x86_64 }
  var isARM64: Bool { ruleMachine == .aarch64 }
  var isX86: Bool { ruleMachine == .x86_64 || ruleMachine == .i386 }

  /// Whether undefined names lose one leading dot, and `.TOC.` is made absolute.
  var dropsDots: Bool { ruleMachine == .powerPC64 }

  /// Whether entries of export tables have the size and form that they are taken to have.
  var hasKnownExportEntries: Bool {
    switch ruleMachine {
    case .arm, .s390, .riscV, .powerPC64: true
    default: hasPlaceRelativeExports
    }
  }

  /// `sizeof(struct kernel_symbol)` in bytes.
  func exportEntrySize(_ rules: LoaderRules) -> UInt64 {
    let fields: UInt64 = rules.has(.hasNamespaces) ? 3 : 2
    let isShort = hasPlaceRelativeExports && rules.has(.storesExportsAsOffsets)
    return fields * (isShort ? 4 : UInt64(layout.wordSize))
  }

  /// Whether an undefined symbol may stay so: linkers of x86 and s390 leave this one in modules.
  func isIgnored(_ name: RawSpan) -> Bool {
    (isX86 || knownMachine == .s390) && name.equals("_GLOBAL_OFFSET_TABLE_")
  }
}
