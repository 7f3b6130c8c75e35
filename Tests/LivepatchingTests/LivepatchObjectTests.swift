import ByteStorage
import ELFFormat
import KernelReleases
import Livepatching
import SymbolTables
import TestSupport
import Testing

@Suite("Modules that livepatches patch")
struct LivepatchObjectTests {
  /// `twice` in init code and in code, `show` twice in code, one of them with an fentry site.
  private func object() throws -> ObjectSymbols {
    var elf = ELFBuilder()
    let text = elf.addSection(
      ".text", flags: [.alloc, .execInstructions], bytes: [UInt8](repeating: 0x90, count: 256))
    let initial = elf.addSection(
      ".init.text", flags: [.alloc, .execInstructions], bytes: [UInt8](repeating: 0x90, count: 64))
    let sites = elf.addSection("__mcount_loc", bytes: [UInt8](repeating: 0, count: 8))
    let textSymbol = elf.addSymbol("", section: text, binding: 0, type: 3)
    elf.addSymbol("twice", section: initial, size: 16, binding: 0, type: 2)
    elf.addSymbol("show", section: text, value: 128, size: 16, binding: 0, type: 2)
    elf.addSymbol("show", section: text, value: 32, size: 16, binding: 0, type: 2)
    elf.addSymbol("twice", section: text, value: 64, size: 16, type: 2)
    elf.addSymbol("clone.isra.0", section: text, value: 160, size: 16, type: 2)
    elf.addSymbol("fixed", section: 0xfff1, value: 0)
    elf.addRelocations(
      [ELFBuilder.Relocation(offset: 0, symbol: textSymbol, type: 1, addend: 36)],
      forSection: sites)
    let bytes = elf.build()
    return try ObjectSymbols(
      ELFFile(ByteSource(bytes.rawSpan)), moduleName: "driver", path: "driver.ko")
  }

  private func judge(
    _ functions: (String, UInt64)..., by other: ObjectSymbols? = nil
  ) throws -> (decision: LivepatchDecision, advice: [LivepatchAdvice]) {
    let rules = LivepatchRules(KernelRelease(7, 3))
    var builder = LivepatchBuilder()
    builder.objects[0].name = "driver"
    builder.objects[0].functions = functions.map { .init(old: $0.0, position: $0.1) }
    let bytes = builder.build()
    let patch = try Livepatch(ELFFile(ByteSource(bytes.rawSpan)), rules: rules)
    let objects = [try other ?? object()]
    let resolver = LivepatchResolver(kernel: nil, objects: objects, rules: rules)
    let judge = LivepatchJudge(patch, resolver)
    return (judge.enable(), judge.advice())
  }

