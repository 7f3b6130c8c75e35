internal import ByteStorage
internal import ELFFormat
internal import KernelImages
internal import KernelReleases
package import Kernels
package import Livepatching
internal import ModuleVersions

/// The kernel's options that the decision depends on, and what is asked of it.
package struct LoaderSettings: Sendable {
  /// `CONFIG_MODVERSIONS`.
  package private(set) var modversions = false
  /// `CONFIG_MODULE_FORCE_LOAD`.
  package private(set) var forceLoad = false
  /// `CONFIG_LIVEPATCH`.
  package private(set) var livepatch = true
  /// `CONFIG_MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS`.
  package private(set) var allowsMissingImports = false
  /// `CONFIG_MODULE_SIG`.
  package private(set) var signatures = false
  /// `CONFIG_MODULE_SIG_FORCE`.
  package private(set) var enforcesSignatures = false
  /// `CONFIG_STRICT_MODULE_RWX`.
  package private(set) var strictRWX = true
  /// `CONFIG_CONSTRUCTORS`.
  package private(set) var constructors = false
  /// `CONFIG_MITIGATION_RETPOLINE` (`CONFIG_RETPOLINE` before 6.9).
  package private(set) var retpoline = false
  /// `CONFIG_FORTIFY_SOURCE`.
  package private(set) var fortified = false
  /// `CONFIG_RANDOMIZE_BASE`; `nil` if it is not known.
  package private(set) var randomBase: Bool?
  /// `CONFIG_PRINTK_CALLER`.
  package private(set) var logsCallers = false
  /// Whether a symbol that the version table lacks is refused (Debian's patch, and before 4.9).
  package private(set) var refusesMissingVersions = false
  /// Options that only the architecture's part of the loader looks at.
  let architecture: ArchitectureOptions
  /// `CONFIG_DEBUG_INFO_BTF_MODULES`; `nil` if no configuration says.
  package private(set) var checksTypes: Bool?
  /// `CONFIG_MODULE_ALLOW_BTF_MISMATCH`.
  package private(set) var allowsTypeMismatch = false
  /// `CONFIG_MODULE_SIG_PROTECT` of Android: modules without a signature that counts load, and may neither
  /// use nor export what is protected.
  package private(set) var protectsSymbols = false
  /// The decompressor for modules, `CONFIG_MODULE_DECOMPRESS`; `nil` if there is none.
  let decompressor: KernelDecompressor?
  private let given: [String: String]
  private let config: KernelConfig?
  private let shown: ShownOptions?
  /// What had to be assumed about them.
  package private(set) var assumed: [LoadAssumption] = []

  /// Flag `MODULE_INIT_IGNORE_MODVERSIONS` (1).
  package let ignoresModversions: Bool
  /// Flag `MODULE_INIT_IGNORE_VERMAGIC` (2).
  package let ignoresVermagic: Bool
  /// Flag `MODULE_INIT_COMPRESSED_FILE` (4).
  package let isCompressedFile: Bool
  /// Names of the `module_blacklist=` boot option.
  package let blacklist: [String]

  /// Whether the loader is asked to ignore anything: a signature then counts as absent.
  var ignoresAnything: Bool { ignoresModversions || ignoresVermagic }

  /// The settings of a kernel.
  package init(
    _ kernel: KernelFacts, _ rules: LoaderRules, given facts: [GivenFact],
    request: LoadRequest = LoadRequest()
  ) {
    ignoresModversions = request.ignoresModversions
    ignoresVermagic = request.ignoresVermagic
    isCompressedFile = request.isCompressedFile
    blacklist = request.blacklist
    var given: [String: String] = [:]
    for fact in facts { given[fact.key] = fact.value }
    let config = kernel.config?.value
    (self.given, self.config, shown) = (given, config, kernel.shownOptions)
    architecture = ArchitectureOptions(config, given: given)
    var assumed: [LoadAssumption] = []
    func option(_ names: String..., otherwise: Bool) -> Bool {
      for name in names {
        if let value = given[name] { return value == "y" || value == "m" }
      }
      if let config { return names.contains { config.isSet($0) } }
      let shown = names.compactMap { kernel.shownOptions?.isSet($0) }
      if !shown.isEmpty { return shown.contains(true) }
      assumed.append(LoadAssumption(.optionUnknown, key: names[0], value: otherwise ? "y" : "n"))
      return otherwise
    }
    if given["MODVERSIONS"] == nil, config == nil, let magic = kernel.vermagic?.value {
      modversions = magic.hasPart(" modversions ")
    } else {
      let hasCRCs = kernel.exports?.value.rows.contains { $0.hasCRC && $0.crc != 0 } ?? false
      modversions = option("MODVERSIONS", otherwise: hasCRCs)
    }
    forceLoad = option("MODULE_FORCE_LOAD", otherwise: false)
    livepatch = option("LIVEPATCH", otherwise: true)
    allowsMissingImports = option("MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS", otherwise: false)
    signatures = option("MODULE_SIG", otherwise: false)
    enforcesSignatures = signatures && option("MODULE_SIG_FORCE", otherwise: false)
    strictRWX = option("STRICT_MODULE_RWX", otherwise: true)
    constructors = option("CONSTRUCTORS", otherwise: false)
    retpoline = kernel.mayBeX86 && option("MITIGATION_RETPOLINE", "RETPOLINE", otherwise: false)
    // Without a configuration these are no assumptions worth a word.
    func isSet(_ name: String) -> Bool {
      given[name].map { $0 == "y" } ?? config?.isSet(name) ?? kernel.shownOptions?.isSet(name)
        ?? false
    }
    fortified = isSet("FORTIFY_SOURCE")
    logsCallers = isSet("PRINTK_CALLER")
    protectsSymbols = signatures && isSet("MODULE_SIG_PROTECT")
    decompressor = KernelDecompressor(isSet)
    randomBase = config.map { $0.isSet("RANDOMIZE_BASE") }
    if config != nil || given["DEBUG_INFO_BTF_MODULES"] != nil {
      checksTypes = option("DEBUG_INFO_BTF_MODULES", otherwise: false)
      allowsTypeMismatch = option("MODULE_ALLOW_BTF_MISMATCH", otherwise: false)
    }
    if isCompressedFile { _ = option("MODULE_DECOMPRESS", otherwise: false) }
    refusesMissingVersions = LoaderSettings.refusesMissingVersions(
      given["missing-version"], kernel, rules, modversions: modversions, &assumed)
    self.assumed = assumed
  }

  /// Whether an option is set, by what is given or by the configuration.
  func isSet(_ name: String) -> Bool {
    given[name].map { $0 == "y" || $0 == "m" } ?? config?.isSet(name) ?? shown?.isSet(name) ?? false
  }

  /// Whether anything says of an option whether it is set.
  func isKnown(_ name: String) -> Bool {
    given[name] != nil || config != nil || shown?.isSet(name) != nil
  }

  /// The string that an option has in the configuration; `nil` if there is none.
  func text(_ name: String) -> String? {
    if case .text(let text) = value(name) { return text }
    return nil
  }

  /// Whether the kernel's configuration was found.
  var hasConfiguration: Bool { config != nil }

  /// `CONFIG_SYSFS`: nothing but a word against it counts.
  var hasSysfs: Bool { !isUnset("SYSFS") }

  /// `CONFIG_KALLSYMS`, likewise.
  var hasKallsyms: Bool { !isUnset("KALLSYMS") }

  /// `CONFIG_MODULES`: without it there is no loader.
  var hasLoader: Bool { !isUnset("MODULES") }

  /// Whether an option is off, by what is given or by the configuration; one that is not mentioned is not.
  private func isUnset(_ name: String) -> Bool {
    given[name].map { $0 == "n" } ?? config?.isUnset(name) ?? false
  }

  /// The value of an option, by what is given or by the configuration.
  func value(_ name: String) -> KernelConfig.Value {
    switch given[name] {
    case "y"?: .yes
    case "m"?: .module
    case nil: config?[name] ?? .no
    default: .no
    }
  }

  /// Whether an option names something: a string that is not empty.
  func hasText(_ name: String) -> Bool { text(name).map { !$0.isEmpty } ?? false }

  /// Whether a symbol that the version table lacks is refused.
  private static func refusesMissingVersions(
    _ given: String?, _ kernel: KernelFacts, _ rules: LoaderRules, modversions: Bool,
    _ assumed: inout [LoadAssumption]
  ) -> Bool {
    if given == "refuse" || given == "accept" { return given == "refuse" }
    if kernel.isOfDebian || !rules.has(.acceptsMissingVersions) { return true }
    if modversions {
      assumed.append(
        LoadAssumption(.missingVersionsAccepted, key: "missing-version", value: "accept"))
    }
    return false
  }
}

extension KernelFacts {
  /// Whether options of x86 matter.
  fileprivate var mayBeX86: Bool { [nil, .x86_64, .i386].contains(machine?.value) }
}
