package import KernelReleases

/// What differs by release in the signature gate, by the releases that were compared.
package enum TrustEra: Int, Sendable, Hashable, CaseIterable, Comparable {
  case of5_10, of6_1, of6_12, of7_2

  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// Which release behaves as which that was read.
  package static let table = ReleaseTable<TrustEra>(
    named: "Signatures of modules",
    [
      .init(
        .of5_10, until: KernelRelease(5, 13), "crypto/asymmetric_keys, 5.10.223", isCertain: false),
      .init(
        .of6_1, since: KernelRelease(5, 13), until: KernelRelease(6, 7),
        "crypto/asymmetric_keys, 6.1.176", isCertain: false),
      .init(
        .of6_12, since: KernelRelease(6, 7), until: KernelRelease(7, 0),
        "crypto/asymmetric_keys, 6.12.117", isCertain: false),
      .init(
        .of7_2, since: KernelRelease(7, 0), "crypto/asymmetric_keys, 7.2.13", isCertain: false),
    ])

  /// The era of a release.
  package init(_ release: KernelRelease) {
    self = TrustEra.table.row(for: release)?.behaviour ?? .of7_2
  }
}

/// What else differs by release in what becomes of a signature.
package enum TrustBehaviour: Sendable, Hashable, CaseIterable {
  /// A signature is a PKCS#7 message; before, the trailer named the key.
  case readsMessages
  /// Without a signature that counts a kernel that demands one returns `ENOKEY`, and logs nothing; one
  /// that is made with unsupported algorithms is refused in any case.
  case returnsMissingKey
  /// Whether IMA knows of Secure Boot is an option, `IMA_SECURE_AND_OR_TRUSTED_BOOT`; before, it does on x86
  /// with EFI and with `PPC_SECURE_BOOT`.
  case hasSecureBootOption
  /// The kernel knows of Secure Boot whatever IMA is built for.
  case knowsSecureBootWithoutIMA

  /// Which releases do so.
  package static let table = ReleaseTable<TrustBehaviour>(
    named: "Policy of signatures",
    [
      .init(
        .readsMessages, since: KernelRelease(4, 3), "kernel/module_signing.c mod_verify_sig, 4.3"),
      .init(
        .returnsMissingKey, until: KernelRelease(5, 4),
        "kernel/module.c module_sig_check, 5.3; 49fcf732bdae in 5.4"),
      .init(
        .hasSecureBootOption, since: KernelRelease(5, 7),
        "include/linux/ima.h arch_get_ima_policy, 5.10; 9e2b4be377f0 in 5.7"),
      .init(
        .knowsSecureBootWithoutIMA, since: KernelRelease(7, 1),
        "security/integrity/efi_secureboot.c arch_get_secureboot, 7.2.13"),
      .init(
        .knowsSecureBootWithoutIMA, since: KernelRelease(6, 12, 108), until: KernelRelease(6, 13),
        "security/integrity/efi_secureboot.c, 6.12.117; not in 6.12.107 and 6.1.176",
        isCertain: false),
    ])
}
