/// Damage to relocations, and to what architectures ask of sections before memory is laid out.
extension Damage {
  private static let this = ".gnu.linkonce.this_module"

  /// A change of the first relocation of the module structure.
  private static func relocation(
    _ name: String, of section: String = this,
    _ change: @escaping (inout Module, Relocations) -> Bool
  ) -> Damage {
    Damage(name) { module in
      guard let table = module.relocations(of: section), table.count > 0 else { return false }
      return change(&module, table)
    }
  }

  static var relocations: [Damage] {
    [
      relocation("reloc-unknowntype") {
        $1.set(type: 250, 0, in: &$0); return true
      },
      relocation("reloc-nonzerotarget") { module, table in
        guard let this = module.section(this) else { return false }
        let target = Int(table.offset(0, in: module))
        module.bytes.set(1, at: module.offset(of: this) + target, width: 1)
        return true
      },
      relocation("reloc-overflow") { module, table in
        guard module.is64Bit else { return false }
        table.set(type: 10, 0, in: &module)
        table.set(addend: 1 << 40, 0, in: &module)
        return true
      },
      relocation("reloc-rel") { module, table in
        module[table.table, .type] = table.hasAddends ? 9 : 4
        return true
      },
      relocation("reloc-targetcount") {
        $0[$1.table, .info] = UInt64($0.sectionCount); return true
      },
      relocation("reloc-removed") {
        $0[$1.table, .type] = 1; return true
      },
      relocation("reloc-offset") { module, table in
        // arm looks; elsewhere it would be written to.
        guard module[.machine] == 40 else { return false }
        table.setOffset(UInt64(module.size(of: Int(module[table.table, .info]))), 0, in: &module)
        return true
      },
      relocation("reloc-symbol") { module, table in
        guard module[.machine] == 40 else { return false }
        table.set(symbol: 0xff_ffff, 0, in: &module)
        return true
      },
    ] + types
  }

  /// Types at the bounds of what architectures take, in a section that nothing reads.
  private static var types: [Damage] {
    let numbers: [UInt64: [UInt64]] = [
      3: [0, 3, 5, 10, 11, 20, 43],
      40: [
        0, 1, 3, 10, 28, 30, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 49, 57, 58, 59, 63, 64, 96,
        102,
      ],
      183: [
        0, 1, 255, 256, 257, 258, 259, 260, 261, 262, 263, 264, 265, 266, 267, 268, 269, 270, 271,
        272,
        273, 274, 275, 276, 277, 281, 287, 288, 294, 298, 299, 300, 307, 311, 312, 1024, 9999,
      ],
      243: [
        0, 1, 3, 4, 11, 12, 20, 21, 26, 29, 32, 33, 40, 41, 43, 46, 50, 52, 57, 58, 59, 60, 61, 62,
        65, 200,
      ],
      22: [0, 1, 2, 3, 4, 9, 10, 12, 13, 22, 37, 56, 57, 58, 61, 62, 65, 200],
      21: [0, 1, 2, 4, 10, 38, 44, 51, 52, 109, 110, 116, 118, 132, 133, 249, 250, 251, 252, 253],
    ]
    return Set(numbers.values.flatMap { $0 }).sorted().map { type in
      Damage("rtype-\(type)") { module in
        guard numbers[module[.machine]]?.contains(type) == true else { return false }
        return addRelocation(&module, type: type)
      }
    }
      + [
        absolute("rabs-small", 0x7fff), absolute("rabs-64k", 0x10000),
        absolute("rabs-4g", 0x1_0000_0000), absolute("rabs-256t", 0x1_0000_0000_0000),
      ].flatMap { $0 }
  }

  /// Types that check what they write, against an absolute symbol of a value.
  private static func absolute(_ name: String, _ value: UInt64) -> [Damage] {
    let types: [UInt64: [UInt64]] = [
      183: [258, 259, 263, 265, 267, 270, 271, 272], 243: [1], 22: [1, 2, 3, 4, 57],
    ]
    return Set(types.values.flatMap { $0 }).sorted().map { type in
      Damage("\(name)-\(type)") { module in
        guard types[module[.machine]]?.contains(type) == true else { return false }
        return addRelocation(&module, type: type, absolute: value)
      }
    }
  }

  /// Adds a section of data and one relocation of it, against its own start or an absolute symbol.
  private static func addRelocation(
    _ module: inout Module, type: UInt64, absolute: UInt64? = nil
  ) -> Bool {
    guard let symbols = module.symbolTable else { return false }
    let target = module.addSection(
      ".data.oracle", flags: 3, contents: [UInt8](repeating: 0, count: 64))
    module[target, .alignment] = 16
    if let absolute {
      module.addSymbol("oracle_fixed", section: 0xfff1, value: absolute)
    } else {
      module.addSymbol("oracle_own", section: UInt16(target), value: 16)
    }
    let hasAddends = ![3, 40].contains(module[.machine])
    let table = module.addSection(
      (hasAddends ? ".rela" : ".rel") + ".data.oracle", type: hasAddends ? 4 : 9,
      contents: [UInt8](repeating: 0, count: module.word * (hasAddends ? 3 : 2)))
    module[table, .link] = UInt64(symbols)
    module[table, .info] = UInt64(target)
    module[table, .alignment] = UInt64(module.word)
    let entries = Relocations(module: module, table: table, hasAddends: hasAddends)
    entries.setOffset(16, 0, in: &module)
    entries.set(type: type, 0, in: &module)
    entries.set(symbol: module.lastSymbol, 0, in: &module)
    return true
  }

  /// The sections that `module_frob_arch_sections` looks for.
  static var architecture: [Damage] {
    let names = [
      ".plt", ".init.plt", ".got", ".got.plt", ".stubs", ".toc", ".text.ftrace_trampoline",
      ".init.text.ftrace_trampoline",
    ]
    return names.flatMap { name in
      [
        of(name, "arch-removed\(name)") { $0.rename($1, to: ".oracle") },
        of(name, "arch-wx\(name)") { $0[$1, .flags] |= 7 },
        of(name, "arch-nonalloc\(name)") { $0[$1, .flags] &= ~Module.allocFlag },
        of(name, "arch-nobits\(name)") { $0[$1, .type] = 8 },
        of(name, "arch-note\(name)") { $0[$1, .type] = 7 },
        of(name, "arch-twice\(name)") { module, _ in
          module.addSection(name, flags: 7, contents: [0])
        },
      ]
    }
  }
}
