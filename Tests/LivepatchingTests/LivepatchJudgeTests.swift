import ByteStorage
import ELFFormat
import KernelReleases
import Livepatching
import SymbolTables
import TestSupport
import Testing

@Suite("The livepatch core's decision")
struct LivepatchJudgeTests {
  private static let list = """
    ffffffff81000000 T _stext
    ffffffff81000010 t show
    ffffffff81000100 T vfs_read
    ffffffff81000180 t vfs_read.isra.0
    ffffffff81000190 t vfs_read.cold
    ffffffff81000200 t show
    ffffffff81000300 t quiet
    ffffffff81000400 t only.llvm.77
    ffffffff81000500 t gone.constprop.0
    ffffffff81010000 t show
    ffffffff81020000 D data
    ffffffff81030000 T __init_begin
    ffffffff81030010 T start_kernel
    ffffffff81040000 T __init_end
    ffffffff81050000 T _end

    """
  private static let sites: [UInt64] = [
    0xffff_ffff_8100_0014, 0xffff_ffff_8100_0104, 0xffff_ffff_8100_0204, 0xffff_ffff_8101_0004,
    0xffff_ffff_8103_0014,
  ]

  private func judge(
    _ builder: LivepatchBuilder, _ version: KernelRelease = KernelRelease(7, 3)
  ) throws -> LivepatchJudge {
    let text = try SymbolText(parsing: Array(Self.list.utf8).rawSpan)
    let rules = LivepatchRules(version)
    let kernel = LivepatchKernel(
      SymbolIndex(text.table), rules: rules, configuration: .init(hasClangLTO: false),
      sites: Self.sites)
    let bytes = builder.build()
    let patch = try Livepatch(ELFFile(ByteSource(bytes.rawSpan)), rules: rules)
    let resolver = LivepatchResolver(kernel: kernel, objects: [], rules: rules)
    return LivepatchJudge(patch, resolver)
  }

  private func verdict(
    _ builder: LivepatchBuilder, _ version: KernelRelease = KernelRelease(7, 3)
  ) throws -> (String, String) {
    let decision = try judge(builder, version).enable()
    return (
      "\(decision.verdict.rawValue) \(decision.errno?.name ?? "-")",
      decision.log.joined(separator: "\n")
    )
  }

  @Test("a function with an fentry site is patched, one without is not")
  func sites() throws {
    #expect(try verdict(LivepatchBuilder(("vfs_read", 0))).0 == "applies -")
    let (result, log) = try verdict(LivepatchBuilder(("vfs_read", 0), ("quiet", 0)))
    #expect(result == "init-failed EINVAL")
    #expect(log.contains("livepatch: failed to find location for function 'quiet'"))
    #expect(try verdict(LivepatchBuilder(("start_kernel", 0))).0 == "init-failed EINVAL")
    #expect(try verdict(LivepatchBuilder(("data", 0))).0 == "init-failed EINVAL")
  }

  @Test("before 5.18 the site must be the function's first byte")
  func oldSites() throws {
    let (result, log) = try verdict(LivepatchBuilder(("vfs_read", 0)), KernelRelease(5, 10))
    #expect(result == "init-failed EINVAL")
    #expect(log.contains("failed to set ftrace filter for function 'vfs_read' (-22)"))
  }

