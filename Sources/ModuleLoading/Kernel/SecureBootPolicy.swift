internal import ELFFormat
internal import KernelReleases
internal import ModuleTrust

/// What a kernel makes of Secure Boot for IMA and for keys.
///
/// - Note: `arch_ima_get_secureboot` and `arch_get_ima_policy`: include/linux/ima.h;
///   security/integrity/ima/ima_efi.c, until 5.11 arch/x86/kernel/ima_arch.c; arch/powerpc/kernel/ima_arch.c;
///   arch/s390/kernel/ima_arch.c, which has no policy. 5.5 to 7.2.
struct SecureBootPolicy {
  /// Whether signatures of modules are enforced with Secure Boot, or where the kernel looks at none, IMA
  /// appraises modules.
  let enforces: Bool
  /// Whether the keys of the machine's owner are read with Secure Boot: where IMA does not know of it, only by
  /// releases with `arch_get_secureboot`; `nil` if that is for the release, or the image, to say.
  private let knownToReadKeys: Bool?
  private let release: KernelRelease

  init(_ machine: ELFMachine?, _ release: KernelRelease, _ isSet: (String) -> Bool) {
    var isKnown = isSet("IMA_SECURE_AND_OR_TRUSTED_BOOT")
    if !TrustBehaviour.table.has(.hasSecureBootOption, in: release) {
      let isX86 = machine == .x86_64 || machine == .i386
      isKnown = isKnown || isX86 && isSet("EFI") || isSet("PPC_SECURE_BOOT")
    }
    enforces = isKnown && isSet("IMA_ARCH_POLICY") && machine != .s390
    knownToReadKeys = isKnown || TrustEra(release) == .of5_10 ? true : nil
    self.release = release
  }

  /// Whether the keys of the machine's owner are read with Secure Boot. `hasFunction` says whether the kernel's
  /// image has a function, or `nil` if it does not show that.
  func readsOwnerKeys(_ hasFunction: (StaticString) -> Bool?) -> Bool {
    knownToReadKeys ?? hasFunction("arch_get_secureboot")
      ?? TrustBehaviour.table.has(.knowsSecureBootWithoutIMA, in: release)
  }
}
