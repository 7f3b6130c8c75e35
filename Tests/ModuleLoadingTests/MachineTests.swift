import ByteStorage
import ELFFormat
import KernelReleases
import Livepatching
import ModuleLoading
import TestSupport
import Testing

/// What an answer rests on that only the machine knows.
@Suite("Facts of the machine")
struct MachineTests {
  private static func bench(_ given: String...) -> Bench {
    var bench = Bench()
    bench.config += [
      "MODULE_SIG", "CRYPTO_SHA256", "SECURITY_LOCKDOWN_LSM", "LOCK_DOWN_IN_EFI_SECURE_BOOT",
    ]
    bench.given = given
    return bench
  }

  private static func assumed(_ outcome: LoadOutcome) -> [String] {
    outcome.assumed.filter { $0.code == .machineUnknown }.map {
      "\($0.key ?? "")=\($0.value ?? "")"
    }
  }

  @Test("an unsigned module loads unless the machine is locked down, which is listed")
  func unsigned() throws {
    let bench = Self.bench()
    let outcome = try bench.outcome(bench.module())
    #expect(outcome.verdict == .loads)
    #expect(Self.assumed(outcome) == ["secure-boot=off", "lockdown=none", "sig-enforce=off"])
    let known = Self.bench("secure-boot=off", "lockdown=none", "sig-enforce=off")
    #expect(Self.assumed(try known.outcome(known.module())).isEmpty)
  }

  @Test("what is given decides, and what cannot change the answer is not listed")
  func given() throws {
    let locked =
      "EPERM | Lockdown: modprobe: unsigned module loading is restricted; "
      + "see man kernel_lockdown.7"
    let rejected = "EKEYREJECTED | Loading of unsigned module is rejected"
    for (fact, answer) in [
      ("secure-boot=on", locked), ("lockdown=integrity", locked), ("sig_enforce=on", rejected),
    ] {
      let bench = Self.bench(fact)
      let outcome = try bench.outcome(bench.module())
      #expect(summary(outcome) == answer)
      #expect(Self.assumed(outcome).isEmpty)
    }
    var arch = Self.bench("secure-boot=on")
    arch.config += ["IMA_ARCH_POLICY", "IMA_SECURE_AND_OR_TRUSTED_BOOT"]
    #expect(summary(try arch.outcome(arch.module())) == rejected)
  }

  // As Debian's 6.12 of amd64, riscv64 (and armhf), s390x, ppc64el; the last two do not lock down.
  @Test(
    "Secure Boot enforces signatures where the architecture has a policy for IMA, and nowhere else")
  func architectures() throws {
    let (plain, both) = (
      ["IMA_ARCH_POLICY"], ["IMA_ARCH_POLICY", "IMA_SECURE_AND_OR_TRUSTED_BOOT"]
    )
    let rejected = "EKEYREJECTED | Loading of unsigned module is rejected"
    for (release, machine, options, isEnforced) in [
      ("6.12.0", .x86_64, both, true), ("6.12.0", .aarch64, both, true),
      ("6.12.0", .powerPC64, both, true), ("6.12.0", .x86_64, plain, false),
      ("6.12.0", .riscV, plain, false), ("6.12.0", .powerPC64, plain, false),
      ("6.12.0", .s390, both, false), ("6.12.0", .x86_64, [both[1]], false),
      // Up to 5.6 there is no such option.
      ("5.6.0", .x86_64, plain + ["EFI"], true), ("5.6.0", .x86_64, plain, false),
      ("5.6.0", .powerPC64, plain + ["PPC_SECURE_BOOT"], true),
      ("5.6.0", .powerPC64, plain, false), ("5.6.0", .aarch64, plain + ["EFI"], false),
      ("5.6.0", .s390, plain + ["EFI"], false), ("5.7.0", .x86_64, plain + ["EFI"], false),
    ] as [(String, ELFMachine, [String], Bool)] {
      var bench = Bench(release)
      bench.machine = machine
      bench.config += ["MODULE_SIG"] + options
      let open = try bench.outcome(bench.module())
      #expect(Self.assumed(open).contains("secure-boot=off") == isEnforced, "\(machine)")
      bench.given = ["secure-boot=on"]
      let answer = summary(try bench.outcome(bench.module()))
      #expect((answer == rejected) == isEnforced, "\(release) \(machine) \(options)")
    }
  }

