// Lists of symbols: nm in its formats, System.map, /proc/kallsyms.

extension Surface {
  /// What nm and the kernel print as a type letter.
  private static let letters: StaticString = "aAbBcCdDgGiInNpPrRsStTuUvVwW?-"

  static let symbolListPatterns: [LinePattern] = [
    // `ffffffff81000000 T _stext`, `ffffffffc0000000 t init	[module]`
    .line(.symbolList, .address, .text(" "), .oneOf(letters), .text(" "), .name, .module, .end),
    // nm -S: the size after the address
    .line(
      .symbolList, .address, .text(" "), .address, .text(" "), .oneOf(letters), .text(" "), .name,
      .end),
    // Undefined symbols, in the place of the address: 64 bits, then 32
    .line(.symbolList, .text("                 "), .oneOf("Uwv"), .text(" "), .name, .end),
    .line(.symbolList, .text("         "), .oneOf("Uwv"), .text(" "), .name, .end),
    // nm -A
    .line(
      .symbolList, .until(0x3a), .text(":"), .address, .text(" "), .oneOf(letters), .text(" "),
      .name, .end),
    .line(
      .symbolList, .until(0x3a), .text(":                 "), .oneOf("Uwv"), .text(" "), .name,
      .end),
    // nm -f posix
    .line(.symbolList, .name, .text(" "), .oneOf(letters), .text(" "), .address, .wordEnd),
    // nm -f sysv
    .line(.symbolList, .name, .maybeBlank, .text("|"), .address, .text("|")),
    .line(
      .symbolList, .name, .maybeBlank, .text("|"), .blank, .text("|"), .maybeBlank,
      .oneOf(letters), .maybeBlank, .text("|")),
    // nm -l: the place in the source after a tab
    .line(
      .symbolList, .address, .text(" "), .oneOf(letters), .text(" "), .name, .text("\t"),
      .text("/")),
    // /sys/kernel/debug/kprobes/blacklist
    .line(.symbolList, .hex, .text("-"), .hex, .text("\t"), .name, .module, .end),
    // /sys/kernel/debug/kprobes/list (kernel/kprobes.c, report_probe): a module without brackets
    .line(
      .symbolList, .address, .text("  "), .oneOf("jkr"), .text("  "), .name, .offset, .text("  "),
      .bareModule),
    .line(
      .symbolList, .address, .text("  "), .oneOf("jkr"), .text("  "), .name, .offset, .module,
      .wordEnd),
  ]
}
