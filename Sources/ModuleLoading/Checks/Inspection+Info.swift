internal import KernelReleases
internal import Livepatching
internal import ModuleFiles

extension Inspection {
  /// `blacklisted`.
  func blacklisting() -> Refusal? {
    guard settings.blacklist.contains(header.infoName) else { return nil }
    return Refusal(.EPERM, "Module \(header.infoName) is blacklisted")
  }

  /// `check_modinfo`: vermagic, up to 6.3 what taints the kernel, then the livepatch marker.
  func infoRefusal(_ log: inout BootLog) -> Refusal? {
    if let refusal = vermagicRefusal(&log) { return refusal }
    if !rules.has(.checksEarly) { noteOrigin(&log) }
    guard map.moduleInfo(indices.info).value("livepatch") != nil, !settings.livepatch else {
      return nil
    }
    return Refusal(
      .ENOEXEC,
      "\(header.moduleName): module is marked as livepatch module, but livepatch support is disabled"
    )
  }

  private func vermagicRefusal(_ log: inout BootLog) -> Refusal? {
    if !settings.ignoresVermagic, let magic = header.vermagic {
      let ignoresRelease = settings.modversions && indices.versions != 0
      let expected = kernel.vermagic ?? otherRelease(magic, ignoresRelease)
      if let expected, !Vermagics.areSame(magic, expected, ignoresRelease: ignoresRelease) {
        let shown = map.moduleInfo(indices.info).bytes("vermagic").map(LogText.text) ?? magic
        var refusal = Refusal(
          .ENOEXEC, "\(header.infoName): version magic '\(shown)' should be '\(expected)'")
        refusal.causes = Vermagics.differences(magic, kernel.vermagic ?? magic)
        if kernel.vermagic == nil, let running = kernel.release {
          let built = String(magic.prefix { $0 != " " })
          refusal.causes = [LoadCause(.otherRelease, module: built, kernel: running)]
        }
        return refusal
      }
    } else if !versionCheck.force("bad vermagic", isFinding: !settings.ignoresVermagic, &log) {
      var refusal = Refusal(.ENOEXEC)
      refusal.causes = [
        settings.ignoresVermagic
          ? LoadCause(.notForced, kind: "vermagic") : LoadCause(.withoutVermagic)
      ]
      return refusal
    }
    return nil
  }

  /// What of the kernel's vermagic is known from its release, if a module was built for another one and that
  /// counts; else `nil`.
  private func otherRelease(_ magic: String, _ ignoresRelease: Bool) -> String? {
    guard !ignoresRelease, let release = kernel.release,
      kernel.isOtherRelease(String(magic.prefix { $0 != " " }))
    else { return nil }
    return "\(release) …"
  }

  /// The notices of modinfo: `module_augment_kernel_taints`, and `check_modinfo` up to 6.3, which refuses
  /// livepatches between the two parts. Those that every load prints are lines of the log; those that show
  /// once per boot are kept apart.
  func noteTaints(_ log: inout BootLog) {
    if rules.has(.checksEarly) { noteOrigin(&log) }
    noteContents(&log)
  }

  /// Where the module comes from.
  private func noteOrigin(_ log: inout BootLog) {
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
  }

  /// What the module is.
  private func noteContents(_ log: inout BootLog) {
    let info = map.moduleInfo(indices.info)
    let name = header.moduleName
    if info.value("livepatch") != nil {
      log.noteTaint("\(name): tainting kernel with TAINT_LIVEPATCH")
    }
    if header.hasForeignLicence {
      let licence = info.bytes("license").map(LogText.text) ?? "unspecified"
      log.noteTaint("\(name): module license '\(licence)' taints kernel.")
      log.noteUnreliableLocks()
    }
    if rules.has(.marksTestModules), info.value("test") != nil {
      log.noteTaint("\(name): loading test module taints kernel.")
    }
  }

  /// The notices of what the kernel itself finds: no signature, and names known for their licence.
  func noteOwnTaints(_ log: inout BootLog) {
    let name = header.moduleName
    if settings.signatures, !isSigned, !settings.protectsSymbols {
      log.noteTaint(
        "\(name): module verification failed: signature and/or required key missing - tainting "
          + "kernel")
    }
    let isOffender = ["ndiswrapper", "driverloader", "lve"].contains(name)
    // Up to 6.3 the licence has tainted the kernel before anybody compares.
    if rules.has(.checksEarly)
      ? isOffender || header.hasForeignLicence
      : isOffender && !header.hasForeignLicence
    {
      log.noteUnreliableLocks()
      log.noteTaint("\(name): module license taints kernel.")
    }
  }

  /// Since 6.16 no module may import a namespace that is for named modules.
  func importRefusal() -> Refusal? {
    guard rules.has(.hasModuleNamespaces), let forged = header.forgedNamespace else { return nil }
    return Refusal(
      .EPERM, "\(header.moduleName): module tries to import module namespace: \(forged)")
  }
}
