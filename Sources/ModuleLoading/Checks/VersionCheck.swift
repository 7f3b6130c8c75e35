/// `check_version` and `try_to_force_load` (kernel/module/version.c and main.c, 7.2).
struct VersionCheck: Sendable {
  let settings: LoaderSettings
  let module: ModuleHeader

  /// Whether the loader accepts the version of a symbol; logs what the kernel logs.
  /// A CRC is `nil` where none is stored.
  func accepts(
    _ symbol: @autoclosure () -> String, required: UInt64?, provided: UInt32?, _ log: inout BootLog
  ) -> Bool {
    guard settings.modversions, let provided else { return true }
    if module.versionTable == .none { return force(symbol(), &log) }
    if let required {
      if required == UInt64(provided) { return true }
      log.say("\(module.infoName): disagrees about version of symbol \(symbol())")
      return false
    }
    if module.versionTable == .extended {
      log.warnMissing("\(module.infoName): no extended symbol version for \(symbol())")
      return true
    }
    let line = "\(module.infoName): no symbol version for \(symbol())"
    if settings.refusesMissingVersions {
      log.say(line)
      return false
    }
    log.warnMissing(line)
    return true
  }

  /// Whether the loader goes on without what is missing, which taints the kernel.
  /// With `isFinding`, only this line reports it.
  func force(_ reason: String, isFinding: Bool = false, _ log: inout BootLog) -> Bool {
    guard settings.forceLoad else { return false }
    log.noteForce("\(module.moduleName): \(reason): kernel tainted.", isFinding: isFinding)
    return true
  }
}
