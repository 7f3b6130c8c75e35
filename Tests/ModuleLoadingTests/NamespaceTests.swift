import KernelReleases
import Livepatching
import ModuleLoading
import TestSupport
import Testing

@Suite("Namespaces")
struct NamespaceTests {
  private func importer(_ bench: Bench, _ name: String = "sample", imports: [String] = [])
    -> ModuleBuilder
  {
    var module = bench.module(name)
    module.require("spaced", 0x33)
    module.info? += imports.map { "import_ns=\($0)" }
    return module
  }

  private func refusal(_ space: String, _ name: String = "sample") -> String {
    "EINVAL | \(name): module uses symbol (spaced) from namespace \(space), but does not import it."
      + " | \(name): Unknown symbol spaced (err -22)"
  }

  @Test("an export in a namespace needs that very namespace imported")
  func imports() throws {
    let bench = Bench()
    #expect(try summary(bench.outcome(importer(bench))) == refusal("SPACE"))
    for wrong in ["space", "SPAC", "SPACES", " SPACE", "SPACE,OTHER", ""] {
      #expect(try summary(bench.outcome(importer(bench, imports: [wrong]))) == refusal("SPACE"))
    }
    #expect(try summary(bench.outcome(importer(bench, imports: ["OTHER", "SPACE"]))) == "loads")
  }

  @Test("MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS turns a missing import into a warning")
  func allowed() throws {
    var bench = Bench()
    bench.config.append("MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS")
    #expect(
      try summary(bench.outcome(importer(bench)))
        == "loads | sample: module uses symbol (spaced) from"
        + " namespace SPACE, but does not import it.")
  }

  /// Namespace, name of the module, whether it is named by it.
  @Test(
    "module: namespaces name modules: - is _, a * at the end stands for any rest, nothing is trimmed",
    arguments: [
      ("module:kvm", "kvm", true), ("module:kvm", "kvm_amd", false),
      ("module:kvm_amd", "kvm", false),
      ("module:kvm,kvm-*", "kvm_amd", true), ("module:kvm-*", "kvm_", true),
      ("module:kvm-*", "kvm", false), ("module:snd-hda-codec", "snd_hda_codec", true),
      ("module:a,b,c", "c", true), ("module:a, b", "b", false), ("module:a ,b", "a", false),
      ("module:*", "anything", true), ("module:", "anything", false),
      ("module:,", "anything", false),
      ("module:a,", "a", true), ("module:,a", "a", true), ("module:KVM", "kvm", false),
      ("module:k*m", "kvm", false), ("module:k*m", "k*m", true), ("module:kv**", "kv*x", true),
      ("module:kv**", "kvm", false), ("Module:kvm", "kvm", false), ("kvm", "kvm", false),
    ])
  func matching(_ space: String, _ name: String, _ isNamed: Bool) throws {
    var bench = Bench()
    bench.exports[3].namespace = space
    #expect(
      try summary(bench.outcome(importer(bench, name)))
        == (isNamed ? "loads" : refusal(space, name)))
    // Before 6.16 such a namespace is a name like any other.
    bench.release = "6.15.0"
    #expect(try summary(bench.outcome(importer(bench, name))) == refusal(space, name))
    #expect(try summary(bench.outcome(importer(bench, name, imports: [space]))) == "loads")
  }

  @Test("the name that counts is that of the module structure")
  func structureName() throws {
    var bench = Bench()
    bench.exports[3].namespace = "module:real"
    var module = importer(bench, "claimed")
    module.structureName = "real"
    #expect(try summary(bench.outcome(module)) == "loads")
    module.structureName = "claimed"
    module.setInfo("name", "real")
    #expect(try bench.outcome(module).errno == .EINVAL)
  }

  @Test("a module that imports a module: namespace is refused since 6.16")
  func forged() throws {
    let bench = Bench()
    #expect(
      try summary(bench.outcome(importer(bench, imports: ["SPACE", "module:sample"])))
        == "EPERM | sample: module tries to import module namespace: module:sample")
    let old = Bench("6.15.0")
    #expect(
      try summary(old.outcome(importer(old, imports: ["SPACE", "module:sample"]))) == "loads")
  }

  @Test("a kernel before 5.4 has no namespaces")
  func old() throws {
    let bench = Bench("5.3.0")
    #expect(try summary(bench.outcome(importer(bench))) == "loads")
  }
}
