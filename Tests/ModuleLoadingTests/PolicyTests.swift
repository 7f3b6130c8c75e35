import ELFFormat
import ByteStorage
import KernelImages
import KernelReleases
import Kernels
import Livepatching
import ModuleLoading
import ModuleTrust
import TestSupport
import Testing

@Suite("What a configuration makes of signatures")
struct PolicyTests {
  private static func policy(
    _ release: String = "6.12.0", _ options: String..., builder: String = "a@b"
  ) throws -> SignaturePolicy {
    var bench = Bench(release)
    bench.config = options
    var facts = try bench.facts()
    let text = Array("Linux version \(release) (\(builder)) (gcc) #1 SMP now\n".utf8)
    facts.banner = KernelBanner(parsing: text.rawSpan).map { KernelFacts.Fact($0, from: "bench") }
    return try #require(SignaturePolicy(facts))
  }

  // security/lockdown/Kconfig.
  @Test(
    "a kernel that can be locked down is by either forced level, and by Secure Boot if asked for")
  func lockdown() throws {
    for (option, condition) in [
      ("LOCK_DOWN_KERNEL_FORCE_INTEGRITY", .always),
      ("LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY", .always),
      ("LOCK_DOWN_KERNEL_FORCE_NONE", .never), ("LOCK_DOWN_IN_EFI_SECURE_BOOT", .secureBoot),
    ] as [(String, SignaturePolicy.Condition)] {
      for (options, isInForce) in [
        ([], false), (["SECURITY_LOCKDOWN_LSM"], true), (["LOCK_DOWN_KERNEL"], true),
        (["SECURITY_LOCKDOWN_LSM", "LSM=\"landlock,lockdown,yama\""], true),
        (["SECURITY_LOCKDOWN_LSM", "LSM=\"landlock,yama\""], false),
        (["SECURITY_LOCKDOWN_LSM", "SECURITY_LOCKDOWN_LSM_EARLY", "LSM=\"landlock,yama\""], true),
      ] {
        var bench = Bench("6.12.0")
        bench.config = [option] + options
        let policy = try #require(SignaturePolicy(bench.facts()))
        #expect(policy.isLockedDown == (isInForce ? condition : .never), "\(option) \(options)")
      }
    }
  }

  @Test("signatures are enforced with Secure Boot where the architecture has a policy for IMA")
  func enforcement() throws {
    for (options, condition) in [
      (["IMA_ARCH_POLICY", "IMA_SECURE_AND_OR_TRUSTED_BOOT"], .secureBoot),
      (["IMA_ARCH_POLICY"], .never), (["IMA_ARCH_POLICY", "MODULE_SIG_FORCE"], .always),
    ] as [([String], SignaturePolicy.Condition)] {
      var bench = Bench("6.12.0")
      bench.config = options
      #expect(SignaturePolicy(try bench.facts())?.isEnforced == condition, "\(options)")
      bench.machine = .s390
      let other = condition == .secureBoot ? .never : condition
      #expect(SignaturePolicy(try bench.facts())?.isEnforced == other, "\(options)")
    }
  }

  @Test("the platform's keys count for Fedora, Red Hat and SUSE, by release and builder")
  func platform() throws {
    for (release, builder, isAsked) in [
      ("6.12.0", "a@b", false), ("6.12.0", "geeko@buildhost", true), ("6.12.0", "geeko", false),
      ("6.12.0-200.fc41.x86_64", "a@b", true), ("5.14.0-503.el9.x86_64", "a@b", true),
      ("6.12.0-200.fc", "a@b", false), ("6.12.0-1.el.x86_64", "a@b", false),
      ("6.12.0-1.elf.x86_64", "a@b", false),
    ] {
      let policy = try Self.policy(release, "INTEGRITY_PLATFORM_KEYRING", builder: builder)
      #expect(policy.keyrings.contains(".platform") == isAsked, "\(release) \(builder)")
    }
  }

  @Test("an option that is given counts before the configuration")
  func givenOptions() throws {
    for (config, given, isSet) in [
      (["MODULES"], [], false), (["FORTIFY_SOURCE"], [], true),
      (["MODULES"], ["FORTIFY_SOURCE=y"], true),
      (["FORTIFY_SOURCE"], ["FORTIFY_SOURCE=n"], false),
    ] as [([String], [String], Bool)] {
      var bench = Bench()
      bench.config = config
      let settings = LoaderSettings(
        try bench.facts(), LoaderRules(.newest), given: given.compactMap { GivenFact($0) })
      #expect(settings.fortified == isSet)
    }
  }
}

@Suite("What functions of a kernel show of its configuration")
struct ShownOptionTests {
  // kernel/module/signing.c and kernel/livepatch/core.c.
  @Test("what they show counts where there is no configuration, and where nothing is given")
  func functions() throws {
    let scratch = try ScratchDirectory()
    for (names, signatures, livepatch) in [
      (["load_module"], false, false), (["load_module", "mod_verify_sig"], true, false),
      (["klp_enable_patch"], false, true), (["mod_verify_sig", "klp_enable_patch"], true, true),
      // Without a function of the loader nothing is known, and what is usual is taken.
      (["other"], false, true),
    ] as [([String], Bool, Bool)] {
      let lines = names.enumerated().map { "ffffffff8100000\($0) T \($1)\n" }
      let path = try scratch.write(Array(lines.joined().utf8), to: "System.map")
      var bench = Bench()
      bench.hasConfig = false
      var facts = try bench.facts()
      facts.shownOptions = ShownOptions(try OpenKernel(path).symbols().table)
      func settings(_ given: String...) -> LoaderSettings {
        LoaderSettings(facts, LoaderRules(.newest), given: given.compactMap { GivenFact($0) })
      }
      #expect(settings().signatures == signatures && settings().livepatch == livepatch, "\(names)")
      let other = settings("MODULE_SIG=\(signatures ? "n" : "y")")
      #expect(other.signatures != signatures)
    }
  }
}

