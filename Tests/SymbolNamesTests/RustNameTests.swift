import SymbolNames
import Testing

@Suite("Rust names")
struct RustNameTests {
  /// From rustc-demangle, alternate form; llvm-cxxfilt does not know these constants.
  static let constants: [(String, String)] = [
    ("_RMC0INtC1a3FooKRe616263_E", #"<a::Foo<"abc">>"#),
    ("_RMC0INtC1a3FooKRe_E", #"<a::Foo<"">>"#),
    (
      "_RMC0INtC1a3FooKRe27220a0009e28882f09f988a7f01_E",
      #"<a::Foo<"'\"\n\0\t∂😊\u{7f}\u{1}">>"#
    ),
    ("_RMC0INtC1a3FooKRec2a0c2adcc81_E", #"<a::Foo<"\u{a0}\u{ad}\u{301}">>"#),
    ("_RMC0INtC1a3FooKe616263_E", #"<a::Foo<{*"abc"}>>"#),
    ("_RMC0INtC1a3FooKRRe616263_E", #"<a::Foo<{&"abc"}>>"#),
    ("_RMC0INtC1a3FooKRAh1_h2_EE", "<a::Foo<{&[1, 2]}>>"),
    ("_RMC0INtC1a3FooKQAh1_h2_EE", "<a::Foo<{&mut [1, 2]}>>"),
    ("_RMC0INtC1a3FooKAh1_h2_EE", "<a::Foo<{[1, 2]}>>"),
    ("_RMC0INtC1a3FooKTEE", "<a::Foo<{()}>>"),
    ("_RMC0INtC1a3FooKTh1_EE", "<a::Foo<{(1,)}>>"),
    ("_RMC0INtC1a3FooKTh1_b1_EE", "<a::Foo<{(1, true)}>>"),
    ("_RMC0INtC1a3FooKVNtC1a1BUE", "<a::Foo<{a::B}>>"),
    ("_RMC0INtC1a3FooKVNtC1a1BTh1_Re61_EE", #"<a::Foo<{a::B(1, "a")}>>"#),
    ("_RMC0INtC1a3FooKVNtC1a1BS1xh1_1yRe61_EE", #"<a::Foo<{a::B { x: 1, y: "a" }}>>"#),
    ("_RMC0INtC1a3FooKATh1_EEE", "<a::Foo<{[(1,)]}>>"),
    ("_RMC0INtC1a3FooKVNtC1a1BS1xTh1_EEE", "<a::Foo<{a::B { x: (1,) }}>>"),
    ("_RMC0INtC1a3FooKVINtC1a1BjEUE", "<a::Foo<{a::B::<usize>}>>"),
    ("_RMC0AhVNtC1a1BU", "<[u8; a::B]>"),
  ]

  @Test("constants of strings, references, arrays, tuples and structs", arguments: constants)
  func newerConstants(linkage: String, readable: String) {
    #expect(RustDemangler.readableName(of: linkage) == readable)
  }

  @Test("constants beyond 64 bits are hexadecimal, characters beyond ASCII escaped")
  func wideConstants() {
    #expect(
      RustDemangler.readableName(of: "_RINvC1a1fKo10000000000000000_E")
        == "a::f::<0x10000000000000000>")
    #expect(
      RustDemangler.readableName(of: "_RINvC1a1fKnn80000000000000000000000000000000_E")
        == "a::f::<-0x80000000000000000000000000000000>")
    #expect(
      RustDemangler.readableName(of: "_RINvC1a1fKc27_Kc2202_E") == #"a::f::<'\'', '\u{2202}'>"#)
  }

  @Test("the older mangling: escapes, suffixes, letters beyond ASCII, the hash on demand")
  func olderMangling() {
    let name =
      "_ZN90_$LT$a..gr$uf6$$udf$e..$u6a21$$u20$as$u20$core..ops..Drop$GT$4drop17h6b03f0131e179f0eE"
    let fixed = name.replacing("_ZN90", with: "_ZN61")
    #expect(RustDemangler.readableName(of: name) == nil)
    #expect(RustDemangler.readableName(of: fixed) == "<a::größe::模 as core::ops::Drop>::drop")
    #expect(
      RustDemangler.readableName(of: fixed, style: .showingHashes)
        == "<a::größe::模 as core::ops::Drop>::drop::h6b03f0131e179f0e")
    #expect(
      RustDemangler.readableName(of: "_ZN3foo3bar17h0123456789abcdefE.llvm.1")
        == "foo::bar (.llvm.1)")
    #expect(
      RustDemangler.readableName(of: "_ZN5$odd$17h0123456789abcdefE") == "$odd$")
    #expect(
      RustDemangler.readableName(of: "_ZN22$u0000041$..a.$u7f$$C$17h0123456789abcdefE")
        == "A::a.$u7f$$C$")
  }

  // rustc-demangle 0.1.24, src/legacy.rs: what char::from_u32 takes, unless char::is_control.
  @Test(
    "the older mangling: an escaped character has lower-case digits, and is no control character",
    arguments: [
      ("u", nil), ("", nil), ("u0", nil), ("u1f", nil), ("u20", " "), ("u7e", "~"), ("u7f", nil),
      ("u9f", nil), ("ua0", "\u{a0}"), ("u7E", nil), ("x7e", nil), ("7e", nil),
      ("ud7ff", "\u{d7ff}"),
      ("ud800", nil), ("udfff", nil), ("ue000", "\u{e000}"), ("u10ffff", "\u{10ffff}"),
      ("u110000", nil), ("u00000000007e", "~"), ("u10000007e", nil), ("C", ","), ("CC", nil),
      ("SP", "@"), ("SPx", nil), ("xxxxxxLT", nil),
    ] as [(String, String?)])
  func escapes(_ escape: String, _ character: String?) {
    let name = "a$\(escape)$b"
    #expect(
      RustDemangler.readableName(of: "_ZN\(name.utf8.count)\(name)17h0123456789abcdefE")
        == character.map { "a\($0)b" } ?? name)
  }

