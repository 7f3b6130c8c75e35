import TestSupport
import Testing

@Suite("Usage")
struct UsageTests {
  private static let map = Array(
    "ffffffff81000000 T _text\nffffffff81000010 T _printk\nffffffff81000040 t f.cold\n".utf8)

  @Test("the version is a number")
  func version() async throws {
    let run = try await Ksym.run(["--version"])
    #expect(run.status == 0)
    #expect(run.lines.count == 1 && run.output.first?.isNumber == true)
  }

  @Test(
    "wrong usage is status 64, on standard error",
    arguments: [
      ["nonsense"], ["check"], ["versions"], ["exports"], ["versions", "--nonsense", "a.ko"],
      ["versions", "--format", "nonsense", "a.ko"], ["versions", "--jobs", "0", "a.ko"],
      ["versions", "--max-size", "0", "a.ko"], ["versions", "--max-size", "1X", "a.ko"],
      ["versions", "--max-size", "99999999999999999999G", "a.ko"],
      ["check", "--assume", "nonsense", "a.ko"],
      ["check", "--assume", "missing-version=maybe", "a.ko"],
      ["check", "--color", "pink", "a.ko"], ["names"], ["names", "--top", "-1", "vmlinux"],
      ["table", "build", "vmlinux"], ["table", "build", "-o", "all.names"],
      ["table", "merge", "-o", "all.names"], ["table", "show", "vfs_read"], ["kernel"],
      ["symbols", "-k", "vmlinux", "vmlinuz"],
      ["symbols", "--json", "--format", "elf", "-o", "a", "vmlinux"],
      ["symbols", "--kaslr", "0x1000", Fixture.path("kernels/rust-ext/bzImage")],
      ["deps", "--style", "suse", "--requires", "-k", "a", "-k", "b", "a.ko"],
      ["deps", "--style", "redhat", "--flavour", "x", "--requires", "a.ko"],
      ["types", "show", "-k", "a", "-k", "b", "vfs_read"],
    ])
  func wrong(_ arguments: [String]) async throws {
    try await expectWrong(arguments)
  }

  @Test(
    "an option that would do nothing is not offered",
    arguments: [
      ["translate", "--no-demangle"], ["translate", "--jobs", "2"],
      ["kernel", "--no-demangle", "a"],
      ["kernel", "--jobs", "2", "a"],
      ["convert", "--to", "both", "--in-place", "--no-demangle", "a.ko"],
      ["convert", "--to", "both", "--in-place", "--color", "never", "a.ko"],
      ["kallsyms", "encode", "--json", "a"],
      ["kallsyms", "encode", "--jobs", "2", "a"], ["livepatch", "--no-demangle", "a.ko"],
      ["symbols", "--color", "never"], ["versions", "--verbose", "a.ko"],
      ["table", "build", "--json", "-o", "a", "b"],
      ["table", "merge", "--max-size", "1G", "-o", "a", "b"],
      ["table", "show", "--jobs", "2", "-t", "a", "b"],
      ["table", "check", "--color", "never", "a"],
    ])
  func idle(_ arguments: [String]) async throws {
    try await expectWrong(arguments, saying: "Unknown option")
  }

  @Test(
    "options that contradict each other, or leave each other without effect, are refused",
    arguments: [
      ["check", "--secure-boot", "on", "--assume", "secure-boot=off", "a.ko"],
      ["check", "--assume", "sig_enforce=off", "--sig-enforce", "a.ko"],
      ["check", "--lockdown", "none", "--assume", "lockdown=integrity", "a.ko"],
      ["livepatch", "--lockdown", "none", "--assume", "lockdown=integrity", "a.ko"],
      ["check", "--no-btf", "--assume", "btf=differs", "a.ko"],
      ["check", "--no-signatures", "--assume", "signer=enrolled", "a.ko"],
      ["check", "--compressed-file", "--assume", "syscall=init_module", "a.ko"],
      ["check", "--ignore-vermagic", "--assume", "syscall=init_module", "a.ko"],
      ["translate", "--bare", "--to", "linkage"], ["translate", "--bare", "--to", "hashed"],
      ["translate", "--keep-linkage", "--to", "linkage"],
      ["lookup", "--for", "kprobe", "--long", "vfs_read"],
      ["symbols", "--as-kernel", "--format", "elf", "-o", "a", "vmlinux"],
    ])
  func conflicts(_ arguments: [String]) async throws {
    try await expectWrong(arguments)
  }

  @Test("options that say the same do not contradict each other")
  func agreement() async throws {
    for arguments in [
      ["--secure-boot", "on", "--assume", "secure-boot=on"],
      ["--sig-enforce", "--assume", "sig-enforce=on"],
      ["--compressed-file", "--assume", "syscall=finit_module"],
      ["--lockdown", "none", "--secure-boot", "off"],
    ] {
      let run = try await Ksym.run(["check", "-k", "/nonexistent"] + arguments + ["a.ko"])
      #expect(run.status == 2, "\(run.errors)")
    }
  }

