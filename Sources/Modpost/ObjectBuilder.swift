internal import ByteStorage
internal import ELFFormat

/// Puts a small relocatable object together.
struct ObjectBuilder {
  /// A relocation, by the name of its symbol.
  struct Relocation {
    let offset: Int
    let symbol: String
    let type: UInt32
  }

  private struct Section {
    let name: String
    var type = ELFSectionType.progbits
    var flags: UInt64
    var bytes: [UInt8]
    var alignment: Int
    var link = 0
    var info = 0
    var entrySize = 0
    var relocations: [Relocation] = []
  }

  private struct Symbol {
    let name: String
    let info: UInt8
    let section: Int
    let value: Int
    let size: Int
  }

  private let layout: ELFLayout
  private let machine: ELFMachine
  private let flags: UInt32
  private var sections: [Section] = []
  private var locals: [Symbol] = []
  private var globals: [Symbol] = []

  init(_ header: ELFHeader) {
    layout = header.layout
    machine = header.machine
    flags = header.flags
  }

  /// Adds a section; returns its index.
  @discardableResult
  mutating func add(
    _ name: String, flags: UInt64, _ bytes: [UInt8], alignment: Int, entrySize: Int = 0,
    relocations: [Relocation] = []
  ) -> Int {
    sections.append(
      Section(
        name: name, flags: flags, bytes: bytes, alignment: alignment, entrySize: entrySize,
        relocations: relocations))
    return sections.count
  }

  mutating func addLocal(_ name: String, _ section: Int, _ value: Int, size: Int = 0) {
    locals.append(
      Symbol(name: name, info: size > 0 ? 1 : 0, section: section, value: value, size: size))
  }

  /// Adds a global symbol; section 0 leaves it undefined.
  mutating func addGlobal(_ name: String, _ section: Int, size: Int = 0) {
    guard !globals.contains(where: { $0.name == name }) else { return }
    globals.append(
      Symbol(name: name, info: section == 0 ? 0x10 : 0x11, section: section, value: 0, size: size))
  }

  /// Whether relocations carry their addends.
  private var hasAddends: Bool {
    !(machine == .i386 || machine == .arm || (machine == .mips && !layout.is64Bit))
  }

  func build() -> [UInt8] {
    var all = sections
    let symbols = locals + globals
    let numbers = Dictionary(
      symbols.enumerated().map { ($0.element.name, $0.offset + 1) }, uniquingKeysWith: { $1 })
    let tables = all.indices.filter { !all[$0].relocations.isEmpty }
    let symbolTable = all.count + tables.count + 1
    for index in tables {
      var table = Section(
        name: (hasAddends ? ".rela" : ".rel") + all[index].name, flags: 0x40,
        bytes: encode(all[index].relocations, numbers), alignment: layout.wordSize)
      table.type = hasAddends ? .rela : .rel
      (table.link, table.info) = (symbolTable, index + 1)
      table.entrySize = layout.wordSize * (hasAddends ? 3 : 2)
      all.append(table)
    }
    all += symbolSections(symbols, at: symbolTable)
    var names: [UInt8] = [0]
    var nameOffsets: [Int] = []
    all.append(
      Section(name: ".shstrtab", type: .strtab, flags: 0, bytes: [], alignment: 1))
    for section in all {
      nameOffsets.append(names.count)
      names += Array(section.name.utf8) + [0]
    }
    all[all.count - 1].bytes = names
    return assemble(all, nameOffsets)
  }

  private func symbolSections(_ symbols: [Symbol], at index: Int) -> [Section] {
    var entries = [UInt8](repeating: 0, count: layout.symbolSize)
    var strings: [UInt8] = [0]
    for symbol in symbols {
      layout.append(UInt64(strings.count), size: 4, to: &entries)
      strings += Array(symbol.name.utf8) + [0]
      if !layout.is64Bit {
        layout.append(UInt64(symbol.value), size: 4, to: &entries)
        layout.append(UInt64(symbol.size), size: 4, to: &entries)
      }
      entries += [symbol.info, 0]
      layout.append(UInt64(symbol.section), size: 2, to: &entries)
      if layout.is64Bit {
        layout.append(UInt64(symbol.value), size: 8, to: &entries)
        layout.append(UInt64(symbol.size), size: 8, to: &entries)
      }
    }
    var table = Section(
      name: ".symtab", type: .symtab, flags: 0, bytes: entries, alignment: layout.wordSize)
    (table.link, table.info) = (index + 1, locals.count + 1)
    table.entrySize = layout.symbolSize
    return [table, Section(name: ".strtab", type: .strtab, flags: 0, bytes: strings, alignment: 1)]
  }

  private func encode(_ relocations: [Relocation], _ numbers: [String: Int]) -> [UInt8] {
    var bytes: [UInt8] = []
    for relocation in relocations {
      let symbol = UInt64(numbers[relocation.symbol] ?? 0)
      layout.append(UInt64(relocation.offset), size: layout.wordSize, to: &bytes)
      if layout.is64Bit {
        layout.append(symbol << 32 | UInt64(relocation.type), size: 8, to: &bytes)
      } else {
        layout.append(symbol << 8 | UInt64(relocation.type), size: 4, to: &bytes)
      }
      if hasAddends { layout.append(0, size: layout.wordSize, to: &bytes) }
    }
    return bytes
  }

  private func assemble(_ all: [Section], _ nameOffsets: [Int]) -> [UInt8] {
    var body: [UInt8] = []
    var offsets: [Int] = []
    func pad(_ alignment: Int) {
      while (layout.headerSize + body.count) % max(1, alignment) != 0 { body.append(0) }
    }
    for section in all {
      pad(section.alignment)
      offsets.append(layout.headerSize + body.count)
      body += section.bytes
    }
    pad(layout.wordSize)
    let table = layout.headerSize + body.count
    body += [UInt8](repeating: 0, count: layout.sectionHeaderSize)
    for (index, section) in all.enumerated() {
      layout.append(UInt64(nameOffsets[index]), size: 4, to: &body)
      layout.append(UInt64(section.type.rawValue), size: 4, to: &body)
      for value in [section.flags, 0, UInt64(offsets[index]), UInt64(section.bytes.count)] {
        layout.append(value, size: layout.wordSize, to: &body)
      }
      layout.append(UInt64(section.link), size: 4, to: &body)
      layout.append(UInt64(section.info), size: 4, to: &body)
      layout.append(UInt64(section.alignment), size: layout.wordSize, to: &body)
      layout.append(UInt64(section.entrySize), size: layout.wordSize, to: &body)
    }
    return header(table, count: all.count + 1) + body
  }

  private func header(_ table: Int, count: Int) -> [UInt8] {
    var bytes: [UInt8] = [
      0x7f, 0x45, 0x4c, 0x46, layout.is64Bit ? 2 : 1, layout.order == .little ? 1 : 2, 1,
    ]
    bytes += [UInt8](repeating: 0, count: 9)
    layout.append(1, size: 2, to: &bytes)
    layout.append(UInt64(machine.rawValue), size: 2, to: &bytes)
    layout.append(1, size: 4, to: &bytes)
    for value in [0, 0, table] { layout.append(UInt64(value), size: layout.wordSize, to: &bytes) }
    layout.append(UInt64(flags), size: 4, to: &bytes)
    for value in [layout.headerSize, 0, 0, layout.sectionHeaderSize, count, count - 1] {
      layout.append(UInt64(value), size: 2, to: &bytes)
    }
    return bytes
  }
}