  @Test("positions are counted by address, and wrong ones refused")
  func positions() throws {
    for position: UInt64 in 1...3 {
      #expect(try verdict(LivepatchBuilder(("show", position))).0 == "applies -")
    }
    #expect(
      try verdict(LivepatchBuilder(("show", 0))).1
        == "livepatch: unresolvable ambiguity for symbol 'show' in object '(null)'")
    #expect(
      try verdict(LivepatchBuilder(("show", 4))).1
        == "livepatch: symbol position 4 for symbol 'show' in object 'vmlinux' not found")
  }

  @Test("names too long, missing names and twins are refused as the kernel does")
  func malformed() throws {
    let long = String(repeating: "n", count: 512)
    #expect(try verdict(LivepatchBuilder((long, 0))) == ("init-failed EINVAL", ""))
    let short = String(long.dropLast())
    #expect(try verdict(LivepatchBuilder((short, 0))).1.hasSuffix("not found in symbol table"))
    #expect(
      try verdict(LivepatchBuilder((String(repeating: "n", count: 128), 0)), KernelRelease(5, 10))
        == ("init-failed EINVAL", ""))
    var unnamed = LivepatchBuilder(("vfs_read", 0), ("show", 1))
    unnamed.objects[0].functions[1].old = nil
    #expect(try verdict(unnamed) == ("init-failed EINVAL", ""))
    let twins = LivepatchBuilder(("vfs_read", 0), ("vfs_read", 1))
    #expect(try verdict(twins).0 == "init-failed EEXIST")
    var module = LivepatchBuilder(("vfs_read", 0))
    module.objects[0].name = String(repeating: "m", count: 56)
    #expect(try verdict(module) == ("init-failed EINVAL", ""))
    module.objects[0].name = String(repeating: "m", count: 55)
    #expect(try verdict(module).0 == "applies -")
  }

  @Test("what a kernel of unknown symbols does is open, and what it refuses anyway is refused")
  func unknownKernel() throws {
    var builder = LivepatchBuilder(("vfs_read", 0))
    builder.sections = [
      .init(name: ".klp.rela.vmlinux.text", symbols: [(".klp.sym.vmlinux.show,2", true)])
    ]
    // Before 5.8 the core resolves the sections of vmlinux also.
    let rules = LivepatchRules(KernelRelease(5, 4))
    func decide() throws -> LivepatchDecision {
      let bytes = builder.build()
      let patch = try Livepatch(ELFFile(ByteSource(bytes.rawSpan)), rules: rules)
      let resolver = LivepatchResolver(kernel: nil, objects: [], rules: rules)
      return LivepatchJudge(patch, resolver).enable()
    }
    let open = try decide()
    #expect(open.verdict == .undecided && open.errno == nil && open.log.isEmpty)
    var module = builder
    (module.objects[0].name, module.sections) = ("absent", [])
    let bytes = module.build()
    let patch = try Livepatch(ELFFile(ByteSource(bytes.rawSpan)), rules: rules)
    let resolver = LivepatchResolver(kernel: nil, objects: [], rules: rules)
    #expect(LivepatchJudge(patch, resolver).enable().verdict == .applies)
    builder.sections.append(.init(name: ".klp.rela.", symbols: [(".klp.sym.vmlinux.a,0", true)]))
    let refused = try decide()
    #expect(refused.verdict == .initFailed && refused.errno == .EINVAL)
    #expect(
      refused.log == ["livepatch: section .klp.rela. has an incorrectly formatted name"])
  }

  @Test("a livepatch that is not marked is refused, or crashes the kernel if klp-build made it")
  func unmarked() throws {
    var builder = LivepatchBuilder(("vfs_read", 0))
    builder.isMarked = false
    #expect(
      try verdict(builder)
        == (
          "init-failed EINVAL", "livepatch: module fix is not marked as a livepatch module"
        ))
    builder.form = .klpBuild
    #expect(try verdict(builder).0 == "crashes -")
  }

  @Test("the loader refuses the first symbol that is not there, by section order")
  func relocations() throws {
    var builder = LivepatchBuilder(("vfs_read", 0))
    builder.sections = [
      .init(name: ".klp.rela.ext4.text", symbols: [(".klp.sym.vmlinux.never_asked,0", true)]),
      .init(
        name: ".klp.rela.vmlinux.text",
        symbols: [(".klp.sym.vmlinux.show,2", true), (".klp.sym.vmlinux.none,0", true)]),
    ]
    let answer = try judge(builder).load()
    #expect(answer.refusal?.line == "livepatch: symbol 'none' not found in symbol table")
    builder.sections[1].symbols = [("unmarked", false)]
    #expect(
      try judge(builder).load().refusal?.line?.contains("rela sec") == true)
    builder.sections[1].symbols = [(".klp.sym.vmlinux.show,1", true)]
    #expect(try judge(builder).load().refusal == nil)
  }

  @Test("advice gives the positions, the present hash, clones, and what cannot be patched")
  func advice() throws {
    func advice(_ name: String, _ position: UInt64, _ code: LivepatchAdvice.Code) throws
      -> LivepatchAdvice
    {
      try #require(judge(LivepatchBuilder((name, position))).advice().first { $0.code == code })
    }
    let candidates = try advice("show", 0, .positionNeeded).candidates
    #expect(candidates.map(\.position) == [1, 2, 3])
    #expect(candidates.first?.address == 0xffff_ffff_8100_0010)
    #expect(try advice("show", 2, .oneOfSeveral).count == 3)
    #expect(try advice("vfs_read", 4, .noSuchPosition).count == 1)
    #expect(try advice("only.llvm.1", 0, .hashChanged).names == ["only.llvm.77"])
    #expect(try advice("only", 0, .hashNeeded).names == ["only.llvm.77"])
    #expect(try advice("gone", 0, .onlyVariants).names == ["gone.constprop.0"])
    #expect(try advice("vfs_read", 0, .clonesRemain).names == ["vfs_read.isra.0"])
    #expect(try advice("vfs_read", 0, .coldPartReplaced).names == ["vfs_read.cold"])
    #expect(try advice("quiet", 0, .noFentrySite).object == "vmlinux")
    #expect(try advice("start_kernel", 0, .initCode).symbol == "start_kernel")
    #expect(try advice("nothing", 0, .notInKernel).symbol == "nothing")
  }

  @Test("a reference far from what is patched is questioned where another is next to it")
  func distance() throws {
    var builder = LivepatchBuilder(("vfs_read", 0))
    builder.sections = [
      .init(name: ".klp.rela.vmlinux.text", symbols: [(".klp.sym.vmlinux.show,3", true)])
    ]
    let advice = try #require(judge(builder).advice().first { $0.code == .farFromPatched })
    #expect(advice.symbol == "show" && advice.position == 3)
    #expect(advice.positions == [1] || advice.positions == [2])
  }
}
