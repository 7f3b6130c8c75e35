internal import KernelImages
internal import Kernels
internal import ModuleTrust

/// Which modules of a name could be loaded when the kernel asks for them.
struct LoadableModules: Sendable {
  /// Names of those that are loaded before.
  let loaded: Set<String>
  /// Whether there is one in the kernel's tree; `nil` if none is loaded on demand.
  let onDemand: (@Sendable (String) -> Bool)?
}

/// The algorithms that a kernel has for signatures, or gets when it asks for their modules.
struct KernelAlgorithms {
  private(set) var digests: Set<DigestAlgorithm> = []
  /// Where signatures are looked at, the configuration selects RSA.
  private(set) var kinds: Set<SignatureKind> = [.rsa]
  /// Digests from modules that are taken to be loadable.
  private(set) var onDemand: DigestsOnDemand?

  init(_ facts: KernelFacts, _ settings: LoaderSettings, _ loading: LoadableModules) {
    // Without a configuration, what all distributions build.
    guard facts.config != nil else {
      digests = [.sha1, .sha224, .sha256, .sha384, .sha512]
      kinds = [.rsa, .ecdsa]
      return
    }
    var modular: Set<DigestAlgorithm> = []
    for digest in DigestAlgorithm.allCases {
      let values = digest.options.map { settings.value($0) }
      if values.contains(.yes) || values.contains(.module) && loading.has(digest.modules) {
        digests.insert(digest)
      } else if values.contains(.module) {
        modular.insert(digest)
      }
    }
    if let find = loading.onDemand, !modular.isEmpty {
      onDemand = DigestsOnDemand { [modular] digest in
        modular.contains(digest) ? digest.modules.first(where: find) : nil
      }
    }
    let all: [(SignatureKind, option: String, modules: [String])] = [
      (.ecdsa, "CRYPTO_ECDSA", ["ecdsa_generic", "ecdsa"]),
      (.gost, "CRYPTO_ECRDSA", ["ecrdsa_generic"]), (.sm2, "CRYPTO_SM2", ["sm2_generic"]),
      (.mldsa, "CRYPTO_MLDSA", ["mldsa"]),
    ]
    for (kind, option, modules) in all {
      switch settings.value(option) {
      case .yes: kinds.insert(kind)
      case .module where loading.has(modules) || loading.onDemand != nil: kinds.insert(kind)
      default: continue
      }
    }
  }
}

extension LoadableModules {
  /// Whether one of some names is loaded.
  fileprivate func has(_ names: [String]) -> Bool { !loaded.isDisjoint(with: names) }
}
