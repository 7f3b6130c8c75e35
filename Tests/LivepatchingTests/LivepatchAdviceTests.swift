import ByteStorage
import ELFFormat
import KernelReleases
import Livepatching
import SymbolTables
import TestSupport
import Testing

@Suite("Advice on livepatches")
struct LivepatchAdviceTests {
  private struct Symbol {
    let name: String
    let address: UInt64
    var file: String?
    var isData = false
  }

  private static let base: UInt64 = 0xffff_ffff_8100_0000

  /// A kernel of functions, those with a file local.
  private func kernel(_ symbols: [Symbol]) throws -> SymbolTable {
    var elf = ELFBuilder()
    elf.type = 2
    let text = elf.addSection(
      ".text", flags: [.alloc, .execInstructions], bytes: [0xc3], address: Self.base)
    let data = elf.addSection(".data", flags: [.alloc, .write], bytes: [0], address: Self.base)
    for symbol in symbols.filter({ $0.file != nil }) {
      elf.addSymbol(symbol.file ?? "", section: 0xfff1, binding: 0, type: 4)
      elf.addSymbol(
        symbol.name, section: symbol.isData ? data : text, value: symbol.address, binding: 0,
        type: symbol.isData ? 1 : 2)
    }
    for symbol in [Symbol(name: "_stext", address: Self.base)] + symbols.filter({ $0.file == nil })
    {
      elf.addSymbol(
        symbol.name, section: symbol.isData ? data : text, value: symbol.address,
        type: symbol.isData ? 1 : 2)
    }
    let bytes = elf.build()
    return try SymbolTable(symbolsOf: ELFFile(ByteSource(bytes.rawSpan))).kernelView()
  }

  private func advice(_ builder: LivepatchBuilder, _ table: SymbolTable) throws -> [LivepatchAdvice]
  {
    let rules = LivepatchRules(KernelRelease(7, 3))
    let kernel = LivepatchKernel(
      SymbolIndex(table), rules: rules, configuration: .init(hasClangLTO: false))
    let bytes = builder.build()
    let patch = try Livepatch(ELFFile(ByteSource(bytes.rawSpan)), rules: rules)
    return LivepatchJudge(patch, LivepatchResolver(kernel: kernel, objects: [], rules: rules))
      .advice()
  }

  /// Advice on a reference to the second `dup`, in a livepatch of `work`, which is at 0x1000.
  private func codes(_ symbols: [Symbol]) throws -> [LivepatchAdvice.Code] {
    var builder = LivepatchBuilder(("work", 0))
    builder.sections = [
      .init(name: ".klp.rela.vmlinux.text", symbols: [(".klp.sym.vmlinux.dup,2", true)])
    ]
    return try advice(builder, kernel(symbols)).filter { $0.symbol == "dup" }.map(\.code)
      .filter { [.farFromPatched, .fileNotPatched].contains($0) }
  }

  private func work(_ file: String? = nil) -> Symbol {
    Symbol(name: "work", address: Self.base + 0x1000, file: file)
  }

  private func dup(_ distance: UInt64, _ file: String? = nil, isData: Bool = false) -> Symbol {
    Symbol(name: "dup", address: Self.base + 0x1000 + distance, file: file, isData: isData)
  }

  @Test(
    "a namesake within 32 KiB of what is patched is nearer where its distance is less than a 16th",
    arguments: [
      (0x7fff, 0x100_0000, true), (0x8000, 0x100_0000, false), (0x100, 0x1010, true),
      (0x100, 0x100f, false), (0x100, 0x1000, false),
    ])
  func distances(_ near: UInt64, _ far: UInt64, _ isFar: Bool) throws {
    #expect(try codes([work(), dup(near), dup(far)]) == (isFar ? [.farFromPatched] : []))
    #expect(try codes([work(), dup(near, isData: true), dup(far, isData: true)]) == [])
  }

  @Test("files settle what is meant, where they are known and one of them is patched")
  func files() throws {
    let (near, far): (UInt64, UInt64) = (0x100, 0x10_0000)
    // The file of the one that is named is patched, or only that of the other.
    #expect(try codes([work("b.c"), dup(near, "a.c"), dup(far, "b.c")]) == [])
    #expect(try codes([work("a.c"), dup(near, "a.c"), dup(far, "b.c")]) == [.fileNotPatched])
    // No file is known of what is patched, or of the other, or neither file is patched.
    #expect(try codes([work(), dup(near, "a.c"), dup(far, "b.c")]) == [.farFromPatched])
    #expect(try codes([work("c.c"), dup(near), dup(far, "b.c")]) == [.farFromPatched])
    #expect(try codes([work("c.c"), dup(near, "a.c"), dup(far, "b.c")]) == [.farFromPatched])
  }

  @Test(
    "a new function as long as another candidate, and less than half as long as its own",
    arguments: [(100, false), (99, true), (84, true), (83, false), (0, false)])
  func sizes(_ size: UInt64, _ differs: Bool) throws {
    var builder = LivepatchBuilder(("dup", 1))
    builder.newSize = size
    // Candidates of 200, 100 and 16 bytes.
    let table = try kernel([
      dup(0), Symbol(name: "a", address: Self.base + 0x1000 + 200), dup(0x200),
      Symbol(name: "b", address: Self.base + 0x1200 + 100), dup(0x400),
      Symbol(name: "c", address: Self.base + 0x1400 + 16),
    ])
    let found = try advice(builder, table).filter { $0.code == .sizeDiffers }
    #expect(found.map(\.positions) == (differs ? [[2]] : []))
    #expect(found.map(\.size) == (differs ? [200] : []))
    #expect(found.map(\.newSize) == (differs ? [size] : []))
  }

  @Test("twelve symbols are listed, and the others counted", arguments: [(12, 0), (14, 2)])
  func omitted(_ count: Int, _ omitted: Int) throws {
    let symbols = (0..<count).map { dup(UInt64(16 * $0)) }
    let found = try advice(LivepatchBuilder(("dup", 0)), kernel(symbols))
    let needed = try #require(found.first { $0.code == .positionNeeded })
    #expect(needed.candidates.count == 12 && needed.omitted == omitted)
  }

  @Test("of a function whose name begins with a dot no clones are known")
  func dottedNames() throws {
    for (name, codes) in [("work", [.clonesRemain]), (".work", [])]
      as [(String, [LivepatchAdvice.Code])]
    {
      let table = try kernel([
        Symbol(name: name, address: Self.base + 0x1000),
        Symbol(name: "\(name).isra.0", address: Self.base + 0x2000),
      ])
      let found = try advice(LivepatchBuilder((name, 0)), table)
      #expect(found.map(\.code).filter { $0 == .clonesRemain } == codes, "\(name)")
    }
  }

  @Test("symbols of modules are not the kernel's own, the first of them neither")
  func moduleSymbols() throws {
    let list = """
      ffffffff81000000 T _stext
      ffffffff81000010 t show
      ffffffffc0000000 t show\t[driver]
      ffffffffc0000010 t show\t[driver]

      """
    let text = try SymbolText(parsing: Array(list.utf8).rawSpan)
    let kernel = LivepatchKernel(
      SymbolIndex(text.table), rules: LivepatchRules(KernelRelease(7, 3)),
      configuration: .init(hasClangLTO: false))
    #expect(kernel.candidates("show").map { kernel.address(of: $0) } == [0xffff_ffff_8100_0010])
  }
}
