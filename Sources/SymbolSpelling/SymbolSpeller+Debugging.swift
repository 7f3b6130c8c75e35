internal import ByteStorage
internal import Kernels
internal import SymbolNames
internal import SymbolTables

extension SymbolSpeller {
  /// A command of gdb.
  func gdb(_ symbol: Symbol) -> SymbolSpelling {
    let equals = index.symbols(named: symbol.name)
    guard equals.count == 1, !symbol.name.utf8.contains(UInt8(ascii: "'")) else {
      if symbol.module != nil && !kernel.isRunning {
        return SymbolSpelling(
          .gdb, impossible: "the name is not unique, and only the running kernel knows its address")
      }
      let verb = symbol.isCode ? "break *" : "info symbol "
      return SymbolSpelling(
        .gdb, verb + hexadecimal(symbol.address),
        remarks: ["number \(symbol.position) of \(symbol.count) of this name"] + addressRemarks)
    }
    let name = EventName.isIdentifier(symbol.name) ? symbol.name : "'\(symbol.name)'"
    return SymbolSpelling(.gdb, (symbol.isCode ? "break " : "info address ") + name)
  }

  /// A command of crash.
  ///
  /// crash cuts `.isra.`, `.part.` and `.llvm.` with what follows from the names of the kernel,
  /// unless it was started with `--no_strip`.
  ///
  /// - Note: crash 8, symbols.c, `strip_symbol_end`.
  func crash(_ symbol: Symbol) -> SymbolSpelling {
    let verb = symbol.isCode ? "dis" : "sym"
    let name = SymbolSpeller.crashName(symbol.name)
    if count(ofCrashName: name) == 1, !name.isEmpty {
      let remarks = name == symbol.name ? [] : ["with --no_strip: \(symbol.name)"]
      return SymbolSpelling(.crash, "\(verb) \(name)", remarks: remarks)
    }
    if symbol.module != nil && !kernel.isRunning {
      return SymbolSpelling(
        .crash, impossible: "the name is not unique, and only the dump tells its address")
    }
    return SymbolSpelling(
      .crash, "\(verb) \(hexadecimal(symbol.address))",
      remarks: ["several symbols are \(name) to crash"] + addressRemarks)
  }

  private static func crashName(_ name: String) -> String {
    let bytes = Array(name.utf8)
    for suffix in [".isra.", ".part.", ".llvm."] as [StaticString] {
      if let start = bytes.rawSpan.firstRange(of: suffix) {
        return String(decoding: bytes[..<start], as: UTF8.self)
      }
    }
    return name
  }

  private func count(ofCrashName name: String) -> Int {
    let bytes = Array(name.utf8)
    let table = index.table
    return (0..<table.count).count { other in
      let text = table.name(at: other)
      guard text.byteCount >= bytes.count, let start = text.slice(0..<bytes.count) else {
        return false
      }
      guard start.equals(bytes.rawSpan) else { return false }
      return text.byteCount == bytes.count || SymbolSpeller.crashName(text.text) == name
    }
  }

  /// The fields of `struct klp_func`.
  ///
  /// - Note: §6.2 and §6.4; kernel/livepatch/core.c, `klp_find_object_symbol`.
  func livepatch(_ symbol: Symbol) -> SymbolSpelling {
    if !symbol.isCode { return SymbolSpelling(.livepatch, impossible: "it is no function") }
    if symbol.name.hasPrefix("__cfi_") || symbol.name.hasPrefix("__pfx_") {
      return SymbolSpelling(.livepatch, impossible: "it is not where a function begins")
    }
    let most = limit(.livepatchFunction)
    if symbol.searchedName.utf8.count > most {
      return SymbolSpelling(.livepatch, impossible: "the name is longer than \(most) bytes")
    }
    if symbol.position == 0 {
      return SymbolSpelling(.livepatch, impossible: "this kernel never finds it by name")
    }
    var remarks: [String] = []
    if symbol.module == nil {
      if index.bounds.initialText?.contains(symbol.address) ?? false {
        return SymbolSpelling(.livepatch, impossible: "the kernel frees it after booting")
      }
      if let sites = kernel.sites, !sites.canTrace(symbol.address, size: symbol.size) {
        return SymbolSpelling(
          .livepatch, impossible: "ftrace cannot trace the function, so it cannot be replaced")
      }
    }
    if symbol.module != nil, symbol.count > 1 {
      remarks.append("counted in the order of the module's symbol table, as it is in the file")
    }
    if symbol.searchedName != symbol.name {
      remarks.append("this release cuts names at the suffix")
    }
    let position = symbol.count > 1 ? symbol.position : 0
    return SymbolSpelling(
      .livepatch, ".old_name = \"\(symbol.searchedName)\", .old_sympos = \(position)",
      remarks: remarks)
  }

  /// The layouts of version tables that can hold the name.
  ///
  /// - Note: modversions §1 to §3.
  func modversions(_ symbol: Symbol) -> SymbolSpelling {
    let length = symbol.name.utf8.count
    let room = limit(.basicVersions)
    var remarks: [String] = []
    if length > room {
      remarks.append("basic holds \(room) bytes; the name has \(length)")
      if let version = kernel.version, version < KernelVersion(6, 14) {
        remarks.append("kernels read extended tables from 6.14 on, this is \(version)")
      }
    }
    remarks.append("hashed: sha256 \(SymbolName(symbol.name).hashed.hexadecimal)")
    let layouts = (length > room ? [] : ["basic"]) + ["extended", "packed", "hashed"]
    return SymbolSpelling(.modversions, layouts.joined(separator: ", "), remarks: remarks)
  }
}
