internal import ByteStorage
internal import ELFFormat
internal import ModuleFiles
package import ModuleVersions
internal import VersionConversion

/// What modpost knows of a module when it writes its source: read from the object before the last
/// link, or recovered from the module.
struct ModpostInput {
  struct Export {
    let name: [UInt8]
    let namespace: [UInt8]
    let isGPLOnly: Bool
    let isFunction: Bool
    let crc: UInt32?
  }

  private(set) var hasInit = false
  private(set) var hasExit = false
  private(set) var isInTree = false
  private(set) var isStaging = false
  private(set) var isTest = false
  private(set) var exports: [Export] = []
  /// The versions, and the modules that provide them, in the order of their first use.
  private(set) var versions = VersionList()
  private(set) var dependencies: [String] = []
  private(set) var aliases: [[UInt8]] = []
  private(set) var sourceVersion: String?
  /// `KBUILD_MODNAME`, if the file says.
  private(set) var name: String?

  init(_ elf: ELFFile, _ symvers: SymversLookup) throws(ConversionError) {
    let isObject = elf.sectionIndex(named: ".gnu.linkonce.this_module") == nil
    do throws(ParseError) {
      let symbols = try elf.symbolTable()
      guard let symbols else { throw ParseError(.missing, in: "symbol table", at: 0) }
      readSymbols(symbols)
      if !isObject {
        let module = try ModuleFile(elf.source)
        name = try module.structureName()
        if let info = try module.info() { readInfo(info) }
        try readGeneratedInfo(elf, symbols)
        try readExports(of: module, symbols)
      } else {
        try readExportRecords(elf, symbols, symvers)
      }
    } catch { throw .malformed(error) }
    if isObject, let symbols = try? elf.symbolTable() {
      aliases = try DeviceTables.aliases(elf, symbols)
    }
    try readVersions(elf, symvers)
  }

  private mutating func readSymbols(_ symbols: borrowing ELFSymbolTable) {
    for index in 1..<max(1, symbols.count) {
      guard let symbol = symbols.symbol(at: index),
        symbol.sectionIndex != ELFSectionIndex.undefined, symbol.binding != .local
      else { continue }
      let name = symbols.name(of: symbol)
      if name.equals("init_module") { hasInit = true }
      if name.equals("cleanup_module") { hasExit = true }
    }
  }

  private mutating func readInfo(_ info: borrowing ModuleInfo) {
    isInTree = info.value("intree") != nil
    isStaging = info.value("staging") != nil
    isTest = info.value("test") != nil
    sourceVersion = info.value("srcversion")
  }

  /// Versions in the order of the tables that the module has, which is that of its object; else in
  /// that of its symbol table.
  private mutating func readVersions(
    _ elf: ELFFile, _ symvers: SymversLookup
  ) throws(ConversionError) {
    let needed: NeededSymbols
    do { needed = try NeededSymbols(elf) } catch { throw .malformed(error) }
    var names = needed.names + [Array("\(Retargeting.layoutName)".utf8)]
    let tables = try PresentTables(elf)
    if !tables.sections.isEmpty, !tables.disagree {
      names = tables.list.rows.map { tables.list.name($0).array }
    }
    let weak = needed.weak
    var missing: [String] = []
    for name in names {
      let bytes = name.rawSpan
      guard let export = symvers.export(of: needed.exportName(bytes)) else {
        if !weak.contains(name) { missing.append(bytes.text) }
        continue
      }
      versions.append(bytes, crc: export.crc)
      let owner = export.module
      if owner != "vmlinux", !dependencies.contains(owner), !bytes.equals("module_layout") {
        dependencies.append(owner)
      }
    }
    guard missing.isEmpty else { throw .init(.notExported, missing) }
  }

  /// Aliases that were made from device tables. They come from the generated source, whose strings
  /// have consecutive numbers in the names of their symbols (`__UNIQUE_ID_…`): first `name`, then
  /// `depends`, then the aliases.
  private mutating func readGeneratedInfo(
    _ elf: borrowing ELFFile, _ symbols: borrowing ELFSymbolTable
  ) throws(ParseError) {
    guard let section = elf.sectionIndex(named: ".modinfo") else { return }
    let bytes = try elf.bytes(of: elf.sections[section], in: ".modinfo")
    var numbers: [Int: Int] = [:]
    var start: Int?
    for index in 1..<max(1, symbols.count) {
      guard let symbol = symbols.symbol(at: index), Int(symbol.sectionIndex) == section,
        let number = ModpostInput.number(symbols.name(of: symbol))
      else { continue }
      let offset = Int(clamping: symbol.value)
      numbers[offset] = number
      if bytes.cStringOrEmpty(at: offset).starts(with: "depends=") { start = offset }
    }
    guard var place = start, var number = numbers[place] else { return }
    while true {
      let next = place + bytes.cStringOrEmpty(at: place).byteCount + 1
      let before = ModpostInput.start(ofStringBefore: place, in: bytes)
      guard let found = [before, next].first(where: { numbers[$0] == number + 1 }) else { return }
      let text = bytes.cStringOrEmpty(at: found)
      guard text.starts(with: "alias="), let alias = text.suffix(from: 6) else { return }
      aliases.append(alias.array)
      (place, number) = (found, number + 1)
    }
  }

