internal import BTFFormat
internal import ByteStorage
internal import ELFFormat
package import KernelReleases
internal import Livepatching

/// What differs by release in what the kernel makes of a module's BTF.
package enum TypeBehaviour: Sendable, Hashable, CaseIterable {
  /// The types of modules are verified.
  case verifiesTypes
  /// With `MODULE_ALLOW_BTF_MISMATCH` one line stands for most of what is wrong.
  case summarizesMismatches
  /// `.BTF.base` is read, and the types are put onto the kernel's.
  case readsDistilledBase
  /// A section of data may have any printable name.
  case allowsPrintableSectionNames
  /// Type tags must come before the other modifiers of a type.
  case ordersTypeTags
  /// Tags may have the kind flag.
  case allowsFlaggedTags
  /// Kinds of types up to FLOAT are known; before, up to DATASEC.
  case knowsFloats
  /// Kinds up to DECL_TAG are known.
  case knowsDeclarationTags
  /// Kinds up to TYPE_TAG are known.
  case knowsTypeTags
  /// Kinds up to ENUM64 are known, and an ENUM may have the kind flag.
  case knowsWideEnumerations
  /// A type's number of elements has 24 bits, its kind 7; the header has a layout section.
  case hasWideInfo

  /// Which releases do so.
  package static let table = ReleaseTable<TypeBehaviour>(
    named: "Types of modules (BTF)",
    [
      .init(
        .verifiesTypes, since: KernelRelease(5, 11),
        "kernel/bpf/btf.c btf_module_notify, 6.1; not in 5.10.223"),
      .init(
        .summarizesMismatches, since: KernelRelease(6, 3),
        "kernel/bpf/btf.c __btf_verifier_log_type, 6.12; not in 6.1.176",
        isCertain: false),
      .init(
        .readsDistilledBase, since: KernelRelease(6, 11),
        "kernel/bpf/btf.c btf_parse_module, 6.12; not in 6.1.176",
        isCertain: false),
      .init(
        .allowsPrintableSectionNames, since: KernelRelease(6, 11),
        "kernel/bpf/btf.c btf_name_valid_section, 6.12; identifiers only in 6.1.176",
        isCertain: false),
      .init(
        .ordersTypeTags, until: KernelRelease(7, 0),
        "kernel/bpf/btf.c btf_check_type_tags, 6.12; not in 7.2",
        isCertain: false),
      .init(
        .allowsFlaggedTags, since: KernelRelease(6, 15),
        "kernel/bpf/btf.c btf_ref_type_check_meta, 7.2; not in 6.12",
        isCertain: false),
      .init(
        .knowsFloats, since: KernelRelease(5, 13),
        "include/uapi/linux/btf.h BTF_KIND_FLOAT, 5.13; 15 kinds in 5.10.223"),
      .init(
        .knowsDeclarationTags, since: KernelRelease(5, 16),
        "include/uapi/linux/btf.h BTF_KIND_DECL_TAG, 5.16"),
      .init(
        .knowsTypeTags, since: KernelRelease(5, 17),
        "include/uapi/linux/btf.h BTF_KIND_TYPE_TAG, 5.17"),
      .init(
        .knowsWideEnumerations, since: KernelRelease(6, 0),
        "include/uapi/linux/btf.h BTF_KIND_ENUM64, 6.0; kernel/bpf/btf.c btf_enum_check_meta, 5.19"),
      .init(
        .hasWideInfo, since: KernelRelease(7, 0),
        "include/uapi/linux/btf.h struct btf_header, 7.2; 24 bytes in 6.12",
        isCertain: false),
    ])
}

/// The gate that a module's types pass, or not: `btf_module_notify` of kernel/bpf/btf.c. It comes after
/// the livepatch core's, before the module's parameters are read.
struct TypeCheck: Sendable {
  private(set) var refusal: Refusal?
  /// What is logged if nothing refuses the module.
  private(set) var lines: [String] = []
  private(set) var assumption: LoadAssumption?

