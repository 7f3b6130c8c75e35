import ByteStorage
import KernelReleases
import Livepatching
import SymbolTables
import TestSupport
import Testing

/// How the livepatch core of each era answers `foo`, suffixed names, and groups of them.
@Suite("Livepatch names by era")
struct LivepatchEraTests {
  /// Alone: `one` plain, `only` promoted; `foo` plain and twice promoted; `two` twice promoted; `mix`
  /// with suffixes of gcc.
  private static let list = """
    ffffffff81000000 T _stext
    ffffffff81000010 t foo.llvm.1
    ffffffff81000020 t foo
    ffffffff81000030 t foo.llvm.2
    ffffffff81000040 t only.llvm.1
    ffffffff81000050 t two.llvm.1
    ffffffff81000060 t two.llvm.2
    ffffffff81000070 t one
    ffffffff81000080 t mix.cold
    ffffffff81000090 t mix
    ffffffff81001000 T _end

    """

  private func kernel(_ version: KernelRelease, lto: Bool = true) throws -> LivepatchKernel {
    let text = try SymbolText(parsing: Array(Self.list.utf8).rawSpan)
    return LivepatchKernel(
      SymbolIndex(text.table), rules: LivepatchRules(version),
      configuration: .init(hasClangLTO: lto, hasCFIWithThinLTO: lto))
  }

  @Test(
    "before 5.18 the site of a function is its first byte",
    arguments: [
      (KernelRelease(5, 17), 0x70, true), (KernelRelease(5, 17), 0x71, false),
      (KernelRelease(5, 18), 0x71, true),
    ] as [(KernelRelease, UInt64, Bool)])
  func sites(_ version: KernelRelease, _ site: UInt64, _ isTraceable: Bool) throws {
    let text = try SymbolText(parsing: Array(Self.list.utf8).rawSpan)
    let kernel = LivepatchKernel(
      SymbolIndex(text.table), rules: LivepatchRules(version),
      configuration: .init(hasClangLTO: false), sites: [0xffff_ffff_8100_0000 + site])
    let symbol = try #require(kernel.candidates("one").first)
    #expect(kernel.isTraceable(symbol) == isTraceable)
  }

  /// The low byte of the address found, or the line that the kernel prints.
  private func answer(
    _ name: String, _ position: UInt64, _ version: KernelRelease, lto: Bool = true
  ) throws -> String {
    let kernel = try kernel(version, lto: lto)
    let resolver = LivepatchResolver(kernel: kernel, objects: [], rules: kernel.rules)
    let answer = resolver.find(nil, name, position)
    return answer.line ?? answer.finding.address.map { String($0 & 0xff, radix: 16) } ?? "?"
  }

  private func missing(_ name: String) -> String {
    "livepatch: symbol '\(name)' not found in symbol table"
  }
  private func ambiguous(_ name: String) -> String {
    "livepatch: unresolvable ambiguity for symbol '\(name)' in object '(null)'"
  }
  private func beyond(_ name: String, _ position: Int) -> String {
    "livepatch: symbol position \(position) for symbol '\(name)' in object 'vmlinux' not found"
  }

  @Test(
    "names are compared as they are up to 6.1, whatever kallsyms cuts, and from 6.10.7 on",
    arguments: [
      KernelRelease(5, 12), KernelRelease(5, 15), KernelRelease(5, 16), KernelRelease(6, 1),
      KernelRelease(6, 1, 176), KernelRelease(6, 10, 7), KernelRelease(6, 11), KernelRelease(7, 3),
    ])
  func exact(_ version: KernelRelease) throws {
    #expect(try answer("foo", 0, version) == "20")
    #expect(try answer("foo", 1, version) == "20")
    #expect(try answer("foo", 2, version) == beyond("foo", 2))
    #expect(try answer("foo.llvm.1", 0, version) == "10")
    #expect(try answer("foo.llvm.2", 0, version) == "30")
    #expect(try answer("only", 0, version) == missing("only"))
    #expect(try answer("only.llvm.1", 0, version) == "40")
    #expect(try answer("two", 1, version) == missing("two"))
    #expect(try answer("mix", 0, version) == "90")
  }

