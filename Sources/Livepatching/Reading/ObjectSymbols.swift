package import ByteStorage
package import ELFFormat
internal import ModuleFiles

/// The symbols of a module that livepatches patch or name, in the order of its symbol table.
package struct ObjectSymbols: Sendable {
  /// A symbol.
  package struct Entry: Sendable, Hashable {
    /// Index in the symbol table.
    package let index: Int
    /// Index of its section.
    package let section: Int
    /// Offset in the section, in bytes.
    package let offset: UInt64
    /// Distance to the next symbol of the section, in bytes.
    package let size: UInt64
    /// Whether the kernel keeps it once the module's init has run.
    package let isKept: Bool
    /// Whether the kernel counts it as found: its value is not zero.
    package let hasValue: Bool
  }

  /// The module's name when it is loaded.
  package let moduleName: String
  /// Where it was read.
  package let path: String
  private var entries: [String: [Entry]] = [:]
  /// Sites of fentry calls: section, and offsets in order.
  private var sites: [Int: [UInt64]] = [:]
  private let sectionNames: [String]
  private let slack: UInt64

  /// Reads a module.
  ///
  /// - Parameters:
  ///   - elf: The module.
  ///   - moduleName: Its name when it is loaded.
  ///   - path: Where it was read; only shown.
  /// - Throws: ``ParseError`` if its tables lie outside of the file.
  package init(_ elf: ELFFile, moduleName: String, path: String) throws(ParseError) {
    self.moduleName = moduleName
    self.path = path
    sectionNames = elf.sections.map { elf.name(of: $0).text }
    slack = elf.header.machine == .x86_64 ? 0 : 16
    guard let symbols = try elf.symbolTable() else { return }
    let starts = ObjectSymbols.starts(elf, symbols)
    var remaining = 64 << 20
    for index in 1..<max(1, symbols.count) {
      guard let symbol = symbols.symbol(at: index), symbol.sectionIndex != ELFSectionIndex.undefined
      else { continue }
      let name = symbols.name(of: symbol)
      remaining -= name.byteCount
      guard remaining > 0 else { break }
      let section = Int(symbol.sectionIndex)
      let isHere = section < elf.sections.count
      let isKept =
        isHere && symbol.nameOffset != 0 && elf.sections[section].flags.contains(.alloc)
        && !sectionNames[section].hasPrefix(".init")
      entries[name.text, default: []].append(
        Entry(
          index: index, section: section, offset: symbol.value,
          size: isHere
            ? ObjectSymbols.next(starts[section], symbol.value, elf.sections[section].size) : 0,
          isKept: isKept, hasValue: isHere || symbol.value != 0))
    }
    readSites(elf, symbols)
  }

  /// What the kernel meets when it looks for a name.
  ///
  /// - Parameters:
  ///   - name: The name; names are compared exactly in every release.
  ///   - isStarting: Whether the module's init has not run yet: then all symbols count, else only
  ///     those that are kept.
  /// - Returns: The symbols, in symbol table order.
  package func symbols(named name: String, isStarting: Bool = false) -> [Entry] {
    let all = entries[name] ?? []
    return isStarting ? all : all.filter(\.isKept)
  }

  /// Names of this module's symbols that begin with a name and a dot.
  func variants(of name: String) -> [String] {
    entries.keys.filter { $0.hasPrefix(name + ".") }.sorted()
  }

  /// Whether a function has an fentry site.
  package func isTraceable(_ entry: Entry) -> Bool {
    guard let offsets = sites[entry.section] else { return false }
    let start = entry.offset < slack ? 0 : entry.offset - slack
    return offsets.holdsSorted(start..<(entry.offset &+ max(entry.size, 1)))
  }

  /// The place of a symbol in a human-readable form: `.text+0x10`.
  package func place(of entry: Entry) -> String {
    let name = entry.section < sectionNames.count ? sectionNames[entry.section] : "?"
    return "\(name)+0x\(String(entry.offset, radix: 16))"
  }

  /// Values of all symbols by section, in order.
  private static func starts(_ elf: ELFFile, _ symbols: ELFSymbolTable) -> [Int: [UInt64]] {
    var starts: [Int: [UInt64]] = [:]
    for index in 1..<max(1, symbols.count) {
      guard let symbol = symbols.symbol(at: index), symbol.type != .section,
        Int(symbol.sectionIndex) < elf.sections.count
      else { continue }
      starts[Int(symbol.sectionIndex), default: []].append(symbol.value)
    }
    for key in starts.keys { starts[key]?.sort() }
    return starts
  }

  private static func next(_ starts: [UInt64]?, _ value: UInt64, _ end: UInt64) -> UInt64 {
    guard let starts else { return 0 }
    let low = starts.partitionIndex { $0 <= value }
    let next = low < starts.count ? starts[low] : end
    return next > value ? next - value : 0
  }

  private mutating func readSites(_ elf: ELFFile, _ symbols: ELFSymbolTable) {
    var pointers = PointerMap(elf, symbols)
    for index in elf.sections.indices
    where sectionNames[index] == "__mcount_loc"
      || sectionNames[index] == "__patchable_function_entries"
    {
      for (_, target) in pointers.all(index) {
        if let section = target.section { sites[section, default: []].append(target.offset) }
      }
    }
    for key in sites.keys { sites[key]?.sort() }
  }
}
