internal import ELFFormat
internal import KernelReleases
internal import Livepatching
internal import ModuleFiles
internal import ModuleVersions

extension Inspection {
  /// The export of `module_layout`, whose CRC represents the layout of the kernel's structures.
  var layoutExport: ExportTable.Row? {
    let name: ConstantName = "module_layout"
    guard let exports = kernel.exports, let row = exports.first(name.bytes) else { return nil }
    return exports.table.rows[row]
  }

  /// `check_modstruct_version`.
  func layoutRefusal(_ versions: borrowing VersionIndex, _ log: inout BootLog) -> Refusal? {
    guard settings.modversions, let provided = layoutExport else { return nil }
    let name: ConstantName = "module_layout"
    let required = versions.crc(of: name.bytes)
    guard
      !versionCheck.accepts(
        "module_layout", required: required, provided: provided.hasCRC ? provided.crc : nil, &log)
    else { return nil }
    var refusal = Refusal(.ENOEXEC)
    refusal.problem = SymbolProblem(
      name: "module_layout", required: required, provided: provided.crc, provider: "vmlinux",
      problem: required == nil ? .unversioned : .crc)
    return refusal
  }

  /// `check_export_symbol_sections` (7.1) and `check_export_symbol_versions`.
  func exportRefusal(_ log: inout BootLog) -> Refusal? {
    let name = header.moduleName
    var lacksCRCs = exportCount("__ksymtab") > 0 && map.find("__kcrctab") == 0
    if rules.has(.hasFlagTable) {
      for section: StaticString in ["__ksymtab_gpl", "__kcrctab_gpl"] where map.find(section) != 0 {
        log.say("\(name): ignoring obsolete section \(section)")
      }
      if exportCount("__ksymtab") > 0, map.find("__kflagstab") == 0 {
        return Refusal(.ENOEXEC, "\(name): no flags for exported symbols")
      }
    } else if exportCount("__ksymtab_gpl") > 0, map.find("__kcrctab_gpl") == 0 {
      lacksCRCs = true
    }
    if settings.modversions, lacksCRCs,
      !versionCheck.force("no versions for exported symbols", &log)
    {
      return Refusal(.ENOEXEC)
    }
    return nil
  }

  /// Reads what the module exports. The kernel dies of a name that is nowhere as soon as it looks
  /// for duplicates.
  func readExports(into contents: inout ModuleContents, _ later: inout LaterRefusals) {
    guard exportCount("__ksymtab") > 0 || exportCount("__ksymtab_gpl") > 0 else { return }
    if kernel.hasKnownExportEntries {
      var exports = LoadedExports(map, indices, kernel, rules)
      contents.hiddenExports = exports.read(into: &contents.exports)
      if exports.hasWildName { later.wildExport = Refusal(crash: .exportNameWild) }
      return
    }
    let isOneTable = rules.has(.hasFlagTable)
    if let file = try? ELFFile(map.source, layout: map.layout) {
      try? file.addModuleExports(
        to: &contents.exports, owner: 0, reading: isOneTable ? .flagTable : .sections)
    }
    var start = 0
    let rows = contents.exports.rows
    while start < rows.count {
      let end =
        isOneTable
        ? rows.count : rows[start...].firstIndex { $0.licence != rows[start].licence } ?? rows.count
      contents.hiddenExports.formUnion(
        SearchOrder.hiddenRows(of: contents.exports, start..<end))
      start = end
    }
  }

  /// Number of entries of an export section.
  private func exportCount(_ name: StaticString) -> UInt64 {
    let index = map.find(name)
    return index == 0 ? 0 : map.sections[index].size / kernel.exportEntrySize(rules)
  }
}
