internal import ELFFormat
internal import Livepatching

extension Inspection {
  /// `module_enforce_rwx_sections` and the end of `find_module_sections`.
  func sectionRefusal(_ architecture: ArchitectureSections) -> Refusal? {
    if settings.strictRWX, rules.has(.refusesWritableCode) {
      for (index, section) in map.sections.enumerated()
      where architecture.flags(of: index, section).isSuperset(of: [.write, .execInstructions]) {
        return Refusal(
          .ENOEXEC,
          "\(header.moduleName): section \(map.name(of: section)) (index \(index)) has invalid "
            + "WRITE|EXEC flags")
      }
    }
    if settings.constructors, map.find(".ctors") != 0, map.find(".init_array") != 0 {
      return Refusal(.EINVAL, "\(header.moduleName): has both .ctors and .init_array.")
    }
    return nil
  }

  /// What sysfs refuses at the end of the load: a module without a name, two sections with one name.
  func nameRefusal() -> Refusal? {
    if header.moduleName.isEmpty { return Refusal(.EINVAL) }
    guard rules.has(.refusesDuplicateSections) else { return nil }
    var seen: Set<[UInt8]> = []
    for (index, section) in map.sections.enumerated()
    where section.flags.contains(.alloc) && section.size > 0 && !indices.isDropped(index) {
      guard !seen.insert(map.nameBytes(of: section)).inserted else { continue }
      return Refusal(
        .EEXIST,
        "sysfs: cannot create duplicate filename '/module/\(header.moduleName)/sections/"
          + "\(map.name(of: section))'")
    }
    return nil
  }
}
