internal import ByteStorage
package import ModuleTrust

/// EFI variables as Linux shows them in files.
private enum EFIVariables {
  private static let vendors = [
    "d719b2cb-3d3a-4596-a3bc-dad00e67656f", "8be4df61-93ca-11d2-aa0d-00e098032b8c",
    "605dab50-e046-4300-abb6-3dd810dd8b23",
  ]

  /// A variable: from `NAME-GUID`, which begins with its attributes, or from `NAME` as in
  /// /sys/firmware/efi/mok-variables, which does not. Of shim's variables the latter, its table, counts.
  static func read(_ name: String, in directory: String) -> MachineKeys.Variable? {
    if name.hasPrefix("Mok"), let data = bytes("\(directory)/\(name)") {
      return MachineKeys.Variable(nil, data)
    }
    for vendor in vendors {
      guard let bytes = bytes("\(directory)/\(name)-\(vendor)"),
        let attributes = bytes.rawSpan.integer(UInt32.self, at: 0, .little)
      else { continue }
      return MachineKeys.Variable(attributes, Array(bytes.dropFirst(4)))
    }
    return bytes("\(directory)/\(name)").map { MachineKeys.Variable(nil, $0) }
  }

  private static func bytes(_ path: String) -> [UInt8]? {
    var buffer = FileBuffer()
    guard PathKind(path) == .file, (try? buffer.open(path)) != nil else { return nil }
    return try? buffer.source.all().array
  }
}

extension MachineKeys {
  /// Reads the variables in a directory: /sys/firmware/efi/efivars, or a copy of it, or one that has this and
  /// `mok-variables`, as /sys/firmware/efi.
  package init(directory: String) {
    let both = ["\(directory)/mok-variables", "\(directory)/efivars"]
    self.init(directories: PathKind(both[1]) == .directory ? both : [directory])
  }

  /// Reads the variables in directories: /sys/firmware/efi/efivars, or a copy of it; of a variable that
  /// several have the first counts.
  init(directories: [String]) {
    self.init { name in
      for directory in directories {
        if let found = EFIVariables.read(name, in: directory) { return found }
      }
      return nil
    }
  }
}

extension TrustRequest {
  /// What this machine says of itself.
  ///
  /// - Parameter root: Where its root directory is; with no slash at the end.
  /// - Returns: Its keys, and how strict its kernel is, as far as its files show.
  package static func ofRunningMachine(root: String = "") -> TrustRequest {
    var request = TrustRequest()
    let variables = "\(root)/sys/firmware/efi/efivars"
    if PathKind(variables) == .directory {
      request.machine = MachineKeys(
        directories: ["\(root)/sys/firmware/efi/mok-variables", variables])
    }
    // none [integrity] confidentiality
    if let text = text("\(root)/sys/kernel/security/lockdown"),
      let level = text.split(separator: "[").last?.split(separator: "]").first, text.contains("[")
    {
      request.lockdown = TrustPolicy.Lockdown(rawValue: String(level))
    }
    // lockdown,capability,yama: without it, the level in the other file is that of nothing.
    if let text = text("\(root)/sys/kernel/security/lsm") {
      let isListed = text.split { $0 == "," || $0.isWhitespace }.contains("lockdown")
      request.listsLockdown = isListed
      if !isListed { request.lockdown = TrustPolicy.Lockdown.none }
    }
    if let text = text("\(root)/sys/module/module/parameters/sig_enforce") {
      request.enforcesSignatures = text.hasPrefix("Y")
    }
    if let line = text("\(root)/proc/cmdline"), appraises(line) { request.appraisesModules = true }
    return request
  }

  /// Whether a command line makes IMA appraise modules: `ima_policy=secure_boot`, unless `ima_appraise=`
  /// keeps it from refusing.
  package static func appraises(_ commandLine: String) -> Bool {
    var isAsked = false
    for word in commandLine.split(whereSeparator: \.isWhitespace) {
      if word.hasPrefix("ima_policy=") {
        let names = word.drop { $0 != "=" }.dropFirst().split(separator: "|")
        isAsked = isAsked || names.contains { $0.filter { $0 != "\"" } == "secure_boot" }
      }
      if ["off", "log", "fix"].contains(where: { word == "ima_appraise=\($0)" }) { return false }
    }
    return isAsked
  }

  private static func text(_ path: String) -> String? {
    var buffer = FileBuffer()
    guard (try? buffer.open(path)) != nil, let bytes = try? buffer.source.all() else { return nil }
    return bytes.text
  }
}
