internal import ArgumentParser
internal import ByteStorage
internal import Kernels
internal import ModuleLoading
internal import ModuleTrust

extension TrustPolicy.Lockdown: ExpressibleByArgument {}

/// What the signature gate needs to know of the machine.
struct TrustOptions: ParsableArguments {
  enum Switch: String, ExpressibleByArgument, CaseIterable {
    case on, off
  }

  @Option(
    name: .customLong("efivars"),
    help: ArgumentHelp(
      "The machine's EFI variables, as in /sys/firmware/efi/efivars, or a copy: its keys, Secure Boot.",
      valueName: "dir"), completion: .directory)
  var variables: String?

  @Option(
    help: ArgumentHelp(
      "Certificates that count as enrolled (DER, PEM, mok.pub, an EFI signature list).",
      valueName: "file"), completion: .file())
  var keys: [String] = []

  @Option(help: "Whether Secure Boot is on, whatever the variables say.")
  var secureBoot: Switch?

  @Option(help: "The kernel's lockdown (boot option lockdown=).")
  var lockdown: TrustPolicy.Lockdown?

  @Flag(help: "Signatures are enforced (boot option module.sig_enforce).")
  var sigEnforce = false

  @Flag(name: .customLong("no-signatures"), help: "Leave signatures out, and list that.")
  var leavesOutSignatures = false

  @Flag(name: .customLong("no-btf"), help: "Leave the types of modules (BTF) out, and list that.")
  var leavesOutTypes = false

  func validate() throws {
    guard leavesOutSignatures, sigEnforce || !keys.isEmpty else { return }
    let option = sigEnforce ? "--sig-enforce" : "--keys"
    throw ValidationError("--no-signatures leaves signatures out: \(option) would do nothing")
  }

  /// The request; of the running kernel the machine itself is asked. What was found is shown if verbose.
  func request(_ kernel: OpenKernel, isVerbose: Bool) throws -> TrustRequest {
    var request = TrustRequest()
    if let variables {
      guard PathKind(variables) == .directory else {
        throw Terminal.trouble(
          "--efivars: \(variables) is not a directory (without UEFI: --secure-boot off)")
      }
      let machine = MachineKeys(directory: variables)
      if machine.isEmpty {
        throw Terminal.trouble(
          "--efivars: \(variables) has no EFI variable of keys or Secure Boot (db-GUID, SecureBoot-GUID …; "
            + "without UEFI: --secure-boot off)")
      }
      for name in machine.damaged {
        Terminal.complain("\(variables): \(name) is damaged; what lies before the damage counts")
      }
      if machine.isSecureBoot == nil, secureBoot == nil {
        Terminal.complain("\(variables): no readable SecureBoot; Secure Boot is taken as off")
      }
      if isVerbose { Terminal.complain("\(variables): \(machine.words)") }
      request.machine = machine
    } else if kernel.path == "running" {
      request = TrustRequest.ofRunningMachine()
    }
    request.isSecureBoot = secureBoot.map { $0 == .on } ?? request.isSecureBoot
    request.lockdown = lockdown ?? request.lockdown
    if sigEnforce { request.enforcesSignatures = true }
    request.leavesOutSignatures = leavesOutSignatures
    request.leavesOutTypes = leavesOutTypes
    for path in keys {
      let certificates = try TrustOptions.certificates(in: path)
      if isVerbose { Terminal.complain("\(path): \(counted(certificates.count, "certificate"))") }
      request.keys += certificates
    }
    return request
  }

  /// The certificates in a file, of which there must be one.
  static func certificates(in path: String) throws -> [[UInt8]] {
    var buffer = FileBuffer()
    let found: [[UInt8]]
    do {
      try buffer.open(path)
      found = try CertificateFile.certificates(in: buffer.source.all())
    } catch { throw Terminal.trouble("--keys: \(error)") }
    if found.isEmpty { throw Terminal.trouble("--keys: \(path) holds no certificate") }
    return found
  }
}
