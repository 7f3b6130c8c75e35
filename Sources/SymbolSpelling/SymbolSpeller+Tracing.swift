internal import ByteStorage
internal import Kernels
internal import SymbolNames
internal import SymbolTables

extension SymbolSpeller {
  /// A line for `kprobe_events`. A symbol without a name of its own is written as a distance from a
  /// name that the kernel has once, which KASLR does not change.
  ///
  /// - Note: kernel/trace/trace_kprobe.c, `trace_kprobe_create_internal` (7.3).
  func kprobe(_ symbol: Symbol) -> SymbolSpelling {
    if let problem = whyNotProbed(symbol) { return SymbolSpelling(.kprobe, impossible: problem) }
    let event = EventName.of(symbol)
    var remarks = symbol.position.number == 0 ? symbol.placeRemarks : probeRemarks(symbol)
    let place: String
    if let module = symbol.module {
      guard symbol.isUnique, isPlain(symbol.name) else {
        guard kernel.isRunning else {
          return SymbolSpelling(
            .kprobe, impossible: SpellingNote(.needsAddress, module), remarks: remarks)
        }
        return SymbolSpelling(
          .kprobe, "p:\(event) \(hexadecimal(symbol.place))", remarks: remarks)
      }
      place = "\(module):\(symbol.name)\(symbol.suffix)"
    } else if symbol.isUnique, isPlain(symbol.searchedName) {
      place = symbol.searchedName + symbol.suffix
    } else if let (base, offset) = distance(to: symbol) {
      place = "\(base)+\(hexadecimal(offset &+ symbol.offset))"
      if symbol.position.number == 0 { remarks.append(SpellingNote(.neverFound)) }
    } else {
      place = hexadecimal(symbol.place)
      remarks += addressRemarks
    }
    let line = "p:\(event) \(place)"
    let most = limit(.kprobeCommand)
    guard line.utf8.count <= most else {
      return SymbolSpelling(.kprobe, impossible: SpellingNote(.lineTooLong, nil, most))
    }
    return SymbolSpelling(.kprobe, line, remarks: remarks)
  }

  /// Text for `set_ftrace_filter`.
  ///
  /// - Note: kernel/trace/ftrace.c, `ftrace_match_records`; kernel/trace/trace_events_filter.c,
  ///   `filter_parse_regex`.
  func ftrace(_ symbol: Symbol) -> SymbolSpelling {
    if !symbol.isCode { return SymbolSpelling(.ftrace, impossible: SpellingNote(.notFunction)) }
    if symbol.offset > 0 {
      return SymbolSpelling(.ftrace, impossible: SpellingNote(.takesNoOffset))
    }
    if symbol.module == nil, index.bounds.initialText?.contains(symbol.address) ?? false {
      return SymbolSpelling(.ftrace, impossible: SpellingNote(.freed))
    }
    if let sites = kernel.sites, symbol.module == nil,
      !sites.canTrace(symbol.address, size: symbol.size)
    {
      return SymbolSpelling(.ftrace, impossible: SpellingNote(.untraceable))
    }
    // Names are those that the kernel gives the address.
    let first = index.symbol(at: symbol.address)?.index ?? symbol.index
    let shown = symbol.module == nil ? lookup.printedName(of: first) : symbol.name
    guard !shown.isEmpty, shown.utf8.allSatisfy({ SymbolSpeller.isFilterByte($0) })
    else { return SymbolSpelling(.ftrace, impossible: SpellingNote(.specialCharacters)) }
    let count = shown == symbol.name ? symbol.position.count : lookup.answer(shown).all.count
    var remarks = count > 1 ? [SpellingNote(.selectsAll, nil, count)] : []
    if symbol.module == nil, index.table.name(at: first).text != symbol.name {
      remarks.append(SpellingNote(.alias))
    }
    var text = shown
    if let first = shown.utf8.first, first &- UInt8(ascii: "0") < 10 {
      // A number would be the position in the list of functions.
      text = "[\(shown.prefix(1))]\(shown.dropFirst())"
      remarks.append(SpellingNote(.pattern))
    }
    if let module = symbol.module { text += ":mod:\(module)" }
    return SymbolSpelling(.ftrace, text, remarks: remarks)
  }

  /// Whether a filter takes a byte for itself: it is not a blank, of which Latin 1 has one, nor a sign.
  ///
  /// - Note: lib/ctype.c, where 0xa0 is a blank; kernel/trace/trace.c, `trace_get_user` (7.3).
  private static func isFilterByte(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte != 0xa0 && !"*?[\\!:".utf8.contains(byte)
  }

  /// An argument of `perf probe`.
  ///
  /// - Note: tools/perf/util/probe-event.c, `parse_perf_probe_point`.
  func perf(_ symbol: Symbol) -> SymbolSpelling {
    if let problem = whyNotProbed(symbol) { return SymbolSpelling(.perf, impossible: problem) }
    let event = EventName.of(symbol)
    let remarks = probeRemarks(symbol)
    let option = symbol.module.map { "-m \($0) " } ?? ""
    let isPlain = symbol.name.utf8.allSatisfy { $0 > 0x20 && !";:+@%=*?'".utf8.contains($0) }
    if symbol.isUnique, isPlain, symbol.searchedName == symbol.name {
      return SymbolSpelling(
        .perf, "perf probe \(option)--add '\(event)=\(symbol.name)\(symbol.suffix)'",
        remarks: remarks)
    }
    if lacksAddress(symbol) {
      return SymbolSpelling(.perf, impossible: SpellingNote(.needsAddress, symbol.module))
    }
    return SymbolSpelling(
      .perf, "perf probe --add '\(event)=\(hexadecimal(symbol.place))'",
      remarks: remarks + addressRemarks)
  }

