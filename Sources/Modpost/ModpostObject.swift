internal import ByteStorage
internal import ELFFormat
internal import ModuleFiles
internal import ModuleVersions
package import VersionConversion

/// What `struct module` looks like on a kernel: taken from any module that was built for it.
package struct ModuleStructure: Sendable {
  /// The bytes of a `.gnu.linkonce.this_module`.
  let bytes: [UInt8]
  let alignment: Int
  /// Offset of the pointer to `init_module`; `nil` if the module has none.
  private(set) var initOffset: Int?
  /// Offset of the pointer to `cleanup_module`; `nil` if the module has none.
  private(set) var exitOffset: Int?

  package init(_ module: RawSpan) throws(ConversionError) {
    do throws(ParseError) {
      let elf = try ELFFile(ByteSource(module))
      guard let index = elf.sectionIndex(named: ".gnu.linkonce.this_module"),
        let symbols = try elf.symbolTable()
      else { throw ParseError(.missing, in: ".gnu.linkonce.this_module", at: 0) }
      let section = elf.sections[index]
      bytes = try elf.bytes(of: section, in: "this_module").array
      alignment = Int(clamping: min(section.alignment, 4096))
      guard let relocations = try elf.relocations(forSection: index) else { return }
      for number in 0..<relocations.count {
        guard let relocation = relocations.relocation(at: number),
          let symbol = symbols.symbol(at: Int(relocation.symbol))
        else { continue }
        let name = symbols.name(of: symbol)
        let offset = Int(clamping: relocation.offset)
        guard offset <= bytes.count - elf.layout.wordSize else { continue }
        if name.equals("init_module") { initOffset = offset }
        if name.equals("cleanup_module") { exitOffset = offset }
      }
    } catch { throw .malformed(error) }
  }
}

extension ModpostWriter {
  /// The object that the module's `.mod.c` is compiled to, for the last link.
  package func object(
    for file: RawSpan, named name: String, structure: ModuleStructure?
  ) throws(ConversionError) -> [UInt8] {
    let (layout, input, tables) = try read(file)
    let elf: ELFFile
    do { elf = try ELFFile(ByteSource(file)) } catch { throw .malformed(error) }
    guard let kinds = RelocationKinds(elf.header) else {
      throw .init(.unsupportedMachine, [elf.header.machine.name])
    }
    let model: ModuleStructure
    if let structure {
      model = structure
    } else if elf.sectionIndex(named: ".gnu.linkonce.this_module") != nil {
      model = try ModuleStructure(file)
    } else {
      throw .missingStructure
    }
    let title = input.name ?? name
    var object = ObjectBuilder(elf.header)
    try ModpostWriter.addStructure(model, title, input, kinds, layout, to: &object)
    ModpostWriter.addInfo(title, input, to: &object)
    ModpostWriter.addVersions(input, tables, TablePlacement(elf), layout, to: &object)
    ModpostWriter.addExports(input, kinds, layout, to: &object)
    object.add(".note.GNU-stack", flags: 0, [], alignment: 1)
    return object.build()
  }

  private static func addStructure(
    _ model: ModuleStructure, _ name: String, _ input: ModpostInput, _ kinds: RelocationKinds,
    _ layout: ELFLayout, to object: inout ObjectBuilder
  ) throws(ConversionError) {
    var bytes = model.bytes
    let (start, size) = (3 * layout.wordSize, 64 - layout.wordSize)
    guard bytes.count >= start + size, name.utf8.count < size else {
      throw .init(.moduleNameTooLong, [name])
    }
    bytes.replaceSubrange(
      start..<(start + size),
      with: Array(name.utf8) + [UInt8](repeating: 0, count: size - name.utf8.count))
    var relocations: [ObjectBuilder.Relocation] = []
    for (isThere, offset, symbol) in [
      (input.hasInit, model.initOffset, "init_module"),
      (input.hasExit, model.exitOffset, "cleanup_module"),
    ] where isThere {
      guard let offset else { throw .init(.missingFunction, [symbol]) }
      relocations.append(.init(offset: offset, symbol: symbol, type: kinds.word))
      object.addGlobal(symbol, 0)
    }
    let section = object.add(
      ".gnu.linkonce.this_module", flags: 3, bytes, alignment: model.alignment,
      relocations: relocations)
    object.addGlobal("__this_module", section, size: bytes.count)
  }

