import ByteStorage
import ELFFormat
import KernelReleases
import Livepatching
import SymbolTables
import TestSupport
import Testing

@Suite("Livepatch modules")
struct LivepatchFileTests {
  private func read(_ bytes: [UInt8]) throws -> Livepatch {
    try Livepatch(
      ELFFile(ByteSource(bytes.rawSpan)), rules: LivepatchRules(KernelRelease(7, 3)))
  }

  private func describe(_ patch: Livepatch) -> [String] {
    patch.objects.map { object in
      let functions = object.functions.map {
        "\($0.oldName ?? "-"),\($0.position)\($0.hasNewFunction ? "" : "!")"
      }
      return "\(object.title): \(functions.joined(separator: " "))"
        + (object.callbacks.isEmpty ? "" : " +\(object.callbacks.count)")
    }
  }

  private func sample(_ form: LivepatchBuilder.Form) -> LivepatchBuilder {
    var builder = LivepatchBuilder(("one", 0), ("two", 2), ("three", 1))
    builder.form = form
    builder.objects.append(
      .init(name: "ext4", functions: [.init(old: "four")], callbacks: form == .structures ? 2 : 0))
    builder.objects.append(.init(name: "xfs", functions: []))
    return builder
  }

  @Test("the sections of klp-build are read")
  func klpBuild() throws {
    let patch = try read(sample(.klpBuild).build())
    #expect(patch.carrier == .section(".init.klp_objects"))
    #expect(patch.isMarked && patch.enablesPatch && patch.findsSections)
    #expect(describe(patch) == ["vmlinux: one,0 two,2 three,1", "ext4: four,0", "xfs: "])
    #expect(patch.moduleNames == ["ext4", "xfs"])
  }

  @Test("what a livepatch calls of the kernel's livepatch core is noted")
  func imports() throws {
    var module = ModuleBuilder("fix")
    module.setInfo("livepatch", "Y")
    module.undefined = ["klp_enable_patch"]
    let plain = try read(module.build())
    #expect(plain.enablesPatch && !plain.findsSections && !plain.usesShadowVariables)
    module.undefined.append("klp_shadow_get")
    #expect(try read(module.build()).usesShadowVariables)
  }

