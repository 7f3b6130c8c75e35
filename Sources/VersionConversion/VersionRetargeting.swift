package import ByteStorage
package import ELFFormat
internal import ModuleFiles
internal import ModuleVersions
internal import SymbolNames

extension Retargeting {
  /// The pseudo-symbol that every module with versions requires.
  package static let layoutName: StaticString = "module_layout"

  /// Puts the CRCs into a module's versions, and adds or removes versions.
  func apply(
    to list: inout VersionList, of elf: borrowing ELFFile
  ) throws(ConversionError) -> [ConvertedModule.Notice] {
    if let machine, machine != elf.header.machine {
      throw .init(.otherArchitecture, [elf.header.machine.name, machine.name])
    }
    let needed: NeededSymbols
    do { needed = try NeededSymbols(elf) } catch { throw .malformed(error) }
    var notices: [ConvertedModule.Notice] = []
    if prunes { prune(&list, needed, &notices) }
    replace(&list, needed, &notices)
    if addsMissing { addMissing(to: &list, needed, &notices) }
    return notices
  }

  private func prune(
    _ list: inout VersionList, _ needed: NeededSymbols, _ notices: inout [ConvertedModule.Notice]
  ) {
    var removed: [String] = []
    let old = list
    list.filter { row in
      let name = old.name(row)
      guard isMeant(name), !name.equals(Retargeting.layoutName),
        needed.ranks[name.array] == nil
      else { return true }
      removed.append(name.text)
      return false
    }
    if !removed.isEmpty { notices.append(.init(.pruned, removed)) }
  }

  private func replace(
    _ list: inout VersionList, _ needed: NeededSymbols, _ notices: inout [ConvertedModule.Notice]
  ) {
    var (changed, kept): (Int, [String]) = (0, [])
    var found: Set<[UInt8]> = []
    for index in list.rows.indices {
      let row = list.rows[index]
      guard isMeant(list.name(row)) else { continue }
      if only != nil { found.insert(list.name(row).array) }
      guard let crc = crc(of: needed.exportName(list.name(row))) else {
        kept.append(list.text(row))
        continue
      }
      if crc != row.crc {
        changed += 1
        list.setCRC(crc, at: index)
      }
    }
    notices.append(.init(.retargeted, count: changed))
    if !kept.isEmpty { notices.append(.init(.kept, kept)) }
    let absent = (only ?? []).subtracting(found).filter {
      !addsMissing || needed.ranks[$0] == nil
    }
    if !absent.isEmpty {
      notices.append(
        .init(.notRequired, absent.map { String(decoding: $0, as: UTF8.self) }.sorted()))
    }
  }

  /// Adds versions in the order of the symbol table, before `module_layout` where that is last (5.19
  /// and later), else backwards after it, as modpost does.
  private func addMissing(
    to list: inout VersionList, _ needed: NeededSymbols, _ notices: inout [ConvertedModule.Notice]
  ) {
    var present: Set<[UInt8]> = []
    for row in list.rows { present.insert(list.name(row).array) }
    func isLayout(_ row: VersionList.Row?) -> Bool {
      row.map { list.name($0).equals(Retargeting.layoutName) } ?? false
    }
    let isBackwards = list.rows.count > 1 && isLayout(list.rows.first)
    var place = isBackwards ? 1 : list.rows.count - (isLayout(list.rows.last) ? 1 : 0)
    var (added, missing): ([String], [String]) = ([], [])
    for name in needed.names + [Array("\(Retargeting.layoutName)".utf8)]
    where !present.contains(name) {
      let bytes = name.rawSpan
      guard isMeant(bytes) else { continue }
      guard let crc = crc(of: needed.exportName(bytes)) else {
        missing.append(bytes.text)
        continue
      }
      list.insert(bytes, crc: crc, at: place)
      present.insert(name)
      if !isBackwards { place += 1 }
      added.append(bytes.text)
    }
    if !added.isEmpty { notices.append(.init(.added, added)) }
    if !missing.isEmpty { notices.append(.init(.stillMissing, missing)) }
  }

  private func isMeant(_ name: RawSpan) -> Bool {
    guard let only else { return true }
    return only.contains(name.array)
  }
}

/// The symbols that a module takes from others.
package struct NeededSymbols {
  package private(set) var names: [[UInt8]] = []
  /// Place in that order, by name.
  private(set) var ranks: [[UInt8]: Int] = [:]
  /// Those that need not be there.
  package private(set) var weak: Set<[UInt8]> = []
  /// Whether code symbols begin with a dot that their exports lack (64-bit PowerPC, ELFv1).
  private let hasDots: Bool

  /// The undefined symbols of a module or object.
  package init(_ elf: borrowing ELFFile) throws(ParseError) {
    let machine = elf.header.machine
    hasDots = machine == .powerPC64 && elf.header.flags & 3 < 2
    guard let table = try elf.symbolTable() else { return }
    for index in 1..<max(1, min(table.count, VersionTables.mostRecords)) {
      guard let symbol = table.symbol(at: index),
        symbol.sectionIndex == ELFSectionIndex.undefined, symbol.binding == .global || symbol.isWeak
      else { continue }
      let name = table.name(of: symbol)
      guard !NeededSymbols.isOfTheLinker(name, machine) else { continue }
      let bytes = name.slice(0..<LinkageName.modpostLength(of: name.characters))?.array ?? []
      guard ranks[bytes] == nil else { continue }
      ranks[bytes] = names.count
      if symbol.isWeak { weak.insert(bytes) }
      names.append(bytes)
    }
  }

  /// The name under which a symbol is exported.
  @_lifetime(copy name)
  package func exportName(_ name: RawSpan) -> RawSpan {
    guard hasDots, name.byte(at: 0) == 0x2e, let rest = name.suffix(from: 1) else { return name }
    return rest
  }

  /// Symbols that no module exports: modpost skips them.
  ///
  /// - Note: `ignore_undef_symbol` and `is_ppc_gcc_helper`, scripts/mod/modpost.c, 7.3. s390's expoline thunks
  ///   are linked into modules last, since 5.19.
  private static func isOfTheLinker(_ name: RawSpan, _ machine: ELFMachine) -> Bool {
    if name.byteCount == 0 || name.equals("__this_module") || name.equals("_GLOBAL_OFFSET_TABLE_") {
      return true
    }
    if name.starts(with: "__start_") || name.starts(with: "__stop_") { return true }
    let prefixes: [StaticString]
    switch machine {
    case .powerPC:
      prefixes = [
        "_restgpr_", "_savegpr_", "_rest32gpr_", "_save32gpr_", "_restvr_", "_savevr_",
      ]
    case .powerPC64:
      if name.equals(".TOC.") { return true }
      prefixes = [
        "_restgpr0_", "_savegpr0_", "_restgpr1_", "_savegpr1_", "_restfpr_", "_savefpr_",
        "_restvr_", "_savevr_",
      ]
    case .s390: prefixes = ["__s390_indirect_jump_r"]
    default: return false
    }
    return prefixes.contains { name.starts(with: $0) }
  }
}
