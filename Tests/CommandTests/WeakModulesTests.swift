import TestSupport
import Testing

@Suite("ksym as weak-modules")
struct WeakModulesTests {
  private let scratch: ScratchDirectory
  private let first = "5.14.0-1.el9"
  private let second = "5.14.0-2.el9"

  init() throws {
    scratch = try ScratchDirectory()
    for folder in ["boot", "lib", "lib/modules"] { scratch.makeDirectory(folder) }
    for release in [first, second] { try writeKernel(release) }
  }

  private func writeKernel(_ release: String, printk: UInt32 = 0x9aec_1234) throws {
    scratch.makeDirectory("lib/modules/\(release)")
    scratch.makeDirectory("lib/modules/\(release)/extra")
    let text =
      "0x\(String(printk, radix: 16))\t_printk\tvmlinux\tEXPORT_SYMBOL\t\n"
      + "0x0badcafe\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n"
    try scratch.write(Array(text.utf8), to: "lib/modules/\(release)/Module.symvers")
    try scratch.write([], to: "boot/System.map-\(release)")
  }

  @discardableResult
  private func write(
    _ name: String, for release: String? = nil, _ change: (inout ModuleBuilder) -> Void = { _ in }
  ) throws -> String {
    var module = Sandbox.module(name)
    module.setInfo("vermagic", "\(release ?? first) SMP mod_unload modversions ")
    change(&module)
    return try scratch.write(module.build(), to: "lib/modules/\(release ?? first)/extra/\(name).ko")
  }

  private func run(_ arguments: String..., modules: [String] = []) async throws -> Ksym.Run {
    let input = modules.map { $0 + "\n" }.joined()
    return try await Ksym.run(
      ["weak-modules", "--basedir", scratch.path, "--no-initramfs", "--verbose"] + arguments,
      input: Array(input.utf8))
  }

  private func links(_ release: String) async throws -> [String] {
    let directory = scratch.file("lib/modules/\(release)/weak-updates")
    let run = try await Ksym.run(["-c", "ls '\(directory)' 2>&1 || true"], program: "sh")
    return run.lines.contains { $0.contains("cannot access") } ? [] : run.lines
  }

  private func depmod(_ release: String) -> String {
    let map = scratch.file("boot/System.map-\(release)")
    return "/sbin/depmod -b \(scratch.path) -ae -F \(map) \(release)"
  }

  @Test("modules that another kernel takes are linked there, and the lists of both are made anew")
  func add() async throws {
    let module = try write("a")
    let expected = [
      "Module a.ko from kernel \(first) is compatible with kernel \(second)", depmod(first),
      depmod(second),
    ]
    let dry = try await run("--dry-run", "--add-modules", modules: [module])
    #expect(dry.status == 0 && dry.lines == expected, "\(dry.errors)")
    #expect(try await links(second).isEmpty)
    #expect(try await run("--add-mod", modules: [module]).lines == expected)
    #expect(try await links(second) == ["a.ko"])
  }

  @Test(
    "what lies in a kernel's own directory is not linked there, and does not keep others from it")
  func ownDirectory() async throws {
    // Built for the first, and installed for the second.
    let own = try write("own", for: second) {
      $0.setInfo("vermagic", "5.14.0-1.el9 SMP mod_unload modversions ")
    }
    let run = try await run("--add-modules", modules: [own, try write("a")])
    #expect(run.status == 0, "\(run.errors)")
    #expect(try await links(second) == ["a.ko"])
  }

  @Test("a link that is there is made again, with a word about it")
  func again() async throws {
    let module = try write("a")
    let words = "weak module for a.ko already exists for kernel \(second), update case?"
    let once = try await run("--add-modules", modules: [module])
    #expect(!once.output.contains(words))
    let twice = try await run("--add-modules", modules: [module])
    #expect((twice.output + twice.errors).contains(words), "\(twice.output)\(twice.errors)")
    #expect(try await links(second) == ["a.ko"])
  }

  @Test("a link to nothing does not keep the others from being judged")
  func dangling() async throws {
    scratch.makeDirectory("lib/modules/\(second)/weak-updates")
    let bad = try write("z") { $0.require("gone", 1) }
    scratch.link("lib/modules/\(second)/weak-updates/z.ko", to: bad)
    for name in ["b", "y"] {
      scratch.link("lib/modules/\(second)/weak-updates/\(name).ko", to: scratch.file("nowhere.ko"))
    }
    let run = try await run("--dry-run", "--add-modules", modules: [try write("a")])
    let words =
      "z.ko from kernel \(first) is not compatible with kernel \(second) in symbols:  gone"
    #expect(run.lines.contains { $0.contains(words) }, "\(run.output)")
  }

