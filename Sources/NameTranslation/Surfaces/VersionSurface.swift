// Tables of symbol versions: Module.symvers, `modprobe --dump-modversions` and `--show-exports`,
// and the kABI lists of distributions.

extension Surface {
  static let versionPatterns: [LinePattern] = [
    // `0x12345678	name	owner	EXPORT_SYMBOL	namespace`
    .line(.versions, .hex, .text("\t"), .name, .text("\t")),
    // `0x12345678	name`
    .line(.versions, .hex, .text("\t"), .name, .end),
  ]

  /// Messages about symbols that are missing.
  static let buildPatterns: [LinePattern] = [
    // scripts/mod/modpost.c: check_exports
    .after("modpost: \"", .build, .name, .text("\" [")),
    .after("modpost: symbol ", .build, .name, .wordEnd),
    .after("-> ", .build, .name, .offset, .text(" (section: ")),
    .after("reference: ", .build, .name, .offset, .text(" (section: ")),
    // tools/objtool/check.c: validate_branch
    .line(.build, weak: true, .maybeBlank, .name, .text("() falls through to next function ")),
    .after("objtool: ", .build, .name, .text("()")),
    .after("() falls through to next function ", .build, .name, .text("()")),
    // Linkers
    .after("undefined symbol: ", .build, .name, .end),
    .after("duplicate symbol: ", .build, .name, .end),
    .after("undefined reference to `", .build, .name, .text("'")),
    .after("multiple definition of `", .build, .name, .text("'")),
    .after("in function `", .build, .name, .text("':")),
    // kmod: tools/depmod.c, depmod_report_symbol
    .after("needs unknown symbol ", .build, .name, .end),
  ]
}
