import Glibc
import TestSupport
import Testing

/// Files of a kernel that the user may not read, as those in /boot of some distributions.
@Suite("Files that may not be read", .needs("setpriv"))
struct ClosedFileTests {
  private let scratch: ScratchDirectory
  private let tree: String
  private let module: String

  init() throws {
    scratch = try ScratchDirectory()
    for folder in [
      "boot", "lib", "lib/modules", "lib/modules/7.2.0", "lib/modules/7.2.0/kernel",
      "lib/modules/7.2.0/build",
    ] { scratch.makeDirectory(folder) }
    tree = scratch.file("lib/modules/7.2.0")
    let list = """
      0x0badcafe\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t
      0x9aec1234\t_printk\tvmlinux\tEXPORT_SYMBOL\t

      """
    try scratch.write(Array(list.utf8), to: "lib/modules/7.2.0/build/Module.symvers")
    var kernel = KernelBuilder(
      exports: [SampleExport("_printk", 0x9aec_1234), SampleExport("module_layout", 0x0bad_cafe)])
    kernel.banner = "Linux version 7.2.0 (a@b) (gcc) #1 SMP now"
    try scratch.write(kernel.build(), to: "boot/vmlinuz-7.2.0")
    try scratch.write(
      Array("CONFIG_MODULES=y\nCONFIG_MODVERSIONS=y\n".utf8), to: "boot/config-7.2.0")
    for name in ["one", "two"] {
      try scratch.write(
        Sandbox.module(name).build(), to: "lib/modules/7.2.0/kernel/\(name).ko")
    }
    module = try scratch.write(Sandbox.module().build(), to: "sample.ko")
  }

  /// Runs the command as a user who owns nothing.
  private func run(_ arguments: String...) async throws -> Ksym.Run {
    try need(unsafe chmod(scratch.path, 0o755) == 0, "a directory of its own")
    let user = ["--reuid", "12345", "--clear-groups", Ksym.path]
    try need(
      try await Ksym.run(user + ["--version"], program: "setpriv").status == 0, "another user")
    return try await Ksym.run(user + arguments, program: "setpriv")
  }

  private func close(_ name: String) throws {
    try need(unsafe chmod(scratch.file(name), 0) == 0, "a file of its own")
  }

  @Test("a configuration among them is named, and what is assumed in its place")
  func configuration() async throws {
    let config = scratch.file("boot/config-7.2.0")
    #expect(try await run("check", "-k", tree, module).errors.isEmpty)
    try close("boot/config-7.2.0")
    let closed = try await run("check", "-k", tree, module)
    #expect(closed.status == 0, "\(closed.output)\(closed.errors)")
    #expect(
      closed.errors.contains(
        "\(config): cannot open: Permission denied; options are assumed (see --config)"))
    let verbose = try await run("check", "-v", "-k", tree, module)
    #expect(verbose.errors.contains("\(config): cannot open: Permission denied\n"))
    let other = try scratch.write(Array("CONFIG_MODULES=y\n".utf8), to: "other")
    #expect(try await run("check", "-k", tree, "--config", other, module).errors.isEmpty)
    let shown = try await run("kernel", "--show-config", tree)
    #expect(shown.status == 2 && shown.errors.contains("\(config): cannot open: Permission denied"))
    let kernel = try await run("kernel", tree)
    #expect(kernel.output.contains("note           \(config): cannot open: Permission denied"))
  }

  @Test("a directory among them is named, not taken for an empty one")
  func directory() async throws {
    let boot = scratch.file("boot")
    try close("boot")
    let line = "\(boot): cannot search: Permission denied; other files of this kernel are used"
    let checked = try await run("check", "-k", tree, module)
    #expect(checked.status == 0 && checked.errors.contains(line), "\(checked.errors)")
    #expect(try await run("kernel", tree).errors.contains(line))
    let alone = try await run("check", "-k", boot, module)
    #expect(alone.status == 2 && alone.errors.contains("\(boot): cannot search: Permission denied"))
    // An image elsewhere leaves the configuration that may be there.
    var kernel = KernelBuilder(release: "7.2.0")
    kernel.exports = [
      SampleExport("_printk", 0x9aec_1234), SampleExport("module_layout", 0x0bad_cafe),
    ]
    try scratch.write(kernel.build(), to: "lib/modules/7.2.0/vmlinuz")
    let image = try await run("check", "-k", tree, module)
    #expect(
      image.errors.contains(
        "\(boot): cannot search: Permission denied; options are assumed (see --config)"),
      "\(image.errors)")
  }
}
