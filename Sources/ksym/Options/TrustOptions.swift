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

  /// The request; of the running kernel the machine itself is asked.
  func request(_ kernel: OpenKernel) throws -> TrustRequest {
    var request = TrustRequest()
    if let variables {
      guard PathKind(variables) == .directory else {
        throw ValidationError("--efivars: \(variables) is not a directory")
      }
      request.machine = MachineKeys { EFIVariables.read($0, in: variables) }
    } else if kernel.path == "running" {
      request = RunningMachine.request()
    }
    request.isSecureBoot = secureBoot.map { $0 == .on } ?? request.isSecureBoot
    request.lockdown = lockdown ?? request.lockdown
    if sigEnforce { request.enforcesSignatures = true }
    request.leavesOutSignatures = leavesOutSignatures
    request.leavesOutTypes = leavesOutTypes
    for path in keys { request.keys += try TrustOptions.certificates(in: path) }
    return request
  }

  /// The certificates in a file, of which there must be one.
  static func certificates(in path: String) throws -> [[UInt8]] {
    var buffer = FileBuffer()
    try buffer.open(path)
    let found = try CertificateFile.certificates(in: buffer.source.all())
    if found.isEmpty { throw ValidationError("--keys: \(path) holds no certificate") }
    return found
  }
}

/// EFI variables as Linux shows them in files.
private enum EFIVariables {
  private static let vendors = [
    "d719b2cb-3d3a-4596-a3bc-dad00e67656f", "8be4df61-93ca-11d2-aa0d-00e098032b8c",
    "605dab50-e046-4300-abb6-3dd810dd8b23",
  ]

  /// A variable: from `NAME-GUID`, which begins with its attributes, or from `NAME` as in
  /// /sys/firmware/efi/mok-variables, which does not.
  static func read(_ name: String, in directory: String) -> (attributes: UInt32, data: [UInt8])? {
    var buffer = FileBuffer()
    for vendor in vendors {
      let path = "\(directory)/\(name)-\(vendor)"
      guard PathKind(path) == .file, (try? buffer.open(path)) != nil,
        let bytes = try? buffer.source.all(),
        let attributes = bytes.integer(UInt32.self, at: 0, .little),
        let data = bytes.suffix(from: 4)
      else { continue }
      return (attributes, data.array)
    }
    let path = "\(directory)/\(name)"
    guard PathKind(path) == .file, (try? buffer.open(path)) != nil,
      let bytes = try? buffer.source.all()
    else { return nil }
    return (0, bytes.array)
  }
}

/// What this machine says of itself.
private enum RunningMachine {
  static func request() -> TrustRequest {
    var request = TrustRequest()
    let variables = "/sys/firmware/efi/efivars"
    if PathKind(variables) == .directory {
      request.machine = MachineKeys { EFIVariables.read($0, in: variables) }
    }
    // none [integrity] confidentiality
    if let text = text("/sys/kernel/security/lockdown"),
      let level = text.split(separator: "[").last?.split(separator: "]").first, text.contains("[")
    {
      request.lockdown = TrustPolicy.Lockdown(rawValue: String(level))
    }
    if let text = text("/sys/module/module/parameters/sig_enforce") {
      request.enforcesSignatures = text.hasPrefix("Y")
    }
    return request
  }

  private static func text(_ path: String) -> String? {
    var buffer = FileBuffer()
    guard (try? buffer.open(path)) != nil, let bytes = try? buffer.source.all() else { return nil }
    return bytes.text
  }
}