  private static func addInfo(
    _ name: String, _ input: ModpostInput, to object: inout ObjectBuilder
  ) {
    var text = OutputBuffer()
    text.append("name=\(name)\0")
    if input.isInTree { text.append("intree=Y\0") }
    if input.isStaging { text.append("staging=Y\0") }
    if input.isTest { text.append("test=Y\0") }
    text.append("depends=\(input.dependencies.joined(separator: ","))\0")
    for alias in input.aliases {
      text.append("alias=")
      text.append(alias)
      text.append(UInt8(0))
    }
    if let version = input.sourceVersion { text.append("srcversion=\(version)\0") }
    object.add(".modinfo", flags: 2, text.bytes, alignment: 1)
  }

  private static func addVersions(
    _ input: ModpostInput, _ tables: (basic: Bool, extended: Bool), _ placement: TablePlacement,
    _ layout: ELFLayout, to object: inout ObjectBuilder
  ) {
    var contents: [TableRole: [UInt8]] = [:]
    if tables.basic {
      contents[.versions] = input.versions.basicTable(layout, longNames: .leftOut)
    }
    if tables.extended {
      contents[.crcs] = input.versions.extendedCRCs(layout)
      contents[.names] = input.versions.extendedNames()
    }
    for role in placement.order {
      guard let bytes = contents[role] else { continue }
      let section = object.add(
        "\(role.sectionName)", flags: 2, bytes,
        alignment: placement.alignment(of: role, size: bytes.count))
      object.addLocal("\(role.symbolName)", section, 0, size: bytes.count)
    }
  }

  /// Exports as the macros of include/linux/export-internal.h (7.1 and later) make them: sections of
  /// their own, which the linker sorts by name and joins.
  private static func addExports(
    _ input: ModpostInput, _ kinds: RelocationKinds, _ layout: ELFLayout,
    to object: inout ObjectBuilder
  ) {
    var strings: [UInt8] = []
    var places: [(name: Int, namespace: Int)] = []
    for export in input.exports {
      let start = strings.count
      strings += export.name + [0]
      places.append((start, strings.count))
      strings += export.namespace + [0]
    }
    guard !strings.isEmpty else { return }
    let table = object.add("__ksymtab_strings", flags: 0x32, strings, alignment: 1, entrySize: 1)
    let field = kinds.place == nil ? layout.wordSize : 4
    for (export, place) in zip(input.exports, places) {
      let name = String(decoding: export.name, as: UTF8.self)
      object.addLocal("__kstrtab_\(name)", table, place.name)
      object.addLocal("__kstrtabns_\(name)", table, place.namespace)
      let targets = [name, "__kstrtab_\(name)", "__kstrtabns_\(name)"]
      let entry = object.add(
        "___ksymtab+\(name)", flags: 2, [UInt8](repeating: 0, count: 3 * field),
        alignment: field,
        relocations: targets.enumerated().map {
          .init(offset: $0.offset * field, symbol: $0.element, type: kinds.place ?? kinds.word)
        })
      object.addLocal("__ksymtab_\(name)", entry, 0)
      let flags = object.add(
        "___kflagstab+\(name)", flags: 2, [export.isGPLOnly ? 1 : 0], alignment: 1)
      object.addLocal("__flags_\(name)", flags, 0)
      if let crc = export.crc {
        var bytes: [UInt8] = []
        layout.append(UInt64(crc), size: 4, to: &bytes)
        let crcs = object.add("___kcrctab+\(name)", flags: 2, bytes, alignment: 4)
        object.addLocal("__crc_\(name)", crcs, 0)
      }
      object.addGlobal(name, 0)
    }
  }
}

private struct RelocationKinds {
  /// An address of a word.
  let word: UInt32
  /// A 32-bit distance from the place, where exports use such (x86 and arm64).
  var place: UInt32?

  init?(_ header: ELFHeader) {
    switch (header.machine, header.layout.is64Bit) {
    case (.x86_64, true), (.i386, false): (word, place) = (1, 2)
    case (.aarch64, true): (word, place) = (257, 261)
    case (.arm, false), (.riscV, true), (.loongArch, true), (.mips, false): word = 2
    case (.powerPC, false), (.riscV, false): word = 1
    case (.powerPC64, true): word = 38
    case (.s390, true): word = 22
    default: return nil
    }
  }
}
