internal import ByteStorage
package import ELFFormat
package import ModuleVersions

/// What to make of a module.
package struct ConversionRequest: Sendable {
  /// Layouts of version tables to leave in a module.
  package enum Target: String, Sendable, Hashable, CaseIterable {
    /// `__versions` with 64-byte records.
    case basic
    /// `__version_ext_crcs` and `__version_ext_names`.
    case extended
    /// Both, as modpost writes them: the basic one without names that do not fit.
    case both
    /// `__versions` in Ubuntu's packed records.
    case packed
    /// `__versions` with digests for names that do not fit.
    case hashed
    case none
  }

  /// What becomes of a signature.
  package enum Signature: Sendable {
    /// A signed module is refused if it would change.
    case refused
    /// It is taken off.
    case dropped
    /// The module is signed anew.
    case signed(ModuleSigner)
    /// The signature of another file is put back if what it signs is the same, byte for byte.
    case restored(from: SignedOriginal)
  }

  /// Layouts to leave; `nil` keeps those that are there.
  package var target: Target?
  /// Whether names that do not fit are left out of the table.
  package var dropsUnrepresentable = false
  /// CRCs to put in; `nil` keeps those that are there.
  package var retargeting: Retargeting?
  /// What becomes of a signature.
  package var signature = Signature.refused

  package init(_ target: Target?) { self.target = target }
}

/// New CRCs for a module: those of another kernel.
package struct Retargeting: Sendable {
  /// What the kernel (and modules) export.
  let exports: ExportLookup
  /// The only symbols to change; `nil` for all.
  package var only: Set<[UInt8]>?
  package var addsMissing = false
  /// Whether to remove versions of symbols that the module does not need.
  package var prunes = false
  /// The kernel's architecture; `nil` if it is not known.
  package var machine: ELFMachine?

  package init(_ exports: ExportTable) { self.exports = ExportLookup(exports) }

  /// Whether the version of a symbol is put in.
  func decides(_ name: RawSpan) -> Bool {
    (only?.contains(name.array) ?? true) && crc(of: name) != nil
  }

  /// The CRC of a symbol: of the last export with one, as modpost takes it.
  func crc(of name: RawSpan) -> UInt32? {
    var row = exports.first(name)
    var found: UInt32?
    while let current = row {
      let export = exports.table.rows[current]
      if export.hasCRC { found = export.crc }
      row = exports.next(after: current)
    }
    return found
  }
}

package struct ConvertedModule: Sendable {
  /// Something worth saying of the result: a code, and the symbols concerned.
  package struct Notice: Sendable, Hashable {
    /// What it says.
    package struct Code: RawRepresentable, Sendable, Hashable {
      package let rawValue: String

      package init(rawValue: String) { self.rawValue = rawValue }

      /// Names were left out of the basic table.
      package static let leftOut = Code(rawValue: "left-out")
      /// The CRCs of some versions changed.
      package static let retargeted = Code(rawValue: "retargeted")
      package static let added = Code(rawValue: "added")
      /// Versions were removed.
      package static let pruned = Code(rawValue: "pruned")
      /// Versions stay as they were: the kernel to match does not export their symbols.
      package static let kept = Code(rawValue: "kept")
      /// Needed symbols have no version, and the kernel to match does not export them either.
      package static let stillMissing = Code(rawValue: "still-missing")
      /// Symbols named to be the only ones to change have no version here.
      package static let notRequired = Code(rawValue: "not-required")
      package static let signatureDropped = Code(rawValue: "signature-dropped")
      /// There is no `__versions` any more: the release in vermagic counts.
      package static let releaseCounts = Code(rawValue: "release-counts")
    }

    package let code: Code
    /// The symbols concerned.
    package let names: [String]
    /// How many versions changed, or are concerned.
    package let count: Int

    package init(_ code: Code, _ names: [String] = [], count: Int? = nil) {
      (self.code, self.names, self.count) = (code, names, count ?? names.count)
    }
  }

  package private(set) var bytes: [UInt8]
  /// Whether it differs from what it was.
  package let isChanged: Bool
  package let before: [VersionLayout]
  package let after: [VersionLayout]
  /// Number of versions.
  package let count: Int
  package let isSigned: Bool
  package let notices: [Notice]

  /// Moves the module out, so that what else is known of it keeps no copy.
  package mutating func takeBytes() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }
}
