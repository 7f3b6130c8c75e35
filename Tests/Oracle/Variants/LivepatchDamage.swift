/// Livepatches that name symbols, and damage to them; all made from one written by hand that patches
/// one function.
extension Damage {
  private static let livepatchIndex: UInt16 = 0xff20
  /// SHF_ALLOC and SHF_RELA_LIVEPATCH.
  private static let livepatchFlags: UInt64 = 0x0010_0002

  static var livepatches: [Damage] {
    [
      Damage("klp-nomodinfo") { module in
        guard module.patchedFunction != nil else { return false }
        module.setInfo("livepatch", [])
        return true
      },
      function("klp-nonew") { module, place in module.dropPointer(at: place + 8) },
      function("klp-noold") { module, place in module.dropPointer(at: place) },
      function("klp-sympos1") { module, place in module.setData(1, at: place + 16) },
      function("klp-sympos2") { module, place in module.setData(2, at: place + 16) },
      reference("klp-unmarked", ".klp.sym.vmlinux.vfs_read,0", index: 0xfff1),
      reference("klp-nocomma", ".klp.sym.vmlinux.vfs_read;0"),
      reference("klp-noposition", ".klp.sym.vmlinux.vfs_read,"),
      reference("klp-negative", ".klp.sym.vmlinux.vfs_read,-1"),
      reference("klp-blank", ".klp.sym.vmlinux.vfs_read, \t1x"),
      reference("klp-wraps", ".klp.sym.vmlinux.vfs_read,18446744073709551617"),
      reference("klp-huge", ".klp.sym.vmlinux.vfs_read,18446744073709551615"),
      reference("klp-noname", ".klp.sym.vmlinux.,0"),
      reference("klp-noobject", ".klp.sym..vfs_read,0"),
      reference("klp-noprefix", ".klp.simvmlinux.vfs_read,0"),
      reference("klp-module", ".klp.sym.no_such_module.vfs_read,0"),
      reference("klp-object55", ".klp.sym.\(repeated(55)).vfs_read,0"),
      reference("klp-object56", ".klp.sym.\(repeated(56)).vfs_read,0"),
      reference("klp-name511", ".klp.sym.vmlinux.\(repeated(511)),0"),
      reference("klp-name512", ".klp.sym.vmlinux.\(repeated(512)),0"),
      reference("klp-sec-empty", ".klp.sym.vmlinux.vfs_read,0", section: ".klp.rela."),
      reference("klp-sec-noprefix", ".klp.sym.vmlinux.vfs_read,0", section: ".rela.klp.vmlinux"),
      reference("klp-sec-bare", ".klp.sym.vmlinux.no_such_symbol,0", section: ".klp.rela.vmlinux"),
      reference("klp-sec-other", ".klp.sym.vmlinux.vfs_read,0", section: ".klp.rela.other..text"),
      reference(
        "klp-sec-long", ".klp.sym.vmlinux.no_such_symbol,0",
        section: ".klp.rela.vmlinux\(repeated(48)).text"),
    ]
  }

  private static func repeated(_ count: Int) -> String { String(repeating: "a", count: count) }

  /// A livepatch that names a symbol: `NAME,POSITION` of vmlinux.
  static func naming(_ symbol: String) -> Damage {
    reference("klp=\(symbol)", ".klp.sym.vmlinux.\(symbol)")
  }

  /// A livepatch that patches another function: `NAME,POSITION`.
  static func patching(_ symbol: String) -> Damage {
    function("klpfn=\(symbol)") { module, place in
      let parts = symbol.split(separator: ",")
      guard parts.count == 2, let position = UInt64(parts[1]) else { return }
      module.setData(position, at: place + 16)
      let text = module.addSection(
        ".rodata.klp", flags: 2, contents: Array(parts[0].utf8) + [0])
      module.addSymbol("klp_old_name", binding: 1, section: UInt16(text))
      module.point(place, to: module.lastSymbol)
    }
  }

