import KernelReleases
import SymbolNames
import Testing

@Suite("Linkage names")
struct LinkageNameTests {
  static let cases: [(String, String, [CompilerSuffix.Kind])] = [
    ("printk", "printk", []),
    ("init_once.llvm.14172910296636650566", "init_once", [.llvm]),
    ("foo.isra.0", "foo", [.isra]),
    ("foo.constprop.12", "foo", [.constprop]),
    ("foo.part.0.isra.0.cold", "foo", [.part, .isra, .cold]),
    ("foo.isra.0.constprop.1.cold", "foo", [.isra, .constprop, .cold]),
    ("foo.cold", "foo", [.cold]),
    ("foo.__part.1", "foo", [.part]),
    ("foo.llvm.1.__part.0", "foo", [.llvm, .part]),
    ("foo.__part", "foo.__part", []),
    ("foo.cold.3", "foo", [.cold]),
    ("foo.unlikely", "foo", [.unlikely]),
    ("foo.lto_priv.0", "foo", [.ltoPrivate]),
    ("foo.__uniq.12345678901234567890.llvm.99", "foo", [.unique, .llvm]),
    ("foo.llvm.1.cold", "foo", [.llvm, .cold]),
    ("foo.kcfi", "foo", [.kcfi]),
    ("foo.cfi", "foo", [.cfi]),
    ("foo.llvm.7.cfi_jt", "foo", [.llvm, .cfiJumpTable]),
    ("foo$0123456789abcdef0123456789abcdef", "foo", [.cfiHash]),
    ("foo.localalias", "foo", [.localAlias]),
    ("foo.localalias.5", "foo", [.localAlias]),
    ("foo.specialized.1", "foo", [.specialized]),
    ("foo.argprom", "foo", [.argprom]),
    ("__func__.12", "__func__", [.number]),
    ("foo.0.0", "foo", [.number, .number]),
    (".str.24.llvm.123", ".str", [.number, .llvm]),
    ("fn.var.3.llvm.5", "fn.var", [.number, .llvm]),
    ("_RNvC1a1f.llvm.9D1C9369", "_RNvC1a1f", [.llvm]),
    // Not a suffix: a keyword without its number, a name that would vanish, other words.
    ("foo.llvm", "foo.llvm", []),
    ("foo.isra", "foo.isra", []),
    ("foo.isra.x", "foo.isra.x", []),
    ("foo.llvm.", "foo.llvm.", []),
    ("foo.llvm.9F", "foo", [.llvm]),
    ("foo.llvm.9G", "foo.llvm.9G", []),
    ("foo.llvm.9:", "foo.llvm.9:", []),
    ("foo.isra.:", "foo.isra.:", []),
    ("foo.isra.0:", "foo.isra.0:", []),
    ("foo.:", "foo.:", []),
    ("foo.0/", "foo.0/", []),
    (".cold", ".cold", []),
    (".12", ".12", []),
    ("foo._entry", "foo._entry", []),
    ("foo.cold.bar", "foo.cold.bar", []),
    ("$0123456789abcdef0123456789abcdef", "$0123456789abcdef0123456789abcdef", []),
    ("", "", []),
    (".", ".", []),
    ("..", "..", []),
  ]

  @Test("suffixes are taken off the end as long as they are known", arguments: cases)
  func suffixes(name: String, source: String, kinds: [CompilerSuffix.Kind]) {
    let parts = LinkageName(Array(name.utf8).span)
    #expect(parts.suffixes.map(\.kind) == kinds)
    #expect(LinkageName.sourceName(of: name) == source)
    // Prefix, source name and suffixes lie side by side and fill the name.
    var end = parts.sourceRange.upperBound
    for suffix in parts.suffixes {
      #expect(suffix.range.lowerBound == end)
      end = suffix.range.upperBound
    }
    #expect(end == name.utf8.count)
  }

