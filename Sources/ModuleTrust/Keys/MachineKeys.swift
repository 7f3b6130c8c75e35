internal import ByteStorage

/// The EFI variables of a machine that decide which keys its kernel trusts.
package struct MachineKeys: Sendable {
  package private(set) var db: EFISignatureList?
  package private(set) var dbx: EFISignatureList?
  /// `MokListRT`: the machine owner's keys, which `mokutil` enrols.
  package private(set) var ownerKeys: EFISignatureList?
  package private(set) var ownerBlacklist: EFISignatureList?
  /// `MokListRT` is kept over restarts: not shim made it, and 5.10 does not trust it.
  package private(set) var isOwnerListPersistent = false
  /// Whether the owner asked for their keys to be trusted (`mokutil --trust-mok`).
  package private(set) var trustsOwner = false
  /// Whether the kernel is asked to leave `db` alone.
  package private(set) var ignoresDB = false
  /// Whether the firmware verifies what it starts; `nil` if no variable says.
  package private(set) var isSecureBoot: Bool?

  /// Reads variables.
  ///
  /// - Parameter read: Gives the content of a variable without its attributes, and these, by its name.
  package init(_ read: (_ name: String) -> (attributes: UInt32, data: [UInt8])?) {
    func list(_ name: String) -> EFISignatureList? {
      read(name).map { EFISignatureList(parsing: $0.data.rawSpan) }
    }
    (db, dbx) = (list("db"), list("dbx"))
    (ownerKeys, ownerBlacklist) = (list("MokListRT"), list("MokListXRT"))
    isOwnerListPersistent = (read("MokListRT")?.attributes ?? 0) & 1 != 0
    trustsOwner = read("MokListTrustedRT") != nil
    ignoresDB = read("MokIgnoreDB") != nil
    if let secure = read("SecureBoot")?.data.first {
      let isInsecure = read("MokSBStateRT").map { $0.attributes & 1 == 0 && $0.data.first == 1 }
      isSecureBoot = secure == 1 && read("SetupMode")?.data.first != 1 && !(isInsecure ?? false)
    }
  }
}
