internal import ByteStorage
internal import NameTranslation

extension KnownNames {
  /// Adds the names of a file, or reports on standard error why it cannot be read.
  /// Returns whether it was read.
  mutating func readOrComplain(_ path: String, limit: Int) -> Bool {
    do throws(FileError) {
      try ArchiveMember.prepare(path, limit: limit)
      try read(path, limit: limit)
    } catch {
      Terminal.complain(error.explained)
      return false
    }
    return true
  }

  /// Reports on standard error which tables turned out to be damaged.
  /// Returns whether there are any.
  func complainOfDamage() -> Bool {
    for damage in damages {
      Terminal.complain("\(damage); its names are left out (ksym table check)")
    }
    return !damages.isEmpty
  }
}
