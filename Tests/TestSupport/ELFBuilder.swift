internal import ByteStorage
package import ELFFormat

/// Builds small ELF files: relocatable ones by default, of both classes and byte orders.
///
/// ```swift
/// var elf = ELFBuilder(layout: ELFLayout(is64Bit: true, order: .little))
/// let text = elf.addSection(".text", flags: [.alloc, .execInstructions], bytes: code)
/// elf.addSymbol("init_module", section: text, value: 0, size: 4)
/// elf.addUndefinedSymbol("_printk")
/// let file = elf.build()
/// ```
package struct ELFBuilder: Sendable {
  /// A section as it will be in the file.
  package struct Section: Sendable {
    /// The name.
    package var name: String
    /// `sh_type`.
    package var type: ELFSectionType
    /// `sh_flags`.
    package var flags: ELFSectionFlags
    /// Its bytes in the file.
    package var bytes: [UInt8]
    /// `sh_size`; other than the byte count for `SHT_NOBITS` and for lies.
    package var size: Int
    /// `sh_addr`.
    package var address: UInt64 = 0
    /// `sh_link`.
    package var link: UInt32 = 0
    /// `sh_info`.
    package var info: UInt32 = 0
    /// `sh_addralign`, in bytes.
    package var alignment = 8
    /// `sh_entsize`, in bytes.
    package var entrySize: UInt64 = 0
    /// `sh_offset` to write instead of the true one.
    package var claimedOffset: UInt64?
  }

  private struct Symbol: Sendable {
    let name: String
    let info: UInt8
    let section: UInt16
    let value: UInt64
    let size: UInt64
  }

  /// A relocation to put into a table.
  package struct Relocation: Sendable {
    let offset: UInt64
    let symbol: UInt32
    let type: UInt32
    let addend: Int64

    /// Creates a relocation; `symbol` is what ``ELFBuilder/addSymbol(_:section:value:size:binding:type:)`` returned.
    package init(offset: UInt64, symbol: Int, type: UInt32, addend: Int64 = 0) {
      self.offset = offset
      self.symbol = UInt32(symbol)
      self.type = type
      self.addend = addend
    }
  }

  /// Word size and byte order.
  package let layout: ELFLayout
  /// `e_type`: 1 relocatable, 2 executable, 4 core.
  package var type: UInt16 = 1
  /// `e_machine`.
  package var machine: ELFMachine
  /// `e_flags`.
  package var flags: UInt32 = 0
  /// The sections without the null section, symbol table and string tables, which `build()` adds.
  package var sections: [Section] = []
  /// Whether to write a symbol table even without symbols.
  package var hasEmptySymbolTable = false
  /// The name of the symbol table's section.
  package var symbolTableName = ".symtab"
  private var symbols: [Symbol] = []
  private var relocations: [(table: Int, entries: [Relocation], hasAddends: Bool)] = []

  /// Creates a builder of an empty file.
  package init(
    layout: ELFLayout = ELFLayout(is64Bit: true, order: .little), machine: ELFMachine = .x86_64
  ) {
    self.layout = layout
    self.machine = machine
  }

  /// Adds a section; returns its index in the file.
  @discardableResult
  package mutating func addSection(
    _ name: String, type: ELFSectionType = .progbits, flags: ELFSectionFlags = .alloc,
    bytes: [UInt8] = [], size: Int? = nil, address: UInt64 = 0, alignment: Int = 8
  ) -> Int {
    sections.append(
      Section(
        name: name, type: type, flags: flags, bytes: bytes, size: size ?? bytes.count,
        address: address, alignment: alignment))
    return sections.count
  }

  /// Adds a symbol; returns its index. Local symbols (`binding` 0) must be added before others.
  @discardableResult
  package mutating func addSymbol(
    _ name: String, section: Int, value: UInt64 = 0, size: UInt64 = 0, binding: UInt8 = 1,
    type: UInt8 = 0
  ) -> Int {
    symbols.append(
      Symbol(
        name: name, info: binding << 4 | type & 0xf, section: UInt16(truncatingIfNeeded: section),
        value: value, size: size))
    return symbols.count
  }

  /// Adds an undefined symbol; returns its index.
  @discardableResult
  package mutating func addUndefinedSymbol(_ name: String, isWeak: Bool = false) -> Int {
    addSymbol(name, section: 0, binding: isWeak ? 2 : 1)
  }

  /// Adds relocations that apply to a section.
  @discardableResult
  package mutating func addRelocations(
    _ entries: [Relocation], forSection index: Int, hasAddends: Bool = true
  ) -> Int {
    let name = (hasAddends ? ".rela" : ".rel") + sections[index - 1].name
    let table = addSection(name, type: hasAddends ? .rela : .rel, flags: [])
    sections[table - 1].info = UInt32(index)
    sections[table - 1].entrySize = UInt64(layout.wordSize * (hasAddends ? 3 : 2))
    relocations.append((table, entries, hasAddends))
    return table
  }

  /// The file.
  package func build() -> [UInt8] {
    var all = sections
    let symbolTable = all.count + 1
    for (table, entries, hasAddends) in relocations {
      all[table - 1].bytes = encode(entries, hasAddends: hasAddends)
      all[table - 1].size = all[table - 1].bytes.count
      all[table - 1].link = UInt32(symbolTable)
    }
    if !symbols.isEmpty || !relocations.isEmpty || hasEmptySymbolTable {
      all.append(contentsOf: symbolSections(at: symbolTable))
    }
    all.append(
      Section(name: ".shstrtab", type: .strtab, flags: [], bytes: [], size: 0, alignment: 1))
    var names = ByteBuilder()
    names.put(UInt8(0))
    var nameOffsets: [Int] = []
    for section in all {
      nameOffsets.append(names.count)
      names.put(cString: section.name)
    }
    all[all.count - 1].bytes = names.bytes
    all[all.count - 1].size = names.count
    return assemble(all, nameOffsets: nameOffsets)
  }
}

