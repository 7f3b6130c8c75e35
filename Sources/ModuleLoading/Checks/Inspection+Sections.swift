internal import ELFFormat
internal import KernelReleases
internal import Kernels
internal import Livepatching

extension Inspection {
  /// `module_enforce_rwx_sections`.
  func writableCodeRefusal(_ architecture: ArchitectureSections) -> Refusal? {
    guard settings.strictRWX, rules.has(.refusesWritableCode) else { return nil }
    for (index, section) in map.sections.enumerated()
    where architecture.flags(of: index, section).isSuperset(of: [.write, .execInstructions]) {
      return Refusal(
        .ENOEXEC,
        "\(header.moduleName): section \(map.name(of: section)) (index \(index)) has invalid "
          + "WRITE|EXEC flags")
    }
    return nil
  }

  /// The end of `find_module_sections`.
  func sectionRefusal(_ log: inout BootLog) -> Refusal? {
    if settings.constructors, map.find(".ctors") != 0, map.find(".init_array") != 0 {
      return Refusal(.EINVAL, "\(header.moduleName): has both .ctors and .init_array.")
    }
    if map.find("__obsparm") != 0 {
      log.say("\(header.moduleName): Ignoring obsolete parameters")
    }
    return nil
  }

  /// The panic of a fortified kernel that asks for the length of a name without a NUL. Up to 6.3
  /// `add_unformed_module` asks, later only what follows the load.
  func nameCrash(isEarly: Bool) -> Refusal? {
    guard !header.isNameTerminated, settings.fortified, rules.has(.measuresFields),
      isEarly != rules.has(.checksEarly)
    else { return nil }
    return Refusal(crash: .nameUnterminated)
  }

  /// Whether the module structure lies in memory that the kernel frees before other memory of the
  /// module, which the structure names: any but that of writable data.
  var freesStructureEarly: Bool {
    let flags = map.sections[indices.structure].flags
    return rules.has(.freesMemoryByKind)
      && (!flags.contains(.write) || flags.contains(.execInstructions))
  }

  /// What ends the load after the module's symbols and relocations: `complete_formation`,
  /// `klp_module_coming`.
  func comingRefusal() -> Refusal? {
    let structure = map.sections[indices.structure]
    if structure.type == .nobits { return Refusal(crash: .structureEmpty) }
    // Written to once it is read-only.
    if settings.strictRWX, !structure.flags.contains(.write) {
      return Refusal(crash: .structureReadOnly)
    }
    if settings.livepatch, rules.has(.reservesKernelName), header.moduleName == "vmlinux" {
      return Refusal(.EINVAL, "livepatch: vmlinux.ko: invalid module name")
    }
    return nil
  }

  /// What ends it last of all: `mod_sysfs_setup`, which does nothing without SYSFS. Lines are added that end
  /// nothing.
  ///
  /// - Note: kernel/module/internal.h and sysfs.c, 6.12; up to 5.18 kernel/module.c. The files of sections are
  ///   there with KALLSYMS only.
  func lastRefusal(
    _ architecture: ArchitectureSections, _ lines: inout [String]
  ) -> Refusal? {
    let name = header.moduleName
    if !settings.hasSysfs { return nameCrash(isEarly: false) }
    if let names = kernel.builtinModules,
      names.certain.contains(name)
        || names.possible.contains(name)
    {
      var refusal = Refusal(.EINVAL, "\(name): module is already loaded")
      refusal.causes = [LoadCause(.builtIn, owner: name)]
      return refusal
    }
    if name.isEmpty { return Refusal(.EINVAL) }
    // The files of parameters come before those of sections.
    if let parameter = ModuleParameters(map, indices).repeatedName() {
      return Refusal(
        .EEXIST,
        "sysfs: cannot create duplicate filename "
          + "'/module/\(name)/parameters/\(LogText.text(parameter))'")
    }
    if settings.hasKallsyms, let section = repeatedSection(architecture) {
      let line = "sysfs: cannot create duplicate filename '/module/\(name)/sections/\(section)'"
      if rules.has(.refusesDuplicateSections) { return Refusal(.EEXIST, line) }
      lines.append(line)
    }
    return nameCrash(isEarly: false)
  }

  /// The first section whose name an earlier one has in /sys/module/NAME/sections: those that are
  /// allocated and not empty, and what the architecture and `layout_symtab` make so.
  private func repeatedSection(_ architecture: ArchitectureSections) -> String? {
    var seen: Set<[UInt8]> = []
    let perCPU = map.find(".data..percpu")
    for (index, section) in map.sections.enumerated()
    where architecture.hasBytes(index, section) {
      let isKept =
        architecture.flags(of: index, section).contains(.alloc) && !indices.isDropped(index)
        && index != perCPU
        || index == indices.symbols || index == indices.strings
      guard isKept, !seen.insert(map.nameBytes(of: section)).inserted else { continue }
      return map.name(of: section)
    }
    return nil
  }
}