  // security/lockdown/lockdown.c, security/security.c ordered_lsm_init, 6.12.
  @Test("only a kernel whose lockdown is compiled in and listed is locked down")
  func lockdownSupport() throws {
    let listed = "SECURITY_LOCKDOWN_LSM"
    for (options, given, answer, assumed) in [
      ([], ["lockdown=integrity"], "loads", []),
      ([listed], ["lockdown=integrity"], "EPERM", []),
      ([listed, "LSM=\"yama,lockdown\""], ["lockdown=integrity"], "EPERM", []),
      ([listed, "LSM=\"yama\""], ["lockdown=integrity"], "loads", ["lsm=default"]),
      ([listed, "LSM=\"yama\""], ["lockdown=integrity", "lsm=default"], "loads", []),
      ([listed, "LSM=\"yama\""], ["lockdown=integrity", "lsm=lockdown"], "EPERM", []),
      ([listed, "LSM=\"yama\""], ["lockdown=none"], "loads", []),
      ([listed, "LSM=\"\""], ["lockdown=integrity"], "loads", ["lsm=default"]),
      (
        [listed, "LOCK_DOWN_KERNEL_FORCE_INTEGRITY", "LSM=\"yama\""], [], "loads",
        ["lockdown=none", "lsm=default"]
      ),
      ([listed, listed + "_EARLY", "LSM=\"yama\""], ["lockdown=integrity"], "EPERM", []),
      (["LOCK_DOWN_KERNEL"], ["lockdown=integrity"], "EPERM", []),
      ([listed], ["lockdown=integrity", listed + "=n"], "loads", []),
    ] as [([String], [String], String, [String])] {
      var bench = Bench()
      bench.config += ["MODULE_SIG"] + options
      bench.given = ["sig-enforce=off"] + given
      let outcome = try bench.outcome(bench.module())
      #expect((outcome.errno?.name ?? outcome.verdict.rawValue) == answer, "\(options) \(given)")
      #expect(Self.assumed(outcome) == assumed, "\(options) \(given)")
    }
    var unknown = Bench()
    unknown.hasConfig = false
    unknown.given = ["MODULE_SIG=y", "lockdown=integrity"]
    #expect(try unknown.outcome(unknown.module()).errno == .EPERM)
  }

  @Test("a kernel without lockdown and arch policy asks only whether signatures are enforced")
  func plain() throws {
    var bench = Bench()
    bench.config += ["MODULE_SIG"]
    #expect(Self.assumed(try bench.outcome(bench.module())) == ["sig-enforce=off"])
  }

  @Test("the gates can be left out, which is listed")
  func leftOut() throws {
    var bench = Self.bench("sig-enforce=on")
    bench.adjust = { $0.trust.leavesOutSignatures = true }
    let outcome = try bench.outcome(bench.module())
    #expect(summary(outcome) == "loads" && outcome.taintLog.isEmpty)
    #expect(outcome.assumed.contains { $0.code == .signaturesLeftOut })
    let trailer: [UInt8] = [0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    let signed =
      bench.module().build() + [0x30, 0] + trailer + Array("~Module signature appended~\n".utf8)
    #expect(summary(try bench.outcome(signed)) == "loads")
  }

  @Test("facts of the machine take their own values only")
  func values() {
    #expect(GivenFact("secure-boot=on")?.problem == nil)
    #expect(GivenFact("secure-boot=yes")?.problem == .notAValue)
    #expect(GivenFact("lockdown=integrity")?.problem == nil)
    #expect(GivenFact("lockdown=on")?.problem == .notAValue)
    #expect(GivenFact("signer=enrolled")?.problem == nil)
    #expect(GivenFact("signers=enrolled")?.problem == .unknownKey)
  }

  @Test("the size of the module structure is more than nothing, and no more than types can give")
  func sizes() throws {
    for (size, isOne) in [
      ("1", true), ("1344", true), ("2147483647", true), ("0", false), ("-1", false),
      ("-9223372036854775808", false), ("2147483648", false), ("9223372036854775807", false),
      ("99999999999999999999", false), ("", false), ("0x540", false),
    ] {
      #expect((GivenFact("struct-module-size=\(size)")?.problem == nil) == isOne, "\(size)")
      var bench = Bench()
      bench.given = ["struct-module-size=\(size)"]
      let outcome = try bench.outcome(bench.module())
      #expect(outcome.verdict == (isOne ? .refused : .loads), "\(size)")
    }
  }

  @Test("whether a name is free is assumed where nothing lists built-in code")
  func names() throws {
    let bench = Bench()
    #expect(try bench.outcome(bench.module()).assumed.contains { $0.code == .builtInUnknown })
  }
}
