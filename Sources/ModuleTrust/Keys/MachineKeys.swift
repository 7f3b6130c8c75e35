internal import ByteStorage

/// The EFI variables of a machine that decide which keys its kernel trusts.
package struct MachineKeys: Sendable {
  /// A variable as it is found.
  package struct Variable: Sendable, Hashable {
    /// Its attributes; `nil` from shim's table, which has none.
    let attributes: UInt32?
    /// Its content without them.
    let data: [UInt8]

    package init(_ attributes: UInt32?, _ data: [UInt8]) {
      (self.attributes, self.data) = (attributes, data)
    }
  }

  /// A variable that holds lists.
  package struct Lists: Sendable {
    package let list: EFISignatureList
    fileprivate let attributes: UInt32?

    /// Whether it is kept over restarts (`EFI_VARIABLE_NON_VOLATILE`): not shim made it.
    package var isPersistent: Bool { (attributes ?? 0) & 1 != 0 }
    /// Whether only the owner of a key can write it
    /// (`EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS`).
    package var isAuthenticated: Bool { attributes.map { $0 & 0x20 != 0 } ?? true }
  }

  package private(set) var db: Lists?
  package private(set) var dbx: Lists?
  /// `MokListRT`: the machine owner's keys, which `mokutil` enrols.
  package private(set) var ownerKeys: Lists?
  package private(set) var ownerBlacklist: Lists?
  /// Whether the owner asked for their keys to be trusted (`mokutil --trust-mok`).
  package private(set) var trustsOwner = false
  /// Whether the kernel is asked to leave `db` alone.
  package private(set) var ignoresDB = false
  /// Whether none of the variables is there.
  package private(set) var isEmpty = true
  /// Variables whose lists are damaged: what lies before the damage counts.
  package private(set) var damaged: [String] = []
  /// Whether the firmware verifies what it starts; `nil` if no variable says.
  package private(set) var isSecureBoot: Bool?

  /// Reads variables.
  ///
  /// - Parameter find: Gives a variable by its name.
  /// - Note: security/integrity/platform_certs/load_uefi.c and machine_keyring.c, 6.12;
  ///   drivers/firmware/efi/libstub/secureboot.c.
  package init(_ find: (_ name: String) -> Variable?) {
    var isEmpty = true
    var damaged: [String] = []
    func read(_ name: String) -> Variable? {
      let found = find(name)
      if found != nil { isEmpty = false }
      return found
    }
    func lists(_ name: String) -> Lists? {
      guard let variable = read(name) else { return nil }
      let list = EFISignatureList(parsing: variable.data.rawSpan)
      if list.damagedAt != nil { damaged.append(name) }
      return Lists(list: list, attributes: variable.attributes)
    }
    (db, dbx) = (lists("db"), lists("dbx"))
    (ownerKeys, ownerBlacklist) = (lists("MokListRT"), lists("MokListXRT"))
    trustsOwner = read("MokListTrustedRT") != nil
    ignoresDB = read("MokIgnoreDB") != nil
    if let secure = read("SecureBoot")?.data.first {
      let isInsecure = read("MokSBStateRT").map {
        ($0.attributes ?? 0) & 1 == 0 && $0.data.first == 1
      }
      isSecureBoot = secure == 1 && read("SetupMode")?.data.first != 1 && !(isInsecure ?? false)
    }
    (self.isEmpty, self.damaged) = (isEmpty, damaged)
  }
}
