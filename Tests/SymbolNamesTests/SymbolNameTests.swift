import SymbolNames
import Testing

@Suite("Symbol names")
struct SymbolNameTests {
  /// What `printf %s foo | sha256sum` prints.
  private static let foo = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"

  @Test("the hashed name is the digest without one leading dot", arguments: ["foo", ".foo"])
  func hashed(_ name: String) {
    let name = SymbolName(name)
    #expect(name.hashed.hexadecimal == Self.foo)
    #expect(name.view.hashed == name.hashed)
    #expect(name.hashed.key == 0x2c26_b46b_68ff_c68f)
  }

  @Test("only the first dot is left out")
  func dots() {
    #expect(SymbolName("..foo").hashed.hexadecimal != Self.foo)
    #expect(SymbolName("..foo").hashed != SymbolName("foo").hashed)
    #expect(SymbolName(".").hashed == SymbolName("").hashed)
  }

  @Test(
    "a hashed name is read from digits of either case, with or without its prefix, or from bytes")
  func reading() throws {
    let foo = SymbolName("foo").hashed
    #expect(HashedName(Self.foo) == foo)
    #expect(HashedName("sha256:" + Self.foo) == foo)
    #expect(HashedName(Self.foo.uppercased()) == foo)
    #expect(HashedName(hexadecimal: Array(Self.foo.utf8).span) == foo)
    #expect(foo.bytes.count == 32)
    #expect(HashedName(foo.bytes.span) == foo)
  }

  @Test(
    "anything but 64 hexadecimal digits is not a hashed name",
    arguments: [
      "", "sha256:", String(foo.dropLast()), foo + "0", "SHA256:" + foo, "g" + foo.dropFirst(),
      "+" + foo.dropFirst(), "sha256:sha256:" + foo, "\u{10}" + foo.dropFirst(),
    ])
  func refused(_ text: String) {
    #expect(HashedName(text) == nil)
  }

  @Test("bytes beside those of digits are no digits", arguments: ["@", "G", "/", ":", "`", "g"])
  func besideDigits(_ first: String) {
    for place in [0, 31, 63] {
      var digits = Array(Self.foo)
      digits[place] = Character(first)
      #expect(HashedName(String(digits)) == nil)
    }
  }

  @Test("bytes of another length are not a hashed name")
  func wrongLength() {
    let bytes = SymbolName("foo").hashed.bytes
    #expect(HashedName(Array(bytes.dropLast()).span) == nil)
    #expect(HashedName((bytes + [0]).span) == nil)
  }

  @Test("a name has a source name, and a readable one if it is mangled")
  func forms() {
    let function = SymbolName("__pfx_init_once.llvm.14172910296636650566")
    #expect(function.source.text == "init_once")
    #expect(function.readable == nil)
    let rust = SymbolName("_RNvNtCs1cdwasc6FUb_6kernel5print11call_printk")
    #expect(rust.source == rust)
    #expect(rust.readable == "kernel::print::call_printk")
    #expect(rust.view.readable == rust.readable)
  }
}
