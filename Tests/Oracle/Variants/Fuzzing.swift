import Foundation

/// Numbers that follow from a seed (SplitMix64).
struct SeededNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  /// A number below a bound; 0 for a bound of 0.
  mutating func below(_ bound: Int) -> Int { bound > 0 ? Int(next() % UInt64(bound)) : 0 }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}

/// Mutations of one module near the loader's decisions, one to three edits each.
enum Fuzzing {
  /// Writes `count` mutations of a module to OUT_DIR/variants and prints a plan row for each. Their init
  /// and exit functions are taken out, so that nothing of what loads runs.
  static func run(base: URL, out: URL, deps: String, seed: UInt64, count: Int) throws {
    guard let signed = Module([UInt8](try Data(contentsOf: base))),
      var module = Module(signed.splitSignature.module)
    else { return Variants.complain("\(base.path): not a module") }
    // A module without init and exit has no relocations there.
    if let table = module.relocations(of: ".gnu.linkonce.this_module") {
      module[table.table, .type] = 1
    }
    let name = base.deletingPathExtension().lastPathComponent
    for index in 0..<count {
      var numbers = SeededNumbers(seed: seed &* 1_000_003 &+ UInt64(index))
      var copy = module
      var kinds: [String] = []
      for _ in 0...numbers.below(3) {
        let (kind, edit) = numbers.pick(edits)
        if edit(&copy, &numbers) { kinds.append(kind) }
      }
      if kinds.isEmpty { continue }
      let file = "variants/\(name)-fuzz-\(seed)-\(index).ko"
      try Data(copy.bytes.raw).write(to: out.appending(path: file))
      print("F/\(name)-\(seed)-\(index)-\(kinds.joined(separator: "+"))\t\(file)\t\(deps)\t0")
    }
  }

  typealias Edit = @Sendable (inout Module, inout SeededNumbers) -> Bool

  private static let edits: [(String, Edit)] = [
    ("versions", versions), ("versions", versions), ("info", info), ("info", info),
    ("symbol", symbol), ("symbol", symbol), ("export", export), ("header", header),
    ("section", section), ("section", section), ("structure", structure),
    ("relocation", relocation), ("relocation", relocation), ("byte", byte),
  ]

  private static func versions(_ module: inout Module, _ numbers: inout SeededNumbers) -> Bool {
    var records = module.versions
    guard !records.isEmpty else { return false }
    let at = numbers.below(records.count)
    switch numbers.below(6) {
    case 0: records[at][numbers.below(module.word)] ^= UInt8(1 << numbers.below(8))
    case 1: records[at][module.word + numbers.below(64 - module.word)] ^= UInt8(numbers.below(256))
    case 2: records.remove(at: at)
    case 3: records.append(records[at])
    case 4: records.swapAt(at, numbers.below(records.count))
    default:
      records[at].replaceSubrange(0..<module.word, with: [UInt8](repeating: 0, count: module.word))
    }
    module.versions = records
    return true
  }

  private static func info(_ module: inout Module, _ numbers: inout SeededNumbers) -> Bool {
    var entries = module.info
    guard !entries.isEmpty else { return false }
    let at = numbers.below(entries.count)
    switch numbers.below(5) {
    case 0: entries.remove(at: at)
    case 1: entries.append(entries[at])
    case 2: entries.swapAt(at, numbers.below(entries.count))
    case 3: entries[at] = String(entries[at].dropLast())
    default:
      entries.insert(
        numbers.pick([
          "license=Proprietary", "license=GPL", "vermagic=wrong", "livepatch=Y", "import_ns=X",
          "name=other", "staging=Y", "test=Y", "intree=", "retpoline=Y", "import_ns=module:x",
        ]), at: at)
    }
    module.info = entries
    return true
  }

  private static func symbol(_ module: inout Module, _ numbers: inout SeededNumbers) -> Bool {
    guard let table = module.symbolTable, let names = module.symbolNames else { return false }
    let count = module.size(of: table) / module.symbolSize
    guard count > 1 else { return false }
    let place = module.symbolPlace(1 + numbers.below(count - 1))
    let name = module.bytes.string(
      at: module.offset(of: names) &+ Int(module.bytes.number(at: place, width: 4)))
    switch numbers.below(4) {
    case 0:
      let number = numbers.pick([
        0, 0, 0xfff1, 0xfff2, 0xff20, 0xff00, 0xffff, module.sectionCount, 1,
      ])
      // Strings of exports and code that are no addresses any more kill the kernel.
      let isSection = module.bytes.number(at: place + (module.is64Bit ? 4 : 12), width: 1) & 15 == 3
      if isSection || name.hasPrefix("__kstrtab") || isPatched(name) { return false }
      module.bytes.set(UInt64(number), at: place + module.symbolSectionOffset, width: 2)
    case 1:
      let number = UInt64(numbers.below(module.size(of: names)))
      if isPatched(name) { return false }
      module.bytes.set(number, at: place, width: 4)
    case 2:
      let info = place + (module.is64Bit ? 4 : 12)
      module.bytes.set(
        UInt64(numbers.pick([0x00, 0x10, 0x20, 0x12, 0x22, 0xa0])), at: info, width: 1)
    default:
      module.addSymbol(
        numbers.pick(["oracle_none", "kfree", "_printk", "loops_per_jiffy", ".dotted", ""]),
        binding: UInt8(numbers.below(3)), section: numbers.pick([0, 0, 0xfff1, 0xfff2]))
    }
    return true
  }

