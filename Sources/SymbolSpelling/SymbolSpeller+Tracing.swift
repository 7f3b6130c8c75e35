internal import ByteStorage
internal import Kernels
internal import SymbolNames
internal import SymbolTables

extension SymbolSpeller {
  /// A line for `kprobe_events`.
  ///
  /// - Note: kernel/trace/trace_kprobe.c, `trace_kprobe_create_internal`; §5.3.
  func kprobe(_ symbol: Symbol) -> SymbolSpelling {
    if let reason = whyNotProbed(symbol) { return SymbolSpelling(.kprobe, impossible: reason) }
    let event = EventName.of(symbol)
    var remarks = symbol.position == 0 ? [] : probeRemarks(symbol)
    let place: String
    if let module = symbol.module {
      guard symbol.isUnique, isPlain(symbol.name) else {
        guard kernel.isRunning else {
          return SymbolSpelling(
            .kprobe,
            impossible:
              "the name is not unique in \(module), and only the running kernel knows its "
              + "address", remarks: remarks)
        }
        return SymbolSpelling(
          .kprobe, "p:\(event) \(hexadecimal(symbol.address))", remarks: remarks)
      }
      place = "\(module):\(symbol.name)"
    } else if symbol.isUnique, isPlain(symbol.searchedName) {
      place = symbol.searchedName
    } else if let (base, offset) = distance(to: symbol) {
      place = "\(base)+\(hexadecimal(offset))"
      if symbol.position == 0 { remarks.append("this kernel never finds it by name") }
    } else {
      place = hexadecimal(symbol.address)
      remarks += addressRemarks
    }
    let line = "p:\(event) \(place)"
    guard line.utf8.count <= limit(.kprobeCommand) else {
      return SymbolSpelling(.kprobe, impossible: "the line is longer than the kernel reads")
    }
    return SymbolSpelling(.kprobe, line, remarks: remarks)
  }

  /// Text for `set_ftrace_filter`.
  ///
  /// - Note: kernel/trace/ftrace.c, `ftrace_match_records`; kernel/trace/trace_events_filter.c,
  ///   `filter_parse_regex`.
  func ftrace(_ symbol: Symbol) -> SymbolSpelling {
    if !symbol.isCode { return SymbolSpelling(.ftrace, impossible: "it is no function") }
    if symbol.module == nil, index.bounds.initialText?.contains(symbol.address) ?? false {
      return SymbolSpelling(.ftrace, impossible: "the kernel frees it after booting")
    }
    if let sites = kernel.sites, symbol.module == nil,
      !sites.canTrace(symbol.address, size: symbol.size)
    {
      return SymbolSpelling(
        .ftrace, impossible: "the function has no call of ftrace (notrace, or the compiler's own)")
    }
    // Names are those that the kernel gives the address.
    let first = index.symbol(at: symbol.address)?.index ?? symbol.index
    let shown = symbol.module == nil ? lookup.printedName(of: first) : symbol.name
    guard !shown.isEmpty, shown.utf8.allSatisfy({ $0 > 0x20 && !"*?[\\!:".utf8.contains($0) })
    else {
      return SymbolSpelling(.ftrace, impossible: "the name has characters that mean something else")
    }
    let count = shown == symbol.name ? symbol.count : lookup.answer(shown).all.count
    var remarks = count > 1 ? ["it selects all \(count) functions of this name"] : []
    if symbol.module == nil, index.table.name(at: first).text != symbol.name {
      remarks.append("another name of the same address")
    }
    var text = shown
    if let first = shown.utf8.first, first &- UInt8(ascii: "0") < 10 {
      // A number would be the position in the list of functions.
      text = "[\(shown.prefix(1))]\(shown.dropFirst())"
      remarks.append("written as a pattern: a leading digit would be taken for a position")
    }
    if let module = symbol.module { text += ":mod:\(module)" }
    return SymbolSpelling(.ftrace, text, remarks: remarks)
  }

  /// An argument of `perf probe`.
  ///
  /// - Note: tools/perf/util/probe-event.c, `parse_perf_probe_point`.
  func perf(_ symbol: Symbol) -> SymbolSpelling {
    if let reason = whyNotProbed(symbol) { return SymbolSpelling(.perf, impossible: reason) }
    let event = EventName.of(symbol)
    let remarks = probeRemarks(symbol)
    let option = symbol.module.map { "-m \($0) " } ?? ""
    let isPlain = symbol.name.utf8.allSatisfy { $0 > 0x20 && !";:+@%=*?'".utf8.contains($0) }
    if symbol.isUnique, isPlain, symbol.searchedName == symbol.name {
      return SymbolSpelling(
        .perf, "perf probe \(option)--add '\(event)=\(symbol.name)'", remarks: remarks)
    }
    if symbol.module != nil && !kernel.isRunning {
      return SymbolSpelling(
        .perf, impossible: "the name is not unique, and only the running kernel knows its address")
    }
    return SymbolSpelling(
      .perf, "perf probe --add '\(event)=\(hexadecimal(symbol.address))'",
      remarks: remarks + addressRemarks)
  }