  /// A probe of bpftrace.
  ///
  /// - Note: bpftrace 0.25, attached_probe.cpp, `resolve_offset_kprobe`: a place lies within its function.
  func bpftrace(_ symbol: Symbol) -> SymbolSpelling {
    if let problem = whyNotProbed(symbol) { return SymbolSpelling(.bpftrace, impossible: problem) }
    if symbol.size > 0, symbol.offset >= symbol.size {
      let note = SpellingNote(.outsideFunction, nil, Int(clamping: symbol.size))
      return SymbolSpelling(.bpftrace, impossible: note)
    }
    let remarks = probeRemarks(symbol)
    let module = symbol.module.map { "\($0):" } ?? ""
    let isPlain = symbol.name.utf8.allSatisfy { $0 > 0x20 && !"\":+*?[]{}/,".utf8.contains($0) }
    if symbol.isUnique, isPlain, symbol.searchedName == symbol.name {
      let name = EventName.isIdentifier(symbol.name) ? symbol.name : "\"\(symbol.name)\""
      return SymbolSpelling(
        .bpftrace, "kprobe:\(module)\(name)\(symbol.suffix)", remarks: remarks)
    }
    if lacksAddress(symbol) {
      return SymbolSpelling(.bpftrace, impossible: SpellingNote(.needsAddress, symbol.module))
    }
    return SymbolSpelling(
      .bpftrace, "kprobe:\(hexadecimal(symbol.place))",
      remarks: remarks + addressRemarks + [SpellingNote(.unsafeMode)])
  }

  /// Why the kernel puts no kprobe event on a symbol; `nil` if nothing known speaks against it.
  ///
  /// - Note: kernel/kprobes.c, `check_kprobe_address_safe` and `within_kprobe_blacklist`;
  ///   kernel/trace/trace_kprobe.c, `within_notrace_func`.
  private func whyNotProbed(_ symbol: Symbol) -> SpellingNote? {
    if symbol.isBeforeFunction { return SpellingNote(.beforeFunction) }
    if symbol.module != nil { return symbol.isCode ? nil : SpellingNote(.notFunction) }
    guard range("_stext", "_etext")?.contains(symbol.place) ?? true else {
      let isInitial = index.bounds.initialText?.contains(symbol.place) ?? false
      return SpellingNote(isInitial ? .freed : .outsideText)
    }
    for area in SymbolSpeller.refusedAreas {
      if let range = range(area.start, area.end), range.contains(symbol.place) {
        return SpellingNote(.refusedArea, area.start)
      }
    }
    guard let sites = kernel.sites else { return nil }
    let parent = parent(of: symbol)
    if sites.refuses(symbol.address) || parent.map({ sites.refuses($0.address) }) ?? false {
      return SpellingNote(.refused)
    }
    if sites.allowsUntraced || sites.canTrace(symbol.address, size: symbol.size) { return nil }
    if let parent, sites.canTrace(parent.address, size: parent.size) { return nil }
    return SpellingNote(.untraceable)
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
  ///
  /// - Note: kernel/kprobes.c, `check_kprobe_address_safe`; arch/arm64/kernel/probes/kprobes.c,
  ///   `arch_populate_kprobe_blacklist` (7.3).
  private static let refusedAreas: [(start: String, end: String)] = [
    ("__entry_text_start", "__entry_text_end"), ("__kprobes_text_start", "__kprobes_text_end"),
    ("__noinstr_text_start", "__noinstr_text_end"), ("__idmap_text_start", "__idmap_text_end"),
    ("__hyp_text_start", "__hyp_text_end"),
  ]

  private func range(_ start: String, _ end: String) -> Range<UInt64>? {
    guard let first = index.symbols(named: start).first, let last = index.symbols(named: end).first
    else { return nil }
    let (lower, upper) = (index.table.addresses[first], index.table.addresses[last])
    return lower < upper ? lower..<upper : nil
  }

  /// A name that the kernel has once, and how far after it a symbol lies.
  private func distance(to symbol: Symbol) -> (base: String, offset: UInt64)? {
    for base in ["_text", "_stext"] {
      let found = index.symbols(named: base)
      guard found.count == 1, let first = found.first else { continue }
      let address = index.table.addresses[first]
      if address <= symbol.address { return (base, symbol.address - address) }
    }
    return nil
  }

  /// Whether a kprobe command can have a name.
  private func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"+-%:".utf8.contains($0) }
  }

  private func probeRemarks(_ symbol: Symbol) -> [SpellingNote] {
    let position = symbol.position.count > 1 ? [symbol.positionRemark] : []
    let isUnsure = kernel.sites == nil && symbol.module == nil
    return position + (isUnsure ? [SpellingNote(.sitesUnknown)] : []) + symbol.placeRemarks
  }
}
