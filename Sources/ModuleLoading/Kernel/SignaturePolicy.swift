internal import ByteStorage
internal import KernelImages
internal import KernelReleases
package import Kernels
internal import ModuleTrust

/// What a kernel's configuration makes of signatures, on any machine.
package struct SignaturePolicy: Sendable, Hashable {
  /// When something holds.
  package enum Condition: String, Sendable, Hashable {
    case never
    case secureBoot = "secure-boot"
    case always
  }

  /// Whether signatures are looked at (`CONFIG_MODULE_SIG`).
  package let isChecked: Bool
  /// When modules without a signature that counts are refused.
  package let isEnforced: Condition
  /// When the kernel locks itself down, unless its command line does.
  package let isLockedDown: Condition
  /// The keyrings that count, from the certificates that are built in to those of the machine.
  package let keyrings: [String]

  /// Reads a configuration; `nil` if there is none.
  package init?(_ facts: KernelFacts) {
    guard let config = facts.config?.value else { return nil }
    self.init(facts, facts.basis.release, LockdownSupport(config)) { config.isSet($0) }
  }

  init(
    _ facts: KernelFacts, _ release: KernelRelease, _ lockdown: LockdownSupport,
    _ isSet: (String) -> Bool
  ) {
    isChecked = isSet("MODULE_SIG")
    let secureBoot = SecureBootPolicy(facts.machine?.value, release, isSet)
    isEnforced =
      isSet("MODULE_SIG_FORCE") ? .always : secureBoot.enforces ? .secureBoot : .never
    let isForced =
      isSet("LOCK_DOWN_KERNEL_FORCE_INTEGRITY") || isSet("LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY")
    isLockedDown =
      lockdown != .present
      ? .never : isForced ? .always : isSet("LOCK_DOWN_IN_EFI_SECURE_BOOT") ? .secureBoot : .never
    let isOld = TrustEra(release) == .of5_10
    let asksPlatform = facts.asksPlatformKeys && isSet("INTEGRITY_PLATFORM_KEYRING")
    keyrings = [
      (".builtin_trusted_keys", true),
      (".secondary_trusted_keys", isSet("SECONDARY_TRUSTED_KEYRING")),
      (".machine", isSet("INTEGRITY_MACHINE_KEYRING") && !isOld), (".platform", asksPlatform),
    ].filter(\.1).map(\.0)
  }
}

extension KernelFacts {
  /// Whether a module's signature is asked of the platform's keys, too: a patch of Debian, of Fedora and Red
  /// Hat (`.fc41`, `.el9` in the release) and of SUSE (built by `geeko`). Upstream and Ubuntu never do.
  fileprivate var asksPlatformKeys: Bool {
    if isOfDebian { return true }
    if banner?.value.text.hasPart("(geeko@") ?? false { return true }
    return (release?.value ?? "").split(separator: ".").contains { part in
      (part.hasPrefix("fc") || part.hasPrefix("el")) && part.dropFirst(2).first?.isNumber ?? false
    }
  }
}
