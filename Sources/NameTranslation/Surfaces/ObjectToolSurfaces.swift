// objdump and readelf of binutils.

extension Surface {
  static let objdumpPatterns: [LinePattern] = [
    // -t: `ffffffff81000000 l     F .text	0000000000000010 .hidden name`
    .line(
      .objdump, .address, .text(" "), .any(7), .text(" "), .word, .text("\t"), .address,
      .text(" "), .maybe(".hidden "), .maybe(".protected "), .maybe(".internal "), .name, .end),
    // -r: `0000000000000010 R_X86_64_PLT32    name-0x0000000000000004`
    .line(.objdump, .address, .text(" R_"), .word, .blank, .name, .addend, .end),
    .line(.objdump, .address, .text(" R_"), .word, .blank, .sectionName, .addend, .end),
    // -dr: the same below the instruction
    .line(.objdump, .blank, .digits, .text(": R_"), .word, .blank, .name, .addend, .end),
    .line(.objdump, .blank, .digits, .text(": R_"), .word, .blank, .sectionName, .addend, .end),
    // -h: `  3 .text.name 00000010 …`
    .line(.objdump, .maybeBlank, .number, .text(" "), .sectionName, .blank, .address, .blank),
    .after("Disassembly of section ", .objdump, .sectionName, .text(":")),
    .after("RELOCATION RECORDS FOR [", .objdump, .sectionName, .text("]")),
  ]

  static let readelfPatterns: [LinePattern] = [
    // -s: `   123: ffffffff81000000    16 FUNC    LOCAL  DEFAULT    1 name`
    .line(
      .readelf, .maybeBlank, .number, .text(": "), .address, .blank, .maybe("0x"), .digits, .blank,
      .word, .blank, .word, .blank, .word, .blank, .maybeBracketed, .word, .blank, .name, .end),
    // -r: `000000000010  000200000004 R_X86_64_PLT32    0000000000000000 name - 4`
    .line(
      .readelf, .address, .blank, .address, .text(" R_"), .word, .blank, .address, .blank, .name,
      .addend, .end),
    .line(
      .readelf, .address, .blank, .address, .text(" R_"), .word, .blank, .address, .blank,
      .sectionName, .addend, .end),
    // -S: `  [ 3] .text.name PROGBITS …`
    .line(
      .readelf, .maybeBlank, .text("["), .maybeBlank, .number, .text("] "), .sectionName, .wordEnd),
    .after("section '", .readelf, .sectionName, .text("'")),
  ]
}

/// `<NAME+OFF>` after an address: disassembly of objdump, gdb and crash, addresses in gdb, timers in
/// crash.
enum AngleReferences {
  static func find(in line: borrowing TextLine, _ fields: inout [NameField]) {
    var from = 0
    var attempts = 0
    while attempts < TextLine.mostAttempts, let open = line.find(" <", from: from) {
      attempts &+= 1
      from = open &+ 2
      guard let address = address(line, before: open) else { continue }
      let end = line.nameEnd(from: from)
      guard end > from else { continue }
      var field = NameField(from..<end, .objdump, address: address)
      field.tokenEnd = end
      if line[end] == 0x2b {
        let isHex = line.has("0x", at: end &+ 1)
        let start = end &+ (isHex ? 3 : 1)
        let last = isHex ? line.hexEnd(start) : line.decimalEnd(start)
        field.offset = isHex ? line.hexValue(start..<last) : line.decimalValue(start..<last)
        guard field.offset != nil else { continue }
        field.tokenEnd = last
      } else if line[end] == 0x2d {
        field.tokenEnd = line.hexEnd(end &+ (line.has("0x", at: end &+ 1) ? 3 : 1))
      }
      guard line[field.tokenEnd] == 0x3e, !isCodeByte(line, field) else { continue }
      fields.append(field)
      from = field.tokenEnd
    }
  }

  /// Whether a field is the byte that the kernel marks among those of a `Code:` line: `0f 05 <c3> 90`.
  private static func isCodeByte(_ line: borrowing TextLine, _ field: NameField) -> Bool {
    let start = field.range.lowerBound
    return field.range.count == 2 && field.tokenEnd == field.range.upperBound
      && line.hexEnd(start) == field.range.upperBound && line[start &- 5].isBlank
  }

  /// The address in hexadecimal digits before an index: `0x` before them, or nothing but a blank.
  private static func address(_ line: borrowing TextLine, before index: Int) -> UInt64? {
    var end = index
    while line[end &- 1] == 0x20, index &- end < 8 { end &-= 1 }
    var start = end
    while line[start &- 1].isHexDigit, end &- start < 17 { start &-= 1 }
    let before = line[start &- 1]
    let isApart = start == 0 || before.isBlank || before == 0x2a || before == 0x23 || before == 0x2c
    guard isApart || (before == 0x78 && line[start &- 2] == 0x30) else { return nil }
    return line.hexValue(start..<end)
  }
}
