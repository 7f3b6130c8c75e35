package import ModuleTrust

/// What the user says of the machine on which a module is to be loaded.
package struct TrustRequest: Sendable {
  /// The machine's EFI variables; `nil` if they are not known.
  package var machine: MachineKeys?
  /// Certificates that count as enrolled in a keyring that the kernel asks.
  package var keys: [[UInt8]] = []
  /// Whether the firmware verifies what it starts; `nil` for what the variables say.
  package var isSecureBoot: Bool?
  /// `lockdown=`; `nil` for what Secure Boot and the configuration make of it.
  package var lockdown: TrustPolicy.Lockdown?
  /// Whether `lsm=` lists lockdown; `nil` if it is not known.
  package var listsLockdown: Bool?
  /// `module.sig_enforce=1`; `nil` if it is not known.
  package var enforcesSignatures: Bool?
  /// Whether a signer whom no key given here vouches for is enrolled on the machine; `nil` if it is not
  /// known.
  package var isSignerEnrolled: Bool?
  /// Whether types fit those of a kernel that has none in its files; `nil` if it is not known.
  package var doTypesFit: Bool?
  /// Whether the gate is left out: signatures are neither verified nor demanded.
  package var leavesOutSignatures = false
  /// Whether the types of modules (BTF) are not looked at.
  package var leavesOutTypes = false
  /// Whether IMA demands a signature of its own of modules; `nil` for what the configuration says.
  package var appraisesModules: Bool?
  /// Whether modules are handed over by `init_module`, as bytes; `nil` for how kmod does it: so if the file
  /// is compressed and the kernel does not unpack it.
  package var isFromMemory: Bool?
  /// `fips=1`.
  package var isFIPS = false

  package init() {}

  /// Puts what the user says in place of what was read.
  mutating func apply(_ fact: GivenFact) {
    switch fact.key {
    case "secure-boot": isSecureBoot = fact.value == "on"
    case "sig-enforce": enforcesSignatures = fact.value == "on"
    case "fips": isFIPS = fact.value == "on"
    case "lockdown": lockdown = TrustPolicy.Lockdown(rawValue: fact.value)
    case "lsm": listsLockdown = fact.value == "lockdown"
    case "signer": isSignerEnrolled = fact.value == "enrolled"
    case "ima": appraisesModules = fact.value == "appraise"
    case "syscall": isFromMemory = fact.value == "init_module"
    case "btf": doTypesFit = fact.value == "fits"
    default: break
    }
  }
}