  /// A probe of bpftrace.
  func bpftrace(_ symbol: Symbol) -> SymbolSpelling {
    if let reason = whyNotProbed(symbol) { return SymbolSpelling(.bpftrace, impossible: reason) }
    let remarks = probeRemarks(symbol)
    let module = symbol.module.map { "\($0):" } ?? ""
    let isPlain = symbol.name.utf8.allSatisfy { $0 > 0x20 && !"\":+*?[]{}/,".utf8.contains($0) }
    if symbol.isUnique, isPlain, symbol.searchedName == symbol.name {
      let name = EventName.isIdentifier(symbol.name) ? symbol.name : "\"\(symbol.name)\""
      return SymbolSpelling(.bpftrace, "kprobe:\(module)\(name)", remarks: remarks)
    }
    if symbol.module != nil && !kernel.isRunning {
      return SymbolSpelling(
        .bpftrace,
        impossible: "the name is not unique, and only the running kernel knows its address")
    }
    return SymbolSpelling(
      .bpftrace, "kprobe:\(hexadecimal(symbol.address))",
      remarks: remarks + addressRemarks + ["addresses need --unsafe from bpftrace 0.25 on"])
  }

  /// Why the kernel puts no kprobe event on a symbol; `nil` if nothing known speaks against it.
  ///
  /// - Note: kernel/kprobes.c, `check_kprobe_address_safe` and `within_kprobe_blacklist`;
  ///   kernel/trace/trace_kprobe.c, `within_notrace_func`.
  private func whyNotProbed(_ symbol: Symbol) -> String? {
    if symbol.name.hasPrefix("__cfi_") || symbol.name.hasPrefix("__pfx_") {
      return "the bytes before a function are no code to be probed"
    }
    if symbol.module != nil { return symbol.isCode ? nil : "it is no function" }
    guard range("_stext", "_etext")?.contains(symbol.address) ?? true else {
      let isInitial = index.bounds.initialText?.contains(symbol.address) ?? false
      return isInitial ? "the kernel frees it after booting" : "it is not in the kernel's text"
    }
    for area in SymbolSpeller.refusedAreas {
      if let range = range(area.start, area.end), range.contains(symbol.address) {
        return "kprobes refuse \(area.what)"
      }
    }
    guard let sites = kernel.sites else { return nil }
    let parent = parent(of: symbol)
    if sites.refuses(symbol.address) || parent.map({ sites.refuses($0.address) }) ?? false {
      return "kprobes refuse the function (NOKPROBE_SYMBOL)"
    }
    if sites.allowsUntraced || sites.canTrace(symbol.address, size: symbol.size) { return nil }
    if let parent, sites.canTrace(parent.address, size: parent.size) { return nil }
    return "kprobe events refuse functions that ftrace cannot trace (but for "
      + "CONFIG_KPROBE_EVENTS_ON_NOTRACE)"
  }

  /// The symbol that the kernel asks in place of one with a suffix: that of the name up to the
  /// first dot, by the name that a lookup by address gives.
  private func parent(of symbol: Symbol) -> (address: UInt64, size: UInt64)? {
    let first = index.symbol(at: symbol.address)?.index ?? symbol.index
    let name = lookup.printedName(of: first)
    guard let dot = name.utf8.firstIndex(of: UInt8(ascii: ".")),
      let found = lookup.answer(String(name[..<dot])).match
    else { return nil }
    let address = index.table.addresses[found]
    return (address, index.symbol(at: address)?.size ?? 0)
  }

  /// The parts of the text that kprobes refuse.
  private static let refusedAreas: [(start: String, end: String, what: String)] = [
    ("__entry_text_start", "__entry_text_end", "the code of kernel entry"),
    ("__kprobes_text_start", "__kprobes_text_end", "their own code"),
    ("__noinstr_text_start", "__noinstr_text_end", "code that must not be instrumented"),
    ("__idmap_text_start", "__idmap_text_end", "the identity mapping"),
    ("__hyp_text_start", "__hyp_text_end", "the hypervisor's code"),
  ]

  private func range(_ start: String, _ end: String) -> Range<UInt64>? {
    guard let first = index.symbols(named: start).first, let last = index.symbols(named: end).first
    else { return nil }
    let (lower, upper) = (index.table.addresses[first], index.table.addresses[last])
    return lower < upper ? lower..<upper : nil
  }

  /// A name that the kernel has once, and how far behind it a symbol lies.
  private func distance(to symbol: Symbol) -> (base: String, offset: UInt64)? {
    for base in ["_text", "_stext"] {
      let found = index.symbols(named: base)
      guard found.count == 1, let first = found.first else { continue }
      let address = index.table.addresses[first]
      if address <= symbol.address { return (base, symbol.address - address) }
    }
    return nil
  }

  /// Whether a name can stand in a kprobe command.
  private func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"+-%:".utf8.contains($0) }
  }

  private func probeRemarks(_ symbol: Symbol) -> [String] {
    var remarks: [String] = []
    if symbol.count > 1 {
      remarks.append("number \(symbol.position) of \(symbol.count) of this name")
    }
    if kernel.sites == nil, symbol.module == nil {
      remarks.append("whether the kernel refuses this function, the source does not tell")
    }
    return remarks
  }
}
