import KernelReleases
import Kernels
import Livepatching
import ModuleLoading
import TestSupport
import Testing

/// Modules in `updates` that replace those of the kernel's own build, as DKMS installs them.
@Suite("Modules that replace others of their name")
struct ReplacedModuleTests {
  private let scratch: ScratchDirectory
  private let tree: String

  init() throws {
    scratch = try ScratchDirectory()
    tree = scratch.makeDirectory("tree")
    for folder in ["kernel", "updates"] { scratch.makeDirectory("tree/\(folder)") }
  }

  private func bench() -> Bench {
    var bench = Bench()
    bench.loadsDependencies = true
    return bench
  }

  private func write(_ module: ModuleBuilder, _ path: String) throws {
    try scratch.write(module.build(), to: "tree/\(path).ko")
  }

  /// What becomes of `user.ko`, which needs what `owner.ko` exports.
  private func outcome(_ path: String) throws -> LoadOutcome {
    var facts = try bench().facts()
    facts.moduleTree = tree
    let answers = ModuleChecker(facts).check([path])
    return try #require(answers.first { $0.path.hasSuffix("/user.ko") }).result.get()
  }

  private func owner(_ crc: UInt32) -> ModuleBuilder {
    var owner = bench().module("owner")
    owner.exports = [SampleExport("owned", crc)]
    return owner
  }

  private func writeUser() throws {
    var user = bench().module("user")
    user.require("owned", 1)
    user.setInfo("depends", "owner")
    try write(user, "kernel/user")
  }

  private var places: [String] { ["\(tree)/kernel/user.ko", tree, "\(tree)/kernel"] }

  @Test("are what others get, whether one module, a folder or the tree is checked")
  func sameAnswer() throws {
    try writeUser()
    try write(owner(1), "kernel/owner")
    for path in places { #expect(try outcome(path).verdict == .loads) }
    try write(owner(2), "updates/owner")
    for path in places { #expect(try outcome(path).errno == .EINVAL, "\(path)") }
    let lines = "updates/owner.ko:\nkernel/user.ko: updates/owner.ko\n"
    try scratch.write(Array(lines.utf8), to: "tree/modules.dep")
    for path in places { #expect(try outcome(path).errno == .EINVAL, "\(path)") }
  }

  @Test("are not what others get where depmod was set up to prefer the kernel's own")
  func configured() throws {
    try writeUser()
    try write(owner(1), "kernel/owner")
    try write(owner(2), "updates/owner")
    let lines = "kernel/owner.ko:\nkernel/user.ko: kernel/owner.ko\n"
    try scratch.write(Array(lines.utf8), to: "tree/modules.dep")
    for path in places { #expect(try outcome(path).verdict == .loads, "\(path)") }
  }

  @Test("and that the kernel refuses do not let the replaced one in")
  func refused() throws {
    try writeUser()
    try write(owner(1), "kernel/owner")
    var other = owner(1)
    other.setInfo("vermagic", "7.2.0 SMP preempt mod_unload modversions ")
    try write(other, "updates/owner")
    for path in places {
      let found = try outcome(path)
      #expect(found.errno == .ENOENT, "\(path)")
      #expect(found.causes.contains { $0.code == .ownerRefused && $0.owner == "owner" })
    }
  }
}
