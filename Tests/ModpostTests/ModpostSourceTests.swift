import ByteStorage
import ELFFormat
import Modpost
import ModuleVersions
import TestSupport
import Testing
import VersionConversion

@Suite("Generated source")
struct ModpostSourceTests {
  private static let lookup: SymversLookup? = {
    let text = """
      0x00000001\t_printk\tvmlinux\tEXPORT_SYMBOL\t
      0x00000002\tdep_fn\tdrivers/dep/dep\tEXPORT_SYMBOL\t
      0x00000003\tdep_var\tdrivers/dep/dep\tEXPORT_SYMBOL_GPL\t
      0x00000009\t_printk\tvmlinux\tEXPORT_SYMBOL\t
      0xffffffff\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t
      0x00000055\t\(long.prefix(55))\tvmlinux\tEXPORT_SYMBOL\t
      0x00000056\t\(long.prefix(56))\tvmlinux\tEXPORT_SYMBOL\t
      0x00000011\texp\tsample\tEXPORT_SYMBOL\t

      """
    return (try? Symvers.parse(Array(text.utf8).rawSpan)).map { SymversLookup($0) }
  }()
  private static let long = String(repeating: "l", count: 60)

  private func source(
    _ file: [UInt8], _ tables: ModpostWriter.Tables = .these(basic: true, extended: true)
  ) throws -> String {
    let writer = ModpostWriter(try #require(Self.lookup), tables: tables)
    return String(decoding: try writer.source(for: file.rawSpan), as: UTF8.self)
  }

  private func aliases(_ file: [UInt8]) throws -> [String] {
    try source(file).split(separator: "\n").filter { $0.hasPrefix("MODULE_ALIAS") }.map {
      String($0.dropFirst(14).dropLast(3))
    }
  }

  private static let wholeSource = """
    #include <linux/module.h>
    #include <linux/export-internal.h>
    #include <linux/compiler.h>

    MODULE_INFO(name, KBUILD_MODNAME);

    __visible struct module __this_module
    __section(".gnu.linkonce.this_module") = {
    \t.name = KBUILD_MODNAME,
    \t.init = init_module,
    #ifdef CONFIG_MODULE_UNLOAD
    \t.exit = cleanup_module,
    #endif
    \t.arch = MODULE_ARCH_INIT,
    };

    MODULE_INFO(intree, "Y");

    MODULE_INFO(staging, "Y");

    MODULE_INFO(test, "Y");

    KSYMTAB_FUNC(exp, "");
    SYMBOL_FLAGS(exp, 0x00);
    KSYMTAB_DATA(var, "NS");
    SYMBOL_FLAGS(var, 0x01);

    SYMBOL_CRC(exp, 0x00000011);
    SYMBOL_CRC(var, 0x00000012);

    static const struct modversion_info ____versions[]
    __used __section("__versions") = {
    \t{ 0x00000009, "_printk" },
    \t{ 0x00000003, "dep_var" },
    \t{ 0x00000002, "dep_fn" },
    \t{ 0xffffffff, "module_layout" },
    };

    static const u32 ____version_ext_crcs[]
    __used __section("__version_ext_crcs") = {
    \t0x00000009,
    \t0x00000003,
    \t0x00000002,
    \t0xffffffff,
    };
    static const char ____version_ext_names[]
    __used __section("__version_ext_names") =
    \t"_printk\\0"
    \t"dep_var\\0"
    \t"dep_fn\\0"
    \t"module_layout\\0"
    ;

    MODULE_INFO(depends, "dep");


    MODULE_INFO(srcversion, "ABC");

    """

  @Test("a module's source has all that modpost writes, in its order")
  func whole() throws {
    var module = ModuleBuilder()
    for key in ["staging", "test"] { module.setInfo(key, "Y") }
    module.setInfo("srcversion", "ABC")
    module.exports = [
      SampleExport("exp", 0x11), SampleExport("var", 0x12, namespace: "NS", isGPLOnly: true),
    ]
    module.undefined = ["_printk", "dep_var", "dep_fn"]
    module.weak = ["gone"]
    var elf = module.elf()
    elf.addSymbol("exp", section: 1, type: 2)
    elf.addSymbol("var", section: 1, type: 1)
    elf.addSymbol("cleanup_module", section: 1, type: 2)
    #expect(try source(elf.build()) == Self.wholeSource)
  }

  @Test("what a module lacks is not in its source")
  func bare() throws {
    var module = ModuleBuilder()
    module.info = ["license=GPL"]
    var elf = module.elf()
    // A local function of the name is another's.
    elf.addSymbol("cleanup_module", section: 1, binding: 0, type: 2)
    elf.addUndefinedSymbol("_printk")
    let text = try source(elf.build(), .these(basic: false, extended: false))
    for absent in ["cleanup", "intree", "staging", "test", "KSYMTAB", "srcversion", "version"] {
      #expect(!text.contains(absent), "\(absent)")
    }
    #expect(text.contains("\t.init = init_module,\n\t.arch = MODULE_ARCH_INIT,\n"))
    #expect(text.hasSuffix("MODULE_INFO(depends, \"\");\n\n"))
  }

  @Test("the tables are those of the module, of an object both")
  func tables() throws {
    func found(_ change: (inout ModuleBuilder) -> Void) throws -> [Bool] {
      var module = ModuleBuilder()
      change(&module)
      let text = try source(module.build(), .asFound)
      return [text.contains("____versions[]"), text.contains("____version_ext_crcs[]")]
    }
    let versions = [RequiredVersion("_printk", 5)]
    #expect(try found { _ in } == [true, true])
    #expect(try found { $0.basic = versions } == [true, false])
    #expect(try found { $0.extended = versions } == [false, true])
    #expect(try found { ($0.basic, $0.extended) = (versions, versions) } == [true, true])
  }

  @Test("a basic table has room for 55 bytes, and without it longer names need the other")
  func longNames() throws {
    var module = ModuleBuilder()
    module.undefined = [55, 56].map { String(Self.long.prefix($0)) }
    let text = try source(module.build())
    #expect(text.contains("\t{ 0x00000055, \"\(module.undefined[0])\" },\n"))
    #expect(!text.contains("{ 0x00000056"))
    #expect(text.contains("\t{ 0xffffffff, \"module_layout\" },\n"))
    #expect(text.contains("\t\"\(module.undefined[1])\\0\"\n"))
    let file = module.build()
    let error = #expect(throws: ConversionError.self) {
      try source(file, .these(basic: true, extended: false))
    }
    #expect(error?.code == .unrepresentable && error?.number == 55)
    #expect(error?.names == [module.undefined[1]])
    module.undefined.removeLast()
    #expect(try source(module.build(), .these(basic: true, extended: false)).contains("lll"))
  }

