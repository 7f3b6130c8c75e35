internal import ByteStorage

package struct VersionDefect: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// The section's size is not a whole number of records; surplus bytes.
    case surplusBytes(Int)
    /// The CRC section's size is not a multiple of 4; surplus bytes.
    case surplusCRCBytes(Int)
    /// A name without a NUL in its field.
    case unterminatedName
    case emptyName
    /// Bytes other than zero after the name's NUL.
    case dirtyPadding
    /// A CRC field with bits above the low 32: it never agrees.
    case crcTooWide(UInt64)
    /// A name that an earlier record has: only the first counts.
    case duplicateName
    /// More CRCs than names; how many lack one.
    case crcsWithoutName(Int)
    /// Only one of the two extended sections is there.
    case halfPresent(missing: String)
    /// A section without bytes in the file (`SHT_NOBITS`).
    case withoutBytes(section: String)
    /// A section that the kernel does not see, for lack of `SHF_ALLOC`.
    case notAllocated(section: String)
    /// The tables give different CRCs for a name: basic, extended.
    case disagreement(basic: UInt64, extended: UInt64)
    /// A name that fits the basic layout is missing in one of the tables.
    case onlyInOneTable(missingIn: VersionLayout)
    /// Packed records do not lead to one another.
    case brokenChain
  }

  package let kind: Kind
  /// The name concerned; empty if none.
  package let name: String
  /// Offset in the section, in bytes.
  package let offset: Int

  package init(_ kind: Kind, name: String = "", offset: Int) {
    self.kind = kind
    self.name = name
    self.offset = offset
  }

  init(_ kind: Kind, name: RawSpan, offset: Int) {
    self.init(kind, name: name.text, offset: offset)
  }
}

extension VersionDefect: CustomStringConvertible {
  package var description: String {
    let subject = name.isEmpty ? "" : " (\(name))"
    switch kind {
    case .surplusBytes(let count): return "\(count) surplus bytes after the last record"
    case .surplusCRCBytes(let count): return "\(count) surplus bytes after the last CRC"
    case .unterminatedName: return "name without a NUL\(subject)"
    case .emptyName: return "empty name"
    case .dirtyPadding: return "bytes after the name are not zero\(subject)"
    case .crcTooWide(let crc):
      return "CRC field has bits above 32: 0x\(String(crc, radix: 16))\(subject)"
    case .duplicateName: return "duplicate name, only the first counts\(subject)"
    case .crcsWithoutName(let count): return "\(count) CRCs without a name"
    case .halfPresent(let missing): return "\(missing) is missing: the kernel refuses the module"
    case .withoutBytes(let section): return "\(section) has no bytes in the file"
    case .notAllocated(let section): return "\(section) is not SHF_ALLOC: the kernel ignores it"
    case .disagreement(let basic, let extended):
      return
        "basic says 0x\(String(basic, radix: 16)), extended 0x\(String(extended, radix: 16))\(subject)"
    case .onlyInOneTable(let layout): return "missing in the \(layout.rawValue) table\(subject)"
    case .brokenChain: return "records do not lead to one another"
    }
  }
}
