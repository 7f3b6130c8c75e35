internal import ByteStorage
package import KernelReleases
internal import SymbolTables

extension KallsymsTables {
  /// How /proc/kallsyms reads the type letter of a name.
  package enum TypeReading: Sendable, Hashable {
    /// The byte after the first length byte counts as the first code, which for names of two-byte
    /// length is the rest of the length.
    case ignoresTwoByteLengths

    package static let table = ReleaseTable<TypeReading>(
      named: "Type letters in /proc/kallsyms",
      [
        row(since: KernelRelease(6, 1), until: KernelRelease(6, 1, 160)),
        row(since: KernelRelease(6, 2), until: KernelRelease(6, 6, 120)),
        row(since: KernelRelease(6, 7), until: KernelRelease(6, 12, 64)),
        row(since: KernelRelease(6, 13), until: KernelRelease(6, 18, 3)),
      ])

    private static func row(
      since: KernelRelease, until: KernelRelease
    ) -> ReleaseTable<TypeReading>.Row {
      .init(
        .ignoresTwoByteLengths, since: since, until: until,
        "kernel/kallsyms.c: kallsyms_get_symbol_type, 6.1; f3f9f42232de in 6.19 and stable releases",
        isCertain: false)
    }
  }

  /// The type letters that /proc/kallsyms of a release prints otherwise than the table says, by
  /// symbol; 0 for none.
  package func wrongTypes(
    in image: borrowing KallsymsImage, of release: String?
  ) -> [Int: UInt8] {
    guard hasTwoByteLengths == true, let names = image.bytes.slice(names),
      let release = release.flatMap({ KernelRelease($0) }),
      TypeReading.table.has(.ignoresTwoByteLengths, in: release)
    else { return [:] }
    var wrong: [Int: UInt8] = [:]
    var offset = 0
    for index in 0..<count {
      guard let codes = SymbolTable.codes(names, at: offset, true) else { break }
      if codes.lowerBound - offset == 2, let code = names.byte(at: offset + 1) {
        let token =
          image.bytes.integer(UInt16.self, at: tokenIndex.lowerBound + 2 * Int(code), order) ?? 0
        wrong[index] = image.bytes.byte(at: tokenTable.lowerBound + Int(token)) ?? 0
      }
      offset = codes.upperBound
    }
    return wrong
  }
}
