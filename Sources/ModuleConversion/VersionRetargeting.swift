internal import ByteStorage
internal import ELFFormat
internal import ModuleVersions

extension PresentTables {
  /// Forgets that tables disagreed: both are written anew.
  mutating func settle() { self.disagree = false }
}

extension Retargeting {
  func apply(
    to list: inout VersionList, of elf: borrowing ELFFile
  ) throws(ConversionError) -> [ConvertedModule.Notice] {
    []
  }
}
