/// What is wrong with one symbol.
package struct SymbolProblem: Sendable {
  /// Kinds of problems. More may come.
  package struct Kind: RawRepresentable, Sendable, Hashable {
    /// The kind in kebab case.
    package let rawValue: String

    /// The kind with a spelling.
    package init(rawValue: String) { self.rawValue = rawValue }

    /// The CRCs differ.
    package static let crc = Kind(rawValue: "crc")
    /// Nobody exports it.
    package static let missing = Kind(rawValue: "missing")
    /// The kernel does not export it, and not all of its modules were looked at.
    package static let unknown = Kind(rawValue: "unknown")
    /// Its export is for GPL-compatible modules only.
    package static let gplOnly = Kind(rawValue: "gpl-only")
    /// Its namespace is not imported.
    package static let namespace = Kind(rawValue: "namespace")
    /// The module carries no version for it.
    package static let unversioned = Kind(rawValue: "unversioned")
    /// Its exporter is proprietary, and the module uses GPL-only symbols.
    package static let proprietary = Kind(rawValue: "proprietary")
    /// The module exports a symbol that another owner exports already.
    package static let duplicateExport = Kind(rawValue: "duplicate-export")
    /// It is kept from modules without a signature that counts (Android).
    package static let protected = Kind(rawValue: "protected")
    /// The symbol itself is malformed: common, or in no section.
    package static let malformed = Kind(rawValue: "malformed")
  }

  /// The symbol's name.
  package let name: String
  /// The CRC that the module requires, if it carries one.
  package let required: UInt64?
  /// The CRC of the export, if there is one.
  package let provided: UInt32?
  /// Who exports it: `vmlinux` or a module.
  package let provider: String?
  /// What is wrong; `nil` for a symbol that is fine.
  package let problem: Kind?

  /// The same symbol, where not all modules were looked at.
  var asUnknown: SymbolProblem {
    SymbolProblem(
      name: name, required: required, provided: provided, provider: provider, problem: .unknown)
  }
}
