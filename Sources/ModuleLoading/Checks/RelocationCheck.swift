internal import ByteStorage
internal import ELFFormat
internal import Livepatching

/// What x86-64's relocation code refuses whatever the addresses: unknown types, tables without
/// addends, places that are not zero or were written before, values that never fit.
///
/// - Note: `apply_relocations` (kernel/module/main.c) and `__write_relocate_add`
///   (arch/x86/kernel/module.c), 5.10 to 7.2.
struct RelocationCheck {
  /// The first refusal. The kernel adds addresses to lines about places and overflows; only it knows
  /// those.
  private(set) var refusal: RelocationRefusal?
  /// The same of sections that the livepatch core applies, if it gets so far.
  private(set) var livepatchRefusals: [RelocationRefusal] = []
  /// Whether `init_module` is an address of no section.
  private(set) var hasWildInit = false
  /// Whether a symbol is after the end of the symbol table: the kernel looks at memory there.
  private(set) var readsBeyondSymbols = false
  /// Whether a place is outside of its section: the kernel reads and writes what lies there.
  private(set) var writesBeyondSection = false

  private let moduleName: String
  private let rules: LoaderRules
  private let symbolCount: Int
  private let sizes: [UInt64]

  init(
    _ map: borrowing SectionMap, _ indices: ELFValidity.Indices, moduleName: String,
    rules: LoaderRules, hasRandomBase: Bool?
  ) {
    self.moduleName = moduleName
    self.rules = rules
    symbolCount = map.bytes(indices.symbols).byteCount / 24
    sizes = map.sections.map(\.size)
    let values = RelocationValues(map, indices, hasRandomBase: hasRandomBase)
    var writes = RelocationWrites(keepsAll: false)
    run(map, indices, values, &writes)
    guard writes.isOutOfOrder else { return }
    (refusal, livepatchRefusals) = (nil, [])
    writes = RelocationWrites(keepsAll: true)
    run(map, indices, values, &writes)
  }

  private mutating func run(
    _ map: borrowing SectionMap, _ indices: ELFValidity.Indices,
    _ values: borrowing RelocationValues, _ writes: inout RelocationWrites
  ) {
    // Tables and targets of real modules do not overlap; 65,000 that do would each cost the file.
    var remaining = UInt64(map.length) * 4
    for (index, section) in map.sections.enumerated() {
      guard section.type == .rela || section.type == .rel else { continue }
      let target = Int(section.info)
      guard target < map.sections.count, map.sections[target].flags.contains(.alloc),
        !indices.isDropped(target)
      else { continue }
      let isOfLivepatch = Livepatch.isRelocationSection(section)
      if refusal != nil && !isOfLivepatch { continue }
      if section.type == .rel, !isOfLivepatch {
        refusal = RelocationRefusal(
          section: index, line: "module \(moduleName): REL relocation unsupported")
        continue
      }
      let place = map.sections[target].type == .nobits ? RawSpan() : map.bytes(target)
      let table = map.bytes(index)
      let cost = UInt64(table.byteCount) + UInt64(place.byteCount)
      guard cost <= remaining else { break }
      remaining -= cost
      let words =
        isOfLivepatch
        ? firstRefusal(table, place, index, values, nil, &writes)
        : firstRefusal(table, place, index, values, target, &writes)
      if target == indices.structure { hasWildInit = values.hasWildInit(table) }
      guard let words else { continue }
      var stop = RelocationRefusal(section: index, line: "module: \(words)")
      if words.hasPrefix("overflow") {
        stop.secondLine = "module: `\(moduleName)' likely not compiled with -mcmodel=kernel"
      }
      if isOfLivepatch { livepatchRefusals.append(stop) } else { refusal = stop }
    }
  }

  /// The first refusal in a table. Without a target only what needs no symbol is looked at.
  private mutating func firstRefusal(
    _ table: RawSpan, _ bytes: RawSpan, _ section: Int, _ values: borrowing RelocationValues,
    _ target: Int?, _ writes: inout RelocationWrites
  ) -> String? {
    let (takesPLT32, takesPC64) = (rules.has(.x86TakesPLT32), rules.has(.x86TakesPC64))
    for number in 0..<(table.byteCount / 24) {
      guard let place = table.integer(UInt64.self, at: number &* 24, .little),
        let info = table.integer(UInt64.self, at: number &* 24 &+ 8, .little),
        let addend = table.integer(Int64.self, at: number &* 24 &+ 16, .little)
      else { return nil }
      let type = UInt32(truncatingIfNeeded: info)
      let symbol = UInt32(truncatingIfNeeded: info >> 32)
      if target != nil, Int(symbol) >= symbolCount { readsBeyondSymbols = true }
      let size: Int
      switch type {
      case 0: continue
      // R_X86_64_64, PC64
      case 1: size = 8
      case 24 where takesPC64: size = 8
      // PC32, PLT32, 32, 32S
      case 2, 10, 11: size = 4
      case 4 where takesPLT32: size = 4
      default: return "\(moduleName): Unknown rela relocation: \(type)"
      }
      if let target, place >= sizes[target] { writesBeyondSection = true }
      var overflow: String?
      if target != nil, type == 10 || type == 11 {
        overflow = values.overflow(type, symbol, addend).map { words(type, $0, section, number) }
      }
      // Up to 6.3 the value was written first.
      if rules.has(.callsRelocationsInvalid), let overflow { return overflow }
      let isClear =
        size == 8
        ? (bytes.integer(UInt64.self, at: Int(clamping: place), .little) ?? 0) == 0
        : (bytes.integer(UInt32.self, at: Int(clamping: place), .little) ?? 0) == 0
      guard isClear else { return notClear(section, number, type) }
      if let target {
        let known = writes.hasWritten(target, place, size)
        if known.isOccupied { return notClear(section, number, type) }
        writes.add(
          target, place, size,
          known.isRecording ? values.written(type, symbol, addend, target, place) : nil)
      }
      if let overflow { return overflow }
    }
    return nil
  }

  private func words(
    _ type: UInt32, _ value: RelocationValues.Overflow, _ section: Int, _ number: Int
  ) -> String {
    let shown: String
    switch value {
    case .known(let value): shown = String(value, radix: 16)
    case .unknown: shown = "…"
    }
    let place = rules.has(.namesRelocationPlace) ? " sec \(section) idx \(number)" : ""
    return "overflow in relocation type \(type) val \(shown)\(place)"
  }

  private func notClear(_ section: Int, _ number: Int, _ type: UInt32) -> String {
    if rules.has(.namesRelocationPlace) {
      return
        "x86/modules: Invalid relocation target, existing value is nonzero for sec \(section), "
        + "idx \(number), type \(type)"
    }
    let verb = rules.has(.callsRelocationsInvalid) ? "Invalid" : "Skipping invalid"
    return "x86/modules: \(verb) relocation target, existing value is nonzero for type \(type)"
  }
}