  @Test("6.2 to 6.4 cut at the first dot: groups are ambiguous, positions count all of them")
  func firstDot() throws {
    let version = KernelRelease(6, 3)
    #expect(try answer("foo", 0, version) == ambiguous("foo"))
    #expect(try answer("foo", 1, version) == "10")
    #expect(try answer("foo", 2, version) == "20")
    #expect(try answer("foo", 3, version) == "30")
    #expect(try answer("foo", 4, version) == beyond("foo", 4))
    #expect(try answer("only", 0, version) == "40")
    #expect(try answer("two", 2, version) == "60")
    #expect(try answer("mix", 0, version) == ambiguous("mix"))
    #expect(try answer("mix", 2, version) == "90")
    #expect(try answer("one", 0, version) == "70")
  }

  @Test("6.5.0 cuts at .llvm. only")
  func llvm() throws {
    let version = KernelRelease(6, 5)
    #expect(try answer("foo", 0, version) == ambiguous("foo"))
    #expect(try answer("foo", 3, version) == "30")
    #expect(try answer("only", 0, version) == "40")
    #expect(try answer("mix", 0, version) == "90")
  }

  @Test(
    "6.5.1 to 6.10.6 never find a name with a hash",
    arguments: [KernelRelease(6, 5, 1), KernelRelease(6, 10, 6)])
  func cutOnly(_ version: KernelRelease) throws {
    #expect(try answer("foo", 0, version) == ambiguous("foo"))
    #expect(try answer("foo", 2, version) == "20")
    #expect(try answer("two", 1, version) == "50")
    #expect(try answer("only", 0, version) == "40")
    #expect(try answer("only.llvm.1", 0, version) == missing("only.llvm.1"))
    #expect(try answer("foo.llvm.1", 0, version) == missing("foo.llvm.1"))
    #expect(try answer("mix", 0, version) == "90")
  }

  @Test("without Clang's LTO every release compares names as they are")
  func withoutLTO() throws {
    for version in [KernelRelease(6, 3), KernelRelease(6, 6), KernelRelease(5, 16)] {
      #expect(try answer("foo", 0, version, lto: false) == "20")
      #expect(try answer("only", 0, version, lto: false) == missing("only"))
    }
  }

  @Test("the rules of the core change with the release, each with its source")
  func rules() {
    for (behaviour, before, since) in [
      (LivepatchBehaviour.resolvesWhileLoading, KernelRelease(5, 7), KernelRelease(5, 8)),
      (.separatesVmlinux, KernelRelease(5, 7), KernelRelease(5, 8)),
      (.findsSitesInside, KernelRelease(5, 17), KernelRelease(5, 18)),
      (.matchesAsKallsyms, KernelRelease(6, 1, 176), KernelRelease(6, 2)),
      (.locatesUnmarkedSymbols, KernelRelease(6, 12), KernelRelease(7, 2)),
      (.refusesUnnamedFunctions, KernelRelease(7, 2), KernelRelease(7, 3)),
    ] {
      #expect(!LivepatchRules(before).has(behaviour))
      #expect(LivepatchRules(since).has(behaviour))
    }
    #expect(LivepatchRules(KernelRelease(6, 0)).longestName == 127)
    #expect(LivepatchRules(KernelRelease(6, 1)).longestName == 511)
    for behaviour in LivepatchBehaviour.allCases {
      #expect(!LivepatchBehaviour.table.sources(of: behaviour).isEmpty)
    }
  }

  @Test("a kernel asked by the rules of another release keeps its own way to find sites")
  func sitesOfItsOwn() {
    let old = LivepatchRules(KernelRelease(5, 17), ofKernel: KernelRelease(7, 3))
    #expect(old.has(.findsSitesInside) && !old.has(.matchesAsKallsyms))
    let new = LivepatchRules(KernelRelease(7, 3), ofKernel: KernelRelease(5, 17))
    #expect(!new.has(.findsSitesInside) && new.has(.matchesAsKallsyms))
  }
}
