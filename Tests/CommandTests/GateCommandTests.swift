import TestSupport
import Testing

@Suite("ksym gate")
struct GateCommandTests {
  private let scratch: ScratchDirectory
  private let old = "lib/modules/7.2.0"
  private let new = "lib/modules/7.3.0"

  init() throws {
    scratch = try ScratchDirectory()
    for folder in [
      "lib", "lib/modules", old, "\(old)/extra", "\(old)/extra/x", new, "lib/modules/none",
    ] { scratch.makeDirectory(folder) }
    for kernel in [old, new] { try writeSymvers(kernel, printk: 0x9aec_1234) }
  }

  private func writeSymvers(_ kernel: String, printk: UInt32) throws {
    let text =
      "0x\(String(printk, radix: 16))\t_printk\tvmlinux\tEXPORT_SYMBOL\t\n"
      + "0x0badcafe\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n"
    try scratch.write(Array(text.utf8), to: "\(kernel)/Module.symvers")
  }

  private func write(_ name: String, _ change: (inout ModuleBuilder) -> Void = { _ in }) throws {
    var module = Sandbox.module(name)
    change(&module)
    try scratch.write(module.build(), to: "\(old)/extra/x/\(name).ko")
  }

  private func gate(_ arguments: String...) async throws -> Ksym.Run {
    try await Ksym.run(["gate", "--root", scratch.path] + arguments)
  }

  private func link(_ name: String) async throws -> String {
    let path = scratch.file("\(new)/weak-updates/x/\(name).ko")
    return try await Ksym.run(["-c", "readlink '\(path)' || true"], program: "sh").output
  }