  /// Where the string that ends just before an offset begins; -1 if there is none.
  private static func start(ofStringBefore offset: Int, in bytes: RawSpan) -> Int {
    var place = offset - 1
    guard place > 0, bytes.byte(at: place) == 0 else { return -1 }
    while place > 0, bytes.byte(at: place - 1) != 0 { place -= 1 }
    return place
  }

  /// The number at the end of a unique name, or `nil`.
  private static func number(_ name: RawSpan) -> Int? {
    guard name.starts(with: "__UNIQUE_ID_") else { return nil }
    var (value, scale, place) = (0, 1, name.byteCount - 1)
    while let byte = name.byte(at: place), (0x30...0x39).contains(byte), scale < 1 << 40 {
      value += Int(byte - 0x30) * scale
      scale *= 10
      place -= 1
    }
    return scale > 1 ? value : nil
  }

  /// Exports of a linked module, in the order of the symbols that the generated object gave them.
  private mutating func readExports(
    of module: borrowing ModuleFile, _ symbols: borrowing ELFSymbolTable
  ) throws(ParseError) {
    let table = try module.exports(ofFile: "module")
    let lookup = ExportLookup(table)
    var functions: Set<[UInt8]> = []
    var order: [Int] = []
    for number in 1..<max(1, symbols.count) {
      guard let symbol = symbols.symbol(at: number),
        symbol.sectionIndex != ELFSectionIndex.undefined
      else { continue }
      let name = symbols.name(of: symbol)
      if symbol.binding != .local {
        if symbol.type == .function, lookup.first(name) != nil { functions.insert(name.array) }
      } else if name.starts(with: "__ksymtab_"), let exported = name.suffix(from: 10),
        let row = lookup.first(exported)
      {
        order.append(row)
      }
    }
    if order.count != table.rows.count { order = Array(table.rows.indices) }
    exports = order.map { row in
      let export = table.rows[row]
      let name = table.bytes(export.name).array
      return Export(
        name: name, namespace: table.bytes(export.namespace).array,
        isGPLOnly: export.licence.isGPLOnly, isFunction: functions.contains(name),
        crc: export.hasCRC ? export.crc : nil)
    }
  }

  /// Exports of an object (6.5 and later): a label `__export_symbol_NAME` in `.export_symbol`, at it
  /// the licence and the namespace.
  private mutating func readExportRecords(
    _ elf: borrowing ELFFile, _ symbols: borrowing ELFSymbolTable, _ symvers: SymversLookup
  ) throws(ParseError) {
    var functions: Set<[UInt8]> = []
    var records: [(name: [UInt8], symbol: ELFSymbol)] = []
    for number in 1..<max(1, symbols.count) {
      guard let symbol = symbols.symbol(at: number),
        symbol.sectionIndex != ELFSectionIndex.undefined
      else { continue }
      let name = symbols.name(of: symbol)
      if symbol.type == .function, symbol.binding != .local { functions.insert(name.array) }
      if name.starts(with: "__export_symbol_"), let exported = name.suffix(from: 16) {
        records.append((exported.array, symbol))
      }
    }
    for (name, symbol) in records {
      guard elf.sections.indices.contains(Int(symbol.sectionIndex)) else { continue }
      let bytes = try elf.bytes(
        of: elf.sections[Int(symbol.sectionIndex)], in: ".export_symbol")
      let place = Int(clamping: symbol.value)
      let licence = bytes.cStringOrEmpty(at: place)
      let namespace = bytes.cStringOrEmpty(at: place &+ licence.byteCount &+ 1)
      let known = symvers.export(of: name.rawSpan)
      exports.append(
        Export(
          name: name, namespace: namespace.array, isGPLOnly: licence.equals("GPL"),
          isFunction: functions.contains(name), crc: known?.crc))
    }
  }
}

/// Symbols by Module.symvers files: of equal names the one that was read last, as in modpost.
package struct SymversLookup: Sendable {
  private let exports: ExportLookup

  /// - Parameter table: All lines of the files, in their order.
  package init(_ table: ExportTable) { exports = ExportLookup(table) }

  /// The CRC of a symbol and the base name of the module that exports it.
  func export(of name: RawSpan) -> (crc: UInt32, module: String)? {
    guard var row = exports.first(name) else { return nil }
    while let next = exports.next(after: row) { row = next }
    let export = exports.table.rows[row]
    let owner = exports.table.owners[Int(export.owner)]
    return (export.crc, String(owner.split(separator: "/").last ?? "vmlinux"))
  }
}