  /// Whether the kernel patches code by a symbol: what alternatives and static calls lead to.
  private static func isPatched(_ name: String) -> Bool {
    name == "alt_cb_patch_nops" || name.hasPrefix("__SC")
  }

  private static func export(_ module: inout Module, _ numbers: inout SeededNumbers) -> Bool {
    let names = ["__ksymtab_strings", "__kcrctab", "__kcrctab_gpl", "__ksymtab", "__ksymtab_gpl"]
    let present = names.compactMap { module.section($0) }
    guard !present.isEmpty else { return false }
    let section = numbers.pick(present)
    switch numbers.below(3) {
    case 0: module[section, .type] = UInt64(numbers.pick([1, 7, 8]))
    case 1:
      // Versions taken for symbols are wild addresses.
      let holdsSymbols = module.name(of: section).hasPrefix("__ksymtab")
      module.rename(
        section, to: numbers.pick(["x", holdsSymbols ? "__ksymtab_gpl" : "__kcrctab"]))
    default:
      let size = module.size(of: section)
      guard
        module.name(of: section).contains("kcrctab")
          || module.name(of: section).contains("strings"),
        size > 0, module.bytes.raw.indices.contains(module.offset(of: section))
      else { return false }
      let place = module.offset(of: section)
      module.bytes.raw[place + numbers.below(min(size, module.bytes.count - place))] ^= 1
    }
    return true
  }

  private static func header(_ module: inout Module, _ numbers: inout SeededNumbers) -> Bool {
    let field = numbers.pick([
      Module.Header.type, .machine, .sectionOffset, .entrySize, .sectionCount, .nameIndex,
    ])
    let value = numbers.pick([0, 1, 2, 3, 40, 62, 64, 183, 0xffff, module.sectionCount - 1])
    // What lies after the table are headers with wild names.
    if field == .sectionCount, value < 0xff00,
      value > module.sectionCount || module.sectionCount >= 0xff00
    {
      return false
    }
    module[field] = UInt64(value)
    return true
  }

  private static func section(_ module: inout Module, _ numbers: inout SeededNumbers) -> Bool {
    guard module.sectionCount > 1 else { return false }
    let index = 1 + numbers.below(module.sectionCount - 1)
    let kind = numbers.below(7)
    if ![2, 3].contains(kind), isFollowed(module, index) { return false }
    switch kind {
    case 0: module[index, .type] = UInt64(numbers.pick([0, 1, 2, 3, 4, 7, 8, 9, 0x7000_0001]))
    case 1:
      // Code that is not loaded is still patched, by keys in data, which the kernel writes to.
      let flags = module[index, .flags]
      let edits = flags & 1 != 0 ? [4, 0x20] : flags & 4 != 0 ? [1, 4, 0x20] : [1, 2, 4, 7, 0x20]
      module[index, .flags] = flags ^ UInt64(numbers.pick(edits))
    case 2:
      let link = UInt64(numbers.below(module.sectionCount + 2))
      // Names from elsewhere may be what the kernel has written: addresses.
      if index == module.symbolTable { return false }
      module[index, .link] = link
    case 3:
      let former = module[index, .name]
      module[index, .name] = UInt64(numbers.below(module.size(of: Int(module[.nameIndex]))))
      if isTableOfPlaces(module.name(of: index)) {
        module[index, .name] = former
        return false
      }
    case 4:
      let places = [module.bytes.count, module.bytes.count + 1, 64]
      let place = UInt64(numbers.pick(places))
      // Code taken for symbols or for the structure holds wild addresses and sizes.
      if index == module.symbolTable || module.name(of: index) == ".gnu.linkonce.this_module" {
        return false
      }
      module[index, .offset] = place
    case 5:
      let name = numbers.pick([
        ".plt", ".init.plt", ".modinfo", "__versions", ".text", ".init.text", ".dup",
      ])
      if dropsReferred(module, index, name) { return false }
      module.rename(index, to: name)
    default:
      let twin = 1 + numbers.below(module.sectionCount - 1)
      // The kernel patches what tables of places name: other bytes taken for one are wild addresses.
      let name = module.name(of: twin)
      if isTableOfPlaces(name) || [".gnu.linkonce.this_module", ".BTF"].contains(name) {
        return false
      }
      if dropsReferred(module, index, name) { return false }
      module[index, .name] = module[twin, .name]
    }
    return true
  }

