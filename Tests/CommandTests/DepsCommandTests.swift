import TestSupport
import Testing

@Suite("ksym deps")
struct DepsCommandTests {
  private let sandbox: Sandbox
  private let long = String(repeating: "long_", count: 12)

  init() throws {
    sandbox = try Sandbox()
    for folder in ["lib", "lib/modules", "lib/modules/7.2.0-a", "lib/modules/7.2.0-a/kernel"] {
      sandbox.scratch.makeDirectory(folder)
    }
  }

  @Test("provided symbols are the kernel's in its own tree, and of modules elsewhere")
  func provides() async throws {
    let own = try sandbox.write("lib/modules/7.2.0-a/kernel/own.ko") {
      $0.exports = [SampleExport("theirs", 5)]
    }
    let other = try sandbox.write("other.ko") {
      $0.exports = [SampleExport("mine", 0xab), SampleExport(long, 7)]
    }
    let run = try await Ksym.run(["deps", "--style", "redhat", "--provides", other, own])
    #expect(
      run.lines == [
        "kernel(theirs) = 0x00000005", "ksym(\(long)) = 0x00000007", "ksym(mine) = 0x000000ab",
      ])
    let suse = ["deps", "--style", "suse", "--flavour", "a", "--provides"]
    let named = try await Ksym.run(suse, input: Array("\(other)\nREADME\n".utf8))
    #expect(named.lines == ["kmod(other.ko)", "ksym(a:\(long)) = 7", "ksym(a:mine) = ab"])
    #expect(named.status == 0)
  }

  @Test("required symbols are the kernel's if it has them with the same version")
  func requires() async throws {
    let module = try sandbox.write("user.ko") {
      $0.require("mine", 0xab)
      $0.extended = [RequiredVersion("mine", 0xab), RequiredVersion(long, 7)]
    }
    let arguments = ["deps", "--requires", "-k", sandbox.kernel, module]
    let run = try await Ksym.run(arguments + ["--style", "redhat"])
    #expect(
      run.lines == [
        "kernel(_printk) = 0x9aec1234", "kernel(module_layout) = 0x0badcafe",
        "ksym(\(long)) = 0x00000007", "ksym(mine) = 0x000000ab",
      ])
    let suse = try await Ksym.run(arguments + ["--style", "suse", "--flavour", "x"])
    #expect(
      suse.lines == [
        "ksym(x:\(long)) = 7", "ksym(x:_printk) = 9aec1234", "ksym(x:mine) = ab",
        "ksym(x:module_layout) = badcafe",
      ])
  }

  @Test("what is not known is reported, and with --strict it is status 1")
  func problems() async throws {
    let module = try sandbox.write("none.ko") { $0.basic = nil }
    let arguments = ["deps", "--style", "suse", "--requires", module]
    let run = try await Ksym.run(arguments)
    #expect(run.status == 0 && run.output.isEmpty && run.errors.contains("has no versions"))
    #expect(try await Ksym.run(arguments + ["--strict"]).status == 1)
    let missing = try await Ksym.run([
      "deps", "--style", "suse", "--requires", sandbox.scratch.file("missing.ko"),
    ])
    #expect(missing.status == 2)
    #expect(try await Ksym.run(["deps", "--style", "suse", module]).status == 64)
  }

  @Test("each export without a version is named")
  func withoutVersions() async throws {
    let module = try sandbox.write("none.ko") {
      $0.exports = [SampleExport("alpha"), SampleExport("omega")]
      $0.hasCRCs = false
    }
    let run = try await Ksym.run(["deps", "--style", "redhat", "--provides", module])
    #expect(run.output.isEmpty && run.errors.contains("alpha") && run.errors.contains("omega"))
  }

  @Test("of a kernel's list Red Hat's form has what vmlinux exports, SUSE's all")
  func kernelList() async throws {
    let text = "0x1\tfirst\tdrivers/a\tEXPORT_SYMBOL\t\n0x2\town\tvmlinux\tEXPORT_SYMBOL\t\n"
    let list = try sandbox.scratch.write(
      Array("\(text)0x3\tlast\tdrivers/b\tEXPORT_SYMBOL\t\n".utf8), to: "symvers-6.4.0-1-default")
    let redhat = try await Ksym.run(["deps", "--style", "redhat", "--provides", list])
    #expect(redhat.lines == ["kernel(own) = 0x00000002"])
    let suse = try await Ksym.run(["deps", "--style", "suse", "--provides", list])
    #expect(suse.lines.count == 3)
  }

  @Test("files that are given and of another kind are named, with status 2")
  func otherFiles() async throws {
    let text = try sandbox.scratch.write(Array("text\n".utf8), to: "text")
    for path in [sandbox.kernel, text] {
      let run = try await Ksym.run(["deps", "--style", "redhat", "--provides", path])
      #expect(run.status == 2 && run.output.isEmpty)
      #expect(run.errors.hasPrefix("ksym: \(path): is neither a module "), "\(run.errors)")
    }
    let broken = try sandbox.scratch.write(Array("0x1 a\n".utf8), to: "symvers")
    let run = try await Ksym.run(["deps", "--style", "redhat", "--provides", broken])
    #expect(run.status == 2 && !run.errors.contains("ExitCode"), "\(run.errors)")
  }

  @Test("a kernel that cannot be read ends the command with one line")
  func missingKernel() async throws {
    let module = try sandbox.write("us.ko")
    let none = sandbox.scratch.file("nothere")
    let run = try await Ksym.run([
      "deps", "--style", "redhat", "--requires", "-k", none, module, module,
    ])
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(run.errors == "ksym: \(none): cannot open: No such file or directory\n")
  }

  @Test("SUSE's flavour is the end of the release, of a symvers file in its name or directory")
  func flavours() async throws {
    let text = Array("0x0000001f\tmine\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
    sandbox.scratch.makeDirectory("6.4.0-9-rt")
    let named = try sandbox.scratch.write(text, to: "symvers-6.4.0-1-default")
    let inside = try sandbox.scratch.write(text, to: "6.4.0-9-rt/Module.symvers")
    let nameless = try sandbox.scratch.write(text, to: "Module.symvers")
    let arguments = ["deps", "--style", "suse", "--provides"]
    let run = try await Ksym.run(arguments + [named, inside])
    #expect(run.lines == ["ksym(default:mine) = 1f", "ksym(rt:mine) = 1f"])
    let bad = try await Ksym.run(arguments + [nameless])
    #expect(bad.status == 2 && bad.output.isEmpty)
    #expect(
      bad.errors == "ksym: \(nameless): nothing names its release: --flavour gives the flavour\n")
    let given = try await Ksym.run(arguments + ["--flavour", "x", nameless])
    #expect(given.lines == ["ksym(x:mine) = 1f"])
  }

  @Test("SUSE's form leaves out what a file of the same package provides with that version")
  func ownProvides() async throws {
    var exporter = Sandbox.module("exporter").elf()
    exporter.addSymbol("__crc_mine", section: 0xfff1, value: 0xab)
    let first = try sandbox.scratch.write(exporter.build(), to: "exporter.ko")
    let second = try sandbox.write("user.ko") { $0.require("mine", 0xab) }
    let other = try sandbox.write("other.ko") { $0.require("mine", 0xcd) }
    let arguments = ["deps", "--style", "suse", "--flavour", "x", "--requires"]
    let run = try await Ksym.run(arguments + [first, second])
    #expect(run.status == 0 && run.lines.count == 2 && !run.output.contains("mine"))
    let differs = try await Ksym.run(arguments + [first, other])
    #expect(differs.lines.contains("ksym(x:mine) = cd"), "\(differs.output)")
  }
}
