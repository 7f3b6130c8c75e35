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
  private(set) var policyAssumptions: [LoadAssumption]
  /// The keyrings that count for modules.
  let keyrings: [String]
  /// Whether IMA demands a signature of its own of modules.
  let appraisesModules: Bool
  /// Whether the release reads messages; before, the trailer named the key.
  let readsMessages: Bool
  /// The gate without the certificates that the user gives as enrolled; `nil` if there are none.
  private(set) var gateWithoutGiven: SignatureGate?
  /// The gate with those certificates of the user and the machine's owner that the kernel does not load, as if
  /// it had all algorithms; `nil` if there are none.
  private(set) var gateOfLeftOut: SignatureGate?
  /// The platform's keys, where it is not known that the kernel asks them; else empty.
  private(set) var unaskedPlatform: SignatureGate?

  init(
    _ facts: KernelFacts, _ settings: LoaderSettings, _ release: KernelRelease,
    _ request: TrustRequest, builtIn: BuiltInKeys, wordSize: Int, loading: LoadableModules,
    hasFunction: (StaticString) -> Bool?
  ) {
    func isSet(_ name: String) -> Bool { settings.isSet(name) }
    let machine = request.machine
    let isSecureBoot = request.isSecureBoot ?? machine?.isSecureBoot ?? false
    let secureBoot = SecureBootPolicy(facts.machine?.value, release, isSet)
    let algorithms = KernelAlgorithms(facts, settings, loading)
    gate = SignatureGate(
      LoaderTrust.context(algorithms, facts, isSet, TrustEra(release), request, wordSize))
    readsMessages = TrustBehaviour.table.has(.readsMessages, in: release)
    knowsBuiltIn = builtIn.certificates != nil
    knowsMachine = machine != nil || !request.keys.isEmpty || request.isSignerEnrolled != nil
    isSignerEnrolled = request.isSignerEnrolled ?? false
    policyAssumptions = LoaderTrust.assumptions(
      request, knowsSecureBoot: (request.isSecureBoot ?? machine?.isSecureBoot) != nil,
      isEnforcing: secureBoot.enforces, isSet)
    var policy = LoaderTrust.policy(
      request, isSecureBoot, isEnforcing: isSecureBoot && secureBoot.enforces, isSet)
    let lockdown = LockdownSupport(settings)
    lockdown.limit(&policy, request, &policyAssumptions)
    policy.returnsMissingKey = TrustBehaviour.table.has(.returnsMissingKey, in: release)
    self.policy = policy
    // The policy of Secure Boot appraises modules only where their own signatures are not looked at.
    appraisesModules =
      request.appraisesModules
      ?? (isSet("IMA_APPRAISE_REQUIRE_MODULE_SIGS")
        || isSecureBoot && secureBoot.enforces && !settings.signatures)
    keyrings = SignaturePolicy(facts, release, lockdown, isSet).keyrings

    gate.blacklist = builtIn.blacklist
    if isSet("SYSTEM_REVOCATION_LIST") {
      var revoked = KeyRing()
      revoked.add(
        builtIn.certificates?.revoked ?? [], gate.context, blacklist: builtIn.blacklist)
      gate.revoked = revoked
    }
    gate.keys.add(
      builtIn.certificates?.certificates ?? [], gate.context, blacklist: builtIn.blacklist)
    let platform = addKeys(
      of: machine, facts, isSet,
      readsOwnerKeys: isSecureBoot && secureBoot.readsOwnerKeys(hasFunction))
    if keyrings.contains(".platform") { gate.platform = platform }
    if !request.keys.isEmpty {
      gateWithoutGiven = gate
      gate.keys.add(
        request.keys, gate.context, blacklist: builtIn.blacklist, areInOneKeyring: false)
    }
    keepLeftOut(request.keys + (machine?.ownerKeys?.list.certificates ?? []))
    if !keyrings.contains(".platform"), !platform.certificates.isEmpty {
      unaskedPlatform = SignatureGate(gate.context)
      unaskedPlatform?.keys = platform
    }
  }

  private static func context(
    _ algorithms: KernelAlgorithms, _ facts: KernelFacts, _ isSet: (String) -> Bool,
    _ era: TrustEra, _ request: TrustRequest, _ wordSize: Int
  ) -> TrustContext {
    var context = TrustContext(
      era: era, digests: algorithms.digests, hasECDSA: algorithms.kinds.contains(.ecdsa))
    context.hasRSA = algorithms.kinds.contains(.rsa)
    context.onDemand = algorithms.onDemand
    context.unverifiable = algorithms.kinds.subtracting([.rsa, .ecdsa])
    context.waivesAttributes = isSet("PKCS7_WAIVE_AUTHATTRS_REJECTION_FOR_MLDSA")
    context.refusesListedFiles = facts.isOfDebian && era <= .of6_12
    context.isFIPS = request.isFIPS
    context.wordSize = wordSize
    return context
  }

  /// Adds what the machine's variables hold: to the keys, to the blacklist and to what is revoked.
  ///
  /// - Returns: The keys of the platform.
  /// - Note: security/integrity/platform_certs/load_uefi.c, 6.12, and for 5.10 Debian's patches: the
  ///   variables are read in this order, so that `dbx` comes too late for a certificate in `db`.
  private mutating func addKeys(
    of machine: MachineKeys?, _ facts: KernelFacts, _ isSet: (String) -> Bool,
    readsOwnerKeys: @autoclosure () -> Bool
  ) -> KeyRing {
    var platform = KeyRing()
    guard let machine, isSet("INTEGRITY_PLATFORM_KEYRING") else { return platform }
    let isOld = gate.context.era == .of5_10
    func certificates(_ lists: MachineKeys.Lists?) -> [[UInt8]] {
      guard let lists, !isOld || lists.isAuthenticated else { return [] }
      return lists.list.certificates
    }
    if !machine.ignoresDB {
      platform.add(certificates(machine.db), gate.context, blacklist: gate.blacklist)
    }
    if !isOld || machine.dbx?.isAuthenticated ?? false { revoke(machine.dbx, isSet) }
    guard machine.ownerKeys != nil || machine.ownerBlacklist != nil, readsOwnerKeys() else {
      return platform
    }
    if !isOld || !(machine.ownerBlacklist?.isPersistent ?? true) {
      revoke(machine.ownerBlacklist, isSet)
    }
    guard let owned = machine.ownerKeys, !isOld || !owned.isPersistent else { return platform }
    let isDebian = facts.isOfDebian
    let trusts = machine.trustsOwner || isDebian && gate.context.era <= .of6_12
    let isMachine = isSet("INTEGRITY_MACHINE_KEYRING") && !isOld && trusts
    let isForAuthorities = isSet("INTEGRITY_CA_MACHINE_KEYRING")
    let isStrict = isSet("INTEGRITY_CA_MACHINE_KEYRING_MAX")
    var read = KeyRing()
    read.add(owned.list.certificates, gate.context, blacklist: gate.blacklist)
    for certificate in read.certificates {
      if isMachine, !isForAuthorities || certificate.isForAuthorities(strict: isStrict) {
        gate.keys.add(certificate)
      } else {
        platform.add(certificate)
      }
    }
    return platform
  }

  private mutating func keepLeftOut(_ certificates: [[UInt8]]) {
    let leftOut = certificates.filter { certificate in
      var ring = KeyRing()
      return !ring.add([certificate], gate.context).isEmpty
    }
    if leftOut.isEmpty { return }
    var context = gate.context
    (context.digests, context.hasRSA, context.hasECDSA) = (
      Set(DigestAlgorithm.allCases), true, true
    )
    gateOfLeftOut = SignatureGate(context)
    gateOfLeftOut?.keys.add(leftOut, context, areInOneKeyring: false)
  }

  private mutating func revoke(_ lists: MachineKeys.Lists?, _ isSet: (String) -> Bool) {
    guard let list = lists?.list, isSet("SYSTEM_BLACKLIST_KEYRING") else { return }
    gate.blacklist.files.formUnion(list.files)
    gate.blacklist.bodies.formUnion(list.bodies)
    gate.revoked?.add(list.certificates, gate.context, blacklist: gate.blacklist)
  }

  private static func policy(
    _ request: TrustRequest, _ isSecureBoot: Bool, isEnforcing: Bool, _ isSet: (String) -> Bool
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
      request.enforcesSignatures ?? false || isSet("MODULE_SIG_FORCE") || isEnforcing
    return TrustPolicy(enforces: enforces, lockdown: lockdown)
  }

  /// What is not known and could make the policy stricter.
  private static func assumptions(
    _ request: TrustRequest, knowsSecureBoot: Bool, isEnforcing: Bool,
    _ isSet: (String) -> Bool
  ) -> [LoadAssumption] {
    var found: [LoadAssumption] = []
    func assume(_ key: String, _ value: String) {
      found.append(LoadAssumption(.machineUnknown, key: key, value: value))
    }
    let isAsked =
      isEnforcing || request.lockdown == nil && isSet("LOCK_DOWN_IN_EFI_SECURE_BOOT")
    if !knowsSecureBoot, isAsked { assume("secure-boot", "off") }
    if request.lockdown == nil, isSet("SECURITY_LOCKDOWN_LSM") { assume("lockdown", "none") }
    if request.enforcesSignatures == nil { assume("sig-enforce", "off") }
    return found
  }
}