  @Test("functions of klp-build are counted by 32 bits in either byte order")
  func bigEndian() throws {
    var builder = sample(.klpBuild)
    (builder.order, builder.machine) = (.big, .s390)
    #expect(
      describe(try read(builder.build())) == [
        "vmlinux: one,0 two,2 three,1", "ext4: four,0", "xfs: ",
      ])
  }

  @Test(
    "of more than 4096 objects the others are left out, which is noted", arguments: [4096, 4097])
  func mostObjects(_ count: Int) throws {
    var builder = LivepatchBuilder()
    builder.form = .klpBuild
    builder.objects = .init(repeating: .init(name: nil, functions: []), count: count)
    let patch = try read(builder.build())
    #expect(patch.objects.count == 4096)
    #expect(patch.omissions.map(\.code) == (count > 4096 ? [.objects] : []))
  }

  @Test("a list whose first element has no pointers is empty")
  func emptyList() throws {
    var builder = LivepatchBuilder()
    builder.objects[0].functions = []
    builder.objects.append(.init(name: "ext4", functions: [.init(old: "four")]))
    // The next list begins where the first has its third word.
    (builder.functionSize, builder.hasSymbols) = (16, false)
    #expect(describe(try read(builder.build())) == ["vmlinux: ", "ext4: four,0"])
  }

  @Test("a pointer after the fields of a structure shows that it has another size")
  func otherSize() throws {
    var builder = LivepatchBuilder(("one", 0), ("two", 2))
    // With 64 bytes the second function would have pointers in its second and third word.
    (builder.functionSize, builder.hasSymbols) = (72, false)
    #expect(describe(try read(builder.build())) == ["vmlinux: one,0 two,2"])
  }

  @Test("an object without a pointer to functions has none, not an empty list")
  func noList() throws {
    var builder = LivepatchBuilder(("one", 0))
    builder.objects.append(.init(name: "ext4", functions: [], hasFunctions: false))
    builder.objects.append(.init(name: "xfs", functions: []))
    let patch = try read(builder.build())
    #expect(describe(patch) == ["vmlinux: one,0", "ext4: ", "xfs: "])
    #expect(patch.objects.map(\.hasFunctions) == [true, false, true])
  }

  @Test("the first section header, which stands for no section, has no relocations")
  func nullSection() throws {
    var file = LivepatchBuilder(("one", 0)).build()
    let start = file.rawSpan.integer(UInt64.self, at: 40, .little)
    let header = try #require(start)
    // SHF_RELA_LIVEPATCH in sh_flags.
    file[Int(header) + 10] = 0x10
    #expect(try read(file).sections.isEmpty)
  }

  @Test("relocations for a section that is not there are not the loader's")
  func noTarget() throws {
    var builder = LivepatchBuilder(("one", 0))
    builder.sections = [
      .init(name: ".klp.rela.vmlinux..text", symbols: [(".klp.sym.vmlinux.foo,1", true)])
    ]
    var file = builder.build()
    let source = file
    let elf = try ELFFile(ByteSource(source.rawSpan))
    let (count, index) = (elf.sections.count, try #require(read(source).sections.first).index)
    #expect(try read(source).sections.map(\.isApplied) == [true])
    // sh_info of its header.
    let start = source.rawSpan.integer(UInt64.self, at: 40, .little)
    let table = try #require(start)
    let place = Int(table) + 64 * index + 44
    (file[place], file[place + 1]) = (UInt8(count & 0xff), UInt8(count >> 8))
    #expect(try read(file).sections.map(\.isApplied) == [false])
  }

  @Test("a relocation of a symbol that is not there has neither name nor mark")
  func noSymbol() throws {
    var builder = LivepatchBuilder(("one", 0))
    builder.sections = [
      .init(name: ".klp.rela.vmlinux..text", symbols: [(".klp.sym.vmlinux.foo,1", true)])
    ]
    var file = builder.build()
    let source = file
    let elf = try ELFFile(ByteSource(source.rawSpan))
    let section = elf.sections[try #require(read(source).sections.first).index]
    let table = elf.sectionIndex(ofType: .symtab)
    let symbols = elf.sections[try #require(table)].size / 24
    #expect(try read(file).sections.first?.references.map(\.isMarked) == [true])
    // The high half of r_info.
    let place = Int(section.offset) + 12
    for (symbol, isThere) in [(symbols - 1, true), (symbols, false)] {
      (file[place], file[place + 1]) = (UInt8(symbol & 0xff), UInt8(symbol >> 8))
      let reference = try #require(try read(file).sections.first?.references.first)
      #expect((reference.title != nil) == isThere && !reference.isMarked)
      #expect(isThere || reference.name == nil && reference.isFunction == nil)
    }
  }

  @Test("a pointer to a symbol of a section that is not there points nowhere")
  func pointerToNowhere() throws {
    func build(_ section: Int) -> [UInt8] {
      var elf = ModuleBuilder("fix").elf()
      let data = elf.addSection(
        ".data", flags: [.alloc, .write], bytes: [UInt8](repeating: 0, count: 512))
      let nowhere = elf.addSymbol("nowhere", section: section)
      elf.addUndefinedSymbol("klp_enable_patch")
      elf.addRelocations(
        [0, 8].map { .init(offset: $0, symbol: nowhere, type: 1) }, forSection: data)
      return elf.build()
    }
    let first = build(1)
    let count = try ELFFile(ByteSource(first.rawSpan)).sections.count
    let patch = try read(build(count))
    #expect(patch.isLivepatch && patch.carrier == .none && patch.objects.isEmpty)
  }

  @Test(
    "structures written by hand are followed, whatever their sizes",
    arguments: [(168, 152, true), (168, 152, false), (184, 200, true), (256, 96, true)])
  func structures(_ object: Int, _ function: Int, _ hasSymbols: Bool) throws {
    var builder = sample(.structures)
    (builder.objectSize, builder.functionSize, builder.hasSymbols) = (object, function, hasSymbols)
    let patch = try read(builder.build())
    #expect(patch.carrier == .structures)
    #expect(!patch.hasStates)
    #expect(
      describe(patch).prefix(2) == ["vmlinux: one,0 two,2 three,1", "ext4: four,0 +2"])
    #expect(patch.objects.map(\.title) == ["vmlinux", "ext4", "xfs"])
  }

  /// A patch of one function, of which the first pointer is to a symbol (of the module's structure, its section
  /// if the name is empty) and what is added to it.
  private func patch(
    _ symbol: String, _ value: UInt64, _ addend: Int64, hasStates: Bool = false,
    replaces: UInt8 = 0, new: String? = nil, at offset: Int64 = 0
  ) throws -> Livepatch {
    var elf = ModuleBuilder("fix").elf()
    let this = elf.sections.firstIndex { $0.name == ".gnu.linkonce.this_module" } ?? 0
    var data = [UInt8](repeating: 0, count: 768)
    data[24] = replaces
    let own = elf.addSection(".data", flags: [.alloc, .write], bytes: data)
    let text = elf.addSymbol("", section: 1, binding: 0, type: 3)
    let start = elf.addSymbol("", section: own, binding: 0, type: 3)
    let module = elf.addSymbol(
      symbol, section: this + 1, value: value, binding: symbol.isEmpty ? 0 : 1,
      type: symbol.isEmpty ? 3 : 1)
    elf.addUndefinedSymbol("klp_enable_patch")
    var function = text
    if let new { function = elf.addUndefinedSymbol(new) }
    // The module, the objects, states; then an object's functions; then a new function.
    let pointers: [(UInt64, Int, Int64)] =
      [(0, module, addend), (8, start, 64), (72, start, 400), (408, function, offset)]
      + (hasStates ? [(16, start, 720)] : [])
    elf.addRelocations(
      pointers.sorted { $0.0 < $1.0 }
        .map { .init(offset: $0.0, symbol: $0.1, type: 1, addend: $0.2) }, forSection: own)
    return try read(elf.build())
  }

  // include/linux/livepatch.h, 5.10 to 7.3: `mod` is the first field of `struct klp_patch`.
  @Test(
    "a patch begins with a pointer to the start of the module's structure, by whatever symbol",
    arguments: [
      ("__this_module", 0, 0, true), ("__this_module", 0, 8, false), ("", 0, 0, true),
      ("", 0, 8, false), ("other", 8, -8, true), ("other", 8, 0, false), ("other", 0, 0, true),
    ] as [(String, UInt64, Int64, Bool)])
  func ownModule(_ symbol: String, _ value: UInt64, _ addend: Int64, _ isPatch: Bool) throws {
    let patch = try self.patch(symbol, value, addend)
    #expect(patch.carrier == (isPatch ? .structures : .none))
    #expect(describe(patch) == (isPatch ? ["vmlinux: -,0"] : []))
  }

  @Test(
    "states are a pointer, and `replace` is a byte", arguments: [false, true], [0, 1] as [UInt8])
  func flags(_ hasStates: Bool, _ replaces: UInt8) throws {
    let patch = try self.patch("__this_module", 0, 0, hasStates: hasStates, replaces: replaces)
    #expect(patch.hasStates == hasStates && patch.replaces == (replaces == 1))
  }

  @Test(
    "a new function has the name at its place, else that of its symbol, be it another module's",
    arguments: [(nil, 0, "init_module"), (nil, 4, nil), ("theirs", 0, "theirs")]
      as [(String?, Int64, String?)])
  func newNames(_ symbol: String?, _ offset: Int64, _ name: String?) throws {
    let patch = try self.patch("__this_module", 0, 0, new: symbol, at: offset)
    #expect(patch.carrier == .structures)
    #expect(patch.objects.map { $0.functions.map(\.newName) } == [[name]])
  }

  @Test("a function without a name, or without a new function, is still read")
  func holes() throws {
    var builder = LivepatchBuilder(("one", 0), ("two", 0))
    builder.objects[0].functions[0].old = nil
    builder.objects[0].functions[1].hasNew = false
    #expect(describe(try read(builder.build())) == ["vmlinux: -,0 two,0!"])
  }

  @Test("symbols of relocation sections are read once each, with their first use")
  func references() throws {
    var builder = LivepatchBuilder(("one", 0))
    let symbol = ".klp.sym.vmlinux.foo,1"
    builder.sections = [
      .init(
        name: ".klp.rela.vmlinux..text",
        symbols: [
          (symbol, true), (".klp.sym.vmlinux.bar;", true), (symbol, true),
          (".klp.sym.vmlinux.last,0", true),
        ]),
      .init(name: ".klp.rela.", symbols: [("plain", false)]),
    ]
    let patch = try read(builder.build())
    #expect(patch.sections.map { $0.name?.object } == ["vmlinux", nil])
    #expect(patch.sections.map(\.count) == [4, 1])
    #expect(patch.sections[0].references.map(\.firstUse) == [0, 1, 3])
    #expect(patch.sections[0].references.map { $0.name?.name } == ["foo", nil, "last"])
    #expect(patch.sections[1].references.map(\.isMarked) == [false])
  }

  @Test("a module that is not a livepatch is not read as one")
  func ordinary() throws {
    let patch = try read(ModuleBuilder("plain").build())
    #expect(!patch.isLivepatch && patch.objects.isEmpty && patch.carrier == .none)
  }

  @Test("cut and changed files give a value or an error", arguments: [0, 1])
  func damage(_ form: Int) throws {
    var builder = sample(form == 0 ? .structures : .klpBuild)
    builder.sections = [
      .init(name: ".klp.rela.vmlinux..text", symbols: [(".klp.sym.vmlinux.foo,1", true)])
    ]
    let whole = builder.build()
    for length in stride(from: 0, to: whole.count, by: 7) {
      _ = try? read(Array(whole[..<length]))
    }
    for place in stride(from: 0, to: whole.count, by: 3) {
      for change: UInt8 in [0xff, 0x80, 0x01] {
        var bytes = whole
        bytes[place] ^= change
        guard let patch = try? read(bytes) else { continue }
        let resolver = LivepatchResolver(
          kernel: nil, objects: [], rules: LivepatchRules(KernelRelease(7, 3)))
        let judge = LivepatchJudge(patch, resolver)
        _ = judge.load()
        _ = judge.enable()
        _ = judge.advice()
      }
    }
  }
}
