// perf, and the tools on BPF.

extension Surface {
  static let perfPatterns: [LinePattern] = [
    // script: `	ffffffff81000000 name+0x10 ([kernel.kallsyms])`
    .line(.perf, .blank, .address, .text(" "), .name, .offset, .text(" (")),
    .after(": ", .perf, .maybeBlank, .address, .text(" "), .name, .offset, .text(" (")),
    // report: `    12.34%  comm  [kernel.kallsyms]  [k] name`
    .after("[k] ", .perf, .name, .wordEnd), .after("[.] ", .perf, weak: true, .name, .wordEnd),
    // Call chains of report
    .after("%--", .perf, .name, .wordEnd), .after("---", .perf, weak: true, .name, .end),
    .after("|", .perf, weak: true, .blank, .name, .end),
  ]

  static let bpfPatterns: [LinePattern] = [
    // Stacks of bpftrace: `    name+16`; of bcc: `    name+0x10 [kernel]`
    .line(.bpf, .blank, .name, .text("+"), .number, .end),
    // The same in a string of -f json
    .after("\n", .bpf, .blank, .name, .text("+"), .number, .wordEnd),
    // The same with addresses, `kstack(perf)`
    .line(.bpf, .blank, .address, .text(" "), .name, .text("+"), .number, .end),
    .line(.bpf, .blank, .name, .offset, .text(" [kernel]")),
    .line(.bpf, .maybeBlank, .text("b'"), .name, .offset, .text(" [kernel]'")),
    .line(.bpf, .maybeBlank, .text("b'"), .name, .offset, .text("'")),
    // Stacks of bcc with addresses (offcputime -v, wakeuptime)
    .line(.bpf, .blank, .address, .text(" "), .name, .end),
    // Maps keyed by a function
    .line(.bpf, .text("@["), .name, .offset, .text("]: ")),
    .line(.bpf, .text("@"), .until(0x5b), .text("["), .name, .offset, .text("]: ")),
    // Probes
    .after("probe:", .bpf, .maybeOwner, .name), .after("kfunc:", .bpf, .maybeOwner, .name),
    .after("fentry:", .bpf, .maybeOwner, .name), .after("fexit:", .bpf, .maybeOwner, .name),
  ]
}

/// `comm;name;name 12`: folded stacks, one a line, as flame graphs are made of.
enum FoldedStacks {
  static func find(in line: borrowing TextLine, _ fields: inout [NameField]) {
    var end = line.count
    if line[end &- 1] == 0x0d { end &-= 1 }
    var digits = end
    while line[digits &- 1].isDecimalDigit { digits &-= 1 }
    guard digits < end, line[digits &- 1] == 0x20, var start = line.find(0x3b, from: 0) else {
      return
    }
    let before = fields.count
    end = digits &- 1
    start &+= 1
    while start < end {
      let frameEnd = min(line.find(0x3b, from: start) ?? end, end)
      guard let field = frame(line, start..<frameEnd) else {
        fields.removeSubrange(before...)
        return
      }
      fields.append(field)
      start = frameEnd &+ 1
    }
  }

  /// One frame; `nil` if it can be none.
  private static func frame(_ line: borrowing TextLine, _ range: Range<Int>) -> NameField? {
    guard !range.isEmpty, !line[range.lowerBound].isBlank, !line[range.upperBound &- 1].isBlank
    else { return nil }
    var end = range.upperBound
    // `_[k]` and its like mark the kernel, inlined functions, waiting.
    if range.count > 4, line.has("_[", at: end &- 4), line[end &- 1] == 0x5d { end &-= 4 }
    var field = NameField(range.lowerBound..<end, .foldedStacks)
    var digits = end
    while digits > range.lowerBound, line[digits &- 1].isHexDigit { digits &-= 1 }
    let plus = digits &- 3
    if plus > range.lowerBound, line.has("+0x", at: plus), let offset = line.hexValue(digits..<end)
    {
      field = NameField(range.lowerBound..<plus, .foldedStacks)
      field.offset = offset
      field.tokenEnd = end
    }
    return field
  }
}
