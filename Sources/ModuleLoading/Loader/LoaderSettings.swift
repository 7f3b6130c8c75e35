internal import KernelImages
package import Kernels
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
  /// Whether a symbol that the version table lacks is refused (Debian's patch, and before 4.9).
  package private(set) var refusesMissingVersions = false
  /// What had to be assumed, for people: `MODULE_FORCE_LOAD=n (no configuration)`.
  package private(set) var assumed: [String] = []

  /// Flag `MODULE_INIT_IGNORE_MODVERSIONS` (1).
  package var ignoresModversions = false
  /// Flag `MODULE_INIT_IGNORE_VERMAGIC` (2).
  package var ignoresVermagic = false
  /// Names of the `module_blacklist=` boot option.
  package var blacklist: [String] = []

  /// Whether the loader is asked to ignore anything: a signature then counts as absent.
  var ignoresAnything: Bool { ignoresModversions || ignoresVermagic }

  /// An assumption of the user.
  package struct Assumption: Sendable {
    package let key: String
    package let value: String

    /// Parses `KEY=VALUE`; `nil` if it is not of that form.
    package init?(_ text: String) {
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { return nil }
      let name = String(text[..<equals])
      key = name.hasPrefix("CONFIG_") ? String(name.dropFirst(7)) : name
      value = String(text[text.index(after: equals)...])
    }

    /// What is wrong with it, for people; `nil` if it can be used.
    package var complaint: String? {
      switch key {
      case "missing-version":
        return value == "refuse" || value == "accept" ? nil : "takes refuse or accept"
      case "release": return KernelRelease(value) == nil ? "not a release such as 6.12.3" : nil
      case "struct-module-size": return Int(value) == nil ? "not a number of bytes" : nil
      case "vermagic": return nil
      default:
        guard
          key.utf8.allSatisfy({
            $0 == 0x5f || (0x30...0x39).contains($0) || (0x41...0x5a).contains($0)
          })
        else {
          return
            "no such key; known are missing-version, release, vermagic, struct-module-size and options"
        }
        return ["y", "m", "n"].contains(value) ? nil : "takes y, m or n"
      }
    }
  }

  /// The settings of a kernel.
  ///
  /// - Parameters:
  ///   - facts: What is known of it.
  ///   - rules: The rules of its release.
  ///   - assumptions: What the user says, which overrides what was read.
  package init(_ facts: KernelFacts, _ rules: LoaderRules, assumptions: [Assumption]) {
    var given: [String: String] = [:]
    for assumption in assumptions { given[assumption.key] = assumption.value }
    let config = facts.config?.value
    var assumed: [String] = []
    func option(_ names: String..., otherwise: Bool) -> Bool {
      for name in names {
        if let value = given[name] {
          assumed.append("\(name)=\(value) (as told)")
          return value == "y" || value == "m"
        }
      }
      if let config { return names.contains { config.isSet($0) } }
      assumed.append("\(names[0])=\(otherwise ? "y" : "n") (no configuration)")
      return otherwise
    }
    if given["MODVERSIONS"] == nil, config == nil, let magic = facts.vermagic?.value {
      modversions = magic.contains(" modversions ")
    } else {
      let hasCRCs = facts.exports?.value.rows.contains { $0.hasCRC && $0.crc != 0 } ?? false
      modversions = option("MODVERSIONS", otherwise: hasCRCs)
    }
    forceLoad = option("MODULE_FORCE_LOAD", otherwise: false)
    livepatch = option("LIVEPATCH", otherwise: true)
    allowsMissingImports = option("MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS", otherwise: false)
    signatures = option("MODULE_SIG", otherwise: false)
    enforcesSignatures = signatures && option("MODULE_SIG_FORCE", otherwise: false)
    strictRWX = option("STRICT_MODULE_RWX", otherwise: true)
    constructors = option("CONSTRUCTORS", otherwise: false)
    retpoline = option("MITIGATION_RETPOLINE", "RETPOLINE", otherwise: false)
    switch given["missing-version"] {
    case "refuse": refusesMissingVersions = true
    case "accept": refusesMissingVersions = false
    default:
      refusesMissingVersions = !rules.has(.acceptsMissingVersions)
      if facts.banner?.value.debianVersion != nil {
        refusesMissingVersions = true
      } else if !refusesMissingVersions, modversions {
        assumed.append(
          "missing-version=accept (upstream: no distribution's build tag was recognised)")
      }
    }
    self.assumed = assumed
  }
}
