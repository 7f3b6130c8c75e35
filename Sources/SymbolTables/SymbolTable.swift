public import ByteStorage

/// The symbols of a kernel, and of its modules where the source lists them, in table order. Rows
/// are spread over plain arrays: an address, and where the type letter and the name lie in one
/// array of bytes. There is no `String` and no object for a symbol.
@usableFromInline package struct SymbolTable: Sendable {
  /// Addresses by index.
  @usableFromInline package var addresses: [UInt64] = []
  /// Where each record (type letter, name) begins in `text`, and where the last one ends.
  @usableFromInline package var starts: [UInt32] = [0]
  /// Type letters and names.
  @usableFromInline package var text: [UInt8] = []
  /// Index in `ownerNames` by symbol; empty where all belong to the kernel itself.
  @usableFromInline var owners: [UInt16] = []
  /// Names of the owners; the first is the kernel itself.
  @usableFromInline package var ownerNames: [String] = [SymbolTable.kernelName]
  /// Owners whose symbols have offsets in a section instead of addresses: modules read from their
  /// files, which have no place in memory.
  @usableFromInline var unplacedOwners: Set<Int> = []
  /// Index + 1 in `fileNames` by symbol, 0 where it is not known; empty where none is.
  var files: [UInt32] = []
  var fileNames: [String] = []
  /// Whether addresses are distances from `_text` (or the first symbol), since the image does not
  /// tell where it lies.
  package var isRelative = false

  /// The owner of the kernel's own symbols.
  package static let kernelName = "vmlinux"
  /// What /proc/kallsyms has for the module of code that the kernel makes while it runs: programs of BPF,
  /// trampolines of ftrace, pages of kprobes.
  ///
  /// - Note: kernel/kallsyms.c `get_ksymbol_bpf`, `get_ksymbol_kprobe`; include/linux/ftrace.h
  ///   `FTRACE_TRAMPOLINE_MOD`; 5.8 to 7.2.
  package static let generatedOwners: Set<String> = [
    "bpf", "__builtin__ftrace", "__builtin__kprobes",
  ]
  /// Largest size of all names, in bytes.
  package static let largestText = 1 << 30

  package init() {}

  @inlinable package var count: Int { addresses.count }

  /// The type letter of a symbol, as `nm` prints it; 0 past the end.
  @inlinable package func type(at index: Int) -> UInt8 {
    guard index >= 0, index < count, index + 1 < starts.count, starts[index] < starts[index + 1]
    else { return 0 }
    return text[Int(starts[index])]
  }

  @inlinable @_lifetime(borrow self) package func name(at index: Int) -> RawSpan {
    guard index >= 0, index + 1 < starts.count, starts[index] < starts[index + 1] else {
      return RawSpan()
    }
    let all = text.rawSpan
    guard let name = all.slice((Int(starts[index]) + 1)..<Int(starts[index + 1])) else {
      return RawSpan()
    }
    return unsafe _overrideLifetime(name, borrowing: self)
  }

  /// The name of what a symbol belongs to: `vmlinux`, or a module.
  package func owner(at index: Int) -> String { ownerNames[ownerIndex(at: index)] }

  /// Whether a symbol is of code that the kernel made while it ran.
  package func isGenerated(at index: Int) -> Bool {
    ownerIndex(at: index) != 0 && SymbolTable.generatedOwners.contains(owner(at: index))
  }

  /// Index in ``ownerNames`` of what a symbol belongs to: 0 for the kernel itself.
  @inlinable package func ownerIndex(at index: Int) -> Int {
    index >= 0 && index < owners.count ? Int(owners[index]) : 0
  }

  /// Whether there are symbols of more than one owner.
  package var hasSeveralOwners: Bool {
    guard let first = owners.first else { return false }
    return owners.contains { $0 != first }
  }

  package var hasPromotedNames: Bool { text.rawSpan.firstRange(of: ".llvm.") != nil }

  /// Whether what a symbol belongs to has a place in memory. If not, as for modules read from their
  /// files, its address is an offset in its section, and no address belongs to it.
  @inlinable package func hasPlace(at index: Int) -> Bool {
    unplacedOwners.isEmpty || !unplacedOwners.contains(ownerIndex(at: index))
  }

  /// The source file of a local symbol, as the `FILE` symbol before it names it (`namei.c`: without
  /// its directory); `nil` where the source of the table does not say.
  package func file(at index: Int) -> String? {
    guard index >= 0, index < files.count, files[index] > 0 else { return nil }
    return fileNames[Int(files[index]) - 1]
  }

  package var hasFiles: Bool { !files.isEmpty }

  /// Whether addresses never decrease, as in the kernel's own table.
  package var isSorted: Bool {
    var previous: UInt64 = 0
    for address in addresses {
      if address < previous { return false }
      previous = address
    }
    return true
  }

  /// Whether every address is zero: what /proc/kallsyms shows to those who may not see addresses
  /// (kernel.kptr_restrict).
  package var hidesAddresses: Bool { count > 0 && !addresses.contains { $0 != 0 } }

  /// Adds a module; returns its index in ``ownerNames``, or `nil` if there are too many. One that
  /// is not placed has symbols with offsets in sections instead of addresses.
  package mutating func addOwner(_ name: String, isPlaced: Bool = true) -> Int? {
    guard ownerNames.count <= Int(UInt16.max) else { return nil }
    ownerNames.append(name)
    if !isPlaced { unplacedOwners.insert(ownerNames.count - 1) }
    return ownerNames.count - 1
  }

  /// Adds a symbol; `false` if the table is full. The kernel's own come first, and modules' in the
  /// order of their symbol tables. `owner` is an index in ``ownerNames``.
  @discardableResult
  package mutating func append(address: UInt64, type: UInt8, name: RawSpan, owner: Int = 0) -> Bool
  {
    guard text.count + name.byteCount + 1 <= SymbolTable.largestText else { return false }
    if owner > 0 && owners.isEmpty { owners = [UInt16](repeating: 0, count: addresses.count) }
    if owner > 0 || !owners.isEmpty { owners.append(UInt16(clamping: owner)) }
    if !files.isEmpty { files.append(0) }
    addresses.append(address)
    text.append(type)
    unsafe name.withUnsafeBytes { unsafe text.append(contentsOf: $0) }
    starts.append(UInt32(truncatingIfNeeded: text.count))
    return true
  }

  /// Adds all symbols of another table; `false` if the table is full (some may have been added).
  package mutating func append(contentsOf other: SymbolTable, owner: Int) -> Bool {
    for index in 0..<other.count {
      guard
        append(
          address: other.addresses[index], type: other.type(at: index),
          name: other.name(at: index), owner: owner)
      else { return false }
      if let file = other.file(at: index) { setFile(file, at: count - 1) }
    }
    return true
  }

  mutating func setFile(_ name: String, at index: Int) {
    guard index >= 0, index < count else { return }
    if files.isEmpty { files = [UInt32](repeating: 0, count: count) }
    // Symbols of one file are adjacent.
    if fileNames.last != name { fileNames.append(name) }
    files[index] = UInt32(truncatingIfNeeded: fileNames.count)
  }
}
