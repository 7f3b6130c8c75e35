internal import Livepatching
internal import ModuleFiles

extension Inspection {
  /// `blacklisted`.
  func blacklisting() -> Refusal? {
    guard settings.blacklist.contains(header.infoName) else { return nil }
    return Refusal(.EPERM, "Module \(header.infoName) is blacklisted")
  }

  /// `check_modinfo`: vermagic, then the livepatch marker.
  func infoRefusal(_ log: inout BootLog) -> Refusal? {
    if !settings.ignoresVermagic, let magic = header.vermagic {
      if let expected = kernel.vermagic,
        !Vermagics.areSame(
          magic, expected, ignoresRelease: settings.modversions && indices.versions != 0)
      {
        var refusal = Refusal(
          .ENOEXEC, "\(header.infoName): version magic '\(magic)' should be '\(expected)'")
        refusal.causes = Vermagics.differences(magic, expected)
        return refusal
      }
    } else if !versionCheck.force("bad vermagic", isFinding: !settings.ignoresVermagic, &log) {
      return Refusal(.ENOEXEC)
    }
    guard map.moduleInfo(indices.info).value("livepatch") != nil, !settings.livepatch else {
      return nil
    }
    return Refusal(
      .ENOEXEC,
      "\(header.moduleName): module is marked as livepatch module, but livepatch support is disabled"
    )
  }

  /// The notices about taints. Those that every load prints are lines of the log; those that show
  /// once per boot are kept apart.
  func noteTaints(_ log: inout BootLog) {
    let info = map.moduleInfo(indices.info)
    let name = header.moduleName
    if info.value("intree") == nil {
      log.noteTaint("\(name): loading out-of-tree module taints kernel.")
    }
    if settings.retpoline, kernel.isX86, info.value("retpoline") == nil {
      log.say("Spectre V2 : System may be vulnerable to spectre v2")
      log.say("\(name): loading module not compiled with retpoline compiler.")
    }
    if info.value("staging") != nil {
      log.say(
        "\(name): module is from the staging directory, the quality is unknown, you have been "
          + "warned.")
    }
    if info.value("livepatch") != nil {
      log.noteTaint("\(name): tainting kernel with TAINT_LIVEPATCH")
    }
    if header.hasForeignLicence {
      let licence = info.value("license") ?? "unspecified"
      log.noteTaint("\(name): module license '\(licence)' taints kernel.")
    }
    if info.value("test") != nil { log.noteTaint("\(name): loading test module taints kernel.") }
  }

  /// Since 6.16 no module may import a namespace that is for named modules.
  func importRefusal() -> Refusal? {
    guard rules.has(.hasModuleNamespaces), let forged = header.forgedNamespace else { return nil }
    return Refusal(
      .EPERM, "\(header.moduleName): module tries to import module namespace: \(forged)")
  }
}
