import KernelSymbols
import TestSupport
import Testing

@Suite("The library")
struct LibraryTests {
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  @Test("errors have a code for what is wrong: reading, writing, or asking what is not there")
  func errors() throws {
    let none = scratch.file("none")
    let unreadable = #expect(throws: KernelSymbolsError.self) { try Kernel(at: none) }
    #expect(unreadable?.code == .unreadable && unreadable?.path == none)
    let noModule = #expect(throws: KernelSymbolsError.self) { try Module(at: none) }
    #expect(noModule?.code == .unreadable)
    let module = try scratch.write(ModuleBuilder().build(), to: "sample.ko")
    let noKernel = #expect(throws: KernelSymbolsError.self) { try Kernel(at: module) }
    #expect(noKernel?.code == .noKernel)
    let target = scratch.file("missing/sample.ko")
    let unwritable = #expect(throws: KernelSymbolsError.self) {
      try Module(at: module).write(to: target)
    }
    #expect(unwritable?.code == .unwritable)
    let config = try scratch.write(Array("CONFIG_MODULES=y\n".utf8), to: "config")
    let unknown = #expect(throws: KernelSymbolsError.self) { try Kernel(at: config).symbols }
    #expect(unknown?.code == .notKnown)
  }

  @Test("a module is compared with what a raw image has only by its form: its types")
  func rawImage() throws {
    var memory = MemoryBuilder(0xffff_8000_8000_0000)
    memory.bytes.pad(to: 0x1000)
    memory.bytes.put(StubKernelBuilder.typeInformation(1344))
    memory.bytes.align(to: 8)
    try memory.putTables(fillers: 300, isBaseRelative: true)
    let image = try scratch.write(memory.bytes.bytes, to: "Image")
    let module = try scratch.write(ModuleBuilder().build(), to: "sample.ko")
    let answer = try #require(try Kernel(at: image).check(module).first)
    #expect(answer.verdict == .refused && answer.errno?.rawValue == 8, "\(answer)")
    #expect(answer.log.contains { $0.contains("struct module size") }, "\(answer.log)")
  }

  @Test("facts that are given count where they have a meaning, and are listed")
  func givenFacts() throws {
    let image = try scratch.write(KernelBuilder().build(), to: "vmlinux")
    let module = try scratch.write(ModuleBuilder().build(), to: "sample.ko")
    for (text, counts) in [("release=6.12.0", true), ("release=none", false), ("release", false)] {
      var options = LoadOptions()
      options.assuming = [text]
      let answer = try #require(try Kernel(at: image).check(module, options: options).first)
      #expect(answer.assumed.contains { $0.code == "given" } == counts, "\(text)")
    }
  }

  @Test("modules of the kernel's tree count as loaded, and flags are not set, unless asked for")
  func loadDefaults() {
    let options = LoadOptions()
    #expect(options.loadsDependencies)
    #expect(!options.ignoresModversions && !options.ignoresVermagic)
  }

  @Test("of several values of a key the first is given")
  func information() throws {
    var builder = ModuleBuilder()
    builder.info?.append("license=other")
    let module = try Module(bytes: builder.build())
    #expect(module.information("license") == "GPL")
    #expect(module.information("name") == "sample")
    #expect(module.information("licens") == nil)
  }

  @Test("a signed module is converted only without its signature, and only when that is asked for")
  func signatures() throws {
    var builder = ModuleBuilder()
    builder.require("_printk", 7)
    let plain = builder.build()
    // Four bytes that nobody checks, their trailer (include/linux/module_signature.h), the marker.
    let signed =
      plain + [1, 2, 3, 4] + [0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 4]
      + Array("~Module signature appended~\n".utf8)
    let module = try Module(bytes: signed)
    let refusal = #expect(throws: KernelSymbolsError.self) { try module.converting(to: .extended) }
    #expect(refusal?.code == .notConvertible)
    #expect(throws: KernelSymbolsError.self) {
      try module.converting(to: .extended, signature: .refused)
    }
    let converted = try module.converting(to: .extended, signature: .dropped)
    let expected = try Module(bytes: plain).converting(to: .extended)
    #expect(converted.bytes == expected.bytes)
    #expect(try converted.versions.map(\.layouts) == [[.extended]])
    #expect(try module.converting(to: .basic, signature: .dropped).bytes == plain)
  }

  @Test("a symbol has an address where the file gives one")
  func addresses() throws {
    for (digits, address) in [
      ("ffffffff81000000", 0xffff_ffff_8100_0000), ("0000000000000000", nil),
    ] as [(String, UInt64?)] {
      let list = try scratch.write(Array("\(digits) T _text\n\(digits) T a\n".utf8), to: "list")
      let symbols = try Kernel(at: list).symbols
      #expect(symbols.map(\.address) == [address, address])
    }
  }
}
