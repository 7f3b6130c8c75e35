internal import ByteStorage

/// One row of a surface's grammar: what precedes a name, and what follows it.
struct LinePattern: Sendable {
  /// A piece of a line.
  enum Step: Sendable {
    /// These bytes.
    case text(StaticString)
    /// These bytes, if they are there.
    case maybe(StaticString)
    /// Any of these bytes.
    case oneOf(StaticString)
    /// At least one blank or tab.
    case blank
    /// Blanks and tabs, if any.
    case maybeBlank
    /// So many bytes, whatever they are.
    case any(Int)
    /// 8 to 16 hexadecimal digits.
    case address
    /// `0x` and 1 to 16 hexadecimal digits.
    case hex
    /// At least one hexadecimal digit.
    case digits
    /// At least one decimal digit.
    case number
    /// Bytes other than blanks.
    case word
    /// Bytes other than this one, at least one.
    case until(UInt8)
    /// A file and a line in it: `fs/inode.c:12`.
    case place
    /// `[` … `]` and the blanks that follow, if they are there.
    case maybeBracketed
    /// The name.
    case name
    /// A section whose name holds that of a symbol: `.text.NAME`.
    case sectionName
    /// `+0xOFF/0xSIZE`, `+0xOFF`, `+OFF`, ` + OFF`, if any.
    case offset
    /// `+0xN`, `-0xN`, ` + N`, ` - N`, if any.
    case addend
    /// ` [module]` or a tab and `[module]`, if any.
    case module
    /// ` <ffffffff81000000>`, ftrace's option `sym-addr`, if it is there.
    case maybeAddress
    /// The name of a module, with nothing around it but blanks.
    case bareModule
    /// The name of an owner and `:`, if any.
    case maybeOwner
    /// Nothing but blanks up to the end, or to that of a line in a string of JSON.
    case end
    /// Nothing more of the word: a blank, or the end.
    case wordEnd
  }

  /// The surface.
  let surface: Surface
  /// The text that the row is searched by; `nil` if it begins where the line does.
  let key: StaticString?
  /// Whether the place alone makes a word a symbol.
  let isStrong: Bool
  /// What follows the start or the key.
  let steps: [Step]

  /// A row that begins where the line does.
  static func line(_ surface: Surface, weak: Bool = false, _ steps: Step...) -> LinePattern {
    LinePattern(surface: surface, key: nil, isStrong: !weak, steps: steps)
  }

  /// A row that begins after a text anywhere in the line.
  static func after(
    _ key: StaticString, _ surface: Surface, weak: Bool = false, _ steps: Step...
  ) -> LinePattern {
    LinePattern(surface: surface, key: key, isStrong: !weak, steps: steps)
  }
}

extension LinePattern {
  /// The bytes that a line may begin with, for rows that begin where it does.
  func accepts(first byte: UInt8) -> Bool {
    for step in steps {
      switch step {
      case .text(let text): return text.starts(with: byte)
      case .maybe(let text): if text.starts(with: byte) { return true }
      case .oneOf(let bytes): return bytes.contains(byte)
      case .blank: return byte.isBlank
      case .maybeBlank: if byte.isBlank { return true }
      case .address, .digits: return byte.isHexDigit
      case .hex: return byte == 0x30
      case .number: return byte.isDecimalDigit
      case .name: return byte.isNameByte || byte == 0x3c
      case .sectionName: return byte == 0x2e
      default: return !byte.isBlank
      }
    }
    return true
  }
}

extension TextLine {
  /// The module in ` [module]`, with or without a build ID, or in perf's ` ([module])`, and where the
  /// bracket ends.
  func module(at index: Int) -> (name: Range<Int>, end: Int)? {
    var start = blankEnd(index)
    guard start > index else { return nil }
    let isPerf = self[start] == 0x28
    if isPerf { start &+= 1 }
    guard self[start] == 0x5b else { return nil }
    var end = start &+ 1
    while self[end].isNameByte || self[end] == 0x2d { end &+= 1 }
    let name = (start &+ 1)..<end
    if self[end] == 0x20 { end = hexEnd(end &+ 1) }
    guard !name.isEmpty, self[end] == 0x5d else { return nil }
    if isPerf {
      // perf writes what is not a module there too: `[kernel.kallsyms]`, `[vdso]`, `[unknown]`.
      guard self[end &+ 1] == 0x29, slice(name).firstIndex(of: 0x2e) == nil,
        !slice(name).equals("unknown"), !slice(name).equals("vdso")
      else { return nil }
      return (name, end &+ 2)
    }
    return TextLine.others.contains(where: { slice(name).equals($0) }) ? nil : (name, end &+ 1)
  }