  @Test(
    "a mistyped command or option names its neighbour",
    arguments: [
      (["chek"], "Unknown command 'chek'. Did you mean 'check'?"),
      (["symbol", "vmlinux"], "Unknown command 'symbol'. Did you mean 'symbols'?"),
      (["cehck", "--json"], "Unknown command 'cehck'. Did you mean 'check'?"),
      (["kallsyms", "decod"], "Unknown command 'decod'. Did you mean 'decode'?"),
      (["help", "tabel"], "Unknown command 'tabel'. Did you mean 'table'?"),
      (["help", "table", "biuld"], "Unknown command 'biuld'. Did you mean 'build'?"),
      (["xyzzy"], "Unknown command 'xyzzy'\n"),
      (["\u{1b}[31m"], "Unknown command '\\x1b[31m'\n"),
      (["check", "--jsno", "a.ko"], "Unknown option '--jsno'. Did you mean '--json'?"),
    ])
  func mistyped(_ arguments: [String], _ words: String) async throws {
    try await expectWrong(arguments, saying: words)
  }

  @Test(
    "a group of commands alone shows its help as an error", arguments: ["", "table", "kallsyms"])
  func groups(_ group: String) async throws {
    let arguments = group.isEmpty ? [] : [group]
    let run = try await Ksym.run(arguments)
    let help = try await Ksym.run(arguments + ["--help"])
    #expect(run.status == 64 && run.output.isEmpty && run.errors == help.output)
    #expect(help.status == 0)
  }

  @Test("long options may be shortened as far as one option begins so")
  func shortened() async throws {
    let sandbox = try Sandbox()
    let module = try sandbox.write("a.ko")
    let whole = try await Ksym.run(["check", "--json"] + sandbox.kernelOptions + [module])
    let short = try await Ksym.run(
      ["check", "--kern=\(sandbox.kernel)", "--js"] + sandbox.kernelOptions.dropFirst(2) + [module])
    #expect(short.bytes == whole.bytes && short.status == 0 && short.errors == whole.errors)
    let nested = try await Ksym.run(["table", "show", "--tab", "/nowhere", "a"])
    #expect(nested.status == 2 && nested.errors.contains("/nowhere"))
    for arguments in [["--ke", sandbox.kernel], ["--xyz"], ["--js", "--xyz"]] {
      try await expectWrong(["check"] + arguments + [module], saying: "Unknown option")
    }
    let file = try await Ksym.run(["check", "-k", sandbox.kernel, "--", "--kern"])
    #expect(file.status == 2 && file.errors.contains("--kern: cannot open"))
  }

  @Test("short options take their value joined or apart")
  func joined() async throws {
    let sandbox = try Sandbox()
    let module = try sandbox.write("a.ko")
    let rest = Array(sandbox.kernelOptions.dropFirst(2)) + [module]
    let apart = try await Ksym.run(["check", "-k", sandbox.kernel, "-j", "4"] + rest)
    let joined = try await Ksym.run(["check", "-k\(sandbox.kernel)", "-j4"] + rest)
    #expect(apart.status == 0 && joined.bytes == apart.bytes && joined.status == 0)
    let versions = try await Ksym.run(["versions", "-j4", module])
    #expect(versions.status == 0 && versions.errors.isEmpty)
    let output = sandbox.scratch.file("all.names")
    let map = try sandbox.scratch.write(Self.map, to: "map")
    #expect(try await Ksym.run(["table", "build", "-o\(output)", "-k\(map)"]).status == 0)
    let show = try await Ksym.run(["table", "show", "-t\(output)", "_printk"])
    #expect(show.status == 0)
    #expect(
      try await Ksym.run(["table", "show", "--names", output, "_printk"]).bytes == show.bytes)
    #expect(
      try await Ksym.run(["table", "show", "--table", output, "_printk"]).bytes == show.bytes)
  }

  @Test(
    "a kernel may be named by -k where it is an argument",
    arguments: [["kernel"], ["exports"], ["symbols"], ["names"]])
  func kernelOption(_ command: [String]) async throws {
    let sandbox = try Sandbox()
    let hasSymbols = ["symbols", "names"].contains(command[0])
    let kernel = hasSymbols ? try sandbox.scratch.write(Self.map, to: "map") : sandbox.kernel
    let argument = try await Ksym.run(command + [kernel])
    let option = try await Ksym.run(command + ["-k", kernel])
    #expect(argument.status == 0 && !argument.bytes.isEmpty)
    #expect(option.status == 0 && option.bytes == argument.bytes)
  }

  @Test("older spellings of options still work, and are not shown")
  func older() async throws {
    let sandbox = try Sandbox()
    let config = try await Ksym.run(["kernel", "--config", sandbox.kernel])
    #expect(config.bytes == (try contents(of: sandbox.scratch.file("config"))))
    let map = try sandbox.scratch.write(Self.map, to: "map")
    let elf = ["symbols", "--format", "elf", "-o", "-", map]
    let old = try await Ksym.run(elf + ["--names", "source"])
    let new = try await Ksym.run(elf + ["--to", "source"])
    #expect(old.status == 0 && !old.bytes.isEmpty && old.bytes == new.bytes)
    #expect(try await !Ksym.run(["kernel", "--help"]).output.contains("--config"))
    #expect(try await !Ksym.run(["symbols", "--help"]).output.contains("--names"))
  }

  private func expectWrong(_ arguments: [String], saying words: String = "") async throws {
    let run = try await Ksym.run(arguments)
    #expect(run.status == 64)
    #expect(run.bytes.isEmpty && !run.errors.isEmpty)
    #expect(words.isEmpty || run.errors.contains(words), "\(run.errors)")
  }
}
