internal import ByteStorage
package import SymbolTables

/// The names of kernels and modules, and what bears them, gathered from any number of files.
///
/// Names are kept once each, symbols as rows of numbers; there is no `String` and no object for
/// either.
package struct NameCollection: Sendable {
  /// What a name was found as.
  package struct Role: OptionSet, Sendable, Hashable {
    /// The bits.
    package let rawValue: UInt8

    /// Creates a set from bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A symbol bears it.
    package static let symbol = Role(rawValue: 1)
    /// A kernel or module exports it.
    package static let exported = Role(rawValue: 2)
    /// A module's version table requires it.
    package static let required = Role(rawValue: 4)
  }

  /// What symbols belong to: a kernel or a module.
  package struct Owner: Sendable, Hashable {
    /// `vmlinux`, or the name of a module.
    package var name: String
    /// Its build ID; empty if it has none or it is unknown.
    package var buildID: [UInt8]
    /// Release of the kernel that it is, or is for; empty if unknown.
    package var release: String

    /// Creates an owner.
    package init(_ name: String, buildID: [UInt8] = [], release: String = "") {
      self.name = name
      self.buildID = buildID
      self.release = release
    }
  }

  /// Where a symbol lies.
  struct Symbol: Sendable, Hashable {
    var owner: UInt32
    /// Number of a section, where addresses count from its start.
    var section: UInt32
    var address: UInt64
  }

  private(set) var names = NameInterner()
  /// Roles by name.
  private(set) var roles: [Role] = []
  private(set) var symbols: [Symbol] = []
  /// The name of each symbol.
  private(set) var symbolNames: [UInt32] = []
  /// What the symbols belong to.
  package private(set) var owners: [Owner] = []
  /// Width in bits of the kernels the names are for; `nil` where that is unknown, or they differ.
  package private(set) var wordBits: Int?
  private var hasMixedWords = false

  /// Creates an empty collection.
  package init() {}

  /// Number of names.
  package var count: Int { names.count }

  /// Number of symbols.
  package var symbolCount: Int { symbols.count }

  /// A name by its number, in the order of first appearance; empty past the end.
  @_lifetime(borrow self)
  package func name(at index: Int) -> RawSpan {
    let name = names.name(index)
    return unsafe _overrideLifetime(name, borrowing: self)
  }

  /// Calls `body` for every name of one file and each symbol that bears it, with the index of the
  /// owner; once, with the first owner, for a name that is exported without a symbol; and with `nil`
  /// for one that is only required.
  package func forEachPair(_ body: (RawSpan, Int?) throws -> Void) rethrows {
    for (symbol, name) in zip(symbols, symbolNames) {
      try body(names.name(Int(name)), Int(symbol.owner))
    }
    for (index, role) in roles.enumerated() where !role.contains(.symbol) {
      try body(names.name(index), role.contains(.exported) ? 0 : nil)
    }
  }

  /// What a name was found as.
  package func role(at index: Int) -> Role { roles.indices.contains(index) ? roles[index] : [] }

  /// Adds an owner; returns its index for ``add(_:_:owner:section:address:)``.
  package mutating func addOwner(_ owner: Owner) -> Int {
    owners.append(owner)
    return owners.count &- 1
  }

  /// Tells for kernels of which width names are.
  package mutating func note(wordBits bits: Int) {
    if let wordBits, wordBits != bits { hasMixedWords = true }
    wordBits = hasMixedWords ? nil : bits
  }

  /// Adds a name and, if a symbol bears it, the symbol.
  ///
  /// - Parameters:
  ///   - name: The linkage name; an empty one is passed over.
  ///   - role: What it was found as.
  ///   - owner: Index of the owner of the symbol.
  ///   - section: Number of the section that the address counts from, or 0.
  ///   - address: Address of the symbol.
  package mutating func add(
    _ name: RawSpan, _ role: Role, owner: Int, section: Int = 0, address: UInt64 = 0
  ) {
    // The kernel's own list keeps none of these (is_mapping_symbol; mksysmap).
    guard name.byteCount > 0, name.byte(at: 0) != 0x24, !name.starts(with: ".L"),
      symbols.count < Int(UInt32.max), let index = names.intern(name)
    else { return }
    if index < roles.count { roles[index].formUnion(role) } else { roles.append(role) }
    guard role.contains(.symbol) else { return }
    symbols.append(
      Symbol(owner: UInt32(clamping: owner), section: UInt32(clamping: section), address: address))
    symbolNames.append(UInt32(truncatingIfNeeded: index))
  }

  /// Adds the symbols of a kernel. What has a `__ksymtab_` entry counts as exported.
  ///
  /// - Parameters:
  ///   - table: The symbols; modules that it lists become owners too.
  ///   - buildID: Build ID of the kernel itself.
  ///   - release: Its release.
  package mutating func add(_ table: SymbolTable, buildID: [UInt8] = [], release: String = "") {
    let first = owners.count
    for (index, name) in table.ownerNames.enumerated() {
      _ = addOwner(Owner(name, buildID: index == 0 ? buildID : [], release: release))
    }
    for index in 0..<table.count {
      let name = table.name(at: index)
      let owner = first &+ table.ownerIndex(at: index)
      add(name, .symbol, owner: owner, address: table.addresses[index])
      if let exported = NameCollection.exported(by: name) { add(exported, .exported, owner: owner) }
    }
  }

  /// The name that a `__ksymtab_` entry exports; `nil` if the name is of no entry.
  @_lifetime(copy name)
  package static func exported(by name: RawSpan) -> RawSpan? {
    guard name.starts(with: "__ksymtab_"), name.byteCount > 10 else { return nil }
    return name.suffix(from: 10)
  }

  /// Adds everything of another collection.
  package mutating func append(_ other: NameCollection) {
    let first = owners.count
    owners += other.owners
    if let bits = other.wordBits { note(wordBits: bits) }
    hasMixedWords = hasMixedWords || other.hasMixedWords
    if hasMixedWords { wordBits = nil }
    var numbers = [UInt32](repeating: UInt32.max, count: other.count)
    for index in 0..<other.count {
      guard let number = names.intern(other.name(at: index)) else { continue }
      if number < roles.count {
        roles[number].formUnion(other.roles[index])
      } else {
        roles.append(other.roles[index])
      }
      numbers[index] = UInt32(truncatingIfNeeded: number)
    }
    for (symbol, name) in zip(other.symbols, other.symbolNames) {
      guard symbols.count < Int(UInt32.max), numbers[Int(name)] != UInt32.max else { continue }
      var moved = symbol
      moved.owner = UInt32(clamping: Int(symbol.owner) &+ first)
      symbols.append(moved)
      symbolNames.append(numbers[Int(name)])
    }
  }
}
