import ELFFormat
import KernelReleases
import Kernels
import Livepatching
import ModuleLoading
import TestSupport
import Testing

/// A kernel without a readable image: its own modules show what it checks.
@Suite("What the modules of a kernel's own build show")
struct OwnTreeTests {
  private let scratch: ScratchDirectory
  private let tree: String
  private static let magic = "7.2.0 SMP mod_unload modversions "

  init() throws {
    scratch = try ScratchDirectory()
    var folder = ""
    for part in ["lib", "modules", "7.2.0", "kernel"] {
      folder += folder.isEmpty ? part : "/\(part)"
      scratch.makeDirectory(folder)
    }
    tree = scratch.file("lib/modules/7.2.0")
    for folder in ["build", "updates"] { scratch.makeDirectory("lib/modules/7.2.0/\(folder)") }
    let list = """
      0x0badcafe\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t
      0x9aec1234\t_printk\tvmlinux\tEXPORT_SYMBOL\t

      """
    try scratch.write(Array(list.utf8), to: "lib/modules/7.2.0/build/Module.symvers")
  }

  private func write(
    _ path: String, _ magic: String = Self.magic, size: Int = 1280,
    machine: ELFMachine = .x86_64
  ) throws {
    var module = ModuleBuilder("own", vermagic: magic)
    (module.structureSize, module.machine) = (size, machine)
    module.basic = [RequiredVersion("module_layout", 0x0bad_cafe)]
    try scratch.write(module.build(), to: "lib/modules/7.2.0/\(path).ko")
  }

  private func outcome(
    _ magic: String = Self.magic, size: Int = 1280, machine: ELFMachine = .x86_64
  ) throws -> LoadOutcome {
    var module = ModuleBuilder("sample", vermagic: magic)
    (module.structureSize, module.machine) = (size, machine)
    module.basic = [RequiredVersion("module_layout", 0x0bad_cafe)]
    return try outcome(of: scratch.write(module.build(), to: "sample.ko"))
  }

  private func outcome(of path: String) throws -> LoadOutcome {
    let kernel = try OpenKernel(tree)
    let checker = ModuleChecker(try kernel.factsForLoading(), of: kernel)
    return try #require(checker.check([path]).first).result.get()
  }

  private func assumes(_ code: LoadAssumption.Code, _ outcome: LoadOutcome) -> Bool {
    outcome.assumed.contains { $0.code == code }
  }

  @Test("vermagic, architecture and the size of the module structure are not assumed")
  func shown() throws {
    for name in ["one", "two", "three"] { try write("kernel/\(name)") }
    let facts = try OpenKernel(tree).factsForLoading()
    #expect(facts.vermagic?.value == Self.magic && facts.machine?.value == .x86_64)
    #expect(facts.vermagic?.source.path == "\(tree)/kernel/three.ko")
    #expect(try OpenKernel(tree).facts(isThorough: true).vermagic?.value == Self.magic)
    let good = try outcome()
    #expect(good.verdict == .loads)
    #expect(!assumes(.vermagicUnknown, good) && !assumes(.structureSizeUnknown, good))
    let other = "7.2.0 SMP mod_unload modversions RANDSTRUCT "
    #expect(
      try outcome(other).log == ["sample: version magic '\(other)' should be '\(Self.magic)'"])
    #expect(try outcome(size: 1344).errno == .ENOEXEC)
    #expect(try outcome(machine: .aarch64).causes.map(\.code) == [.otherArchitecture])
  }

  @Test("one of them is judged by the others")
  func own() throws {
    try write("kernel/bad", "7.2.0 SMP preempt mod_unload modversions ")
    for name in ["one", "two"] { try write("kernel/\(name)") }
    try write("kernel/zlong", size: 1344)
    #expect(try outcome(of: "\(tree)/kernel/bad.ko").errno == .ENOEXEC)
    #expect(try outcome(of: "\(tree)/kernel/zlong.ko").errno == .ENOEXEC)
    #expect(try outcome(of: "\(tree)/kernel/one.ko").verdict == .loads)
  }

  @Test("a single one, one of another release and those of others than the build show nothing")
  func others() throws {
    try write("kernel/one")
    scratch.link("lib/modules/7.2.0/kernel/same.ko", to: "\(tree)/kernel/one.ko")
    for name in ["old", "older"] { try write("kernel/\(name)", "7.1.9 SMP mod_unload ") }
    for name in ["dkms", "mine"] { try write("updates/\(name)", "7.2.0 SMP ") }
    #expect(try OpenKernel(tree).factsForLoading().vermagic == nil)
    #expect(try assumes(.vermagicUnknown, outcome()))
    try write("kernel/two")
    #expect(try OpenKernel(tree).factsForLoading().vermagic?.value == Self.magic)
  }
}
