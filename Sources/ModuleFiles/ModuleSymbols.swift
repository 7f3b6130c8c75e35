package import ByteStorage
internal import ELFFormat
internal import ModuleVersions
package import SymbolTables

/// What is taken of a module's symbol table.
package enum ModuleSymbolView: Sendable, Hashable {
  /// Every symbol that the file defines, with the letters of `nm`: capitals are global symbols.
  case file
  /// What /proc/kallsyms lists once the module is loaded and initialised: capitals are exported
  /// symbols, and `.init` sections are gone. A livepatch keeps everything.
  case kernel
}

extension ModuleFile {
  /// The symbols that a module defines, in the order of its symbol table, which counts for the
  /// position (`sympos`) of equal names. Addresses are offsets in sections: a file has no place in
  /// memory.
  ///
  /// - Note: kernel/module/kallsyms.c, `is_core_symbol` and `module_get_kallsym`.
  package func symbols(as view: ModuleSymbolView = .file) throws(ParseError) -> SymbolTable {
    guard view == .kernel else { return try SymbolTable(symbolsOf: elf) }
    let exports = try exports(ofFile: "")
    let exported = Set(exports.rows.map { exports.text($0.name) })
    let kernel = SymbolLetters(elf)
    let isKept = try info()?.value("livepatch") != nil ? nil : elf.sections.map { isCore($0) }
    return try SymbolTable(symbolsOf: elf) { symbol, name in
      if let isKept {
        let section = Int(symbol.sectionIndex)
        guard section < isKept.count, isKept[section] else { return nil }
      }
      return kernel.kernelLetter(of: symbol, isExported: exported.contains(name.text))
    }
  }

  /// Whether the kernel keeps a section once the module is initialised.
  private func isCore(_ section: ELFSection) -> Bool {
    let name = elf.name(of: section)
    if name.equals(".data..percpu") { return true }
    return section.flags.contains(.alloc)
      && !(name.starts(with: ".init") || name.equals(".modinfo") || name.equals("__versions")
        || name.equals("__version_ext_crcs") || name.equals("__version_ext_names"))
  }
}
