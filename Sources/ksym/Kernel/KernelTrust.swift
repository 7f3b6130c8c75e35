internal import ByteStorage
internal import ELFFormat
internal import KernelReleases
internal import Kernels
internal import ModuleLoading
internal import ModuleTrust

/// The certificates that are built into a kernel, and what its configuration makes of signatures.
struct KernelTrust {
  let certificates: [Certificate]
  /// The same as they are in the image.
  let encoded: [[UInt8]]
  let policy: SignaturePolicy?

  init(_ kernel: OpenKernel, _ facts: KernelFacts) {
    policy = SignaturePolicy(facts)
    guard policy?.isChecked ?? true, let machine = facts.machine?.value,
      let layout = facts.layout?.value,
      let found = kernel.builtInKeys(machine, layout).certificates
    else {
      (certificates, encoded) = ([], [])
      return
    }
    let context = TrustContext(
      era: TrustEra(facts.basis.release), digests: [.sha1, .sha256, .sha384, .sha512],
      hasECDSA: true)
    var keys = KeyRing()
    keys.add(found.certificates, context)
    (certificates, encoded) = (keys.certificates, found.certificates)
  }

  func write(to json: inout OutputBuffer) {
    json.member("certificates", objects: certificates) { certificate, json in
      json.member("subject", certificate.subjectText)
      json.member("issuer", certificate.issuerText)
      json.member("serial", certificate.serial.hexadecimal)
      json.member("keyID", optional: certificate.subjectKeyID.map(\.hexadecimal))
    }
    json.member("signatures", object: policy) { policy, json in
      json.member("checked", policy.isChecked)
      json.member("enforced", policy.isEnforced.rawValue)
      json.member("lockedDown", policy.isLockedDown.rawValue)
      json.member("keyrings", policy.keyrings)
    }
  }
}

extension Certificate {
  /// The holder, and by what signatures name the certificate.
  var words: String { "\(subjectText), serial number \(serial.hexadecimal)" }
}

extension SignaturePolicy {
  /// The policy in one line.
  var words: String {
    guard isChecked else { return "not looked at (MODULE_SIG=n)" }
    let enforced =
      switch isEnforced {
      case .never: "enforced if the command line says so"
      case .secureBoot: "enforced with Secure Boot"
      case .always: "always enforced"
      }
    let locked =
      switch isLockedDown {
      case .never: ""
      case .secureBoot: ", locked down with Secure Boot"
      case .always: ", always locked down"
      }
    return "\(enforced)\(locked); keyrings \(keyrings.joined(separator: ", "))"
  }
}
