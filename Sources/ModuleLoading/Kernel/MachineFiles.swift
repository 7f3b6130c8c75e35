internal import ByteStorage
package import ModuleTrust

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

extension MachineKeys {
  /// Reads the variables in a directory: /sys/firmware/efi/efivars, or a copy of it.
  package init(directory: String) { self.init { EFIVariables.read($0, in: directory) } }
}

extension TrustRequest {
  /// What this machine says of itself.
  package static func ofRunningMachine() -> TrustRequest {
    var request = TrustRequest()
    let variables = "/sys/firmware/efi/efivars"
    if PathKind(variables) == .directory {
      request.machine = MachineKeys(directory: variables)
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
