internal import ModuleVersions

/// A layout of version tables. More layouts may come.
public struct VersionLayout: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  /// The name of the layout.
  public let rawValue: String

  /// Creates a layout with a name.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// `__versions` with records of 64 bytes.
  public static let basic = VersionLayout(rawValue: "basic")
  /// `__version_ext_crcs` and `__version_ext_names` (6.14 and later).
  public static let extended = VersionLayout(rawValue: "extended")
  /// `__versions` in Ubuntu's packed records.
  public static let packed = VersionLayout(rawValue: "packed")
  /// `__versions` with digests in place of names that do not fit.
  public static let hashed = VersionLayout(rawValue: "hashed")

  /// The name of the layout.
  public var description: String { rawValue }
}

/// A version that a module requires of a symbol.
public struct SymbolVersion: Sendable, Hashable {
  /// The symbol. A hashed record, whose name the module does not hold, has `sha256:` and the digest.
  public let name: SymbolName
  /// The version.
  public let crc: UInt32
  /// The tables that hold it.
  public let layouts: [VersionLayout]
}

/// A symbol that a kernel or a module exports.
public struct Export: Sendable, Hashable {
  /// The symbol.
  public let name: SymbolName
  /// Its version; `nil` if exports have none.
  public let crc: UInt32?
  /// Who exports it: `vmlinux`, or a module as Module.symvers names it.
  public let owner: String
  /// The namespace; empty for none.
  public let namespace: String
  /// Whether modules need a GPL-compatible licence to use it.
  public let isGPLOnly: Bool
}

extension Export {
  /// All exports of a table, in order.
  static func all(in table: ExportTable) -> [Export] {
    table.rows.map { row in
      Export(
        name: SymbolName(table.text(row.name)), crc: row.hasCRC ? row.crc : nil,
        owner: table.owners[Int(row.owner)], namespace: table.text(row.namespace),
        isGPLOnly: row.licence.isGPLOnly)
    }
  }
}
