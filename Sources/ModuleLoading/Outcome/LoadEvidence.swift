internal import ELFFormat
internal import ModuleVersions

/// What hints at why a module does not fit.
struct LoadEvidence: Sendable {
  /// Records of the version table whose CRC equals, and differs from, that of vmlinux' export.
  var agreeing = 0
  var differing = 0
  /// The first of the names that differ.
  var differingNames: [String] = []
  private static let mostNames = 100
  /// The module's own vermagic.
  var vermagic: String?
  /// What each version that the module carries is worth here, if all are asked for.
  var compared: [SymbolProblem] = []
  /// Whether the module's CRCs, and the kernel's, look like those of gendwarfksyms.
  var moduleUsesDWARF: Bool?
  var kernelUsesDWARF: Bool?
  /// Whether the module has extended versions.
  var hasExtended = false
  /// Longest name that its basic version table can hold.
  var longestBasicName = 55

  /// CRC that gendwarfksyms gives every `void f(void)`, such as `__fentry__`.
  static let emptyFunctionCRC: UInt64 = 0xd272_d446
}

extension LoadEvidence {
  /// Notes what the module itself says.
  mutating func setModule(_ header: ModuleHeader, _ layout: ELFLayout) {
    vermagic = header.vermagic
    hasExtended = header.versionTable == .extended
    longestBasicName = BasicVersions.longestName(layout)
  }

  /// Compares the versions of a module with what vmlinux exports.
  mutating func compare(_ versions: borrowing VersionIndex, _ exports: ExportLookup) {
    var (agreeing, differing, names) = (0, 0, [String]())
    versions.forEach { name, crc in
      guard let row = exports.first(name), exports.table.rows[row].hasCRC else { return }
      if UInt64(exports.table.rows[row].crc) == crc {
        agreeing += 1
      } else {
        differing += 1
        if differing <= LoadEvidence.mostNames { names.append(name.logText) }
      }
    }
    differingNames = names
    (self.agreeing, self.differing) = (agreeing, differing)
    for name in LoadEvidence.emptyFunctions {
      guard let crc = versions.crc(of: name.bytes), let row = exports.first(name.bytes),
        exports.table.rows[row].hasCRC
      else { continue }
      moduleUsesDWARF = crc == LoadEvidence.emptyFunctionCRC
      kernelUsesDWARF = UInt64(exports.table.rows[row].crc) == LoadEvidence.emptyFunctionCRC
      break
    }
  }

  /// Compares all versions of a module one by one.
  mutating func compareAll(_ versions: borrowing VersionIndex, _ exports: ExportLookup) {
    var found: [SymbolProblem] = []
    versions.forEach { name, crc in
      guard found.count < LoadEvidence.mostCompared else { return }
      let row = exports.first(name).map { exports.table.rows[$0] }
      let provided = row.flatMap { $0.hasCRC ? $0.crc : nil }
      let problem: SymbolProblem.Kind? =
        row == nil ? .unknown : provided.map { UInt64($0) != crc } ?? false ? .crc : nil
      found.append(
        SymbolProblem(
          name: name.logText, required: crc, provided: provided,
          provider: row == nil ? nil : "vmlinux", problem: problem))
    }
    compared = found
  }

  private static let mostCompared = 100_000

  /// Functions without arguments: gendwarfksyms gives them all the same CRC.
  private static let emptyFunctions: [ConstantName] = ["__fentry__", "__x86_return_thunk"]
}
