/// The parts of a module that variants edit as lists: modinfo strings, version records, symbols.
extension Module {
  static let signatureMarker = Array("~Module signature appended~\n".utf8)

  /// The module without its signature, and the signature's bytes with struct and marker.
  var splitSignature: (module: [UInt8], trailer: [UInt8]) {
    let marker = Module.signatureMarker.count
    guard bytes.raw.suffix(marker).elementsEqual(Module.signatureMarker), bytes.count > marker + 12
    else { return (bytes.raw, []) }
    let length = bytes.raw[(bytes.count - marker - 4)..<(bytes.count - marker)]
      .reduce(0) { $0 << 8 | Int($1) }
    let total = length + 12 + marker
    guard total <= bytes.count else { return (bytes.raw, []) }
    return (Array(bytes.raw.dropLast(total)), Array(bytes.raw.suffix(total)))
  }

  /// The strings of `.modinfo`, in order. Setting writes them back with one NUL each.
  var info: [String] {
    get {
      guard let section = section(".modinfo") else { return [] }
      return contents(section).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
    set {
      guard let section = section(".modinfo") else { return }
      replace(section, with: newValue.flatMap { Array($0.utf8) + [0] })
    }
  }

  func info(_ tag: String) -> String? {
    info.first { $0.hasPrefix(tag + "=") }.map { String($0.dropFirst(tag.utf8.count + 1)) }
  }

  /// Removes all entries of `tag` and puts `values` in the place of the first (or at the end).
  mutating func setInfo(_ tag: String, _ values: [String]) {
    var entries = info
    let at = entries.firstIndex { $0.hasPrefix(tag + "=") } ?? entries.count
    entries.removeAll { $0.hasPrefix(tag + "=") }
    entries.insert(contentsOf: values.map { tag + "=" + $0 }, at: min(at, entries.count))
    info = entries
  }

  /// The 64-byte records of `__versions`.
  var versions: [[UInt8]] {
    get {
      guard let section = section("__versions") else { return [] }
      let all = contents(section)
      return stride(from: 0, to: all.count - all.count % 64, by: 64).map {
        Array(all[$0..<$0 + 64])
      }
    }
    set {
      guard let section = section("__versions") else { return }
      replace(section, with: newValue.flatMap { $0 })
    }
  }

  /// The index of the first version record of another symbol than `module_layout`.
  var ordinaryVersion: Int? {
    versions.firstIndex { !$0.dropFirst(word).starts(with: Array("module_layout".utf8)) }
  }

  var layoutVersion: Int? {
    versions.firstIndex { $0.dropFirst(word).starts(with: Array("module_layout".utf8)) }
  }

  var symbolTable: Int? { section(ofType: 2) }

  var symbolNames: Int? { symbolTable.map { Int(self[$0, .link]) } }

  /// Adds a symbol at the table's end. `binding` is 1 (global) or 2 (weak).
  mutating func addSymbol(_ name: String, binding: UInt8 = 1, section: UInt16, value: UInt64 = 0) {
    guard let table = symbolTable, let names = symbolNames else { return }
    let oldNames = contents(names)
    replace(names, with: oldNames + Array(name.utf8) + [0])
    var symbol = Bytes(
      [UInt8](repeating: 0, count: symbolSize), isBigEndian: bytes.isBigEndian)
    symbol.set(name.isEmpty ? 0 : UInt64(oldNames.count), at: 0, width: 4)
    symbol.raw[is64Bit ? 4 : 12] = binding << 4
    symbol.set(UInt64(section), at: is64Bit ? 6 : 14, width: 2)
    symbol.set(value, at: is64Bit ? 8 : 4, width: word)
    replace(table, with: contents(table) + symbol.raw)
  }

  /// Where a symbol's section index is in its entry.
  var symbolSectionOffset: Int { is64Bit ? 6 : 14 }

  /// The name in the module structure.
  mutating func setStructName(_ name: String) {
    let room = 64 - word
    guard let section = section(".gnu.linkonce.this_module"), name.utf8.count < room else { return }
    let start = offset(of: section) + 3 * word
    for i in 0..<room { bytes.set(0, at: start + i, width: 1) }
    for (i, byte) in name.utf8.enumerated() { bytes.set(UInt64(byte), at: start + i, width: 1) }
  }

  /// The relocations of a section, by its name.
  func relocations(of name: String) -> Relocations? {
    for (prefix, hasAddends) in [(".rela", true), (".rel", false)] {
      if let table = section(prefix + name) {
        return Relocations(module: self, table: table, hasAddends: hasAddends)
      }
    }
    return nil
  }
}

/// The table of a section's relocations.
struct Relocations {
  let table: Int
  let hasAddends: Bool
  private let start: Int
  private let word: Int
  let count: Int

  init(module: Module, table: Int, hasAddends: Bool) {
    self.table = table
    self.hasAddends = hasAddends
    start = module.offset(of: table)
    word = module.word
    count = module.size(of: table) / (word * (hasAddends ? 3 : 2))
  }

  private func place(_ index: Int) -> Int { start + index * word * (hasAddends ? 3 : 2) }

  func offset(_ index: Int, in module: Module) -> UInt64 {
    module.bytes.number(at: place(index), width: word)
  }

  func setOffset(_ value: UInt64, _ index: Int, in module: inout Module) {
    module.bytes.set(value, at: place(index), width: word)
  }

  func type(_ index: Int, in module: Module) -> UInt64 {
    let info = module.bytes.number(at: place(index) + word, width: word)
    return word == 8 ? info & 0xffff_ffff : info & 0xff
  }

  func set(type: UInt64, _ index: Int, in module: inout Module) {
    let info = module.bytes.number(at: place(index) + word, width: word)
    let mask: UInt64 = word == 8 ? 0xffff_ffff : 0xff
    module.bytes.set(info & ~mask | type & mask, at: place(index) + word, width: word)
  }

  func symbol(_ index: Int, in module: Module) -> Int {
    let info = module.bytes.number(at: place(index) + word, width: word)
    return Int(word == 8 ? info >> 32 : info >> 8)
  }

  func set(symbol: Int, _ index: Int, in module: inout Module) {
    let info = module.bytes.number(at: place(index) + word, width: word)
    let number = UInt64(symbol)
    let new = word == 8 ? info & 0xffff_ffff | number << 32 : info & 0xff | number << 8
    module.bytes.set(new, at: place(index) + word, width: word)
  }

  func set(addend: UInt64, _ index: Int, in module: inout Module) {
    guard hasAddends else { return }
    module.bytes.set(addend, at: place(index) + 2 * word, width: word)
  }
}