extension ELFBuilder {
  private func putWord(_ value: UInt64, to out: inout ByteBuilder) {
    if layout.is64Bit { out.put(value) } else { out.put(UInt32(truncatingIfNeeded: value)) }
  }

  private func symbolSections(at index: Int) -> [Section] {
    var entries = ByteBuilder(layout.order)
    var strings = ByteBuilder()
    entries.pad(to: layout.symbolSize)
    strings.put(UInt8(0))
    for symbol in symbols {
      entries.put(UInt32(symbol.name.isEmpty ? 0 : strings.count))
      if !symbol.name.isEmpty { strings.put(cString: symbol.name) }
      if layout.is64Bit {
        entries.put(symbol.info)
        entries.put(UInt8(0))
        entries.put(symbol.section)
        entries.put(symbol.value)
        entries.put(symbol.size)
      } else {
        entries.put(UInt32(truncatingIfNeeded: symbol.value))
        entries.put(UInt32(truncatingIfNeeded: symbol.size))
        entries.put(symbol.info)
        entries.put(UInt8(0))
        entries.put(symbol.section)
      }
    }
    var table = Section(
      name: symbolTableName, type: .symtab, flags: [], bytes: entries.bytes, size: entries.count)
    table.link = UInt32(index + 1)
    table.info = UInt32(1 + symbols.prefix { $0.info >> 4 == 0 }.count)
    table.entrySize = UInt64(layout.symbolSize)
    return [
      table,
      Section(
        name: ".strtab", type: .strtab, flags: [], bytes: strings.bytes, size: strings.count,
        alignment: 1),
    ]
  }

  private func encode(_ entries: [Relocation], hasAddends: Bool) -> [UInt8] {
    var out = ByteBuilder(layout.order)
    for entry in entries {
      putWord(entry.offset, to: &out)
      if layout.is64Bit, machine == .mips {
        out.put(entry.symbol)
        out.put([0, 0, 0, UInt8(truncatingIfNeeded: entry.type)])
      } else if layout.is64Bit {
        out.put(UInt64(entry.symbol) << 32 | UInt64(entry.type))
      } else {
        out.put(entry.symbol << 8 | entry.type & 0xff)
      }
      if hasAddends { putWord(UInt64(bitPattern: entry.addend), to: &out) }
    }
    return out.bytes
  }

  private func assemble(_ all: [Section], nameOffsets: [Int]) -> [UInt8] {
    var out = ByteBuilder(layout.order)
    out.pad(to: layout.headerSize)
    var offsets: [Int] = []
    for section in all {
      out.align(to: section.alignment)
      offsets.append(out.count)
      if section.type != .nobits { out.put(section.bytes) }
    }
    out.align(to: 8)
    let tableOffset = out.count
    // The null section has the numbers that do not fit in the header.
    let isEscaped = all.count + 1 >= 0xff00
    out.put([0, 0, 0, 0, 0, 0, 0, 0])
    for _ in 0..<3 { putWord(0, to: &out) }
    putWord(isEscaped ? UInt64(all.count + 1) : 0, to: &out)
    out.put(UInt32(isEscaped ? all.count : 0))
    out.put(UInt32(0))
    for _ in 0..<2 { putWord(0, to: &out) }
    for (index, section) in all.enumerated() {
      out.put(UInt32(nameOffsets[index]))
      out.put(section.type.rawValue)
      putWord(section.flags.rawValue, to: &out)
      putWord(section.address, to: &out)
      putWord(section.claimedOffset ?? UInt64(offsets[index]), to: &out)
      putWord(UInt64(section.size), to: &out)
      out.put(section.link)
      out.put(section.info)
      putWord(UInt64(section.alignment), to: &out)
      putWord(section.entrySize, to: &out)
    }
    out.set(header(tableOffset: tableOffset, count: all.count + 1), at: 0)
    return out.bytes
  }

  private func header(tableOffset: Int, count: Int) -> [UInt8] {
    var out = ByteBuilder(layout.order)
    out.put([0x7f, 0x45, 0x4c, 0x46, layout.is64Bit ? 2 : 1, layout.order == .little ? 1 : 2, 1])
    out.pad(to: 16)
    out.put(type)
    out.put(machine.rawValue)
    out.put(UInt32(1))
    putWord(0, to: &out)  // e_entry
    putWord(0, to: &out)  // e_phoff
    putWord(UInt64(tableOffset), to: &out)
    out.put(flags)
    out.put(UInt16(layout.headerSize))
    out.put(UInt16(layout.programHeaderSize))
    out.put(UInt16(0))
    out.put(UInt16(layout.sectionHeaderSize))
    out.put(UInt16(count < 0xff00 ? count : 0))
    out.put(UInt16(count <= 0xff00 ? count - 1 : 0xffff))
    return out.bytes
  }
}
