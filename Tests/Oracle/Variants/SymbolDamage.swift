/// Symbols that are added to a module's table, and damage to what it exports.
extension Damage {
  private static func symbol(_ name: String, _ symbol: String, binding: UInt8 = 1, section: UInt16)
    -> Damage
  {
    Damage(name) { module in
      guard module.symbolTable != nil else { return false }
      module.addSymbol(symbol, binding: binding, section: section)
      return true
    }
  }

  static var symbols: [Damage] {
    [
      symbol("sym-unknown", "oracle_no_such_symbol", section: 0),
      symbol("sym-unknownweak", "oracle_no_such_symbol", binding: 2, section: 0),
      symbol("sym-unknownlocal", "oracle_no_such_symbol", binding: 0, section: 0),
      symbol("sym-unnamed", "", section: 0),
      symbol("sym-got", "_GLOBAL_OFFSET_TABLE_", section: 0),
      symbol("sym-unversioned", "loops_per_jiffy", section: 0),
      symbol("sym-unversionedweak", "loops_per_jiffy", binding: 2, section: 0),
      symbol("sym-unexported", "linux_proc_banner", section: 0),
      symbol("sym-common", "oracle_common", section: 0xfff2),
      symbol("sym-commonlto", "__gnu_lto_v1", section: 0xfff2),
      symbol("sym-abs", "oracle_absolute", section: 0xfff1),
      symbol("sym-livepatch", "oracle_livepatch", section: 0xff20),
      symbol("sym-xindex", "oracle_xindex", section: 0xffff),
      symbol("sym-reserved", "oracle_reserved", section: 0xff00),
      Damage("sym-beyond") { module in
        module.addSymbol("oracle_beyond", section: UInt16(module.sectionCount))
        return true
      },
      Damage("sym-several") { module in
        module.addSymbol("oracle_common", section: 0xfff2)
        module.addSymbol("oracle_no_such_symbol", section: 0)
        module.addSymbol("loops_per_jiffy", section: 0)
        return true
      },
      Damage("sym-severalreversed") { module in
        module.addSymbol("loops_per_jiffy", section: 0)
        module.addSymbol("oracle_no_such_symbol", section: 0)
        module.addSymbol("oracle_common", section: 0xfff2)
        return true
      },
      Damage("sym-proprietarygpl") { module in
        module.setInfo("license", ["Proprietary"])
        module.addSymbol("kobject_create_and_add", section: 0)
        return true
      },
      Damage("sym-proprietarygplweak") { module in
        module.setInfo("license", ["Proprietary"])
        module.addSymbol("kobject_create_and_add", binding: 2, section: 0)
        return true
      },
    ]
  }

  /// The module's exported names, as the strings of its export table have them.
  private static func exportedString(_ module: Module, atLeast length: Int) -> Int? {
    guard let section = module.section("__ksymtab_strings") else { return nil }
    var at = module.offset(of: section)
    let end = at + module.size(of: section)
    while at < end {
      let name = module.bytes.string(at: at)
      if name.utf8.count >= length { return at }
      at += name.utf8.count + 1
    }
    return nil
  }

  /// Flips bits of every absolute `__crc_` symbol.
  private static func changeVersionSymbols(_ module: inout Module) -> Bool {
    guard let table = module.symbolTable, let names = module.symbolNames else { return false }
    let (start, strings) = (module.offset(of: table), module.offset(of: names))
    let (size, value) = (module.symbolSize, module.is64Bit ? 8 : 4)
    for symbol in stride(from: start, to: start + module.size(of: table), by: size) {
      let name = module.bytes.string(at: strings + Int(module.bytes.number(at: symbol, width: 4)))
      let section = module.bytes.number(at: symbol + module.symbolSectionOffset, width: 2)
      guard name.hasPrefix("__crc_"), section == 0xfff1 else { continue }
      module.bytes.set(
        module.bytes.number(at: symbol + value, width: module.word) ^ 0x5555, at: symbol + value,
        width: module.word)
    }
    return true
  }

  /// Turns the order of an export table's entries of three fields around, by moving its relocations.
  private static func reverse(_ module: inout Module, _ table: Relocations) {
    let size = module.size(of: Int(module[table.table, .info]))
    let entry = UInt64(size * 3 / max(table.count, 1))
    guard entry > 0 else { return }
    let entries = UInt64(size) / entry
    for index in 0..<table.count {
      let offset = table.offset(index, in: module)
      guard offset / entry < entries else { continue }
      table.setOffset((entries - 1 - offset / entry) * entry + offset % entry, index, in: &module)
    }
  }

  static var exports: [Damage] {
    [
      Damage("exp-nocrc") { module in
        let sections = ["__kcrctab", "__kcrctab_gpl"].compactMap { module.section($0) }
        for section in sections { module.rename(section, to: "x" + module.name(of: section)) }
        return !sections.isEmpty
      },
      Damage("exp-crcchanged") { module in
        let sections = ["__kcrctab", "__kcrctab_gpl"].compactMap { module.section($0) }
        // Before 5.19 the table is filled by relocations against absolute symbols.
        if sections.contains(where: { module.contents($0).allSatisfy { $0 == 0 } }) {
          return changeVersionSymbols(&module)
        }
        for section in sections {
          module.replace(section, with: module.contents(section).map { $0 ^ 0x55 })
        }
        return !sections.isEmpty
      },
      Damage("exp-unsorted") { module in
        let tables = ["__ksymtab", "__ksymtab_gpl"].compactMap { module.relocations(of: $0) }
        for table in tables { reverse(&module, table) }
        return !tables.isEmpty
      },
      of("__kflagstab", "exp-noflags") { $0.rename($1, to: "__xflagstab") },
      of("__kflagstab", "exp-flagsgpl") { module, section in
        module.replace(section, with: [UInt8](repeating: 1, count: module.size(of: section)))
      },
      Damage("exp-oldsections") { module in
        module.addSection("__ksymtab_gpl", flags: 2, contents: [UInt8](repeating: 0, count: 4))
        module.addSection("__kcrctab_gpl", flags: 2, contents: [UInt8](repeating: 0, count: 4))
        return module.section("__ksymtab_gpl") == module.sectionCount - 2
      },
      Damage("exp-dupkernel") { module in
        guard let at = exportedString(module, atLeast: 5) else { return false }
        for (i, byte) in (Array("kfree".utf8) + [0]).enumerated() {
          module.bytes.set(UInt64(byte), at: at + i, width: 1)
        }
        return true
      },
      Damage("exp-dupmodule") { module in
        guard exportedString(module, atLeast: 1) != nil else { return false }
        module.setStructName("oracle_copy")
        module.setInfo("name", ["oracle_copy"])
        return true
      },
      Damage("exp-proprietary") { module in
        guard exportedString(module, atLeast: 1) != nil else { return false }
        module.setInfo("license", ["Proprietary"])
        return true
      },
    ]
  }
}