  @Test("equal names count in symbol table order, whatever their addresses")
  func order() throws {
    let object = try object()
    #expect(
      object.symbols(named: "show").map { object.place(of: $0) } == [".text+0x80", ".text+0x20"])
    #expect(object.symbols(named: "show").map { object.isTraceable($0) } == [false, true])
    #expect(try judge(("show", 2)).decision.verdict == .applies)
    #expect(
      try judge(("show", 1)).decision.log.contains(
        "livepatch: failed to find location for function 'show'"))
  }

  @Test("positions that may be meant are counted from 1, with their places")
  func candidates() throws {
    let advice = try judge(("show", 0)).advice.first { $0.code == .positionNeeded }
    #expect(advice?.object == "driver" && advice?.candidates.map(\.position) == [1, 2])
    #expect(advice?.candidates.map(\.place) == [".text+0x80", ".text+0x20"])
    #expect(advice?.candidates.map(\.size) == [32, 32])
  }

  @Test("twelve symbols of a module are listed, and the others counted", arguments: [12, 14])
  func omitted(_ count: Int) throws {
    var elf = ELFBuilder()
    let text = elf.addSection(
      ".text", flags: [.alloc, .execInstructions], bytes: [UInt8](repeating: 0x90, count: 256))
    for number in 0..<count {
      elf.addSymbol("show", section: text, value: UInt64(16 * number), binding: 0, type: 2)
    }
    let bytes = elf.build()
    let object = try ObjectSymbols(
      ELFFile(ByteSource(bytes.rawSpan)), moduleName: "driver", path: "driver.ko")
    let found = try judge(("show", 0), by: object).advice.first { $0.code == .positionNeeded }
    let advice = try #require(found)
    #expect(advice.candidates.count == 12 && advice.omitted == count - 12)
  }

  @Test("messages name the module")
  func messages() throws {
    #expect(
      try judge(("show", 0)).decision.log == [
        "livepatch: unresolvable ambiguity for symbol 'show' in object 'driver'"
      ])
    #expect(
      try judge(("show", 3)).decision.log == [
        "livepatch: symbol position 3 for symbol 'show' in object 'driver' not found"
      ])
    #expect(
      try judge(("clone", 0)).advice.contains { $0.names == ["clone.isra.0"] })
  }

  @Test("init symbols count only while the module starts, which is pointed out")
  func initial() throws {
    let object = try object()
    #expect(object.symbols(named: "twice").count == 1)
    #expect(object.symbols(named: "twice", isStarting: true).count == 2)
    #expect(try judge(("twice", 0)).advice.contains { $0.code == .initNamesake })
  }

  /// One function in each of two sections, with the site of a call before the first at a distance.
  private func sited(_ machine: ELFMachine, before distance: UInt64) throws -> ObjectSymbols {
    var elf = ELFBuilder(machine: machine)
    let bytes = [UInt8](repeating: 0x90, count: 64)
    let text = elf.addSection(".text", flags: [.alloc, .execInstructions], bytes: bytes)
    let other = elf.addSection(".text.other", flags: [.alloc, .execInstructions], bytes: bytes)
    let sites = elf.addSection(
      "__patchable_function_entries", bytes: [UInt8](repeating: 0, count: 8))
    let symbol = elf.addSymbol("", section: text, binding: 0, type: 3)
    elf.addSymbol("first", section: text, value: 24, size: 8, type: 2)
    elf.addSymbol("second", section: text, value: 32, size: 8, type: 2)
    elf.addSymbol("other", section: other, value: 24, size: 8, type: 2)
    elf.addSymbol("fixed", section: 0xfff1, value: 24)
    elf.addSymbol("zero", section: 0xfff1)
    elf.addRelocations(
      [.init(offset: 0, symbol: symbol, type: 1, addend: Int64(24 - distance))],
      forSection: sites)
    let file = elf.build()
    return try ObjectSymbols(ELFFile(ByteSource(file.rawSpan)), moduleName: "m", path: "m.ko")
  }

  @Test("a function has a site where one lies in it, or as far before it as the machine puts it")
  func sites() throws {
    func traceable(_ machine: ELFMachine, _ distance: UInt64) throws -> [String] {
      let object = try sited(machine, before: distance)
      return ["first", "second", "other", "fixed"].filter { name in
        object.symbols(named: name, isStarting: true).contains { object.isTraceable($0) }
      }
    }
    #expect(try traceable(.x86_64, 0) == ["first"])
    #expect(try traceable(.x86_64, 1) == [])
    #expect(try traceable(.aarch64, 16) == ["first"])
    #expect(try traceable(.aarch64, 17) == [])
    #expect(try traceable(.aarch64, 0) == ["first", "second"])
  }

  @Test("a symbol reaches to the next one or to the end of its section")
  func extents() throws {
    let object = try sited(.x86_64, before: 0)
    func entry(_ name: String) throws -> ObjectSymbols.Entry {
      try #require(object.symbols(named: name, isStarting: true).first)
    }
    #expect(try entry("first").size == 8 && entry("second").size == 32)
    #expect(try entry("other").size == 40 && entry("fixed").size == 0)
    #expect(try entry("first").isKept && !entry("fixed").isKept)
    #expect(try entry("fixed").hasValue && !entry("zero").hasValue && entry("first").hasValue)
    #expect(try object.place(of: entry("other")) == ".text.other+0x18")
    #expect(try object.place(of: entry("fixed")) == "?+0x18")
  }

  @Test("a symbol of a section that is not there has no place")
  func noSection() throws {
    func build(_ section: Int) -> [UInt8] {
      var elf = ELFBuilder()
      elf.addSection(".text", flags: [.alloc, .execInstructions], bytes: [0x90])
      elf.addSymbol("beyond", section: section, type: 2)
      return elf.build()
    }
    let first = build(1)
    let count = try ELFFile(ByteSource(first.rawSpan)).sections.count
    let bytes = build(count)
    let object = try ObjectSymbols(
      ELFFile(ByteSource(bytes.rawSpan)), moduleName: "m", path: "m.ko")
    let entry = try #require(object.symbols(named: "beyond", isStarting: true).first)
    #expect(object.place(of: entry) == "?+0x0" && !entry.isKept && entry.size == 0)
  }

  @Test("a resolver without a module knows the others")
  func without() throws {
    let rules = LivepatchRules(KernelRelease(7, 3))
    let objects = [try object(), try sited(.x86_64, before: 0)]
    let resolver = LivepatchResolver(kernel: nil, objects: objects, rules: rules)
    #expect(resolver.without("driver").objects.keys.sorted() == ["m"])
    #expect(resolver.without("m").objects.keys.sorted() == ["driver"])
  }

  @Test("a module that is not loaded is left for later")
  func waiting() throws {
    let rules = LivepatchRules(KernelRelease(7, 3))
    var builder = LivepatchBuilder(("f", 0))
    builder.objects[0].name = "absent"
    let bytes = builder.build()
    let patch = try Livepatch(ELFFile(ByteSource(bytes.rawSpan)), rules: rules)
    let judge = LivepatchJudge(
      patch, LivepatchResolver(kernel: nil, objects: [], rules: rules))
    #expect(judge.enable().verdict == .applies)
    #expect(judge.functions().map(\.status) == [.waiting])
  }

  @Test("thousands of functions and relocations are each resolved")
  func many() throws {
    var list = "ffffffff81000000 T _stext\n"
    for number in 0..<20_000 {
      list += "ffffffff8\(String(0x1000010 + number * 16, radix: 16)) t f\(number / 2)\n"
    }
    let rules = LivepatchRules(KernelRelease(7, 3))
    let text = try SymbolText(parsing: Array(list.utf8).rawSpan)
    let kernel = LivepatchKernel(
      SymbolIndex(text.table), rules: rules, configuration: .init(hasClangLTO: false))
    var builder = LivepatchBuilder()
    builder.form = .klpBuild
    builder.objects[0].functions = (0..<5000).map { .init(old: "f\($0)", position: 2) }
    builder.sections = [
      .init(
        name: ".klp.rela.vmlinux..text",
        symbols: (0..<5000).map { (".klp.sym.vmlinux.f\($0),1", true) })
    ]
    let bytes = builder.build()
    let patch = try Livepatch(ELFFile(ByteSource(bytes.rawSpan)), rules: rules)
    let judge = LivepatchJudge(
      patch, LivepatchResolver(kernel: kernel, objects: [], rules: rules))
    #expect(judge.load().refusal == nil)
    #expect(judge.enable().verdict == .applies)
    let functions = judge.functions()
    #expect(functions.count == 5000)
    #expect(functions.allSatisfy { $0.status == .found && $0.count == 2 })
    let wanted: UInt64 = 0xffff_ffff_8100_0010 + 15 * 16
    #expect(functions[7].address == wanted)
    #expect(judge.symbols().count == 5000)
  }
}
