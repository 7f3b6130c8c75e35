package import ByteStorage

/// The licence class of an export.
package enum ExportLicence: UInt8, Sendable, Hashable {
  case any, gplOnly
  /// `EXPORT_SYMBOL_GPL_FUTURE`, `EXPORT_UNUSED_SYMBOL`, `EXPORT_UNUSED_SYMBOL_GPL`: up to 5.11.
  case gplFuture, unused, unusedGPL
  /// Module.symvers says `(unknown)`, or nothing.
  case unknown

  /// The word of Module.symvers.
  package var symversName: StaticString {
    switch self {
    case .any: "EXPORT_SYMBOL"
    case .gplOnly: "EXPORT_SYMBOL_GPL"
    case .gplFuture: "EXPORT_SYMBOL_GPL_FUTURE"
    case .unused: "EXPORT_UNUSED_SYMBOL"
    case .unusedGPL: "EXPORT_UNUSED_SYMBOL_GPL"
    case .unknown: "(unknown)"
    }
  }

  /// Whether modules with an incompatible licence cannot see the symbol.
  package var isGPLOnly: Bool { self == .gplOnly || self == .unusedGPL }
}

/// Exported symbols of one or more owners, in compact rows.
package struct ExportTable: Sendable {
  package struct Row: Sendable {
    package let name: BytePool.Range
    /// Its namespace; empty for none. May be `module:a,b-*`.
    package let namespace: BytePool.Range
    /// Its CRC, meaningful if ``hasCRC``.
    package let crc: UInt32
    /// Index in ``ExportTable/owners``.
    package let owner: UInt32
    package let licence: ExportLicence
    /// Whether its owner stores CRCs (was built with modversions).
    package let hasCRC: Bool
  }

  private var pool = BytePool()
  /// The exports, in the order they were added.
  package private(set) var rows: [Row] = []
  /// Who exports: `vmlinux`, or modules as Module.symvers names them.
  package private(set) var owners: [String] = []

  /// How a kernel's image keeps them; `nil` if they were read from text or from modules.
  package internal(set) var form: ExportForm?

  package init() {}

  /// Adds an owner for the rows to come; returns its index.
  @discardableResult package mutating func addOwner(_ name: String) -> Int {
    owners.append(name)
    return owners.count - 1
  }

  /// Adds an export; `crc` is `nil` if its owner, an index in ``owners``, stores none.
  package mutating func add(
    name: RawSpan, namespace: RawSpan, crc: UInt32?, licence: ExportLicence, owner: Int
  ) {
    rows.append(
      Row(
        name: pool.store(name), namespace: pool.store(namespace), crc: crc ?? 0,
        owner: UInt32(truncatingIfNeeded: owner), licence: licence, hasCRC: crc != nil))
  }

  package mutating func append(_ other: ExportTable) {
    let firstOwner = UInt32(truncatingIfNeeded: owners.count)
    guard let distance = pool.append(other.pool) else { return }
    owners.append(contentsOf: other.owners)
    rows.reserveCapacity(rows.count + other.rows.count)
    for row in other.rows {
      rows.append(
        Row(
          name: BytePool.moved(row.name, by: distance),
          namespace: BytePool.moved(row.namespace, by: distance), crc: row.crc,
          owner: row.owner &+ firstOwner, licence: row.licence, hasCRC: row.hasCRC))
    }
  }

  /// The same table without the exports of other owners.
  package func of(owner: String) -> ExportTable {
    guard owners.contains(where: { $0 != owner }) else { return self }
    var table = self
    table.rows = rows.filter { owners[Int($0.owner)] == owner }
    return table
  }

  @_lifetime(borrow self)
  package func bytes(_ range: BytePool.Range) -> RawSpan { pool.bytes(range) }

  package func text(_ range: BytePool.Range) -> String { pool.text(range) }
}