  init(_ map: borrowing SectionMap, moduleName: String, _ inspector: ModuleInspector) {
    let settings = inspector.settings
    let release = inspector.rules.release
    guard settings.checksTypes ?? true, TypeBehaviour.table.has(.verifiesTypes, in: release),
      let section = TypeCheck.section(".BTF", map), map.sections[section].size > 0
    else { return }
    if inspector.machine.leavesOutTypes {
      assumption = LoadAssumption(.typesLeftOut)
      return
    }
    // What the user says counts before what was read.
    if let fits = inspector.machine.doTypesFit {
      if !fits, !settings.allowsTypeMismatch { refuse(.EINVAL, []) }
      return
    }
    guard settings.checksTypes != nil, let types = inspector.kernel.types else {
      assumption = LoadAssumption(.typesUnknown)
      return
    }
    let base = TypeCheck.section(".BTF.base", map)
    if TypeCheck.isWritten(section, map) || TypeCheck.isWritten(base, map) {
      assumption = LoadAssumption(.typesWritten)
      return
    }
    let verification: BTFVerification
    let rules = TypeCheck.rules(of: release, isLenient: settings.allowsTypeMismatch)
    let bytes = map.bytes(section)
    let order = inspector.kernel.layout.order
    if let base {
      verification = BTFVerification(
        bytes, distilled: map.bytes(base), kernel: types, order, rules)
    } else {
      verification = BTFVerification(bytes, distilled: nil, kernel: types, order, rules)
    }
    guard let error = verification.error else {
      if moduleName == "vmlinux" {
        lines = ["sysfs: cannot create duplicate filename '/kernel/btf/vmlinux'"]
      }
      return
    }
    lines = verification.log.lines.flatMap { line in
      line.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
        LogText.text(Array($0))
      }
    }
    let errno = LoadErrno(error)
    if settings.allowsTypeMismatch, TypeBehaviour.table.has(.summarizesMismatches, in: release) {
      lines.append(
        "Kernel module BTF mismatch detected, BTF debug info may be unavailable for some modules")
    } else {
      lines.append("failed to validate module [\(moduleName)] BTF: -\(errno.rawValue)")
    }
    if settings.allowsTypeMismatch { return }
    refuse(errno, lines)
    if base == nil { refusal?.causes = [TypeCheck.cause(bytes, verification, types)] }
    lines = []
  }

  /// Whose types the module's continue, and the first that does not fit.
  private static func cause(
    _ section: RawSpan, _ verification: BTFVerification, _ kernel: BTFBase
  ) -> LoadCause {
    let origin = BTFOrigin(section)
    let own = kernel.counts
    var cause = LoadCause(.typesDiffer)
    cause.symbol = origin.firstName(in: section, from: verification.passed)
    if let types = origin.types, types != own.types {
      (cause.count, cause.total, cause.options) = (types, own.types, ["types"])
    } else if let strings = origin.strings, strings != own.strings {
      (cause.count, cause.total, cause.options) = (strings, own.strings, ["names"])
    } else if !origin.isReadable || origin.types != nil || origin.strings != nil {
      cause = LoadCause(.typesDamaged)
    }
    return cause
  }

  private mutating func refuse(_ errno: LoadErrno, _ lines: [String]) {
    var refusal = Refusal(errno)
    refusal.lines = lines
    refusal.causes = [LoadCause(.typesDiffer)]
    self.refusal = refusal
  }

  /// The first section with a name, in whatever form; its size does not matter.
  private static func section(_ name: StaticString, _ map: borrowing SectionMap) -> Int? {
    for index in map.sections.indices.dropFirst() where map.isNamed(map.sections[index], name) {
      return index
    }
    return nil
  }

  /// Whether relocations write into a section: the kernel applies those of sections in its memory.
  private static func isWritten(_ section: Int?, _ map: borrowing SectionMap) -> Bool {
    guard let section else { return false }
    return map.sections[section].flags.contains(.alloc) && !map.pointers(in: section).isEmpty
  }

  private static func rules(of release: KernelRelease, isLenient: Bool) -> BTFRules {
    func has(_ behaviour: TypeBehaviour) -> Bool { TypeBehaviour.table.has(behaviour, in: release) }
    var rules = BTFRules()
    rules.headerSize = has(.hasWideInfo) ? 32 : 24
    rules.hasWideInfo = has(.hasWideInfo)
    let kinds: [(TypeBehaviour, BTFKind)] = [
      (.knowsWideEnumerations, .enumeration64), (.knowsTypeTags, .typeTag),
      (.knowsDeclarationTags, .declarationTag), (.knowsFloats, .float),
    ]
    rules.greatestKind = (kinds.first { has($0.0) }?.1 ?? .dataSection).rawValue
    rules.longestName = release.symbolNameLength
    rules.ordersTypeTags = has(.ordersTypeTags)
    rules.allowsFlaggedTags = has(.allowsFlaggedTags)
    rules.allowsPrintableSectionNames = has(.allowsPrintableSectionNames)
    rules.readsDistilledBase = has(.readsDistilledBase)
    rules.isQuiet = isLenient && has(.summarizesMismatches)
    return rules
  }
}

extension LoadErrno {
  fileprivate init(_ error: BTFError) {
    switch error {
    case .invalid: self = .EINVAL
    case .tooBig: self = .E2BIG
    case .tooManyLinks: self = .ELOOP
    case .missing: self = .ENOENT
    case .notSupported: self = .ENOTSUPP
    }
  }
}
