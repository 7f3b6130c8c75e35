internal import ByteStorage
internal import ELFFormat
internal import ModuleVersions
package import VersionConversion

/// Writes what modpost generates for a module.
///
/// - Note: scripts/mod/modpost.c, 7.3: `add_header`, `add_exported_symbols`, `add_versions`,
///   `add_extended_versions`, `add_depends`, `add_srcversion`.
package struct ModpostWriter: Sendable {
  package enum Tables: Sendable, Hashable {
    /// Those that the module has; of an object both.
    case asFound
    /// These (`-b`, `-x`).
    case these(basic: Bool, extended: Bool)
  }

  let symvers: SymversLookup
  let tables: Tables

  package init(_ symvers: SymversLookup, tables: Tables) {
    self.symvers = symvers
    self.tables = tables
  }

  /// The text of the module's `.mod.c`.
  package func source(for file: RawSpan) throws(ConversionError) -> [UInt8] {
    let (elf, input, layouts) = try read(file)
    var text = OutputBuffer(reserving: 1 << 14)
    ModpostWriter.writeHeader(input, &text)
    ModpostWriter.writeExports(input, &text)
    if layouts.basic { ModpostWriter.writeBasic(input, elf, &text) }
    if layouts.extended { ModpostWriter.writeExtended(input, &text) }
    text.append("\nMODULE_INFO(depends, \"\(input.dependencies.joined(separator: ","))\");\n\n")
    for alias in input.aliases {
      text.append("MODULE_ALIAS(\"")
      text.append(alias)
      text.append("\");\n")
    }
    if let version = input.sourceVersion {
      text.append("\nMODULE_INFO(srcversion, \"\(version)\");\n")
    }
    return text.bytes
  }

  /// Reads a file, and decides which tables to write.
  func read(
    _ file: RawSpan
  ) throws(ConversionError) -> (ELFLayout, ModpostInput, (basic: Bool, extended: Bool)) {
    let parts = try SignedBytes(file)
    let module = parts.module
    let elf: ELFFile
    do { elf = try ELFFile(ByteSource(module)) } catch { throw .malformed(error) }
    let input = try ModpostInput(elf, symvers)
    var layouts = (basic: true, extended: true)
    switch tables {
    case .these(let basic, let extended): layouts = (basic, extended)
    case .asFound:
      let found = try PresentTables(elf).sections
      if !found.isEmpty {
        layouts = (found[.versions] != nil, found[.crcs] != nil && found[.names] != nil)
      }
    }
    if layouts.basic, !layouts.extended {
      let long = input.versions.tooLong(elf.layout).map { input.versions.text($0) }
      guard long.isEmpty else {
        throw .unrepresentable(names: long, longest: BasicVersions.longestName(elf.layout))
      }
    }
    return (elf.layout, input, layouts)
  }

  private static func writeHeader(_ input: ModpostInput, _ text: inout OutputBuffer) {
    text.append(
      """
      #include <linux/module.h>
      #include <linux/export-internal.h>
      #include <linux/compiler.h>

      MODULE_INFO(name, KBUILD_MODNAME);

      __visible struct module __this_module
      __section(".gnu.linkonce.this_module") = {
      \t.name = KBUILD_MODNAME,

      """ as String)
    if input.hasInit { text.append("\t.init = init_module,\n") }
    if input.hasExit {
      text.append("#ifdef CONFIG_MODULE_UNLOAD\n\t.exit = cleanup_module,\n#endif\n")
    }
    text.append("\t.arch = MODULE_ARCH_INIT,\n};\n")
    for (isSet, key) in [
      (input.isInTree, "intree"), (input.isStaging, "staging"), (input.isTest, "test"),
    ] where isSet {
      text.append("\nMODULE_INFO(\(key), \"Y\");\n")
    }
  }

  private static func writeExports(_ input: ModpostInput, _ text: inout OutputBuffer) {
    text.append("\n")
    for export in input.exports {
      text.append(export.isFunction ? "KSYMTAB_FUNC(" : "KSYMTAB_DATA(" as String)
      text.append(export.name)
      text.append(", \"")
      text.append(export.namespace)
      text.append("\");\nSYMBOL_FLAGS(")
      text.append(export.name)
      text.append(export.isGPLOnly ? ", 0x01);\n" : ", 0x00);\n" as String)
    }
    text.append("\n")
    for export in input.exports {
      guard let crc = export.crc else { continue }
      text.append("SYMBOL_CRC(")
      text.append(export.name)
      text.append(", 0x")
      text.append(hexadecimal: UInt64(crc), width: 8)
      text.append(");\n")
    }
  }

  private static func writeBasic(
    _ input: ModpostInput, _ layout: ELFLayout, _ text: inout OutputBuffer
  ) {
    text.append(
      "\nstatic const struct modversion_info ____versions[]\n"
        + "__used __section(\"__versions\") = {\n" as String)
    for row in input.versions.rows {
      let name = input.versions.name(row)
      guard name.byteCount <= BasicVersions.longestName(layout) else { continue }
      text.append("\t{ 0x")
      text.append(hexadecimal: UInt64(row.crc), width: 8)
      text.append(", \"")
      text.append(name)
      text.append("\" },\n")
    }
    text.append("};\n")
  }

  private static func writeExtended(_ input: ModpostInput, _ text: inout OutputBuffer) {
    text.append(
      "\nstatic const u32 ____version_ext_crcs[]\n"
        + "__used __section(\"__version_ext_crcs\") = {\n" as String)
    for row in input.versions.rows {
      text.append("\t0x")
      text.append(hexadecimal: UInt64(row.crc), width: 8)
      text.append(",\n")
    }
    text.append(
      "};\nstatic const char ____version_ext_names[]\n"
        + "__used __section(\"__version_ext_names\") =\n" as String)
    for row in input.versions.rows {
      text.append("\t\"")
      text.append(input.versions.name(row))
      text.append("\\0\"\n")
    }
    text.append(";\n")
  }
}