@Suite("What the user says of versions")
struct GivenVersionsTests {
  @Test("counts before vermagic where there is no configuration", arguments: ["n", "y", nil])
  func given(value: String?) throws {
    var bench = Bench()
    bench.hasConfig = false
    bench.given = value.map { ["MODVERSIONS=\($0)"] } ?? []
    var module = bench.module()
    module.basic = [RequiredVersion("module_layout", 1)]
    #expect((try bench.outcome(module).verdict == .loads) == (value == "n"))
  }
}

@Suite("Modules that are asked about, and those before them")
struct RequestTests {
  @Test("of a directory that is loaded before, the modules asked about are left out, and no others")
  func directories() throws {
    let bench = Bench()
    let scratch = try ScratchDirectory()
    scratch.makeDirectory("all")
    let asked = try scratch.write(bench.module("asked").build(), to: "all/asked.ko")
    let other = try scratch.write(bench.module("other").build(), to: "all/other.ko")
    let single = try scratch.write(bench.module("single").build(), to: "single.ko")
    var request = LoadRequest()
    request.with = [scratch.file("all"), single, scratch.file("missing.ko")]
    var answers: [(String, Bool)] = []
    ModuleChecker(try bench.facts(), request: request).check([asked]) {
      answers.append(($0.path, $0.isPreloaded))
    }
    #expect(answers.map(\.0) == [other, single, scratch.file("missing.ko"), asked])
    #expect(answers.map(\.1) == [true, true, true, false])
  }

  @Test("the release that is supposed is that of the first module among what is named")
  func supposed() throws {
    let scratch = try ScratchDirectory()
    let bench = Bench("6.1.7")
    let text = try scratch.write(Array("no module".utf8), to: "a.ko")
    let module = try scratch.write(bench.module().build(), to: "b.ko")
    let later = try scratch.write(Bench("5.10.3").module().build(), to: "c.ko")
    var facts = KernelFacts(path: "bench")
    facts.supposeRelease(
      ofModules: [scratch.file("missing.ko"), text, module, later], limit: 1 << 20)
    #expect(facts.likelyRelease == KernelRelease("6.1.7"))
    // A kernel whose release is known has that.
    var known = try bench.facts()
    known.supposeRelease(ofModules: [later], limit: 1 << 20)
    #expect(known.likelyRelease == nil)
  }

  @Test(
    "the size of the module structure is that of the kernel's own modules, whatever else is there")
  func structureSizes() throws {
    let scratch = try ScratchDirectory()
    scratch.makeDirectory("tree")
    var bench = Bench()
    bench.structureSize = nil
    bench.tree = scratch.file("tree")
    _ = try scratch.write(Array("no module".utf8), to: "tree/a.ko")
    _ = try scratch.write(Bench("6.12.0").module().build(), to: "tree/b.ko")
    var module = bench.module()
    #expect(try bench.outcome(module).assumed.contains(LoadAssumption(.structureSizeUnknown)))
    _ = try scratch.write(module.build(), to: "tree/c.ko")
    let known = try bench.outcome(module)
    #expect(known.verdict == .loads)
    #expect(!known.assumed.contains(LoadAssumption(.structureSizeUnknown)))
    module.structureSize = 896
    #expect(try bench.outcome(module).verdict == .refused)
  }

  @Test(
    "a module is no evidence of its own size, by whatever name: the first other one of the tree is")
  func otherSizes() throws {
    let scratch = try ScratchDirectory()
    scratch.makeDirectory("tree")
    var bench = Bench()
    (bench.structureSize, bench.tree) = (nil, scratch.file("tree"))
    func write(_ name: String, _ size: Int) throws -> String {
      var module = bench.module()
      module.structureSize = size
      return try scratch.write(module.build(), to: name)
    }
    let first = try write("tree/a.ko", 896)
    let second = try write("tree/b.ko", 1280)
    let third = try write("tree/c.ko", 1280)
    scratch.link("link.ko", to: first)
    let answers: [(String, LoadVerdict)] = [
      (first, .refused), (scratch.file("link.ko"), .refused), (second, .refused), (third, .refused),
      (try write("copy.ko", 896), .loads),
    ]
    for (path, verdict) in answers {
      let answer = try #require(ModuleChecker(try bench.facts()).check([path]).last)
      #expect(try answer.result.get().verdict == verdict, "\(path)")
    }
  }

  @Test("word size and byte order are those of the first module among what is named")
  func layouts() throws {
    let scratch = try ScratchDirectory()
    var bench = ArchitectureSectionTests.bench("6.12.0", .m68k, is64Bit: false, order: .big)
    let text = try scratch.write(Array("no module".utf8), to: "a.ko")
    let module = try scratch.write(bench.module().build(), to: "b.ko")
    bench.machine = nil
    var facts = try bench.facts()
    facts.layout = nil
    let answers = ModuleChecker(facts).check([scratch.file("missing.ko"), text, module])
    #expect(try #require(answers.last).result.get().verdict == .loads)
  }

  @Test("an unknown architecture is that of the first module for a prepared checker, too")
  func preparedArchitecture() throws {
    let scratch = try ScratchDirectory()
    var bench = Bench()
    var module = bench.module()
    // Only x86 leaves this one as it is.
    module.require("_GLOBAL_OFFSET_TABLE_", 0)
    let path = try scratch.write(module.build(), to: "a.ko")
    bench.machine = nil
    var checker = ModuleChecker(try bench.facts())
    checker.prepare()
    #expect(try #require(checker.check([path]).first).result.get().verdict == .loads)
  }
}