  @Test(
    "numbers are decimal, and have no zeros before them",
    arguments: [
      ("0", "0"), ("1", "1"), ("9", "9"), ("a", "10"), ("b", "11"), ("63", "99"), ("64", "100"),
      ("65", "101"), ("6d", "109"), ("6e", "110"), ("3e7", "999"), ("3e8", "1000"),
      ("8ac7230489e7ffff", "9999999999999999999"), ("8ac7230489e80000", "10000000000000000000"),
      ("ffffffffffffffff", "18446744073709551615"),
    ])
  func decimals(_ digits: String, _ number: String) {
    #expect(RustDemangler.readableName(of: "_RINvC1a1fKj\(digits)_E") == "a::f::<\(number)>")
    #expect(RustDemangler.readableName(of: "_RINvC1a1fKxn\(digits)_E") == "a::f::<-\(number)>")
  }

  @Test(
    "closures have the numbers that their disambiguators count from 0",
    arguments: [
      ("", 0), ("s_", 1), ("s0_", 2), ("s7_", 9), ("s8_", 10), ("s9_", 11), ("sz_", 37),
      ("sA_", 38), ("sZ_", 63), ("s10_", 64), ("s1z_", 99), ("s1A_", 100), ("s1B_", 101),
      ("sg5_", 999), ("sg6_", 1000),
    ])
  func closures(_ disambiguator: String, _ number: Int) {
    #expect(
      RustDemangler.readableName(of: "_RNCNvC1a1f\(disambiguator)0") == "a::f::{closure#\(number)}")
  }

  @Test("digits in base 62 end with the letters", arguments: ["@", "[", "`", "{", "/", ":"])
  func otherDigits(_ sign: String) {
    #expect(RustDemangler.readableName(of: "_RNCNvC1a1fs\(sign)_0") == nil)
  }

  @Test("a namespace is a letter; that of a capital is shown")
  func namespaces() {
    for (letter, readable) in [
      ("a", "a::f"), ("z", "a::f"), ("v", "a::f"), ("A", "a::{A:f#0}"), ("Z", "a::{Z:f#0}"),
      ("C", "a::{closure:f#0}"), ("S", "a::{shim:f#0}"),
    ] {
      #expect(RustDemangler.readableName(of: "_RN\(letter)C1a1f") == readable)
    }
    for sign in ["@", "[", "`", "{", "0", "_"] {
      #expect(RustDemangler.readableName(of: "_RN\(sign)C1a1f") == nil)
    }
  }

  @Test(
    "a vendor's suffix follows a dot or a dollar sign",
    arguments: [
      ("_RNvC1a1f.got", "a::f (.got)"), ("_RNvC1a1f$got", "a::f ($got)"),
      ("_RNvC1a1f$tlv$init", "a::f ($tlv$init)"), ("_RNvC1a1f$", "a::f ($)"),
    ])
  func suffixes(name: String, expected: String) {
    #expect(RustDemangler.readableName(of: name) == expected)
  }

  /// As rustc-demangle of Rust 1.95 prints them; llvm-cxxfilt does not know these types.
  @Test(
    "pattern types read as rustc-demangle writes them",
    arguments: [
      ("WhRh1_h5_", "u8 is 1..=5"), ("WPhN", "*const u8 is !null"),
      ("WlORln80000000_ln1_Rl1_l7fffffff_E", "i32 is -2147483648..=-1 | 1..=2147483647"),
      ("WhORh0_h1_ONRh4_h5_EE", "u8 is 0..=1 | !null | 4..=5"), ("WhONE", "u8 is !null"),
      ("AWhRh1_h5_j4_", "[u8 is 1..=5; 4]"), ("WWhNRh0_h1_", "u8 is !null is 0..=1"),
      ("WhRpp", "u8 is _..=_"), ("WcRc0_c61_", #"char is '\0'..='a'"#),
      ("WcRc27_c22_", #"char is '\''..='"'"#), ("WcRce9_c301_", #"char is 'é'..='\u{301}'"#),
      ("WcRcd7ff_c1f600_", #"char is '\u{d7ff}'..='😀'"#), ("WbRTb1_ERc7f_cb_", ""),
      ("WbRTb1_ETb0_E", "bool is {(true,)}..={(false,)}"),
    ])
  func patternTypes(type: String, expected: String) {
    let name = RustDemangler.readableName(of: "_RINvC2pt2ty\(type)E")
    #expect(name == (expected.isEmpty ? nil : "pt::ty::<\(expected)>"))
  }

  @Test(
    "a name that is not a Rust name is left alone",
    arguments: [
      "", "_", "_R", "printk", "_ZN3fooE", "_ZN3foo3barEv", "_ZN3foo17h0123456789abcdeE",
      "_ZN3foo17h0000000000000000E", "_ZN3foo17h0123456789abcdefEx", "_ZN17h0123456789abcdefE",
      "_ZN9999999999999999999999foo17h0123456789abcdefE", "_ZN3fo\u{e9}17h0123456789abcdefE",
      "_RC", "_RC1", "_RC2a", "_RNvC1a", "_RC1$", "_RC1a_", "_R0C1a", "RNvC1a1f", "_RINvC1a1fWhE",
      "_RINvC1a1fWhOEE", "_RINvC1a1fWhBm_E",
      "_RNvC1a99999999999999999999f", "_RCslYGhA16ahyf_1a", "_RCszzzzzzzzzzzzzzzz_1a",
      "_RB_", "_RNvB0_1a", "_RINvC1a1fKh00_E", "_RINvC1a1fKb2_E", "_RINvC1a1fKc1000000_E",
      "_RINvC1a1fL0_E", "_RINvC1a1fKRe80_E", "_RINvC1a1fKRe6_E", "_RINvC1a1fKReeda080_E",
      "_RINvC1a1fFGzzzzzzzz_EuE", "_RINvC1a1fDNtC1b1TEE", "_RNvC1au2_9", "_RNvC1au9_999999999",
    ])
  func noRustName(name: String) {
    #expect(RustDemangler.readableName(of: name) == nil)
    #expect(RustDemangler.readableName(of: name, style: .showingHashes) == nil)
  }
}

@Suite("Hostile Rust names")
struct HostileRustNameTests {
  @Test("nesting is followed 500 levels deep and no deeper")
  func depth() {
    let references = String(repeating: "R", count: 497)
    #expect(RustDemangler.readableName(of: "_RMC0\(references)u")?.utf8.count == 501)
    #expect(RustDemangler.readableName(of: "_RMC0RRR\(references)u") == nil)
    #expect(RustDemangler.readableName(of: "_R" + String(repeating: "Nv", count: 30_000)) == nil)
  }

  @Test("a back reference to itself, or to what encloses it, ends")
  func selfReference() {
    #expect(RustDemangler.readableName(of: "_RMC0TB2_E") == nil)
    #expect(RustDemangler.readableName(of: "_RMC0B2_") == nil)
    #expect(RustDemangler.readableName(of: "_RNvB_1a") == nil)
  }

  @Test("a bomb of back references is given up when the output is full")
  func outputBomb() {
    // Each level holds the one before it twice, thirty times over.
    let name =
      "_RMC0" + String(repeating: "T", count: 30) + "u"
      + (0..<30).map { level in "B\(base62(3 + 29 - level))E" }.joined()
    #expect(RustDemangler.readableName(of: name) == nil)
  }

  @Test("a bomb that prints next to nothing is given up when too much was read again")
  func silentBomb() {
    // The path of an impl is read but not printed: 40 kB of it for each two bytes of output.
    let ballast = "C40000" + String(repeating: "a", count: 40_000)
    let name = "_RMC0TM\(ballast)u" + String(repeating: "B4_", count: 8_000) + "E"
    #expect(RustDemangler.readableName(of: name) == nil)
  }

  @Test("lifetimes bound where nothing is printed cost nothing")
  func binderBomb() {
    // Eight thousand function pointers that bind forty thousand lifetimes each.
    let functions = String(repeating: "FGapa_Eu", count: 8_000)
    #expect(RustDemangler.readableName(of: "_RMMC0T\(functions)Eu") == "<()>")
    #expect(RustDemangler.readableName(of: "_RMC0T\(functions)E") == nil)
  }

  @Test("an identifier of many coded letters is given up")
  func punycodeBomb() {
    let coded = String(repeating: "aaa", count: 5_000)
    #expect(RustDemangler.readableName(of: "_RCu\(coded.utf8.count)\(coded)") == nil)
  }

  @Test("names and results are bounded")
  func lengths() {
    let long = String(repeating: "a", count: RustDemangler.maximumLength)
    #expect(RustDemangler.readableName(of: "_RC\(long.utf8.count)\(long)") == nil)
    let fits = String(repeating: "a", count: 65_000)
    #expect(RustDemangler.readableName(of: "_RC65000\(fits)") == fits)
  }

  @Test("bytes of any value do no harm", arguments: 0..<4)
  func randomBytes(seed: UInt64) {
    var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    var output = NameBuffer()
    for _ in 0..<2_000 {
      var name: [UInt8] = [0x5f, 0x52]
      for _ in 0..<48 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        name.append(UInt8(truncatingIfNeeded: state >> 33))
      }
      _ = RustDemangler.appendReadableName(of: name.span, to: &output)
      for index in 2..<name.count {
        name[index] = Self.alphabet[Int(name[index]) % Self.alphabet.count]
      }
      _ = RustDemangler.appendReadableName(of: name.span, to: &output)
      output.removeAll()
    }
  }

  private static let alphabet = Array("0123459_abcehlmnopsuvxyzABCDEFGIKLMNOPQRSTUXY".utf8)

  private func base62(_ value: Int) -> String {
    let digits = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return value == 0 ? "_" : "\(digits[(value - 1) % 62])_"
  }
}
