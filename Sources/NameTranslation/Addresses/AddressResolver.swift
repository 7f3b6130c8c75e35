internal import ByteStorage
internal import SymbolTables

/// Finds the symbols that addresses belong to, in kernels that may have been moved, and in modules.
struct AddressResolver {
  /// A symbol by its linkage name, and the place in it.
  struct Place {
    let name: [UInt8]
    let offset: UInt64
    let size: UInt64?
    let module: String?
  }

  /// The modules that the text listed, those of the last list first.
  var modules: [LoadedModule] = [] { didSet { ranges = ModuleRanges(modules) } }
  private var ranges = ModuleRanges()
  private let sources: [NameSource]
  private let reader: (any ModuleNames)?
  /// Whether the text may be of each kernel.
  private var isMeant: [Bool]
  /// Whether the text says that it is of none of the kernels, of which one is known.
  private var isOfNone = false
  /// What each kernel's addresses differ by from the text's.
  private var moves: [UInt64]
  private var texts: [String: SymbolIndex?] = [:]

  /// Modules read at most: a text may list any number.
  private static let mostModules = 1 << 12

  init(_ sources: [NameSource], modules: (any ModuleNames)?) {
    self.sources = sources
    reader = modules
    moves = [UInt64](repeating: 0, count: sources.count)
    isMeant = [Bool](repeating: true, count: sources.count)
  }

  /// Whether addresses of 32 bits are all that kernels have.
  private(set) lazy var isNarrow = sources.allSatisfy { source in
    !source.hasAddresses || source.index.table.addresses.allSatisfy { $0 <= 0xffff_ffff }
  }

  /// Takes how far the text's kernel was moved. A kernel whose own addresses are moved already, as
  /// those of /proc/kallsyms, is left where it is.
  mutating func setMove(_ move: KernelMove?) {
    for (number, source) in sources.enumerated() {
      guard let move, let start = AddressResolver.start(of: source) else {
        moves[number] = 0
        continue
      }
      guard let base = move.base else {
        moves[number] = move.offset
        continue
      }
      let moved = base &+ move.offset
      let isMoved = AddressResolver.distance(start, moved) < AddressResolver.distance(start, base)
      moves[number] = isMoved ? 0 : move.offset
    }
  }

  /// Takes which kernel the text is of, as far as it says so: others have no names for its addresses.
  mutating func setOrigin(_ origin: TextOrigin) {
    let kernels = sources.map { TextOrigin(release: $0.release, buildID: $0.buildID) }
    isMeant = kernels.map { !$0.contradicts(origin) }
    isOfNone =
      isMeant.contains(false) && !zip(kernels, isMeant).contains { $0.isKnown && $1 }
  }

  /// Whether an address has a name only in a kernel that the text is not of.
  func isForeign(_ address: UInt64) -> Bool {
    sources.indices.contains { number in
      !isMeant[number] && sources[number].hasAddresses && place(of: address, in: number) != nil
    }
  }

  private static func start(of source: NameSource) -> UInt64? {
    for name in ["_text", "_stext"] as [StaticString] {
      // SAFETY: a StaticString lives for ever.
      let bytes = unsafe RawSpan(_unsafeStart: name.utf8Start, byteCount: name.utf8CodeUnitCount)
      if let symbol = source.index.first(named: bytes) {
        return source.index.table.addresses[symbol]
      }
    }
    return nil
  }

  private static func distance(_ left: UInt64, _ right: UInt64) -> UInt64 {
    left > right ? left - right : right - left
  }

  /// The symbol that an address belongs to; `nil` if it is of none that is known.
  mutating func place(of address: UInt64) -> Place? {
    for (number, source) in sources.enumerated() where source.hasAddresses && isMeant[number] {
      if let place = place(of: address, in: number) { return place }
    }
    guard let number = ranges.module(at: address) else { return nil }
    let module = modules[number]
    // The files are those of a kernel that was given.
    guard !isOfNone, let index = text(of: module.name),
      let match = index.symbol(at: address &- module.base)
    else { return Place(name: [], offset: address &- module.base, size: nil, module: module.name) }
    return Place(
      name: index.table.name(at: match.index).array, offset: match.offset, size: match.size,
      module: module.name)
  }

  private func place(of address: UInt64, in number: Int) -> Place? {
    let index = sources[number].index
    if let match = index.symbol(at: address &- moves[number]),
      match.size.map({ match.offset < $0 }) ?? false,
      match.offset < 1 << 24
    {
      return place(match, index.table)
    }
    // Modules are not moved with the kernel.
    guard moves[number] != 0, let match = index.symbol(at: address),
      index.table.ownerIndex(at: match.index) != 0, match.offset < 1 << 24
    else { return nil }
    return place(match, index.table)
  }

  private func place(_ match: AddressMatch, _ table: SymbolTable) -> Place {
    Place(
      name: table.name(at: match.index).array, offset: match.offset, size: match.size,
      module: table.ownerIndex(at: match.index) == 0 ? nil : table.owner(at: match.index))
  }

  /// The functions of a module by their distance from its start, read the first time.
  private mutating func text(of module: String) -> SymbolIndex? {
    if let known = texts[module] { return known }
    guard texts.count < AddressResolver.mostModules else { return nil }
    let found = reader?.text(ofModule: module).map { SymbolIndex($0) }
    texts[module] = .some(found)
    return found
  }
}
