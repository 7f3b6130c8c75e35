import ByteStorage
import KernelReleases
import Livepatching
import ModuleLoading
import ModuleTrust
import TestSupport
import Testing

@Suite("Modules that IMA appraises")
struct AppraisalTests {
  private static func bench(_ given: String...) -> Bench {
    var bench = Bench("6.12.0")
    bench.config += ["MODULE_SIG", "CRYPTO_SHA256"]
    bench.given = given
    return bench
  }

  @Test("a file without an attribute of IMA's is refused before its own signature is looked at")
  func refused() throws {
    let bench = Self.bench("ima=appraise")
    let outcome = try bench.outcome(bench.module())
    #expect(summary(outcome) == "EACCES" && outcome.causes.map(\.code) == [.notAppraised])
    #expect(summary(try Self.bench().outcome(bench.module())) == "loads")
    var demanding = Self.bench()
    demanding.config.append("IMA_APPRAISE_REQUIRE_MODULE_SIGS")
    #expect(summary(try demanding.outcome(bench.module())) == "EACCES")
  }

  @Test("bytes alone cannot be appraised, unless the kernel enforces signatures itself")
  func memory() throws {
    let bench = Self.bench("ima=appraise", "syscall=init_module")
    #expect(
      summary(try bench.outcome(bench.module()))
        == "EACCES | ima: impossible to appraise a module without a file descriptor. "
        + "sig_enforce kernel parameter might help")
    let enforced = Self.bench("ima=appraise", "syscall=init_module", "sig-enforce=on")
    #expect(
      summary(try enforced.outcome(bench.module()))
        == "EKEYREJECTED | Loading of unsigned module is rejected")
  }

  @Test("the command line makes IMA appraise modules")
  func commandLine() {
    #expect(TrustRequest.appraises("quiet ima_policy=tcb|secure_boot\n"))
    #expect(TrustRequest.appraises("ima_policy=\"secure_boot\""))
    #expect(!TrustRequest.appraises("ima_policy=appraise_tcb"))
    #expect(!TrustRequest.appraises("ima_policy=secure_boot ima_appraise=log"))
    #expect(TrustRequest.appraises("ima_policy=secure_boot ima_appraise=enforce"))
  }
}
