/// `NAME+0xOFF/0xSIZE [module]`, the kernel's own way to print an address (`%pS`, `%pB`), and
/// `NAME+0xOFF` of tools that do not know the size.
///
/// - Note: lib/vsprintf.c, `symbol_string`; kernel/kallsyms.c, `__sprint_symbol`. The name must not
///   be part of a path or of arithmetic: `a/b+0x10/0x20` has none.
enum OffsetTokens {
  static func find(in line: borrowing TextLine, _ fields: inout [NameField]) {
    var floor = 0
    var from = 0
    while let plus = line.find("+0x", from: from) {
      from = plus &+ 3
      defer { floor = from }
      let offsetEnd = line.hexEnd(from)
      guard let offset = line.hexValue(from..<offsetEnd),
        let start = line.nameStart(before: plus, floor: floor),
        isAllowed(line[start &- 1], line, before: start)
      else { continue }
      // Linkers write the section with a symbol's name: `.text.NAME+0x10`.
      let name = line[start] == 0x2e ? SectionPrefix.end(in: line, start..<plus) ?? start : start
      var field = NameField(name..<plus, .kernelLog, isStrong: false)
      field.offset = offset
      field.tokenEnd = offsetEnd
      if line.has("/0x", at: offsetEnd) {
        let sizeEnd = line.hexEnd(offsetEnd &+ 3)
        if let size = line.hexValue((offsetEnd &+ 3)..<sizeEnd) {
          field.size = size
          field.tokenEnd = sizeEnd
          field.isStrong = true
        }
      }
      guard !line[field.tokenEnd].isNameByte, line[field.tokenEnd] != 0x2f else { continue }
      if let (module, _) = line.module(at: field.tokenEnd) {
        field.module = module
        field.isStrong = true
      }
      fields.append(field)
    }
  }

  /// Whether a byte may precede the name.
  static func isAllowed(_ byte: UInt8, _ line: borrowing TextLine, before start: Int)
    -> Bool
  {
    switch byte {
    case 0x20, 0x09, 0x28, 0x5b, 0x3c, 0x3a, 0x3d, 0x2c, 0x3b, 0x7c, 0x22, 0x27, 0x3e, 0x60: true
    case 0x2d: line[start &- 2] == 0x3c
    // Controls end a word: they are decoded from JSON, where lines of a message follow each other.
    default: start == 0 || byte.isControl
    }
  }
}