  private static func function(
    _ name: String, _ change: @escaping (inout Module, Int) -> Void
  ) -> Damage {
    Damage(name) { module in
      guard let place = module.patchedFunction else { return false }
      change(&module, place)
      return true
    }
  }

  /// Moves the last relocation of `.text` that is not fentry's to a section for the livepatch core.
  private static func reference(
    _ name: String, _ symbol: String, index: UInt16 = livepatchIndex,
    section: String = ".klp.rela.vmlinux..text"
  ) -> Damage {
    Damage(name) { module in
      guard module.patchedFunction != nil, let table = module.section(".rela.text"),
        let symbols = module.symbolTable
      else { return false }
      let start = module.offset(of: table)
      let places = Array(stride(from: start, to: start + module.size(of: table), by: 24))
      guard
        let place = places.last(where: { place in
          let symbol = Int(module.bytes.number(at: place + 12, width: 4))
          return [2, 4, 11].contains(module.bytes.number(at: place + 8, width: 4))
            && module.nameOfSymbol(symbol) != "__fentry__"
        })
      else { return false }
      var moved = Bytes(module.bytes.slice(at: place, count: 24))
      module.bytes.set(0, at: place + 8, width: 4)
      module.addSymbol(symbol, binding: 2, section: index)
      moved.set(UInt64(module.lastSymbol), at: 12, width: 4)
      let target = module[table, .info]
      let added = module.addSection(section, type: 4, flags: livepatchFlags, contents: moved.raw)
      module[added, .link] = UInt64(symbols)
      module[added, .info] = target
      module[added, .alignment] = 8
      return true
    }
  }
}

extension Module {
  /// Where in `.data` the first `struct klp_func` is: two pointers, the second to code.
  var patchedFunction: Int? {
    guard let table = section(".rela.data"), info.contains(where: { $0.hasPrefix("livepatch=") })
    else { return nil }
    let start = offset(of: table)
    var before = -8
    for place in stride(from: start, to: start + size(of: table), by: 24) {
      let offset = Int(bytes.number(at: place, width: 8))
      let index = Int(
        bytes.number(at: symbolPlace(Int(bytes.number(at: place + 12, width: 4))) + 6, width: 2))
      if offset == before + 8, index > 0, index < sectionCount, self[index, .flags] & 4 != 0 {
        return before
      }
      before = offset
    }
    return nil
  }

  /// Index of the symbol that was added last.
  var lastSymbol: Int { symbolTable.map { size(of: $0) / symbolSize - 1 } ?? 0 }

  func symbolPlace(_ index: Int) -> Int { (symbolTable.map { offset(of: $0) } ?? 0) + index * 24 }

  func nameOfSymbol(_ index: Int) -> String {
    guard let names = symbolNames else { return "" }
    return bytes.string(
      at: offset(of: names) + Int(bytes.number(at: symbolPlace(index), width: 4)))
  }

  private func relocation(at place: Int) -> Int? {
    guard let table = section(".rela.data") else { return nil }
    let start = offset(of: table)
    return stride(from: start, to: start + size(of: table), by: 24).first {
      Int(bytes.number(at: $0, width: 8)) == place
    }
  }

  /// Makes a pointer of `.data` NULL.
  mutating func dropPointer(at place: Int) {
    guard let entry = relocation(at: place) else { return }
    bytes.set(0, at: entry + 8, width: 8)
  }

  /// Makes a pointer of `.data` point to a symbol.
  mutating func point(_ place: Int, to symbol: Int) {
    guard let entry = relocation(at: place) else { return }
    bytes.set(UInt64(symbol), at: entry + 12, width: 4)
    bytes.set(0, at: entry + 16, width: 8)
  }

  mutating func setData(_ value: UInt64, at place: Int) {
    guard let data = section(".data") else { return }
    bytes.set(value, at: offset(of: data) + place, width: 8)
  }
}
