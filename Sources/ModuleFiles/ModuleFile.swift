package import ByteStorage
package import ELFFormat
package import ModuleVersions

/// One module, read leniently: for what it says, not for whether a kernel would accept it.
package struct ModuleFile: ~Escapable {
  package let elf: ELFFile

  /// Reads the headers of a module.
  @_lifetime(copy source) package init(_ source: ByteSource) throws(ParseError) {
    elf = try ELFFile(source)
  }

  /// A module whose headers were read.
  @_lifetime(copy elf) package init(_ elf: ELFFile) { self.elf = elf }

  /// The strings of `.modinfo`; `nil` if there is none.
  @_lifetime(copy self) package func info() throws(ParseError) -> ModuleInfo? {
    guard let index = elf.sectionIndex(named: ".modinfo") else { return nil }
    return try elf.moduleInfo(of: elf.sections[index])
  }

  /// The module's name: as `.modinfo` says, else as the module structure does.
  package func name() throws(ParseError) -> String? {
    if let info = try info(), let name = info.value("name") { return name }
    return try structureName()
  }

  @_lifetime(copy self)
  package func versions() throws(ParseError) -> VersionTables { try VersionTables(elf) }

  /// What the module exports; the owner's name in Module.symvers is made from the path.
  package func exports(ofFile path: String) throws(ParseError) -> ExportTable {
    if elf.isDebugInformation { throw ParseError(.withoutBytes, in: "__ksymtab", at: 0) }
    var table = ExportTable()
    let owner = table.addOwner(ModulePaths.symversName(of: path))
    try elf.addModuleExports(to: &table, owner: owner)
    return table
  }

  /// The name in the module structure (`KBUILD_MODNAME`); `nil` if there is no such structure.
  package func structureName() throws(ParseError) -> String? {
    guard let index = elf.sectionIndex(named: ".gnu.linkonce.this_module"),
      !elf.isDebugInformation
    else { return nil }
    return try elf.moduleStructureName(of: elf.sections[index])
  }
}

extension ELFFile {
  /// Whether the file is the debug information of a module alone (`objcopy --only-keep-debug`): the sections
  /// that modules have in memory are there, without contents.
  package var isDebugInformation: Bool {
    let names: [StaticString] = [".gnu.linkonce.this_module", ".modinfo"]
    return names.allSatisfy { name in
      sectionIndex(named: name).map { sections[$0].type == .nobits } ?? false
    }
  }

  @_lifetime(copy self)
  package func moduleInfo(of section: ELFSection) throws(ParseError) -> ModuleInfo {
    if isDebugInformation { throw ParseError(.withoutBytes, in: ".modinfo", at: 0) }
    let bytes = try source.bytes(at: section.offset, size: section.size, in: ".modinfo")
    if bytes.byteCount > 0, bytes.byte(at: bytes.byteCount - 1) == 0 {
      return ModuleInfo(bytes, size: bytes.byteCount)
    }
    // An unterminated last value runs on, as far as the file goes; a page of it is enough.
    let start = Int(clamping: section.offset)
    let end = min(source.count, start + bytes.byteCount + 4096)
    return ModuleInfo(
      try source.bytes(start..<max(start, end), in: ".modinfo"), size: bytes.byteCount)
  }

  /// The name in a module structure: it follows the state (an `enum`) and the list links (`struct
  /// module`, include/linux/module.h, unchanged up to 7.3).
  package func moduleStructureName(of section: ELFSection) throws(ParseError) -> String {
    let start = UInt64(3 * layout.wordSize)
    let length = UInt64(64 - layout.wordSize)
    guard section.size >= start else { return "" }
    let field = try source.bytes(
      at: section.offset &+ start, size: min(length, section.size - start), in: "this_module")
    guard let end = field.firstIndex(of: 0), let name = field.slice(0..<end) else {
      return field.text
    }
    return name.text
  }
}
