internal import ByteStorage
package import SymbolTables

/// Options of a kernel's configuration that its functions show, for kernels whose configuration is not known.
package struct ShownOptions: Sendable {
  /// Functions that a kernel has if, and only if, an option is set.
  ///
  /// - Note: kernel/module_signing.c and, since 5.19, kernel/module/signing.c; kernel/livepatch/core.c;
  ///   security/lockdown/lockdown.c; security/integrity/platform_certs/; certs/blacklist.c. Seen on Debian's
  ///   5.10, 6.1 and 6.12 beside their configurations.
  private static let functions: [(option: String, name: StaticString)] = [
    ("MODULE_SIG", "mod_verify_sig"), ("LIVEPATCH", "klp_enable_patch"),
    ("SECURITY_LOCKDOWN_LSM", "lockdown_is_locked_down"),
    ("IMA_ARCH_POLICY", "arch_get_ima_policy"),
    ("IMA_SECURE_AND_OR_TRUSTED_BOOT", "arch_get_ima_policy"),
    ("INTEGRITY_PLATFORM_KEYRING", "add_to_platform_keyring"),
    ("INTEGRITY_MACHINE_KEYRING", "add_to_machine_keyring"),
    ("SYSTEM_BLACKLIST_KEYRING", "is_hash_blacklisted"),
    ("SYSTEM_REVOCATION_LIST", "is_key_on_revocation_list"),
    // Global only where distributions let EFI code call it.
    ("LOCK_DOWN_IN_EFI_SECURE_BOOT", "lock_kernel_down"),
  ]

  private let values: [String: Bool]

  /// Looks for the functions among a kernel's symbols; `nil` if these are none of an image that has
  /// modules.
  package init?(_ table: SymbolTable) {
    let found = table.indexes(named: ShownOptions.functions.map(\.name))
    // Debian's patch makes the function global on every architecture, and this one belongs to the option's code.
    let knowsSecureBoot = table.index(named: "efi_set_secure_boot") != nil
    guard table.index(named: "load_module") != nil || found.contains(where: { $0 != nil }) else {
      return nil
    }
    var values: [String: Bool] = [:]
    for (function, index) in zip(ShownOptions.functions, found) {
      let isGlobal = index.map { table.type(at: $0) == UInt8(ascii: "T") } ?? false
      values[function.option] =
        function.option == "LOCK_DOWN_IN_EFI_SECURE_BOOT"
        ? isGlobal && knowsSecureBoot : index != nil
    }
    self.values = values
  }

  /// Whether an option is set; `nil` if no function shows it.
  package func isSet(_ option: String) -> Bool? { values[option] }
}
