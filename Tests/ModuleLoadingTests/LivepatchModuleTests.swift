import ELFFormat
import KernelReleases
import Kernels
import Livepatching
import ModuleLoading
import TestSupport
import Testing

@Suite("What livepatches name in modules and the kernel")
struct LivepatchModuleTests {
  /// A livepatch with one relocation, for a symbol of an object.
  private static func patch(_ bench: Bench, _ object: String, type: UInt32 = 1) -> [UInt8] {
    var module = bench.module("fix")
    module.setInfo("livepatch", "Y")
    var elf = module.elf()
    let data = elf.addSection(
      ".data", flags: [.alloc, .write], bytes: Array(repeating: 0, count: 64))
    let symbol = elf.addSymbol(".klp.sym.\(object).f,0", section: 0xff20)
    let table = elf.addRelocations(
      [ELFBuilder.Relocation(offset: 0, symbol: symbol, type: type)], forSection: data)
    elf.sections[table - 1].name = ".klp.rela.\(object)..data"
    elf.sections[table - 1].flags = ELFSectionFlags(rawValue: 0x10_0002)
    return elf.build()
  }

  private static func target(_ bench: Bench) -> [UInt8] {
    var elf = bench.module("target").elf()
    elf.sections[0].bytes = [UInt8](repeating: 0x90, count: 32)
    elf.sections[0].size = 32
    elf.addSymbol("f", section: 1, value: 16, size: 4, type: 2)
    return elf.build()
  }

  private static func statuses(
    _ bench: Bench, _ object: String, adjust: (inout LoadRequest) -> Void = { _ in }
  ) throws -> [LivepatchFinding.Status] {
    let scratch = try ScratchDirectory()
    let path = try scratch.write(patch(bench, object), to: "fix.ko")
    var request = LoadRequest()
    request.loadsDependencies = bench.loadsDependencies
    adjust(&request)
    let kernel = try bench.image.map { try OpenKernel(scratch.write($0, to: "vmlinux")) }
    let checker = LivepatchChecker(try bench.facts(), of: kernel, request: request)
    return try #require(checker.check([path]).first).result.get().symbols.map(\.status)
  }

  @Test("a module is looked in if it is loaded before, or in the kernel's tree")
  func modules() throws {
    let scratch = try ScratchDirectory()
    scratch.makeDirectory("tree")
    scratch.makeDirectory("empty")
    var bench = Bench()
    let path = try scratch.write(Self.target(bench), to: "target.ko")
    _ = try scratch.write(Self.target(bench), to: "tree/target.ko")
    #expect(try Self.statuses(bench, "target") == [.waiting])
    #expect(try Self.statuses(bench, "target") { $0.with = [path] } == [.found])
    #expect(try Self.statuses(bench, "other") { $0.with = [path] } == [.waiting])
    bench.loadsDependencies = true
    for (tree, status) in [("empty", .waiting), ("tree", .found)]
      as [(String, LivepatchFinding.Status)]
    {
      bench.tree = scratch.file(tree)
      #expect(try Self.statuses(bench, "target") == [status], "\(tree)")
    }
  }

  @Test("that the kernel's symbols are not known is no assumption where it leaves the answer open")
  func openSymbols() throws {
    let bench = Bench()
    let scratch = try ScratchDirectory()
    let path = try scratch.write(Self.patch(bench, "vmlinux"), to: "fix.ko")
    let checker = LivepatchChecker(try bench.facts())
    let outcome = try #require(checker.check([path]).first).result.get()
    #expect(outcome.load.verdict == .loads && outcome.verdict == .undecided)
    let inLoad = outcome.load.assumed.map(\.code)
    #expect(inLoad.contains(.kernelSymbolsUnknown) && inLoad.contains(.builtInUnknown))
    let codes = outcome.assumed.map(\.code)
    #expect(!codes.contains(.kernelSymbolsUnknown) && codes.contains(.builtInUnknown))
  }

  // kernel/livepatch/core.c klp_write_section_relocs, 6.12: names are resolved first.
  @Test("a name that the kernel lacks stops a livepatch before relocations of its section do")
  func missingName() throws {
    var bench = Bench("6.12.0")
    var image = KernelBuilder(release: "6.12.0")
    image.symbols = [
      ("_text", 0xffff_ffff_8100_0000, true), ("g", 0xffff_ffff_8100_0040, true),
    ]
    bench.image = image.build()
    for type in [1, 99] as [UInt32] {
      #expect(try bench.outcome(Self.patch(bench, "vmlinux", type: type)).errno == .EINVAL)
    }
  }

  // klp_find_object_symbol, 6.2: names are found as kallsyms finds them, up to 6.10 without the hash.
  @Test("without a configuration, names with a hash show that Clang linked the kernel")
  func hashes() throws {
    for (release, name, hasConfig, status) in [
      ("6.6.0", "f", false, .found), ("6.6.0", "f.llvm.123", false, .found),
      ("6.6.0", "f.llvm.123", true, .missing), ("6.6.0", "f.cold", false, .missing),
      ("6.3.0", "f.cold", false, .missing),
      ("6.12.0", "f.llvm.123", false, .missing),
    ] as [(String, String, Bool, LivepatchFinding.Status)] {
      var bench = Bench(release)
      bench.hasConfig = hasConfig
      var image = KernelBuilder(release: release)
      image.symbols = [
        ("_text", 0xffff_ffff_8100_0000, true), (name, 0xffff_ffff_8100_0040, true),
      ]
      bench.image = image.build()
      #expect(try Self.statuses(bench, "vmlinux") == [status], "\(release) \(name)")
    }
  }
}
