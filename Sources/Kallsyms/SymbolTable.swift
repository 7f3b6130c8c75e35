internal import ByteStorage

/// The symbols of a kernel, and of its modules where the source lists them, in table order.
///
/// Rows are spread over plain arrays: an address, and where the type letter and the name stand in
/// one array of bytes. There is no `String` and no object for a symbol.
public struct SymbolTable: Sendable {
  /// Addresses by index.
  public internal(set) var addresses: [UInt64] = []
  /// Where each record (type letter, name) begins in `text`, and where the last one ends.
  var starts: [UInt32] = [0]
  /// Type letters and names.
  var text: [UInt8] = []
  /// Index in `ownerNames` by symbol; empty where all belong to the kernel itself.
  var owners: [UInt16] = []
  /// Names of the owners; the first is the kernel itself.
  public internal(set) var ownerNames: [String] = [SymbolTable.kernelName]
  /// Whether addresses are distances from `_text` (or the first symbol), since the image does not
  /// tell where it lies.
  public internal(set) var isRelative = false

  /// The owner of the kernel's own symbols.
  public static let kernelName = "vmlinux"
  /// Largest size of all names, in bytes.
  static let largestText = 1 << 30

  /// Creates an empty table.
  public init() {}

  /// Number of symbols.
  public var count: Int { addresses.count }

  /// The type letter of a symbol, as `nm` prints it; 0 past the end.
  public func type(at index: Int) -> UInt8 {
    guard index >= 0, index < count, index + 1 < starts.count, starts[index] < starts[index + 1]
    else { return 0 }
    return text[Int(starts[index])]
  }

  /// The name of a symbol; empty past the end.
  @_lifetime(borrow self)
  public func name(at index: Int) -> RawSpan {
    guard index >= 0, index + 1 < starts.count, starts[index] < starts[index + 1] else {
      return RawSpan()
    }
    // SAFETY: the bytes of an array of bytes are all initialised, and live as long as this value.
    let all = unsafe text.span.bytes
    guard let name = all.slice((Int(starts[index]) + 1)..<Int(starts[index + 1])) else {
      return RawSpan()
    }
    return unsafe _overrideLifetime(name, borrowing: self)
  }

  /// The name of what a symbol belongs to: `vmlinux`, or a module.
  public func owner(at index: Int) -> String { ownerNames[ownerIndex(at: index)] }

  /// Index in ``ownerNames`` of what a symbol belongs to: 0 for the kernel itself.
  public func ownerIndex(at index: Int) -> Int {
    index >= 0 && index < owners.count ? Int(owners[index]) : 0
  }

  /// Whether addresses never decrease, as in the kernel's own table.
  public var isSorted: Bool {
    var previous: UInt64 = 0
    for address in addresses {
      if address < previous { return false }
      previous = address
    }
    return true
  }

  /// Whether every address is zero: what /proc/kallsyms shows to those who may not see addresses
  /// (kernel.kptr_restrict).
  public var hidesAddresses: Bool { count > 0 && !addresses.contains { $0 != 0 } }

  /// Adds a symbol.
  ///
  /// - Returns: `false` if the table is full.
  @discardableResult
  mutating func append(address: UInt64, type: UInt8, name: RawSpan, owner: Int = 0) -> Bool {
    guard text.count + name.byteCount + 1 <= SymbolTable.largestText else { return false }
    if owner > 0 && owners.isEmpty {
      owners = [UInt16](repeating: 0, count: addresses.count)
    }
    if owner > 0 || !owners.isEmpty { owners.append(UInt16(clamping: owner)) }
    addresses.append(address)
    text.append(type)
    unsafe name.withUnsafeBytes { unsafe text.append(contentsOf: $0) }
    starts.append(UInt32(truncatingIfNeeded: text.count))
    return true
  }
}