  @Test("a module that the newer kernel takes is linked there, and only with --apply")
  func compatible() async throws {
    try write("first")
    let run = try await gate()
    #expect(run.status == 0)
    #expect(
      run.output == "Module first.ko from kernel 7.2.0 is compatible with kernel 7.3.0\n")
    #expect(try await link("first").isEmpty)
    let applied = try await gate("--apply")
    #expect(
      applied.status == 0
        && applied.errors.contains("7.3.0: 1 link made: depmod -a -b \(scratch.path) 7.3.0"))
    #expect(try await link("first") == "/\(old)/extra/x/first.ko\n", "as the root itself sees it")
    #expect(try await gate("--apply").errors.isEmpty)
  }

  @Test("links to modules that are gone are removed")
  func gone() async throws {
    for name in ["first", "second"] { try write(name) }
    _ = try await gate("--apply")
    let module = scratch.file("\(old)/extra/x/first.ko")
    #expect(try await Ksym.run([module], program: "rm").status == 0)
    let run = try await gate("--apply")
    #expect(
      run.errors.contains("7.3.0: 0 links made, 1 removed (gone, or refused)"), "\(run.errors)")
    #expect(try await link("first").isEmpty)
    #expect(try await !link("second").isEmpty)
  }

  @Test("a link to a module that the kernel does not take any more is removed")
  func refusedLater() async throws {
    for name in ["first", "second"] { try write(name) }
    _ = try await gate("--apply")
    // Another build of the kernel, with the same release.
    try writeSymvers(new, printk: 1)
    try write("second") { $0.basic = [.init("_printk", 1), .init("module_layout", 0x0bad_cafe)] }
    let run = try await gate("--apply")
    #expect(run.status == 1 && run.errors.contains("0 links made, 1 removed"), "\(run.errors)")
    #expect(try await link("first").isEmpty)
    #expect(try await !link("second").isEmpty)
  }

  @Test("links to other files stay, wherever they begin, and those to nothing are removed")
  func otherLinks() async throws {
    try write("first")
    for folder in ["\(old)/other", "\(new)/weak-updates", "\(new)/weak-updates/x"] {
      scratch.makeDirectory(folder)
    }
    let other = try scratch.write([0], to: "\(old)/other/kept.ko")
    for (name, target) in [
      ("kept", "../../../7.2.0/other/kept.ko"), ("absolute", other),
      ("root", "/\(old)/other/kept.ko"), ("gone", "../../../7.2.0/other/gone.ko"),
      ("nowhere", "/\(old)/other/gone.ko"),
    ] { scratch.link("\(new)/weak-updates/x/\(name).ko", to: target) }
    let run = try await gate("--apply")
    #expect(run.errors.contains("1 link made, 2 removed (gone, or refused)"), "\(run.errors)")
    #expect(try await link("kept") == "../../../7.2.0/other/kept.ko\n")
    #expect(try await link("absolute") == "\(other)\n")
    #expect(try await link("root") == "/\(old)/other/kept.ko\n")
    #expect(try await link("gone").isEmpty)
    #expect(try await link("nowhere").isEmpty)
  }

  @Test("a link to a module outside of the root leads to where it is on this machine")
  func outside() async throws {
    let elsewhere = try ScratchDirectory()
    let path = try elsewhere.write(Sandbox.module("mine").build(), to: "mine.ko")
    let run = try await gate("--apply", path)
    #expect(run.status == 0, "\(run.errors)")
    let find = "find '\(scratch.file("\(new)/weak-updates"))' -type l -exec readlink '{}' ';'"
    #expect(try await Ksym.run(["-c", find], program: "sh").output == "\(path)\n")
  }

  @Test("a module that is refused takes its users with it, and others only with --group all")
  func groups() async throws {
    let long = String(repeating: "long_", count: 12)
    try write("exporter") {
      $0.exports = [SampleExport("theirs", 5), SampleExport(long, 6)]
      $0.require("gone", 1)
    }
    try write("user") { $0.require("theirs", 5) }
    try write("alone")
    let run = try await gate("--apply", "--group", "all")
    #expect(run.status == 1)
    #expect(run.output.contains("exporter.ko from kernel 7.2.0 is not compatible"))
    #expect(run.output.contains("in symbols:  gone\n"))
    #expect(run.output.contains("in symbols:  theirs\n"))
    #expect(try await link("alone").isEmpty)
    _ = try await gate("--apply")
    #expect(try await !link("alone").isEmpty)
    #expect(try await link("user").isEmpty)
  }

  @Test("a module loads with what another one exports, also by a name of over 55 bytes")
  func pairs() async throws {
    let long = String(repeating: "long_", count: 12)
    try write("exporter") { $0.exports = [SampleExport(long, 6)] }
    try write("user") {
      $0.undefined.append(long)
      $0.extended = ($0.basic ?? []) + [RequiredVersion(long, 6)]
    }
    let run = try await gate()
    #expect(run.status == 0 && run.lines.count == 2, "\(run.output)")
  }

  @Test("directories are searched, and what is not a module is trouble, with a line that names it")
  func directories() async throws {
    try write("first")
    let run = try await gate(scratch.file("\(old)/extra"))
    #expect(run.status == 0 && run.lines.count == 1 && run.output.contains("first.ko"))
    let own = try await gate("--kernel", "7.2.0", scratch.file("\(old)/extra"))
    #expect(own.status == 0 && own.output.isEmpty && own.errors.contains("were built for"))
    let text = try scratch.write(Array("text\n".utf8), to: "text.ko")
    let mixed = try await gate(text, scratch.file("\(old)/extra/x/first.ko"))
    #expect(mixed.status == 2 && mixed.lines.count == 1)
    #expect(mixed.errors == "ksym: \(text): is not a module\n")
    for path in [scratch.file("\(old)/none.ko"), scratch.file("lib/modules/none")] {
      let run = try await gate(path)
      #expect(run.status == 2 && run.output.isEmpty && run.errors.hasPrefix("ksym: \(path): "))
    }
  }

  @Test("kernels whose exports are not known are left out; if they are asked for, it is trouble")
  func unknown() async throws {
    try write("first")
    let run = try await gate("--kernel", "none")
    #expect(run.status == 2 && run.errors.contains("none: what this kernel exports was not found"))
    let empty = try await Ksym.run(["gate", "--root", scratch.file("lib")])
    #expect(empty.status == 2)
  }

  @Test("a module in the directory of a kernel is not linked there, for whichever it was built")
  func ownDirectory() async throws {
    try write("first")
    for folder in ["\(new)/extra", "\(new)/extra/x"] { scratch.makeDirectory(folder) }
    let module = try contents(of: scratch.file("\(old)/extra/x/first.ko"))
    try scratch.write(module, to: "\(new)/extra/x/first.ko")
    let run = try await gate("--apply")
    #expect(run.status == 0 && run.lines.count == 1, "\(run.output)")
    #expect(try await link("first") == "/\(old)/extra/x/first.ko\n")
  }

  @Test("a reason does not name options that the command does not have")
  func ownOptions() async throws {
    try write("user") { $0.require("theirs", 5) }
    let run = try await gate()
    #expect(run.status == 1 && !run.output.contains("--"), "\(run.output)")
  }
}
