internal import ByteStorage
internal import ELFFormat
internal import Livepatching

/// What x86-64's relocation code refuses whatever the addresses: unknown types, tables without
/// addends, places that are not zero.
///
/// - Note: `apply_relocations` (kernel/module/main.c) and `__write_relocate_add`
///   (arch/x86/kernel/module.c), 5.10 to 7.2. Overflows depend on where the module lands.
struct RelocationCheck {
  /// The first refusal. The kernel adds addresses to the line about places that are not zero; only it
  /// knows those.
  private(set) var refusal: RelocationRefusal?
  /// The same of sections that the livepatch core applies, if it gets so far.
  private(set) var livepatchRefusals: [RelocationRefusal] = []

  init(
    _ map: borrowing SectionMap, _ indices: ELFValidity.Indices, moduleName: String,
    rules: LoaderRules
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
      let words = RelocationCheck.firstRefusal(table, place, index, moduleName, rules)
      guard let words else { continue }
      let stop = RelocationRefusal(section: index, line: "module: \(words)")
      if isOfLivepatch { livepatchRefusals.append(stop) } else { refusal = stop }
    }
  }

  private static func firstRefusal(
    _ table: RawSpan, _ target: RawSpan, _ section: Int, _ moduleName: String, _ rules: LoaderRules
  ) -> String? {
    for number in 0..<(table.byteCount / 24) {
      guard let place = table.integer(UInt64.self, at: number &* 24, .little),
        let info = table.integer(UInt64.self, at: number &* 24 &+ 8, .little)
      else { return nil }
      let type = UInt32(truncatingIfNeeded: info)
      let isClear: Bool
      switch type {
      case 0: continue
      // R_X86_64_64, PC64
      case 1, 24:
        isClear = (target.integer(UInt64.self, at: Int(clamping: place), .little) ?? 0) == 0
      // PC32, PLT32, 32, 32S
      case 2, 4, 10, 11:
        isClear = (target.integer(UInt32.self, at: Int(clamping: place), .little) ?? 0) == 0
      default: return "\(moduleName): Unknown rela relocation: \(type)"
      }
      if !isClear { return notClear(section, number, type, rules) }
    }
    return nil
  }

  private static func notClear(
    _ section: Int, _ number: Int, _ type: UInt32, _ rules: LoaderRules
  ) -> String {
    if rules.has(.namesRelocationPlace) {
      return
        "x86/modules: Invalid relocation target, existing value is nonzero for sec \(section), "
        + "idx \(number), type \(type)"
    }
    let verb = rules.has(.callsRelocationsInvalid) ? "Invalid" : "Skipping invalid"
    return "x86/modules: \(verb) relocation target, existing value is nonzero for type \(type)"
  }
}