  @Test("symbols that nobody exports are an error, unless they are weak")
  func missing() {
    var module = ModuleBuilder()
    module.undefined = ["gone", "_printk", "lost"]
    module.weak = ["weak"]
    #expect(throws: ConversionError(.notExported, ["gone", "lost"])) {
      try source(module.build())
    }
  }

  /// A module with strings in `.modinfo`, some with the number of their symbol.
  private func numbered(_ strings: [(text: String, number: Int?)]) -> [UInt8] {
    var module = ModuleBuilder()
    module.info = strings.map(\.text)
    var elf = module.elf()
    let info = 1 + (elf.sections.firstIndex { $0.name == ".modinfo" } ?? 0)
    var offset: UInt64 = 0
    for string in strings {
      let key = string.text.prefix { $0 != "=" }
      if let number = string.number {
        elf.addSymbol(
          "__UNIQUE_ID_\(key)\(number)", section: info, value: offset, binding: 0, type: 1)
      }
      offset += UInt64(string.text.utf8.count) + 1
    }
    return elf.build()
  }

  @Test("aliases of device tables follow depends by number, forwards or backwards")
  func generatedAliases() throws {
    let strings: [(String, Int?)] = [
      ("license=GPL", 7), ("alias=by-hand", 8), ("name=m", 9), ("depends=", 10),
      ("alias=one", 11), ("alias=two", 12), ("alias=3", 13),
    ]
    #expect(try aliases(numbered(strings)) == ["one", "two", "3"])
    #expect(try aliases(numbered(strings.reversed())) == ["one", "two", "3"])
    let more: [(String, Int?)] = [("alias=other", 15), ("alias=none", nil), ("srcversion=A", 14)]
    #expect(try aliases(numbered(strings + more)) == ["one", "two", "3"])
    #expect(try aliases(numbered(strings + [("srcversion=A", 14)])) == ["one", "two", "3"])
  }

  @Test("without the number of depends no alias is known to be of a device table")
  func unnumbered() throws {
    #expect(try aliases(numbered([("depends=", nil), ("alias=one", 11)])) == [])
    #expect(try aliases(numbered([("alias=one", 11), ("alias=two", 12)])) == [])
    // A name that ends without digits has no number, which is not 0.
    var module = ModuleBuilder()
    module.info = ["depends=", "alias=one"]
    var elf = module.elf()
    for (name, offset) in [("depends", 0), ("alias1", 9)] as [(String, UInt64)] {
      elf.addSymbol("__UNIQUE_ID_\(name)", section: 2, value: offset, binding: 0, type: 1)
    }
    #expect(elf.sections[1].name == ".modinfo")
    #expect(try aliases(elf.build()) == [])
  }

  @Test("after an export without a CRC others have theirs")
  func exportWithoutCRC() throws {
    var elf = ELFBuilder()
    elf.addSection(".text", flags: [.alloc, .execInstructions], bytes: [0xc3])
    let records = elf.addSection(".export_symbol", flags: [], bytes: [0, 0])
    for name in ["var", "exp"] {
      elf.addSymbol("__export_symbol_\(name)", section: records, binding: 0)
    }
    let made = try source(elf.build(), .these(basic: false, extended: false))
    #expect(made.contains("KSYMTAB_DATA(var, \"\");\n"))
    #expect(made.contains("SYMBOL_CRC(exp, 0x00000011);\n") && !made.contains("SYMBOL_CRC(var"))
  }

  @Test("an object's exports have their licence and namespace at their label")
  func exportRecords() throws {
    var elf = ELFBuilder()
    let text = elf.addSection(".text", flags: [.alloc, .execInstructions], bytes: [0xc3])
    let records = elf.addSection(
      ".export_symbol", flags: [], bytes: Array("\0\0GPL\0SPACE\0GPLX\0\0".utf8))
    // A label outside of any section says nothing.
    elf.addSymbol("__export_symbol_nowhere", section: 0xfff1, binding: 0)
    for (name, offset) in [("exp", 0), ("var", 2), ("odd", 12)] as [(String, UInt64)] {
      elf.addSymbol("__export_symbol_\(name)", section: records, value: offset, binding: 0)
    }
    elf.addSymbol("exp", section: text, type: 2)
    elf.addSymbol("var", section: text, binding: 0, type: 2)
    let made = try source(elf.build(), .these(basic: false, extended: false))
    #expect(
      made.contains(
        """
        KSYMTAB_FUNC(exp, "");
        SYMBOL_FLAGS(exp, 0x00);
        KSYMTAB_DATA(var, "SPACE");
        SYMBOL_FLAGS(var, 0x01);
        KSYMTAB_DATA(odd, "");
        SYMBOL_FLAGS(odd, 0x00);

        SYMBOL_CRC(exp, 0x00000011);

        """))
    #expect(!made.contains("SYMBOL_CRC(var") && !made.contains(".init = "))
  }
}
