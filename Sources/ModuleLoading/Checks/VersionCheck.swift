/// `check_version` and `try_to_force_load` (kernel/module/version.c and main.c, 7.2).
struct VersionCheck {
  let settings: LoaderSettings

  /// Whether the loader accepts the version of a symbol; prints what the kernel prints.
  ///
  /// - Parameters:
  ///   - symbol: The symbol's name.
  ///   - required: The module's CRC, `nil` if it carries none.
  ///   - provided: The export's CRC, `nil` if its owner stores none.
  ///   - module: Receives the lines.
  /// - Returns: Whether the load goes on.
  func check(
    _ symbol: @autoclosure () -> String, required: UInt64?, provided: UInt32?,
    _ module: inout InspectedModule
  ) -> Bool {
    guard settings.modversions, let provided else { return true }
    if module.versions == .none {
      return force(symbol(), &module)
    }
    if let required {
      if required == UInt64(provided) { return true }
      module.outcome.log.append(
        "\(module.infoName): disagrees about version of symbol \(symbol())")
      return false
    }
    if module.versions == .extended {
      warnOnce("\(module.infoName): no extended symbol version for \(symbol())", &module)
      return true
    }
    if settings.refusesMissingVersions {
      module.outcome.log.append("\(module.infoName): no symbol version for \(symbol())")
      return false
    }
    warnOnce("\(module.infoName): no symbol version for \(symbol())", &module)
    return true
  }

  /// Whether the loader goes on without what is missing, which taints the kernel.
  ///
  /// The line shows once per boot, so it counts as a taint notice; but where a vermagic is missing
  /// that nobody asked to ignore, it is the only line that says so, and belongs to the log.
  func force(
    _ reason: String, isFinding: Bool = false, _ module: inout InspectedModule
  ) -> Bool {
    guard settings.forceLoad else { return false }
    if !module.isForced {
      let line = "\(module.moduleName): \(reason): kernel tainted."
      if isFinding {
        module.outcome.log.append(line)
      } else {
        module.outcome.taintLog.append(line)
      }
    }
    module.isForced = true
    return true
  }

  private func warnOnce(_ line: String, _ module: inout InspectedModule) {
    if !module.hasWarnedMissing { module.outcome.log.append(line) }
    module.hasWarnedMissing = true
  }
}

/// Licences that the kernel takes for compatible with the GPL.
enum GPLCompatibility {
  /// Exactly these (`include/linux/license.h`, 5.10 to 7.3).
  private static let compatible: Set<String> = [
    "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL",
  ]

  /// Whether a module with this first `license=` is compatible; none counts as `unspecified`.
  static func isCompatible(_ licence: String?) -> Bool {
    licence.map(compatible.contains) ?? false
  }
}

/// `same_magic` (kernel/module/version.c, 7.2).
enum Vermagics {
  /// Whether two vermagic strings are the same, from the first blank on if the release is ignored.
  static func areSame(_ module: String, _ kernel: String, ignoresRelease: Bool) -> Bool {
    guard ignoresRelease else { return module == kernel }
    func rest(_ text: String) -> Substring {
      text.firstIndex(of: " ").map { text[$0...] } ?? ""
    }
    return rest(module) == rest(kernel)
  }

  /// How two vermagic strings differ.
  static func differences(_ module: String, _ kernel: String) -> [LoadCause] {
    let own = module.split(separator: " ").map(String.init)
    let wanted = kernel.split(separator: " ").map(String.init)
    var found: [LoadCause] = []
    if let built = own.first, let running = wanted.first, built != running {
      found.append(LoadCause(.otherRelease, module: built, kernel: running))
    }
    func add(_ code: LoadCause.Code, _ words: some Sequence<String>) {
      var cause = LoadCause(code)
      cause.options = Array(words)
      if !cause.options.isEmpty { found.append(cause) }
    }
    add(.moduleVermagic, own.dropFirst().filter { !wanted.contains($0) })
    add(.kernelVermagic, wanted.dropFirst().filter { !own.contains($0) })
    return found
  }
}
