import ByteStorage
import ELFFormat
import KernelReleases
import Kernels
import Livepatching
import ModuleLoading
import ModuleVersions
import TestSupport
import Testing

@Suite("Hostile sets of modules")
struct LongChainTests {
  /// A kernel that exports what every module needs.
  private static func facts() throws -> KernelFacts {
    var facts = KernelFacts(path: "test")
    facts.release = KernelFacts.Fact("7.2.0", from: "test")
    facts.layout = KernelFacts.Fact(ELFLayout(is64Bit: true, order: .little), from: "test")
    facts.machine = KernelFacts.Fact(.x86_64, from: "test")
    facts.vermagic = KernelFacts.Fact("7.2.0 SMP mod_unload modversions ", from: "test")
    let lines = Array("0x1\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
    facts.exports = KernelFacts.Fact(try Symvers.parse(lines.rawSpan), from: "test")
    return facts
  }

  private static func module(_ number: Int, needing names: [String]) -> [UInt8] {
    var module = ModuleBuilder("m\(number)")
    module.structureSize = 1280
    module.basic = [RequiredVersion("module_layout", 1)]
    for name in names { module.require(name, 1) }
    module.exports = [SampleExport("s\(number)")]
    return module.build()
  }

  @Test("a chain of thousands of modules is followed without running out of stack")
  func chain() throws {
    let length = 3000
    let images = (0..<length).map { number in
      LongChainTests.module(number, needing: number + 1 < length ? ["s\(number + 1)"] : [])
    }
    let checker = ModuleChecker(try LongChainTests.facts())
    let outcomes = checker.check(images: images)
    #expect(outcomes.count == length)
    #expect(outcomes.allSatisfy { $0.verdict == .loads })
  }

  @Test("modules that need each other are refused, whoever is asked about first")
  func cycle() throws {
    let images = [
      LongChainTests.module(0, needing: ["s1"]), LongChainTests.module(1, needing: ["s0"]),
      LongChainTests.module(2, needing: []),
    ]
    let checker = ModuleChecker(try LongChainTests.facts())
    let outcomes = checker.check(images: images)
    #expect(outcomes.map(\.verdict) == [.refused, .refused, .loads])
    #expect(outcomes.map(\.errno) == [.ENOENT, .ENOENT, nil])
  }

  @Test("symbols beyond a limit are not listed one by one")
  func manyUnknownSymbols() throws {
    var elf = ModuleBuilder("many")
    elf.structureSize = 1280
    elf.basic = [RequiredVersion("module_layout", 1)]
    var file = elf.elf()
    for _ in 0..<100_100 { file.addUndefinedSymbol("u") }
    let checker = ModuleChecker(try LongChainTests.facts())
    let outcome = try #require(checker.check(images: [file.build()]).first)
    #expect(outcome.errno == .ENOENT)
    #expect(outcome.log.count <= 100_000 && outcome.symbols.count <= 100_000)
  }

  @Test("namespaces and dependencies may be listed without end")
  func longLists() throws {
    var module = ModuleBuilder("lists")
    module.structureSize = 1280
    module.basic = [RequiredVersion("module_layout", 1)]
    module.info?.append("depends=" + String(repeating: "a,", count: 200_000))
    for number in 0..<2000 { module.info?.append("import_ns=N\(number % 3)") }
    let checker = ModuleChecker(try LongChainTests.facts())
    #expect(checker.check(images: [module.build()]).map(\.verdict) == [.loads])
  }

  @Test("relocation tables that overlap are not read over and over")
  func overlappingRelocations() throws {
    var module = ModuleBuilder("overlaps")
    module.structureSize = 1280
    module.basic = [RequiredVersion("module_layout", 1)]
    var file = module.elf()
    let table = [UInt8](repeating: 0, count: 1 << 20)
    let place = file.addSection(".data", flags: [.alloc, .write], bytes: table)
    for _ in 0..<20_000 {
      // Type R_X86_64_NONE, over whatever lies at the start of the file's first MiB of zeros.
      file.addSection(".r", type: .rela, flags: [], bytes: [], size: 1 << 19, alignment: 1)
      file.sections[file.sections.count - 1].info = UInt32(place)
      file.sections[file.sections.count - 1].claimedOffset = 1 << 18
    }
    let checker = ModuleChecker(try LongChainTests.facts())
    #expect(checker.check(images: [file.build()]).map(\.verdict) == [.loads])
  }

  @Test("section names that are the same as text, but not as bytes, are two names")
  func sectionNames() throws {
    var module = ModuleBuilder("names")
    module.structureSize = 1280
    module.basic = [RequiredVersion("module_layout", 1)]
    module.sections = [("\u{e9}", .alloc, [1]), ("e\u{301}", .alloc, [1])]
    let checker = ModuleChecker(try LongChainTests.facts())
    #expect(checker.check(images: [module.build()]).map(\.verdict) == [.loads])
    module.sections.append(("\u{e9}", .alloc, [1]))
    #expect(checker.check(images: [module.build()]).map(\.errno) == [.EEXIST])
  }

  @Test("a set of numbers holds the numbers that were put in")
  func moduleSet() {
    var set = ModuleSet(3)
    set.insert(200)
    var other = ModuleSet(64)
    other.formUnion(set)
    #expect([3, 64, 200].allSatisfy { other.contains($0) })
    #expect(!other.contains(4) && !set.contains(64) && !set.contains(100_000))
  }
}
