import TestSupport
import Testing

/// A directory with several kernels, of which every command takes the same.
@Suite("Several kernels in a directory")
struct SeveralKernelsTests {
  private let scratch: ScratchDirectory
  private let words = "holds 2 kernels; 7.2.0 was taken, not 6.9.0-test\n"

  init() throws {
    scratch = try ScratchDirectory()
    for root in ["whole", "trees"] {
      for folder in ["", "/boot", "/lib", "/lib/modules"] { scratch.makeDirectory(root + folder) }
      for (release, name) in [("7.2.0", "new_one"), ("6.9.0-test", "old_one")] {
        let tree = "\(root)/lib/modules/\(release)"
        for folder in [tree, "\(tree)/kernel"] { scratch.makeDirectory(folder) }
        var module = ModuleBuilder(name, vermagic: "\(release) SMP mod_unload modversions ")
        module.exports = [SampleExport(name, 5)]
        try scratch.write(module.build(), to: "\(tree)/kernel/\(name).ko")
        guard root == "whole" else { continue }
        var kernel = KernelBuilder(exports: [SampleExport("_printk", 1)])
        kernel.banner = "Linux version \(release) (a@b) (gcc) #1 SMP now"
        try scratch.write(kernel.build(), to: "\(root)/boot/vmlinuz-\(release)")
      }
    }
  }

  @Test("give the exports of one and its modules, and a note")
  func exports() async throws {
    let root = scratch.file("whole")
    let run = try await Ksym.run(["exports", "--format", "symvers", root])
    #expect(run.output.contains("\t_printk\tvmlinux") && run.output.contains("\tnew_one\t"))
    #expect(run.lines.count == 2 && run.errors == "ksym: \(root): \(words)")
    for root in [root, scratch.file("trees")] {
      let modules = try await Ksym.run(["exports", "--no-kernel", "--format", "symvers", root])
      #expect(modules.lines.count == 1 && modules.output.contains("\tnew_one\t"))
      #expect(modules.errors == "ksym: \(root): \(words)")
    }
  }

  @Test("that are module trees alone count as one, too")
  func trees() async throws {
    let root = scratch.file("trees")
    for arguments in [
      ["exports", root], ["names", root], ["table", "build", "-o", scratch.file("t"), root],
      ["lookup", "-k", root, "init_module"], ["symbols", root],
    ] {
      let run = try await Ksym.run(arguments)
      #expect(run.status == 0 && run.errors == "ksym: \(root): \(words)", "\(arguments)")
      #expect(!run.output.contains("old_one"), "\(arguments)")
    }
    let shown = try await Ksym.run(["table", "show", "-t", scratch.file("t"), "init_module"])
    #expect(shown.output.contains("new_one") && !shown.output.contains("old_one"))
    let names = try #require(try objects(try await Ksym.run(["names", "--json", root])).first)
    #expect(names["owners"] as? Int == 1)
    // Modules alone are no kernel that could answer.
    #expect(try await Ksym.run(["check", "-k", root, "old_one"]).status == 2)
  }
}
