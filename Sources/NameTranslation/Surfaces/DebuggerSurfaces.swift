// gdb and crash, besides the references in angle brackets that they share with objdump.

extension Surface {
  static let gdbPatterns: [LinePattern] = [
    // bt: `#1  0xffffffff81000000 in name (argument=1) at file.c:12`
    .line(.gdb, .text("#"), .number, .blank, .hex, .text(" in "), .name, .text(" (")),
    .line(.gdb, .text("#"), .oneOf("0123456789"), .text("  "), .name, .text(" (")),
    .line(.gdb, .text("#"), .oneOf("123456789"), .number, .text(" "), .name, .text(" (")),
    .after("Breakpoint ", .gdb, .number, .text(", "), .hex, .text(" in "), .name, .text(" (")),
    .after("Breakpoint ", .gdb, .number, .text(", "), .name, .text(" (")),
    // info symbol: `name + 4 in section .text`
    .line(.gdb, .maybe("(gdb) "), .name, .offset, .text(" in section .")),
    .after("assembler code for function ", .gdb, .name, .text(":")),
    // info address
    .after("Symbol \"", .gdb, .name, .text("\"")),
    // info functions, info variables
    .line(.gdb, .hex, .text("  "), .name, .end),
  ]

  static let crashPatterns: [LinePattern] = [
    // bt: ` #0 [ffffc90000a3bd28] name at ffffffff81000000 [module]`, with -s `name+18 at …`
    .line(
      .crash, .maybeBlank, .text("#"), .number, .text(" ["), .address, .text("] "), .name, .offset,
      .text(" at "), .address, .wordEnd),
    // bt -t, bt -T: `  [ffffffff9f003e90] name at ffffffff81000000`
    .line(
      .crash, .blank, .text("["), .address, .text("] "), .name, .offset, .text(" at "), .address,
      .wordEnd),
    .after("START: ", .crash, .name, .offset, .text(" at "), .address, .wordEnd),
    // rd -s: `ffffffff9f003e90:  name+61 name+56`
    .line(.crash, .address, .text(":  "), .name, .text("+"), .number, .wordEnd),
    .line(.crash, .address, .text(":  "), .word, .blank, .name, .text("+"), .number, .wordEnd),
    .after("[exception RIP: ", .crash, .name, .offset, .text("]")),
    // sym: `ffffffff81000000 (T) name+4 [module] file.c: 12`
    .line(.crash, .address, .text(" ("), .any(1), .text(") "), .name, .offset, .module, .wordEnd),
  ]
}
