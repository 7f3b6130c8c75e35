// Tables of symbol versions: Module.symvers, `modprobe --dump-modversions` and `--show-exports`,
// and the kABI lists of distributions.

extension Surface {
  static let versionPatterns: [LinePattern] = [
    // `0x12345678	name	owner	EXPORT_SYMBOL	namespace`
    .line(.versions, .hex, .text("\t"), .name, .text("\t")),
    // `0x12345678	name`
    .line(.versions, .hex, .text("\t"), .name, .end),
  ]
}
