/// Damage to the sections the loader looks for, and to what sections may be.
extension Damage {
  static var sections: [Damage] { special + symbolTables + relocations + architecture }

  private static let this = ".gnu.linkonce.this_module"

  private static var special: [Damage] {
    [
      Damage("modinfo-two") { module in
        guard let info = module.section(".modinfo") else { return false }
        module.addSection(".modinfo", flags: 2, contents: module.contents(info))
        return true
      },
      Damage("modinfo-twononalloc") { module in
        guard let info = module.section(".modinfo") else { return false }
        module.addSection(".modinfo", contents: module.contents(info))
        return true
      },
      of(".modinfo", "modinfo-removed") { $0.rename($1, to: ".xmodinfo") },
      of(".modinfo", "modinfo-nonalloc") { $0[$1, .flags] &= ~Module.allocFlag },
      of(".modinfo", "modinfo-nobits") { $0[$1, .type] = 8 },
      of(".modinfo", "modinfo-size0") { $0[$1, .size] = 0 },
      of(".modinfo", "modinfo-nonul") { module, section in
        module.replace(section, with: module.contents(section).dropLast() + [])
      },
      of(".modinfo", "modinfo-leadingnuls") { module, section in
        module.replace(section, with: [0, 0, 0] + module.contents(section))
      },
      of(this, "this-removed") { $0.rename($1, to: ".gnu.linkonce.that_module") },
      Damage("this-two") { module in
        guard let section = module.section(this) else { return false }
        module.addSection(this, flags: 3, contents: module.contents(section))
        return true
      },
      Damage("this-twononalloc") { module in
        guard let section = module.section(this) else { return false }
        module.addSection(this, contents: module.contents(section))
        return true
      },
      of(this, "this-nobits") { $0[$1, .type] = 8 },
      of(this, "this-nonalloc") { $0[$1, .flags] &= ~Module.allocFlag },
      of(this, "this-readonly") { $0[$1, .flags] &= ~Module.writeFlag },
      of(this, "this-bigger") {
        $0.replace($1, with: $0.contents($1) + [UInt8](repeating: 0, count: 64))
      },
      of(this, "this-smaller") { $0[$1, .size] -= 64 },
      of(this, "this-emptyname") { module, _ in module.setStructName("") },
      of(this, "this-othername") { module, _ in module.setStructName("oracle_other") },
      of(this, "this-builtinname") { module, _ in module.setStructName("printk") },
      Damage("duplicate-names") { module in
        module.addSection(".dup", flags: 2, contents: [1])
        module.addSection(".dup", flags: 2, contents: [1])
        return true
      },
      Damage("duplicate-emptysections") { module in
        module.addSection(".dup", flags: 2)
        module.addSection(".dup", flags: 2)
        return true
      },
      of(".text", "wx-text") { $0[$1, .flags] |= Module.writeFlag },
      Damage("wx-nonalloc") {
        $0.addSection(".wx", flags: 5, contents: [0]); return true
      },
      of(".BTF", "btf-magic") { module, btf in
        module.bytes.set(0, at: module.offset(of: btf), width: 2)
      },
      of(".BTF", "btf-names") { module, btf in
        for place in 0..<8 {
          module.bytes.set(0xff, at: module.offset(of: btf) + 24 + place, width: 1)
        }
      },
      of(".BTF", "btf-size0") { $0[$1, .size] = 0 },
      of(".BTF", "btf-removed") { $0.rename($1, to: ".XTF") },
      Damage("obsparm") {
        $0.addSection("__obsparm", flags: 2, contents: [0]); return true
      },
      Damage("ctors-both") { module in
        module.addSection(".ctors", flags: 3, contents: [])
        module.addSection(".init_array", flags: 3, contents: [])
        return true
      },
      of(".text", "text-nonalloc") { $0[$1, .flags] &= ~Module.allocFlag },
    ]
  }

  private static func symbolTable(_ name: String, _ change: @escaping (inout Module, Int) -> Void)
    -> Damage
  {
    Damage(name) { module in
      guard let table = module.symbolTable else { return false }
      change(&module, table)
      return true
    }
  }

  private static func strings(_ name: String, _ change: @escaping (inout Module, Int) -> Void)
    -> Damage
  {
    Damage(name) { module in
      guard let names = module.symbolNames else { return false }
      change(&module, names)
      return true
    }
  }

  private static var symbolTables: [Damage] {
    [
      symbolTable("symtab-none") { $0[$1, .type] = 1 },
      Damage("symtab-two") { module in
        guard let table = module.symbolTable else { return false }
        let added = module.addSection(".symtab2", type: 2, contents: module.contents(table))
        module[added, .link] = module[table, .link]
        return true
      },
      Damage("symtab-twobadlink") { module in
        module.addSection(".symtab2", type: 2, contents: [UInt8](repeating: 0, count: 24))
        return true
      },
      symbolTable("symtab-linkzero") { $0[$1, .link] = 0 },
      symbolTable("symtab-linkcount") { $0[$1, .link] = UInt64($0.sectionCount) },
      symbolTable("symtab-oddsize") { $0[$1, .size] -= 5 },
      symbolTable("symtab-size0") { $0[$1, .size] = 0 },
      strings("strtab-type") { $0[$1, .type] = 1 },
      strings("strtab-size0") { $0[$1, .size] = 0 },
      strings("strtab-leading") { module, names in
        module.bytes.set(0x78, at: module.offset(of: names), width: 1)
      },
      strings("strtab-trailing") { $0[$1, .size] -= 1 },
      symbolTable("sym-nameout") { module, table in
        guard let names = module.symbolNames else { return }
        module.bytes.set(
          UInt64(module.size(of: names)), at: module.offset(of: table) + module.symbolSize, width: 4
        )
      },
      symbolTable("sym-zeronameout") { module, table in
        guard let names = module.symbolNames else { return }
        module.bytes.set(UInt64(module.size(of: names)), at: module.offset(of: table), width: 4)
      },
    ]
  }
}
