import TestSupport
import Testing

@Suite("ksym check")
struct CheckCommandTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test("status 0 where all load, 1 where one is refused, 2 where one cannot be read")
  func status() async throws {
    let good = try sandbox.write("good.ko")
    let bad = try sandbox.write("bad.ko") { $0.require("nowhere", 1) }
    #expect(try await sandbox.check(good).status == 0)
    let refused = try await sandbox.check(good, bad)
    #expect(refused.status == 1)
    #expect(refused.output.contains("sample: Unknown symbol nowhere (err -2)"))
    #expect(refused.output.contains("2 modules on 7.2.0: 1 load, 1 refused"))
    let missing = sandbox.scratch.file("missing.ko")
    let unreadable = try await sandbox.check(missing, bad, good)
    #expect(unreadable.status == 2)
    #expect(unreadable.errors.contains("\(missing): cannot open: No such file or directory"))
    #expect(unreadable.output.contains("1 load, 1 refused, 1 unreadable"))
  }

  @Test("a kernel that cannot be read is status 2, without an answer")
  func noKernel() async throws {
    let good = try sandbox.write("good.ko")
    let noise = try sandbox.scratch.write([UInt8](repeating: 0x5a, count: 5000), to: "noise")
    for kernel in [noise, sandbox.scratch.file("missing"), sandbox.scratch.makeFIFO("fifo")] {
      let run = try await Ksym.run(["check", "-k", kernel, good])
      #expect(run.status == 2)
      #expect(run.bytes.isEmpty && run.errors.contains(kernel), "\(run.errors)")
    }
  }

  @Test("a module on standard input has 64 bits where nothing shows what the kernel has")
  func standardInput() async throws {
    let module = ModuleBuilder(vermagic: "7.2.0 SMP mod_unload modversions ")
    var needing = module
    needing.basic = [RequiredVersion("module_layout", 0x0bad_cafe)]
    let symvers = try sandbox.scratch.write(
      Array("0x0badcafe\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n".utf8), to: "stdin.symvers")
    let run = try await Ksym.run(["check", "-k", symvers, "-"], input: needing.build())
    #expect(run.status == 0, "\(run.output)\(run.errors)")
  }

  @Test("standard input can be read for each of several kernels, and by any of its names")
  func standardInputAgain() async throws {
    let module = Sandbox.module().build()
    let kernels = ["-k", sandbox.kernel] + sandbox.kernelOptions
    for name in ["-", "/dev/fd/0", "/dev/stdin"] {
      let run = try await Ksym.run(["check", "--json"] + kernels + [name], input: module)
      let verdicts = try objects(run).map { $0["verdict"] as? String }
      #expect(verdicts == ["loads", "loads"], "\(name): \(run.output)\(run.errors)")
    }
    let twice = try await Ksym.run(["versions", "-", "-"], input: module)
    #expect(twice.status == 0 && twice.errors.isEmpty, "\(twice.errors)")
    let file = try sandbox.write("in.ko")
    let both = try await Ksym.run(
      ["-c", "\"$1\" versions - /dev/stdin < \"$2\"", "sh", Ksym.path, file], program: "sh")
    #expect(both.status == 0 && both.lines.count == twice.lines.count, "\(both.errors)")
    let kernel = try await Ksym.run(
      ["check", "-k", "-"] + sandbox.kernelOptions.dropFirst(2) + [file],
      input: contents(of: sandbox.kernel))
    #expect(kernel.status == 0, "\(kernel.output)\(kernel.errors)")
  }

  @Test("an option that the configuration does not mention is pointed out, and listed")
  func unknownOptions() async throws {
    let module = try sandbox.write("good.ko")
    let config = "CONFIG_MODULES=y\nCONFIG_MODVERSIONS=y\n# CONFIG_MODULE_FORCE_LOAD is not set\n"
    try sandbox.scratch.write(Array(config.utf8), to: "config")
    let run = try await sandbox.check(
      "--assume", "NO_SUCH=y", "--assume", "MODULE_FORCE_LOAD=y", "--assume", "lockdown=none",
      module)
    #expect(run.status == 0 && run.output.contains("NO_SUCH=y (from --assume)"))
    #expect(run.errors.contains("NO_SUCH=y: the configuration"), "\(run.errors)")
    #expect(!run.errors.contains("FORCE_LOAD") && !run.errors.contains("lockdown"))
    let part = try sandbox.scratch.write(Array("CONFIG_MODULES=y\n".utf8), to: "auto.conf")
    let partly = try await sandbox.check("--config", part, "--assume", "NO_SUCH=y", module)
    #expect(partly.errors.isEmpty, "\(partly.errors)")
  }

  @Test("unknown exports leave the verdict open, which is status 2")
  func undecided() async throws {
    let good = try sandbox.write("good.ko")
    let symvers = try sandbox.scratch.write(
      Array("0x9aec1234\t_printk\tvmlinux\tEXPORT_SYMBOL\t\n".utf8), to: "Module.symvers")
    let run = try await Ksym.run(
      ["check", "--json", "-k", symvers, "--assume", "MODVERSIONS=y", good])
    #expect(run.status == 2)
    let object = try #require(try objects(run).first)
    #expect(object["verdict"] as? String == "undecided")
  }

  @Test("JSON has the keys that are promised")
  func json() async throws {
    let bad = try sandbox.write("bad.ko") {
      $0.require("_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk", 1)
    }
    let run = try await sandbox.check("--json", bad)
    #expect(run.status == 1)
    let object = try #require(try objects(run).first)
    #expect(object["module"] as? String == bad)
    #expect(object["name"] as? String == "sample")
    let kernel = try #require(object["kernel"] as? [String: Any])
    #expect(kernel["path"] as? String == sandbox.kernel)
    #expect(kernel["release"] as? String == "7.2.0")
    #expect(object["verdict"] as? String == "refused")
    #expect(object["errno"] as? String == "ENOENT")
    #expect((object["log"] as? [String])?.count == 1)
    let assumed = try #require(object["assumed"] as? [String])
    #expect((object["assumedCodes"] as? [String])?.count == assumed.count)
    #expect((object["causes"] as? [String])?.count == (object["causeCodes"] as? [String])?.count)
    let symbols = try #require(object["symbols"] as? [[String: Any]])
    #expect(symbols.count == 1)
    #expect(symbols.first?["problem"] as? String == "missing")
    #expect(symbols.first?["required"] as? String == "0x00000001")
    #expect(
      symbols.first.map { $0.keys.contains("provided") && $0.keys.contains("provider") } == true)
    #expect(symbols.first?["readable"] as? String == "kernel::print::call_printk")
    let all = try await sandbox.check("--json", "--all-symbols", bad)
    #expect((try objects(all).first?["symbols"] as? [[String: Any]])?.count == 2)
    let good = try objects(try await sandbox.check("--json", sandbox.write("good.ko"))).first
    #expect(good?.keys.contains("errno") == true && good?["errno"] as? String == nil)
  }

  @Test("readable names are shown beside mangled ones, unless --no-demangle")
  func demangling() async throws {
    let name = "_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk"
    let bad = try sandbox.write("bad.ko") { $0.require(name, 1) }
    let shown = try await sandbox.check(bad).output
    #expect(shown.contains("kernel::print::call_printk") && shown.contains(name))
    for arguments in [["--no-demangle"], ["--no-demangle", "--json"]] {
      let run = try await Ksym.run(["check"] + sandbox.kernelOptions + arguments + [bad])
      #expect(!run.output.contains("kernel::print") && run.output.contains(name))
    }
  }

  @Test("--with loads modules before, in order; one that is refused is left out and named")
  func with() async throws {
    let owner = try sandbox.write("owner.ko") {
      $0.structureName = "owner"
      $0.setInfo("name", "owner")
      $0.exports = [SampleExport("theirs", 5)]
    }
    let user = try sandbox.write("user.ko") { $0.require("theirs", 5) }
    #expect(try await sandbox.check(user).status == 1)
    #expect(try await sandbox.check("--with", owner, user).status == 0)
    let wrong = try sandbox.write("wrong.ko") { $0.setInfo("vermagic", "other") }
    let run = try await sandbox.check("--with", wrong, "--with", owner, user)
    #expect(run.status == 0)
    #expect(run.errors.contains("--with \(wrong): refused, left out"))
  }

  @Test("a list of exports alone is judged by the release that the modules were built for")
  func supposedRelease() async throws {
    let list = try sandbox.scratch.write(
      Array("0x00000007\thelper\tvmlinux\tEXPORT_SYMBOL\t\n".utf8), to: "Module.symvers")
    for release in ["6.1.7", "5.4.12"] {
      let user = try sandbox.write("user-\(release).ko") {
        $0.setInfo("vermagic", "\(release) SMP mod_unload modversions ")
        $0.require("helper", 7)
      }
      let run = try await Ksym.run(["check", "-k", list, user])
      #expect(run.output.contains("release=\(release) (not found;"), "\(run.output)\(run.errors)")
    }
  }

  @Test("the flags of finit_module and the blacklist are options")
  func flags() async throws {
    let module = try sandbox.write("good.ko")
    #expect(try await sandbox.check("--ignore-modversions", module).status == 1)
    #expect(try await sandbox.check("--ignore-vermagic", module).status == 1)
    let forced = try await sandbox.check(
      "--ignore-modversions", "--ignore-vermagic", "--assume", "MODULE_FORCE_LOAD=y", module)
    #expect(forced.status == 0)
    #expect(forced.output.contains("MODULE_FORCE_LOAD=y (from --assume)"))
    let listed = try await sandbox.check("--blacklist", "other,sample", module)
    #expect(listed.status == 1 && listed.output.contains("Module sample is blacklisted"))
  }

  @Test("modules of the kernel's tree count as loaded, unless --no-deps")
  func tree() async throws {
    let scratch = sandbox.scratch
    for folder in [
      "r", "r/boot", "r/lib", "r/lib/modules", "r/lib/modules/7.2.0", "r/lib/modules/7.2.0/kernel",
    ] {
      scratch.makeDirectory(folder)
    }
    try scratch.write(contents(of: sandbox.kernel), to: "r/boot/vmlinuz-7.2.0")
    try scratch.write(contents(of: scratch.file("config")), to: "r/boot/config-7.2.0")
    try sandbox.write("r/lib/modules/7.2.0/kernel/owner.ko") {
      $0.structureName = "owner"
      $0.setInfo("name", "owner")
      $0.exports = [SampleExport("theirs", 5)]
    }
    try sandbox.write("r/lib/modules/7.2.0/kernel/user.ko") { $0.require("theirs", 5) }
    let root = scratch.file("r")
    let all = try await Ksym.run(["check", "-k", root, root])
    #expect(all.status == 0, "\(all.output)\(all.errors)")
    let alone = try await Ksym.run(["check", "--no-deps", "-k", root, root])
    #expect(alone.status == 1)
    #expect(alone.output.contains("Unknown symbol theirs (err -2)"))
  }

  @Test("--verbose lists what was used, on standard error")
  func verbose() async throws {
    let run = try await sandbox.check("--verbose", sandbox.write("good.ko"))
    #expect(run.status == 0 && run.errors.contains("vermagic"))
    #expect(run.errors.contains(sandbox.kernel))
  }
}
