internal import KernelImages
internal import Kernels
internal import ModuleTrust

/// Which modules of a name could be loaded when the kernel asks for them.
struct LoadableModules {
  /// Names of those that are loaded before.
  let loaded: Set<String>
  /// Names of those of the kernel's tree, where they may be loaded on demand.
  let onDemand: Set<String>
}

/// The algorithms that a kernel has for signatures, or gets when it asks for their modules.
struct KernelAlgorithms {
  private(set) var digests: Set<DigestAlgorithm> = []
  /// Where signatures are looked at, the configuration selects RSA.
  private(set) var kinds: Set<SignatureKind> = [.rsa]
  /// Digests that come from a module which is taken to be loadable, with its name.
  private(set) var loadedDigests: [DigestAlgorithm: String] = [:]

  init(_ facts: KernelFacts, _ settings: LoaderSettings, _ loading: LoadableModules) {
    // Without a configuration, what all distributions build.
    guard facts.config != nil else {
      digests = [.sha1, .sha224, .sha256, .sha384, .sha512]
      kinds = [.rsa, .ecdsa]
      return
    }
    for digest in DigestAlgorithm.allCases {
      switch KernelAlgorithms.find(digest.options, digest.modules, settings, loading) {
      case .none: continue
      case .builtIn: break
      case .module(let name): loadedDigests[digest] = name
      }
      digests.insert(digest)
    }
    let all: [(SignatureKind, option: String, modules: [String])] = [
      (.ecdsa, "CRYPTO_ECDSA", ["ecdsa_generic", "ecdsa"]),
      (.gost, "CRYPTO_ECRDSA", ["ecrdsa_generic"]), (.sm2, "CRYPTO_SM2", ["sm2_generic"]),
      (.mldsa, "CRYPTO_MLDSA", ["mldsa"]),
    ]
    for (kind, option, modules) in all {
      if case .none = KernelAlgorithms.find([option], modules, settings, loading) { continue }
      kinds.insert(kind)
    }
  }

  private enum Place {
    case none, builtIn
    case module(String)
  }

  private static func find(
    _ options: [String], _ modules: [String], _ settings: LoaderSettings, _ loading: LoadableModules
  ) -> Place {
    let values = options.map { settings.value($0) }
    if values.contains(.yes) { return .builtIn }
    guard values.contains(.module) else { return .none }
    if !loading.loaded.isDisjoint(with: modules) { return .builtIn }
    return modules.first(where: loading.onDemand.contains).map(Place.module) ?? .none
  }
}