  /// What brackets after a name hold besides modules: bcc's word for the kernel itself, and the states of
  /// probes in /sys/kernel/debug/kprobes/list (kernel/kprobes.c, `report_probe`).
  private static let others: [StaticString] = [
    "kernel", "GONE", "DISABLED", "OPTIMIZED", "FTRACE",
  ]

  /// The address in ` <ffffffff81000000>` after a name, and where it ends.
  ///
  /// - Note: kernel/trace/trace_output.c, `seq_print_ip_sym` with `TRACE_ITER_SYM_ADDR`.
  func bracketedAddress(at index: Int) -> (value: UInt64, end: Int)? {
    guard has(" <", at: index) else { return nil }
    let end = hexEnd(index &+ 2)
    guard end &- index >= 10, end &- index <= 18, self[end] == 0x3e,
      let value = hexValue((index &+ 2)..<end)
    else { return nil }
    return (value, end &+ 1)
  }

  /// Where a name ends that an address in brackets follows or not, given where both end.
  func nameEnd(beforeAddressAt end: Int) -> (end: Int, address: UInt64?) {
    guard self[end &- 1] == 0x3e else { return (end, nil) }
    var digits = end &- 1
    while end &- digits < 18, self[digits &- 1].isHexDigit { digits &-= 1 }
    guard let (value, last) = bracketedAddress(at: digits &- 2), last == end else {
      return (end, nil)
    }
    return (digits &- 2, value)
  }

  /// The end of a module's name that is a word of its own.
  func bareModuleEnd(_ index: Int) -> Int? {
    var end = index
    while self[end].isNameByte || self[end] == 0x2d { end &+= 1 }
    return end > index && (end == count || self[end].isBlank) ? end : nil
  }

  /// How long a bracket with a module and its build ID may be.
  private static let longestModule = 128

  /// Where a name ends that its module follows or not, given where both end.
  func nameEnd(beforeModuleAt end: Int) -> (end: Int, module: Range<Int>?) {
    guard self[end &- 1] == 0x5d else { return (end, nil) }
    var open = end &- 1
    while open > 0, self[open] != 0x5b, end &- open < TextLine.longestModule { open &-= 1 }
    guard let (name, behind) = module(at: open &- 1), behind == end else { return (end, nil) }
    return (open &- 1, name)
  }
}

extension StaticString {
  /// Whether a byte is the text's first.
  func starts(with byte: UInt8) -> Bool { withUTF8Buffer { unsafe $0.first == byte } }

  /// Whether a byte is one of the text's.
  func contains(_ byte: UInt8) -> Bool { withUTF8Buffer { unsafe $0.contains(byte) } }
}

/// Prefixes of sections that hold one symbol each (`-ffunction-sections`, `-fdata-sections`).
enum SectionPrefix {
  private static let outer: [StaticString] = [".rela", ".rel"]
  private static let all: [StaticString] = [
    ".text.unlikely.", ".text.hot.", ".text.startup.", ".text.exit.", ".init.text.", ".exit.text.",
    ".text.", ".data.rel.ro.", ".data.rel.", ".data.", ".rodata.", ".bss.", ".init.data.",
  ]

  /// Where the symbol's name begins in a section's name.
  static func end(in line: borrowing TextLine, _ range: Range<Int>) -> Int? {
    var start = range.lowerBound
    for text in outer where line.has(text, at: start) {
      let rest = start &+ text.utf8CodeUnitCount
      if line[rest] == 0x2e {
        start = rest
        break
      }
    }
    for text in all where line.has(text, at: start) {
      let end = start &+ text.utf8CodeUnitCount
      return end < range.upperBound ? end : nil
    }
    return nil
  }
}
