import ByteStorage
import ELFFormat
import ModuleFiles
import ModuleTrust
import ModuleVersions
import NameTranslation
import SymbolNames

/// The parsers that are fuzzed, by the name of their seed directory.
package enum FuzzTargets {
  package static let all: [String: @Sendable (RawSpan) -> Void] = [
    "compare": compare, "elf": elf, "versions": versions, "symvers": symvers, "modinfo": modinfo,
    "exports": exports,
    "names": names, "message": message, "certificate": certificate, "efi": efi, "btf": btf,
    "streams": streams, "archive": archive, "kernel": kernel, "loader": loader,
    "kallsyms": kallsyms,
    "maps": maps, "dump": dump, "table": table, "livepatch": livepatch,
    "translate": translate, "convert": convert, "symtypes": symtypes, "unwind": unwind,
    "dwarf": dwarf, "rules": rules, "sources": sources, "typechanges": typechanges,
  ]

  /// Every accessor of the ELF reader.
  static func elf(_ bytes: RawSpan) {
    for layout in [
      nil, ELFLayout(is64Bit: true, order: .little), ELFLayout(is64Bit: false, order: .big),
    ] {
      guard let file = open(bytes, layout) else { continue }
      for index in file.sections.indices {
        let section = file.sections[index]
        use(file.name(of: section).byteCount)
        use("\(section)")
        do { use(try file.bytes(of: section)) } catch { use("\(error)") }
        if let table = try? file.relocations(forSection: index) {
          for number in -1...min(table.count, 64) {
            use("\(String(describing: table.relocation(at: number)))")
          }
        }
        if let table = try? file.symbolTable(at: index) { walk(table) }
      }
      if let table = try? file.symbolTable() { walk(table) }
      use(file.sectionIndex(named: ".modinfo") ?? 0)
      use((try? file.symbolTable(at: file.sections.count))?.count ?? 0)
    }
  }

  private static func walk(_ table: borrowing ELFSymbolTable) {
    for index in -1...min(table.count, 256) {
      if let symbol = table.symbol(at: index) {
        use(table.name(of: symbol))
        use(Int(truncatingIfNeeded: symbol.value ^ symbol.size))
        use(Int(symbol.info) << 16 | Int(symbol.sectionIndex))
      }
    }
  }

  @_lifetime(copy bytes)
  private static func open(_ bytes: RawSpan, _ layout: ELFLayout?) -> ELFFile? {
    do {
      if let layout { return try ELFFile(ByteSource(bytes), layout: layout) }
      return try ELFFile(ByteSource(bytes))
    } catch {
      use("\(error)")
      return nil
    }
  }

  /// The version tables of a module: records, defects, disagreements.
  static func versions(_ bytes: RawSpan) {
    guard let module = try? ModuleFile(ByteSource(bytes)) else {
      // Any bytes as each of the tables.
      for layout in [
        ELFLayout(is64Bit: true, order: .little), ELFLayout(is64Bit: false, order: .big),
      ] {
        for found in BasicVersions(bytes, layout: layout).defects() { use("\(found)") }
        use(PackedVersions(bytes, layout: layout)?.defects().count ?? 0)
        guard let half = bytes.slice(0..<(bytes.byteCount / 2)),
          let rest = bytes.suffix(from: bytes.byteCount / 2)
        else { continue }
        let extended = ExtendedVersions(crcs: half, names: rest, layout: layout)
        for found in extended.defects() { use("\(found)") }
        use(extended.hasNameForEveryCRC ? 1 : 0)
      }
      return
    }
    guard let tables = try? module.versions() else { return }
    use(tables.layouts.count)
    for found in tables.defects() { use("\(found.defect)") }
    for found in tables.structuralDefects() { use("\(found.defect)") }
    tables.forEach { _, record in
      use(record.name)
      use(record.offset)
      use(Int(truncatingIfNeeded: record.crc))
    }
  }

  /// Module.symvers, and files of names.
  static func symvers(_ bytes: RawSpan) {
    use(Symvers.isRecognized(bytes) ? 1 : 0)
    if let table = found(try Symvers.parse(bytes)) {
      var output = OutputBuffer()
      for row in table.rows { Symvers.write(row, of: table, to: &output) }
      // What was written reads the same.
      let again = try? Symvers.parse(output.bytes.rawSpan)
      guard again?.rows.count == table.rows.count else {
        fatalError("Module.symvers does not survive writing")
      }
      use(output.bytes.rawSpan)
      let lookup = ExportLookup(table)
      for row in table.rows { use(lookup.first(table.bytes(row.name)) ?? -1) }
    }
    var dictionary = NameDictionary()
    dictionary.insert(namesIn: bytes)
    use(dictionary.count)
  }

  /// The strings of `.modinfo`, and what a module's file says of it.
  static func modinfo(_ bytes: RawSpan) {
    for size in [bytes.byteCount, bytes.byteCount / 2, bytes.byteCount &+ 7] {
      let info = ModuleInfo(bytes, size: size)
      info.forEachPair { key, value in
        use(key)
        use(value)
      }
      use(info.values("alias"))
      use(info.value("vermagic") ?? "-")
    }
    use(SignatureTrailer(ByteSource(bytes))?.lengthBeforeMarker ?? 0)
    if let module = try? ModuleFile(ByteSource(bytes)) {
      use((found(try module.name()) ?? nil) ?? "-")
      if let info = try? module.info() { use(info.value("license") ?? "-") }
    }
  }

  /// Export tables: a module's by its relocations, a kernel's by its addresses, those of a raw image
  /// by symbols that its last words bound.
  static func exports(_ bytes: RawSpan) {
    rawExports(bytes)
    guard let file = try? ELFFile(ByteSource(bytes)) else { return }
    for reading in [ELFFile.LicenceReading.asFound, .flagTable] {
      var table = ExportTable()
      let owner = table.addOwner("module")
      do { try file.addModuleExports(to: &table, owner: owner, reading: reading) } catch {
        use("\(error)")
      }
      write(table)
    }
    if let table = try? KernelExports(file).read() { write(table) }
  }

  private static func write(_ table: ExportTable) {
    var output = OutputBuffer()
    for row in table.rows.prefix(1000) { Symvers.write(row, of: table, to: &output) }
    use(output.bytes.rawSpan)
  }

  private static func rawExports(_ bytes: RawSpan) {
    let names = [
      "__start___ksymtab", "__stop___ksymtab", "__start___kcrctab", "__stop___kcrctab",
      "__start___kflagstab", "__stop___kflagstab",
    ]
    for wide in [true, false] {
      let layout = ELFLayout(is64Bit: wide, order: .little)
      let whole = MappedRegion(offset: 0, address: 0x1000, size: bytes.byteCount)
      let exports = KernelExports(
        bytes, mapped: [whole], layout: layout, machine: wide ? .s390 : .arm
      ) { name in
        names.firstIndex(of: name).flatMap { index in
          bytes.integer(UInt32.self, at: bytes.byteCount &- 24 &+ 4 &* index, .little)
            .map(UInt64.init)
        }
      }
      if let table = try? exports.read() { write(table) }
    }
  }

  /// Demangling, and taking linkage names apart; one name a line.
  static func names(_ bytes: RawSpan) {
    var output = NameBuffer(minimumCapacity: RustDemangler.maximumReadableLength)
    for line in bytes.array.split(separator: 0x0a, omittingEmptySubsequences: false) {
      let name = Array(line)
      let parts = LinkageName(name.span)
      guard parts.sourceRange.lowerBound >= 0, parts.sourceRange.upperBound <= name.count else {
        fatalError("source name outside of the name")
      }
      for style in [RustNameStyle.plain, .showingHashes] {
        let start = output.count
        let isMangled = RustDemangler.appendReadableName(of: name.span, style: style, to: &output)
        guard isMangled || output.count == start else { fatalError("wrote what is not mangled") }
      }
      use(output.string)
      use(LinkageName.modpostLength(of: name.span))
      use(LinkageName.sourceName(of: String(decoding: name, as: UTF8.self)))
      output.removeAll()
    }
  }
}
