internal import ByteStorage
internal import KernelReleases
internal import Kernels
internal import SymbolNames
internal import SymbolTables

extension SymbolSpeller {
  /// A command of gdb. A place in a symbol is an expression; data without debug information needs a cast
  /// there.
  func gdb(_ symbol: Symbol) -> SymbolSpelling {
    let remarks = symbol.isCode ? symbol.placeRemarks : []
    guard index.fewNamed(symbol.name) == 1, !symbol.name.utf8.contains(UInt8(ascii: "'")) else {
      if lacksAddress(symbol) {
        return SymbolSpelling(.gdb, impossible: SpellingNote(.needsAddress, symbol.module))
      }
      let verb = symbol.isCode ? "break *" : "info symbol "
      return SymbolSpelling(
        .gdb, verb + hexadecimal(symbol.place),
        remarks: [symbol.positionRemark] + addressRemarks + remarks)
    }
    let name = EventName.isIdentifier(symbol.name) ? symbol.name : "'\(symbol.name)'"
    if symbol.offset > 0 {
      let text =
        symbol.isCode
        ? "break *(\(name)\(symbol.suffix))" : "info symbol (char *)&\(name)\(symbol.suffix)"
      return SymbolSpelling(.gdb, text, remarks: remarks)
    }
    return SymbolSpelling(.gdb, (symbol.isCode ? "break " : "info address ") + name)
  }

  /// A command of crash; see ``CrashNames``. A place in a symbol is an expression in parentheses.
  func crash(_ symbol: Symbol) -> SymbolSpelling {
    let verb = symbol.isCode ? "dis" : "sym"
    let name = CrashNames.name(symbol.name)
    let names = crashNames ?? CrashNames(index)
    if !name.isEmpty, names.isOne(name, in: index) {
      let isCut = name != symbol.name
      let place = symbol.offset == 0 ? name : "(\(name)\(symbol.suffix))"
      return SymbolSpelling(
        .crash, "\(verb) \(place)", remarks: isCut ? [SpellingNote(.strippedName, symbol.name)] : []
      )
    }
    if lacksAddress(symbol) {
      return SymbolSpelling(.crash, impossible: SpellingNote(.needsAddress, symbol.module))
    }
    return SymbolSpelling(
      .crash, "\(verb) \(hexadecimal(symbol.place))",
      remarks: [SpellingNote(.sharedName, name)] + addressRemarks)
  }

  /// The fields of `struct klp_func`. A name that the object has once takes position 0.
  ///
  /// - Note: kernel/livepatch/core.c, `klp_find_object_symbol` and `klp_init_func` (7.3).
  func livepatch(_ symbol: Symbol) -> SymbolSpelling {
    if let problem = whyNotReplaced(symbol) {
      return SymbolSpelling(.livepatch, impossible: problem)
    }
    let hasEquals = symbol.position.count > 1
    var remarks = symbol.module != nil && hasEquals ? [SpellingNote(.fileOrder)] : []
    if symbol.searchedName != symbol.name { remarks.append(SpellingNote(.cutName)) }
    let position = hasEquals ? symbol.position.number : 0
    return SymbolSpelling(
      .livepatch, ".old_name = \"\(symbol.searchedName)\", .old_sympos = \(position)",
      remarks: remarks)
  }

  /// Why a livepatch cannot replace a symbol; `nil` if nothing known speaks against it.
  private func whyNotReplaced(_ symbol: Symbol) -> SpellingNote? {
    // kernel/livepatch/core.c is built with LIVEPATCH; a list without the loader's functions shows nothing.
    let hasCore = !index.symbols(named: "klp_enable_patch").isEmpty
    if !hasCore, !index.symbols(named: "load_module").isEmpty {
      return SpellingNote(.noLivepatches)
    }
    if !symbol.isCode { return SpellingNote(.notFunction) }
    if symbol.offset > 0 { return SpellingNote(.takesNoOffset) }
    if symbol.isBeforeFunction { return SpellingNote(.beforeFunction) }
    let most = limit(.livepatchFunction)
    if symbol.searchedName.utf8.count > most { return SpellingNote(.nameTooLong, nil, most) }
    if symbol.position.number == 0 { return SpellingNote(.neverFound) }
    guard symbol.module == nil else { return nil }
    if index.bounds.initialText?.contains(symbol.address) ?? false { return SpellingNote(.freed) }
    guard let sites = kernel.sites, !sites.canTrace(symbol.address, size: symbol.size) else {
      return nil
    }
    return SpellingNote(.untraceable)
  }

  /// The layouts of version tables that can hold the name.
  ///
  /// - Note: include/linux/module.h, `struct modversion_info`; scripts/mod/modpost.c,
  ///   `add_extended_versions` (6.14 and later); Ubuntu's packed and the proposed hashed layout.
  func modversions(_ symbol: Symbol) -> SymbolSpelling {
    if symbol.offset > 0 {
      return SymbolSpelling(.modversions, impossible: SpellingNote(.takesNoOffset))
    }
    let length = symbol.name.utf8.count
    let room = limit(.basicVersions)
    var remarks: [SpellingNote] = []
    if length > room {
      remarks.append(SpellingNote(.basicTooSmall, nil, room, length))
      let release = kernel.basis.release
      if !release.has(.readsExtendedVersions) {
        remarks.append(SpellingNote(.extendedUnread, "\(release)"))
      }
    }
    remarks.append(SpellingNote(.hashed, SymbolName(symbol.name).hashed.hexadecimal))
    let layouts = (length > room ? [] : ["basic"]) + ["extended", "packed", "hashed"]
    return SymbolSpelling(.modversions, layouts.joined(separator: ", "), remarks: remarks)
  }
}
