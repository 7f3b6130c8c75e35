internal import ByteStorage
internal import ELFFormat
internal import ModuleVersions

/// A module's exports as the kernel reads them: as many entries as fit into the section, each through
/// the pointers that relocations have set, whatever type or name the sections have.
///
/// - Note: `find_module_sections`, `find_exported_symbol_in_section`, `kernel_symbol_name`
///   (kernel/module/main.c) and `struct kernel_symbol` (kernel/module/internal.h), 5.10 to 7.2.
struct LoadedExports: ~Escapable {
  /// What a pointer points to.
  private enum Target {
    case place(ModuleMemory.Place)
    /// Something that lies in the kernel or in what is not kept: readable, not known.
    case unknown
    /// An address of nothing.
    case wild
  }

  private let map: SectionMap
  private let memory: ModuleMemory
  private let symbols: ELFSymbolTable
  private let kernel: LoaderKernel
  private let rules: LoaderRules
  /// Whether the name of an entry is at an address of nothing, where the kernel reads it.
  private(set) var hasWildName = false

  @_lifetime(copy map)
  init(
    _ map: SectionMap, _ indices: ELFValidity.Indices, _ kernel: LoaderKernel, _ rules: LoaderRules
  ) {
    self.map = map
    self.kernel = kernel
    self.rules = rules
    memory = ModuleMemory(map, indices)
    symbols = ELFSymbolTable(
      entries: map.bytes(indices.symbols), strings: RawSpan(), layout: map.layout)
  }

  /// Adds all entries to a table with one owner, and says which of them the search never finds.
  mutating func read(into table: inout ExportTable) -> Set<Int> {
    var hidden: Set<Int> = []
    let isOneTable = rules.has(.hasFlagTable)
    for part in ExportSections.all.prefix(isOneTable ? 1 : ExportSections.all.count) {
      let index = map.find(part.symbols)
      guard index != 0 else { continue }
      let first = table.rows.count
      read(index, part, hasFlags: isOneTable, &table)
      hidden.formUnion(SearchOrder.hiddenRows(of: table, first..<table.rows.count))
    }
    return hidden
  }

  private mutating func read(
    _ index: Int, _ part: ExportSections, hasFlags: Bool, _ table: inout ExportTable
  ) {
    let size = Int(kernel.exportEntrySize(rules))
    let count = min(Int(clamping: map.sections[index].size) / size, KernelExports.mostEntries)
    let fieldSize = size / (rules.has(.hasNamespaces) ? 3 : 2)
    let pointers = map.pointers(in: index)
    let crcSection = map.find(part.crcs)
    let crcs = crcSection == 0 ? [:] : map.pointers(in: crcSection)
    let flags = hasFlags ? map.find("__kflagstab") : 0
    for entry in 0..<count {
      let start = entry * size
      let name = string(index, start + fieldSize, fieldSize, pointers, isName: true)
      let namespace =
        size == 3 * fieldSize
        ? string(index, start + 2 * fieldSize, fieldSize, pointers, isName: false) : []
      var licence = part.licence
      if flags != 0, let place = memory.place(flags, entry) {
        licence = memory.number(at: place, size: 1) & 1 != 0 ? .gplOnly : .any
      }
      table.add(
        name: name.rawSpan, namespace: namespace.rawSpan,
        crc: crcSection == 0 ? nil : crc(crcSection, entry * 4, crcs), licence: licence, owner: 0)
    }
  }

  /// The string that a field points to.
  private mutating func string(
    _ section: Int, _ offset: Int, _ size: Int, _ pointers: [Int: SectionPointer], isName: Bool
  ) -> [UInt8] {
    switch target(section, offset, size, pointers) {
    case .place(let place): return memory.string(at: place)
    case .unknown: return [0xff]
    case .wild:
      if isName { hasWildName = true }
      return [0xff]
    case nil:
      // An address of 0, and not a distance.
      if isName, !kernel.hasPlaceRelativeExports { hasWildName = true }
      return []
    }
  }