  /// Whether a name makes the kernel drop code or data, to which tables of places point.
  private static func dropsReferred(_ module: Module, _ index: Int, _ name: String) -> Bool {
    module[index, .flags] & 5 != 0 && (name == ".modinfo" || name == "__versions")
  }

  /// Whether the kernel follows what a section holds, or a table that relocates it.
  private static func isFollowed(_ module: Module, _ index: Int) -> Bool {
    guard [4, 9].contains(module[index, .type]) else {
      return isTableOfPlaces(module.name(of: index))
    }
    let target = Int(module[index, .info])
    guard target < module.sectionCount else { return false }
    // Of data, too: tables of places lead to it.
    return module[target, .flags] & 1 != 0 && !module.name(of: target).hasPrefix(".gnu.linkonce")
      || isTableOfPlaces(module.name(of: target))
  }

  private static func isTableOfPlaces(_ name: String) -> Bool {
    [
      ".static_call_sites", ".return_sites", ".retpoline_sites", ".call_sites", ".ibt_endbr_seal",
      ".altinstructions", ".parainstructions", ".smp_locks", "__jump_table", "__mcount_loc",
      "__patchable_function_entries", "__bug_table", "__ex_table", "__param", ".orc_unwind",
      "__tracepoints_ptrs", "_ftrace_events", "___srcu_struct_ptrs", "__ksymtab", "__ksymtab_gpl",
    ].contains(name)
  }

  private static func structure(_ module: inout Module, _ numbers: inout SeededNumbers) -> Bool {
    guard let section = module.section(".gnu.linkonce.this_module") else { return false }
    switch numbers.below(3) {
    case 0: module[section, .size] &+= UInt64(bitPattern: Int64(numbers.pick([-64, -1, 1, 64])))
    case 1:
      module.setStructName(numbers.pick(["", "printk", "kernel", "other_name", "vmlinux", "a b"]))
    default: module[section, .type] = UInt64(numbers.pick([0, 7, 8]))
    }
    return true
  }

  private static func relocation(_ module: inout Module, _ numbers: inout SeededNumbers) -> Bool {
    let tables = (1..<max(module.sectionCount, 2)).filter { [4, 9].contains(module[$0, .type]) }
    guard !tables.isEmpty else { return false }
    let index = numbers.pick(tables)
    let table = Relocations(module: module, table: index, hasAddends: module[index, .type] == 4)
    guard table.count > 0, let symbols = module.symbolTable else { return false }
    let entry = numbers.below(table.count)
    // The kernel follows what other sections hold: whether it dies then depends on memory.
    let target = module.name(of: Int(module[index, .info]))
    let isFollowed = ![".text", ".init.text", ".exit.text", ".rodata", ".bss"].contains {
      target.hasPrefix($0)
    }
    switch isFollowed ? 0 : numbers.below(4) {
    case 0:
      let unknown: [UInt64] = [42, 250, 311]
      table.set(
        type: numbers.pick(
          isFollowed ? unknown : [0, 1, 2, 10, 11, 24, 256, 258, 275] + unknown), entry,
        in: &module)
    case 1:
      let count = module.size(of: symbols) / module.symbolSize
      table.set(symbol: numbers.below(count), entry, in: &module)
    case 2: module[index, .type] = module[index, .type] == 4 ? 9 : 4
    default: table.set(addend: UInt64(numbers.below(1 << 20)), entry, in: &module)
    }
    return true
  }

  /// A bit of what the loader reads: names of sections, modinfo, structure, strings of symbols.
  private static func byte(_ module: inout Module, _ numbers: inout SeededNumbers) -> Bool {
    let places = [Int(module[.nameIndex]), module.section(".modinfo"), module.symbolNames]
      .compactMap { $0 }
    let section = numbers.pick(places)
    let (start, size) = (module.offset(of: section), module.size(of: section))
    // Tables that were damaged before say anything.
    guard size > 0, module.bytes.raw.indices.contains(start) else { return false }
    let at = start + numbers.below(min(size, module.bytes.count - start))
    module.bytes.raw[at] ^= UInt8(1 << numbers.below(8))
    return true
  }
}
