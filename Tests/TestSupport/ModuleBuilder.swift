internal import ByteStorage
package import ELFFormat

/// An export, of a module or a kernel.
package struct SampleExport: Sendable {
  /// Its name.
  package var name: String
  /// Its CRC.
  package var crc: UInt32
  /// Its namespace; empty for none.
  package var namespace: String
  /// Whether it is for GPL-compatible modules only.
  package var isGPLOnly: Bool

  /// Creates an export.
  package init(_ name: String, _ crc: UInt32 = 1, namespace: String = "", isGPLOnly: Bool = false) {
    self.name = name
    self.crc = crc
    self.namespace = namespace
    self.isGPLOnly = isGPLOnly
  }
}

/// Builds small modules, x86-64 ones by default, that a loader takes.
package struct ModuleBuilder: Sendable {
  /// Word size and byte order.
  package var layout = ELFLayout(is64Bit: true, order: .little)
  /// `e_machine`.
  package var machine = ELFMachine.x86_64
  /// The name in the module structure.
  package var structureName: String
  /// The strings of `.modinfo`; `nil` for no such section.
  package var info: [String]?
  /// `sizeof(struct module)`, in bytes.
  package var structureSize = 1280
  /// Symbols to resolve.
  package var undefined: [String] = []
  /// Symbols to resolve if they are there.
  package var weak: [String] = []
  /// Records of `__versions`; `nil` for no such section.
  package var basic: [RequiredVersion]?
  /// Extended versions; `nil` for no such sections.
  package var extended: [RequiredVersion]?
  /// What it exports.
  package var exports: [SampleExport] = []
  /// Whether the exports have CRCs.
  package var hasCRCs = true
  /// Whether the licences of exports are in `__kflagstab`; else GPL-only ones have a table.
  package var hasFlagTable = true
  /// More sections: name, flags, bytes.
  package var sections: [(String, ELFSectionFlags, [UInt8])] = []

  /// A module of a name, with the modinfo that a GPL module of the tree has.
  package init(_ name: String = "sample", vermagic: String = "7.2.0 SMP mod_unload modversions ") {
    structureName = name
    info = [
      "license=GPL", "intree=Y", "retpoline=Y", "name=\(name)", "vermagic=\(vermagic)",
    ]
  }

  /// Requires a symbol in a version, in the basic table.
  package mutating func require(_ name: String, _ crc: UInt64) {
    undefined.append(name)
    basic = (basic ?? []) + [RequiredVersion(name, crc)]
  }

  /// Replaces the value of a key of modinfo, or removes the key.
  package mutating func setInfo(_ key: String, _ value: String?) {
    info?.removeAll { $0.hasPrefix("\(key)=") }
    if let value { info?.append("\(key)=\(value)") }
  }

  /// The file before it is put together.
  package func elf() -> ELFBuilder {
    var elf = ELFBuilder(layout: layout, machine: machine)
    elf.addSection(".text", flags: [.alloc, .execInstructions], bytes: [0xc3])
    if let info { elf.addSection(".modinfo", bytes: info.flatMap { Array($0.utf8) + [0] }) }
    var structure = ByteBuilder(layout.order)
    structure.set(Array(structureName.utf8), at: 3 * layout.wordSize)
    structure.pad(to: structureSize)
    elf.addSection(
      ".gnu.linkonce.this_module", flags: [.alloc, .write], bytes: structure.bytes)
    if let basic {
      elf.addSection("__versions", bytes: VersionTableBuilder.basic(basic, layout))
    }
    if let extended {
      elf.addSection(
        "__version_ext_crcs", bytes: VersionTableBuilder.extendedCRCs(extended, layout))
      elf.addSection("__version_ext_names", bytes: VersionTableBuilder.extendedNames(extended))
    }
    for (name, flags, bytes) in sections { elf.addSection(name, flags: flags, bytes: bytes) }
    addExports(to: &elf)
    elf.addSymbol("init_module", section: 1, size: 1, type: 2)
    for name in undefined { elf.addUndefinedSymbol(name) }
    for name in weak { elf.addUndefinedSymbol(name, isWeak: true) }
    return elf
  }

  /// The file.
  package func build() -> [UInt8] { elf().build() }

  private func addExports(to elf: inout ELFBuilder) {
    guard !exports.isEmpty else { return }
    var strings = ByteBuilder()
    var places: [(name: Int, namespace: Int)] = []
    for export in exports {
      places.append((strings.count, strings.count + export.name.utf8.count + 1))
      strings.put(cString: export.name)
      strings.put(cString: export.namespace)
    }
    let stringsIndex = elf.addSection("__ksymtab_strings", bytes: strings.bytes)
    let stringsSymbol = elf.addSymbol("", section: stringsIndex, binding: 0, type: 3)
    let textSymbol = elf.addSymbol("", section: 1, binding: 0, type: 3)
    for (suffix, isGPL) in hasFlagTable ? [("", nil)] : [("", false), ("_gpl", true)] {
      let members = exports.indices.filter { isGPL == nil || exports[$0].isGPLOnly == isGPL }
      if members.isEmpty { continue }
      let table = elf.addSection(
        "__ksymtab\(suffix)", bytes: [UInt8](repeating: 0, count: 12 * members.count))
      var relocations: [ELFBuilder.Relocation] = []
      for (row, member) in members.enumerated() {
        let targets = [
          (textSymbol, 0), (stringsSymbol, places[member].name),
          (stringsSymbol, places[member].namespace),
        ]
        for (field, target) in targets.enumerated() {
          relocations.append(
            ELFBuilder.Relocation(
              offset: UInt64(12 * row + 4 * field), symbol: target.0, type: 2,
              addend: Int64(target.1)))
        }
      }
      if hasCRCs {
        var crcs = ByteBuilder(layout.order)
        for member in members { crcs.put(exports[member].crc) }
        elf.addSection("__kcrctab\(suffix)", bytes: crcs.bytes)
      }
      if hasFlagTable {
        elf.addSection("__kflagstab", bytes: members.map { exports[$0].isGPLOnly ? 1 : 0 })
      }
      elf.addRelocations(relocations, forSection: table)
    }
  }
}
