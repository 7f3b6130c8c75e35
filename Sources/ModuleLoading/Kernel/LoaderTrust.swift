internal import ELFFormat
internal import KernelImages
internal import KernelReleases
internal import Kernels
internal import Livepatching
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
  /// `module.sig_enforce=1`.
  package var enforcesSignatures = false
  /// `fips=1`.
  package var isFIPS = false

  package init() {}
}

/// The signature gate of one kernel on one machine.
struct LoaderTrust: Sendable {
  var gate: SignatureGate
  let policy: TrustPolicy
  /// Whether the kernel's own keys are known: without them no signer can be told from another.
  let knowsBuiltIn: Bool
  /// Whether the machine's keys are known.
  let knowsMachine: Bool

  init(
    _ facts: KernelFacts, _ release: KernelRelease, _ request: TrustRequest,
    builtIn: BuiltInCertificates?, wordSize: Int, loadable: (String) -> Bool
  ) {
    let config = facts.config?.value
    func isSet(_ name: String) -> Bool { config?.isSet(name) ?? false }
    let machine = request.machine
    let isSecureBoot = request.isSecureBoot ?? machine?.isSecureBoot ?? false
    var context = TrustContext(
      era: TrustEra(release), digests: LoaderTrust.digests(facts, loadable),
      hasECDSA: isSet("CRYPTO_ECDSA"))
    context.isFIPS = request.isFIPS
    context.wordSize = wordSize
    gate = SignatureGate(context)
    knowsBuiltIn = builtIn != nil
    knowsMachine = machine != nil || !request.keys.isEmpty
    policy = LoaderTrust.policy(request, isSecureBoot, isSet)

    var log = TrustLog()
    for certificate in (builtIn?.certificates ?? []) + request.keys {
      try? gate.keys.add(parsing: certificate, context, blacklist: Blacklist(), &log)
    }
    // Debian patches the platform's keys in; upstream a module's signature is never asked of them.
    let asksPlatform = facts.build?.debianVersion != nil && isSet("INTEGRITY_PLATFORM_KEYRING")
    var platform = KeyRing()
    if let machine {
      if !machine.ignoresDB {
        for certificate in machine.db?.certificates ?? [] {
          try? platform.add(parsing: certificate, context, blacklist: Blacklist(), &log)
        }
      }
      addOwnerKeys(of: machine, isSecureBoot, facts, isSet, &platform)
    }
    if asksPlatform { gate.platform = platform }
  }

  /// What blacklists and the machine's owner add once Secure Boot is on.
  private mutating func addOwnerKeys(
    of machine: MachineKeys, _ isSecureBoot: Bool, _ facts: KernelFacts, _ isSet: (String) -> Bool,
    _ platform: inout KeyRing
  ) {
    guard isSet("SYSTEM_BLACKLIST_KEYRING") || isSet("INTEGRITY_PLATFORM_KEYRING") else { return }
    let isOld = gate.context.era == .of5_10
    var lists = [machine.dbx]
    let takesOwner = isSecureBoot && !(isOld && machine.isOwnerListPersistent)
    if takesOwner { lists.append(machine.ownerBlacklist) }
    for list in lists {
      gate.blacklist.files.formUnion(list?.files ?? [])
      gate.blacklist.bodies.formUnion(list?.bodies ?? [])
    }
    guard takesOwner else { return }
    let isDebian = facts.build?.debianVersion != nil
    let trusts = machine.trustsOwner || isDebian && gate.context.era <= .of6_12
    let isMachine = isSet("INTEGRITY_MACHINE_KEYRING") && !isOld && trusts
    var log = TrustLog()
    for certificate in machine.ownerKeys?.certificates ?? [] {
      if isMachine {
        try? gate.keys.add(parsing: certificate, gate.context, blacklist: gate.blacklist, &log)
      } else {
        try? platform.add(parsing: certificate, gate.context, blacklist: gate.blacklist, &log)
      }
    }
  }

  /// The digests that the kernel has, or gets when it asks for their module.
  private static func digests(
    _ facts: KernelFacts, _ loadable: (String) -> Bool
  ) -> Set<DigestAlgorithm> {
    let all: [DigestAlgorithm] = [
      .md5, .sha1, .sha224, .sha256, .sha384, .sha512, .sha3_256, .sha3_384, .sha3_512, .sm3,
    ]
    // Without a configuration, what all distributions build.
    guard let config = facts.config?.value else {
      return [.sha1, .sha224, .sha256, .sha384, .sha512]
    }
    return Set(
      all.filter { digest in
        digest.options.contains {
          config[$0] == .yes || config[$0] == .module && digest.modules.contains(where: loadable)
        }
      })
  }

  private static func policy(
    _ request: TrustRequest, _ isSecureBoot: Bool, _ isSet: (String) -> Bool
  ) -> TrustPolicy {
    var lockdown = request.lockdown ?? .none
    if request.lockdown == nil {
      if isSet("LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY") {
        lockdown = .confidentiality
      } else if isSet("LOCK_DOWN_KERNEL_FORCE_INTEGRITY")
        || isSecureBoot && isSet("LOCK_DOWN_IN_EFI_SECURE_BOOT")
      {
        lockdown = .integrity
      }
    }
    let enforces =
      request.enforcesSignatures || isSet("MODULE_SIG_FORCE")
      || isSecureBoot && isSet("IMA_ARCH_POLICY")
    return TrustPolicy(enforces: enforces, lockdown: lockdown)
  }
}