  @Test("the given modules are judged in their order, before the links that are there")
  func order() async throws {
    scratch.makeDirectory("lib/modules/\(second)/weak-updates")
    for name in ["b", "x"] {
      let bad = try write(name) { $0.require("gone", 1) }
      scratch.link("lib/modules/\(second)/weak-updates/\(name).ko", to: bad)
    }
    let modules = try ["z", "a", "m"].map { name in try write(name) { $0.require("gone", 1) } }
    for given in [modules, modules.reversed()] {
      let run = try await run("--dry-run", "--add-modules", modules: given)
      let refused = run.lines.filter { $0.contains("is not compatible") }
        .compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) }
      let names = given.compactMap { $0.split(separator: "/").last.map(String.init) }
      #expect(refused == names + ["b.ko", "x.ko"])
    }
  }

  @Test("one module that is refused keeps all from being linked, and its users are refused next")
  func fallsBack() async throws {
    let exporter = try write("exporter") {
      $0.exports = [SampleExport("theirs", 5)]
      $0.require("gone", 1)
    }
    let user = try write("user") { $0.require("theirs", 5) }
    let run = try await run(
      "--dry-run", "--add-modules", modules: [user, exporter, try write("alone")])
    let head = "from kernel \(first) is not compatible with kernel \(second) in symbols: "
    #expect(
      run.lines == [
        "Module exporter.ko \(head) gone", "Module user.ko \(head) theirs",
        "Module alone.ko from kernel \(first) is compatible with kernel \(second)",
        "Falling back weak-modules state for kernel \(second)", depmod(first),
      ])
  }

  @Test("a new kernel gets the newest of what others have, each module or group for itself")
  func addKernel() async throws {
    let third = "5.14.0-10.el9"
    try writeKernel(third)
    try write("a")
    try write("a", for: second)
    try write("bad") { $0.require("gone", 1) }
    try write("one") { $0.exports = [SampleExport("theirs", 5)] }
    try write("two") {
      $0.require("theirs", 5)
      $0.require("gone", 1)
    }
    let run = try await run("--add-kernel", third)
    let refused = "is not compatible with kernel \(third) in symbols:  gone"
    #expect(
      run.lines == [
        "Module a.ko from kernel \(second) is compatible with kernel \(third)",
        "Module bad.ko from kernel \(first) \(refused)",
        "Module two.ko from kernel \(first) \(refused)",
        "Module one.ko from kernel \(first) is compatible with kernel \(third)",
        "Falling back weak-modules state for kernel \(third)", depmod(third),
      ])
    #expect(try await links(third) == ["a.ko"])
    let removed = try await self.run("--remove-kernel", third)
    #expect(removed.status == 0 && removed.lines == ["rm -rf a.ko"])
    #expect(try await links(third).isEmpty)
  }

  @Test("links to modules stay as long as the files are there")
  func remove() async throws {
    let module = try write("a")
    _ = try await run("--add-modules", modules: [module])
    let kept = try await run("--remove-modules", modules: [module])
    #expect(
      kept.lines.first
        == "Skipping symlink \(scratch.file("lib/modules/\(first)/weak-updates/a.ko"))")
    #expect(try await links(second) == ["a.ko"])
    _ = try await Ksym.run([module], program: "rm")
    let gone = try await run("--remove-modules", modules: [module])
    #expect(gone.lines.contains("Removing compatible module a.ko from kernel \(second)"))
    #expect(try await links(second).isEmpty)
  }

  @Test("a kernel that is not installed is an error, and so is a command line without a mode")
  func errors() async throws {
    let run = try await run("--add-kernel", "none")
    #expect(run.status == 1)
    #expect(
      run.errors == "Symvers dump file is not found in \(scratch.file("boot/symvers-none.gz")) "
        + "\(scratch.file("lib/modules/none/symvers.gz"))\n")
    let none = try await self.run()
    #expect(none.status == 1 && none.errors.contains("Usage: weak-modules"))
    let needy = try await Ksym.run(["weak-modules", "--dracut", "/nowhere", "--add-modules"])
    #expect(needy.status == 1 && needy.errors.contains("dracut-enabled kernel"))
  }
}
