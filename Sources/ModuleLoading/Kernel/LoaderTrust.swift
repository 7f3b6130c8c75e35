internal import ELFFormat
internal import KernelImages
internal import KernelReleases
internal import Kernels
internal import Livepatching
internal import ModuleTrust

/// The signature gate of one kernel on one machine.
struct LoaderTrust: Sendable {
  var gate: SignatureGate
  let policy: TrustPolicy
  /// Whether the kernel's own keys are known: without them no signer can be told from another.
  let knowsBuiltIn: Bool
  /// Whether the machine's keys are known.
  let knowsMachine: Bool
  /// Whether the user says that unknown signers are enrolled.
  let isSignerEnrolled: Bool
  /// What had to be assumed of the machine for modules that its policy lets go on.
  let policyAssumptions: [LoadAssumption]
  /// The keyrings that count for modules.
  let keyrings: [String]

  init(
    _ facts: KernelFacts, _ settings: LoaderSettings, _ release: KernelRelease,
    _ request: TrustRequest, builtIn: BuiltInCertificates?, wordSize: Int,
    loadable: (String) -> Bool
  ) {
    func isSet(_ name: String) -> Bool { settings.isSet(name) }
    let machine = request.machine
    let isSecureBoot = request.isSecureBoot ?? machine?.isSecureBoot ?? false
    var context = TrustContext(
      era: TrustEra(release), digests: LoaderTrust.digests(facts, loadable),
      hasECDSA: isSet("CRYPTO_ECDSA"))
    context.isFIPS = request.isFIPS
    context.wordSize = wordSize
    gate = SignatureGate(context)
    knowsBuiltIn = builtIn != nil
    knowsMachine = machine != nil || !request.keys.isEmpty || request.isSignerEnrolled != nil
    isSignerEnrolled = request.isSignerEnrolled ?? false
    policyAssumptions = LoaderTrust.assumptions(
      request, knowsSecureBoot: (request.isSecureBoot ?? machine?.isSecureBoot) != nil, isSet)
    policy = LoaderTrust.policy(request, isSecureBoot, isSet)

    gate.keys.add((builtIn?.certificates ?? []) + request.keys, context)
    keyrings = SignaturePolicy(facts, release, isSet).keyrings
    var platform = KeyRing()
    if let machine {
      if !machine.ignoresDB {
        platform.add(machine.db?.certificates ?? [], context)
      }
      addOwnerKeys(of: machine, isSecureBoot, facts, isSet, &platform)
    }
    if keyrings.contains(".platform") { gate.platform = platform }
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
    let owned = machine.ownerKeys?.certificates ?? []
    if isMachine {
      gate.keys.add(owned, gate.context, blacklist: gate.blacklist)
    } else {
      platform.add(owned, gate.context, blacklist: gate.blacklist)
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
      request.enforcesSignatures ?? false || isSet("MODULE_SIG_FORCE")
      || isSecureBoot && isSet("IMA_ARCH_POLICY")
    return TrustPolicy(enforces: enforces, lockdown: lockdown)
  }

  /// What is not known and could make the policy stricter.
  private static func assumptions(
    _ request: TrustRequest, knowsSecureBoot: Bool, _ isSet: (String) -> Bool
  ) -> [LoadAssumption] {
    var found: [LoadAssumption] = []
    func assume(_ key: String, _ value: String) {
      found.append(LoadAssumption(.machineUnknown, key: key, value: value))
    }
    let isAsked =
      isSet("IMA_ARCH_POLICY") || request.lockdown == nil && isSet("LOCK_DOWN_IN_EFI_SECURE_BOOT")
    if !knowsSecureBoot, isAsked { assume("secure-boot", "off") }
    if request.lockdown == nil, isSet("SECURITY_LOCKDOWN_LSM") { assume("lockdown", "none") }
    if request.enforcesSignatures == nil { assume("sig-enforce", "off") }
    return found
  }
}
