/// Damage to the ELF header and to the section header table as a whole.
extension Damage {
  static var header: [Damage] { shape + table + names }

  private static func set(_ name: String, _ header: Module.Header, _ value: UInt64) -> Damage {
    Damage(name) { module in
      let before = module[header]
      module[header] = value
      return module[header] != before
    }
  }

  private static var shape: [Damage] {
    [
      Damage("elf-empty") { module in
        module.bytes.raw = []
        return true
      },
      Damage("elf-short63") {
        $0.bytes.raw = Array($0.bytes.raw.prefix(63)); return true
      },
      Damage("elf-headeronly") {
        $0.bytes.raw = Array($0.bytes.raw.prefix(64)); return true
      },
      Damage("elf-truncated") {
        $0.bytes.raw.removeLast($0.bytes.count / 2); return true
      },
      Damage("elf-magic") {
        $0.bytes.raw[1] = 0x46; return true
      },
      Damage("elf-class32") {
        $0.bytes.raw[4] = 1; return $0.is64Bit
      },
      Damage("elf-class64") {
        $0.bytes.raw[4] = 2; return !$0.is64Bit
      },
      Damage("elf-bigendian") {
        $0.bytes.raw[5] = 2; return !$0.bytes.isBigEndian
      },
      Damage("elf-littleendian") {
        $0.bytes.raw[5] = 1; return $0.bytes.isBigEndian
      },
      set("elf-typeexec", .type, 2),
      set("elf-typedyn", .type, 3),
      set("elf-machine386", .machine, 3),
      set("elf-machinearm64", .machine, 183),
      set("elf-machinex86", .machine, 62),
    ]
  }

  private static var table: [Damage] {
    [
      set("sh-entsize48", .entrySize, 48),
      set("sh-offhuge", .sectionOffset, UInt64.max - 4),
      Damage("sh-offatend") {
        $0[.sectionOffset] = UInt64($0.bytes.count); return true
      },
      Damage("sh-offnearend") {
        $0[.sectionOffset] = UInt64($0.bytes.count - 1); return true
      },
      Damage("sh-countplus") { module in
        let end = Int(module[.sectionOffset]) + module.sectionCount * module.sectionHeaderSize
        module.bytes.raw = Array(module.bytes.raw.prefix(max(end, 64)))
        module[.sectionCount] += 1
        return true
      },
      set("sh-countzero", .sectionCount, 0),
      Damage("sh-zerotype") {
        $0[0, .type] = 1; return true
      },
      Damage("sh-zerosize") {
        $0[0, .size] = 1; return true
      },
      Damage("sh-zeroaddr") {
        $0[0, .address] = 1; return true
      },
      Damage("sh-zerooffset") {
        $0[0, .offset] = 1; return true
      },
      of(".text", "sec-offsethuge") { $0[$1, .offset] = UInt64.max - 1 },
      of(".text", "sec-offsetend") { $0[$1, .offset] = UInt64($0.bytes.count) + 1 },
      of(".text", "sec-sizehuge") { $0[$1, .size] = UInt64.max },
      of(".text", "sec-sizeend") { $0[$1, .size] = UInt64($0.bytes.count) },
      of(".comment", "sec-nonallocsize") { $0[$1, .size] = UInt64($0.bytes.count) },
      of(".bss", "sec-bssoffset") { $0[$1, .offset] = UInt64.max - 1 },
    ]
  }

  private static func names(_ name: String, _ change: @escaping (inout Module, Int) -> Void)
    -> Damage
  {
    Damage(name) { module in
      change(&module, Int(module[.nameIndex]))
      return true
    }
  }

  private static var names: [Damage] {
    [
      set("shstr-indexzero", .nameIndex, 0),
      set("shstr-indexmax", .nameIndex, 0xffff),
      Damage("shstr-indexcount") {
        $0[.nameIndex] = UInt64($0.sectionCount); return true
      },
      Damage("shstr-wrongsection") { module in
        guard let table = module.symbolTable else { return false }
        module[.nameIndex] = UInt64(table)
        return true
      },
      names("shstr-type") { $0[$1, .type] = 1 },
      names("shstr-size0") { $0[$1, .size] = 0 },
      names("shstr-nonul") { $0[$1, .size] -= 1 },
      names("shstr-range") { $0[$1, .size] = UInt64($0.bytes.count) },
      of(".text", "shname-alloc") { $0[$1, .name] = UInt64($0.size(of: Int($0[.nameIndex]))) },
      of(".comment", "shname-nonalloc") {
        $0[$1, .name] = UInt64($0.size(of: Int($0[.nameIndex])))
      },
      of(".bss", "shname-nobits") { $0[$1, .name] = UInt64($0.size(of: Int($0[.nameIndex]))) },
    ]
  }
}