  /// What a field points to; `nil` for a namespace that is not there, and for names of no bytes.
  private func target(
    _ section: Int, _ offset: Int, _ size: Int, _ pointers: [Int: SectionPointer]
  ) -> Target? {
    let literal = literal(section, offset, size)
    if let relocation = pointers[offset] {
      if isDistance(relocation) { return .wild }
      guard let symbol = symbols.symbol(at: relocation.symbol) else { return .unknown }
      let addend = map.sections[section].type == .nobits ? 0 : literal
      let sum = Int64(bitPattern: symbol.value).addingReportingOverflow(
        relocation.addend ?? addend
      ).partialValue
      switch symbol.sectionIndex {
      case ELFSectionIndex.absolute, ELFSectionIndex.livepatch: return .wild
      case ELFSectionIndex.undefined: return .unknown
      default:
        return memory.place(Int(symbol.sectionIndex), Int(clamping: sum)).map(Target.place)
          ?? (isFarFromCopy(size) ? .wild : .unknown)
      }
    }
    // A distance of nothing is no pointer, or one to its own zeros.
    if literal == 0 { return nil }
    guard size == 4 || !map.layout.is64Bit, kernel.hasPlaceRelativeExports else { return .wild }
    if literal >= reach { return .wild }
    return memory.place(section, offset + Int(literal)).map(Target.place) ?? .unknown
  }

  /// Whether a relocation leaves a distance where the kernel takes an address: R_ARM_REL32 and
  /// R_ARM_PREL31. What is near to 0 is nobody's.
  private func isDistance(_ relocation: SectionPointer) -> Bool {
    map.machine == .arm && !kernel.hasPlaceRelativeExports && [3, 42].contains(relocation.type)
  }

  /// The least distance, counted upwards, to addresses of nothing. On x86 the last GB of all addresses,
  /// where modules are, ends before that; on 32 bits addresses of processes follow. On arm64 modules share
  /// 2 GB with the kernel, and what follows those is used from its beginning on: half a GB further there is
  /// nothing.
  private var reach: Int64 {
    guard kernel.hasPlaceRelativeExports else { return .max }
    return kernel.isX86 ? 1 << 30 : kernel.isARM64 ? 1 << 29 : .max
  }

  /// Whether a pointer of some bytes is a distance too short to reach the copy of the file that the
  /// loader works on, in which sections lie that are not kept.
  private func isFarFromCopy(_ size: Int) -> Bool {
    size == 4 && kernel.isX86_64 && kernel.hasPlaceRelativeExports
  }

  private func literal(_ section: Int, _ offset: Int, _ size: Int) -> Int64 {
    guard let place = memory.place(section, offset) else { return 0 }
    let value = memory.number(at: place, size: size)
    return size == 4
      ? Int64(Int32(truncatingIfNeeded: value)) : Int64(truncatingIfNeeded: value)
  }

  /// A CRC: literal, an absolute symbol, or (MODULE_REL_CRCS, up to 5.18) what a symbol points to.
  private func crc(_ section: Int, _ offset: Int, _ relocations: [Int: SectionPointer]) -> UInt32 {
    guard let place = memory.place(section, offset) else { return 0 }
    guard let relocation = relocations[offset] else {
      return UInt32(truncatingIfNeeded: memory.number(at: place, size: 4))
    }
    guard let symbol = symbols.symbol(at: relocation.symbol) else { return 0 }
    let sum = Int64(bitPattern: symbol.value) &+ (relocation.addend ?? 0)
    switch symbol.sectionIndex {
    case ELFSectionIndex.absolute: return UInt32(truncatingIfNeeded: sum)
    case ELFSectionIndex.undefined: return 0
    default:
      guard let place = memory.place(Int(symbol.sectionIndex), Int(clamping: sum)) else { return 0 }
      return UInt32(truncatingIfNeeded: memory.number(at: place, size: 4))
    }
  }
}
