internal import ByteStorage
internal import KernelReleases
internal import Livepatching
internal import ModuleTrust

/// What IMA makes of a module before the loader looks at it, where its policy appraises modules
/// (`ima_policy=secure_boot`, `IMA_APPRAISE_REQUIRE_MODULE_SIGS`): the file's attribute `security.ima` must
/// hold a signature. What IMA also writes to the audit log is left out.
///
/// - Note: security/integrity/ima/ima_main.c ima_post_read_file and ima_load_data, ima_appraise.c
///   ima_appraise_measurement, 6.12.
struct AppraisalCheck {
  /// `EVM_IMA_XATTR_DIGSIG`.
  private static let signature: UInt8 = 3

  private(set) var refusal: Refusal?
  private(set) var assumption: LoadAssumption?

  /// Appraises the file at a path.
  ///
  /// - Parameters:
  ///   - path: The path, for the attribute.
  ///   - isFromMemory: Whether user space hands over the bytes alone (`init_module`).
  ///   - trust: The kernel's policy.
  init(_ path: String, isFromMemory: Bool, _ trust: LoaderTrust) {
    guard trust.appraisesModules else { return }
    if isFromMemory {
      if trust.policy.enforces { return }
      refusal = Refusal(
        .EACCES,
        "ima: impossible to appraise a module without a file descriptor. sig_enforce kernel parameter "
          + "might help")
    } else if ExtendedAttributes.value(of: "security.ima", path)?.first == AppraisalCheck.signature
    {
      assumption = LoadAssumption(.appraisalUnchecked)
      return
    } else {
      refusal = Refusal(.EACCES)
    }
    refusal?.causes = [LoadCause(.notAppraised)]
  }
}