  static let prefixed: [(String, String, [LinkageName.Prefix])] = [
    ("__cfi_foo", "foo", [.cfi]),
    ("__pfx_foo", "foo", [.padding]),
    ("__pfx___cfi_foo.cold", "foo", [.padding, .cfi]),
    ("__pi___pfx_foo", "foo", [.positionIndependent, .padding]),
    ("__kcfi_typeid_foo", "foo", [.cfiType]),
    ("__cfi_", "__cfi_", []),
    ("__pfx___cfi_", "__cfi_", [.padding]),
    ("__cfix", "__cfix", []),
    ("__pfx_.cold", ".cold", [.padding]),
    ("__pfx___cfi___pfx___cfi_foo", "foo", [.padding, .cfi, .padding, .cfi]),
    ("__pfx___cfi___pfx___cfi___pfx_foo", "__pfx_foo", [.padding, .cfi, .padding, .cfi]),
  ]

  @Test("prefixes of padding and type checks are taken off", arguments: prefixed)
  func prefixes(name: String, source: String, prefixes: [LinkageName.Prefix]) {
    #expect(LinkageName(Array(name.utf8).span).prefixes == prefixes)
    #expect(LinkageName.sourceName(of: name) == source)
  }

  @Test("a suffix is found however long the name before it is", arguments: 1..<40)
  func places(_ count: Int) {
    for filler in ["n", "\u{2f}", "\u{2d}", "\u{7f}", "é"] {
      let name = String(String(repeating: filler, count: count).utf8.prefix(count)) ?? "n"
      for suffix in [".cold", ".llvm.123456789012", ".isra.0"] {
        #expect(LinkageName.sourceName(of: name + suffix) == name)
        #expect(LinkageName.sourceName(of: suffix + name) == suffix + name)
      }
      #expect(LinkageName.sourceName(of: name) == name)
    }
  }

  @Test("a suffix gives its effect on the function")
  func meaning() {
    let parts = LinkageName(Array("foo.part.0.isra.0.cold".utf8).span)
    #expect(parts.suffixes.map(\.isPart) == [true, false, true])
  }

  @Test(
    "modpost cuts a number after the first dot",
    arguments: [
      ("foo.123", "foo"), ("foo.1.cold", "foo"), ("foo.part.0", "foo.part.0"), (".foo", ".foo"),
      (".1", ".1"), ("foo.", "foo."), ("foo.1a", "foo.1a"), ("foo", "foo"), ("", ""),
      ("foo.12.", "foo"), ("foo.1:", "foo.1:"), ("foo.:", "foo.:"), ("foo.9", "foo"),
      ("foo.1/", "foo.1/"),
    ])
  func modpost(name: String, kept: String) {
    #expect(LinkageName.modpostLength(of: Array(name.utf8).span) == kept.utf8.count)
  }
}

@Suite("Name limits")
struct NameLimitTests {
  private func maximum(_ interface: NameLimit.Interface, _ major: Int, _ minor: Int, bits: Int)
    -> Int?
  {
    NameLimit.limits(release: KernelRelease(major, minor), wordBits: bits)
      .first { $0.interface == interface }?.maximum
  }

  @Test("the basic version table takes 55 bytes on 64 bits, 59 on 32")
  func basicVersions() {
    #expect(maximum(.basicVersions, 5, 10, bits: 64) == 55)
    #expect(maximum(.basicVersions, 5, 10, bits: 32) == 59)
    #expect(maximum(.basicVersions, 7, 2, bits: 64) == 55)
  }

  @Test("kallsyms takes 127 bytes up to 6.0, then 511")
  func kallsyms() {
    #expect(maximum(.kallsyms, 6, 0, bits: 64) == 127)
    #expect(maximum(.kallsyms, 6, 1, bits: 64) == 511)
    #expect(maximum(.kallsyms, 5, 19, bits: 32) == 127)
  }

  @Test("every interface has exactly one row for every release and width")
  func oneRowEach() {
    for release in [(4, 19), (5, 10), (6, 0), (6, 1), (6, 13), (6, 14), (7, 3)] {
      for bits in [32, 64] {
        let limits = NameLimit.limits(release: KernelRelease(release.0, release.1), wordBits: bits)
        #expect(limits.count == NameLimit.Interface.allCases.count)
        #expect(Set(limits.map(\.interface)).count == limits.count)
      }
    }
  }
}
