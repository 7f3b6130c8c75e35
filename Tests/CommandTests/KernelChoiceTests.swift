import ELFFormat
import TestSupport
import Testing

/// What a path of a kernel may be, and which questions it answers: check, exports, kernel; then
/// symbols, lookup, names, table and translate.
struct KernelPlace: Sendable, CustomTestStringConvertible {
  let path: String
  let facts: [Int]
  let symbols: [Int]

  init(_ path: String, facts: [Int], symbols: Int...) {
    self.path = path.replacing("RELEASE", with: KernelTrees.release)
    self.facts = facts
    self.symbols = symbols.count == 1 ? [Int](repeating: symbols[0], count: 5) : symbols
  }

  var testDescription: String { path }

  static let all = [
    KernelPlace("vmlinuz", facts: [0, 0, 0], symbols: 0),
    KernelPlace("stub", facts: [0, 0, 0], symbols: 0),
    KernelPlace("build", facts: [0, 0, 0], symbols: 0),
    KernelPlace("whole/lib/modules/RELEASE", facts: [0, 0, 0], symbols: 0),
    // The directory of all modules is that of its root file system.
    KernelPlace("whole/lib/modules/", facts: [0, 0, 0], symbols: 0),
    KernelPlace("package", facts: [0, 0, 0], symbols: 0),
    KernelPlace("package/lib/modules/RELEASE", facts: [0, 0, 0], symbols: 0),
    KernelPlace("several/boot", facts: [0, 0, 0], symbols: 0),
    // Headers have exports and no symbols.
    KernelPlace("headers/linux-headers-RELEASE", facts: [0, 0, 0], symbols: 2),
    KernelPlace("old/linux-headers-RELEASE", facts: [0, 0, 0], symbols: 2),
    KernelPlace("Module.symvers", facts: [0, 0, 0], symbols: 2, 2, 0, 0, 2),
    KernelPlace("alone", facts: [2, 2, 0], symbols: 2),
    KernelPlace("alone/vmlinux", facts: [2, 2, 0], symbols: 2),
    // Lists have symbols and no exports.
    KernelPlace("map/System.map", facts: [2, 2, 0], symbols: 0),
    // Modules whose kernel is not there: what is not found may be the kernel's.
    KernelPlace("partial/lib/modules/RELEASE", facts: [2, 0, 2], symbols: 0, 2, 0, 0, 2),
    KernelPlace("empty", facts: [2, 2, 2], symbols: 2),
    KernelPlace("missing", facts: [2, 2, 2], symbols: 2),
  ]
}

@Suite("The kernel of a path")
struct KernelChoiceTests {
  @Test("is the same for every command, and what it cannot answer ends with status 2")
  func matrix() async throws {
    let trees = try await KernelTrees()
    for place in KernelPlace.all {
      let path = trees.scratch.file(place.path)
      let facts = try await facts(of: path)
      #expect(facts.map(\.status) == place.facts, "\(place.path): \(facts.map(\.errors))")
      let symbols = try await symbols(of: path, trees)
      #expect(symbols.map(\.status) == place.symbols, "\(place.path): \(symbols.map(\.errors))")
      for run in facts + symbols where run.status == 2 {
        #expect(run.errors.hasPrefix("ksym: ") || run.output.contains("undecided"))
        #expect(run.bytes.isEmpty || run.output.contains("vfs_read+") || run.status != 0)
      }
      if place.facts == [0, 0, 0], place.symbols[0] == 0 {
        // The very kernel, not a stub or another beside it.
        #expect(facts[2].output.contains("\"release\":\"\(KernelTrees.release)\""))
        #expect(facts[1].lines.count >= trees.symvers.count { $0 == 0x0a })
        #expect(symbols[0].bytes == trees.map, "\(place.path)")
        #expect(symbols[1].output.contains("ffffffff81231590 T vfs_read"))
      }
    }
  }

  private func facts(of path: String) async throws -> [Ksym.Run] {
    [
      try await Ksym.run(["check", "-k", path, KernelTrees.module]),
      try await Ksym.run(["exports", "--no-demangle", path]),
      try await Ksym.run(["kernel", "--json", path]),
    ]
  }

  private func symbols(of path: String, _ trees: KernelTrees) async throws -> [Ksym.Run] {
    let text = Array("at vfs_read+0x1/0x300\n".utf8)
    return [
      try await Ksym.run(["symbols", path]),
      try await Ksym.run(["lookup", "-k", path, "vfs_read"]),
      try await Ksym.run(["names", path]),
      try await Ksym.run(["table", "build", "-o", trees.scratch.file("names"), path]),
      try await Ksym.run(["translate", "--verify", "-k", path], input: text),
    ]
  }

  @Test("is the newest of several by the order of releases, and standard error lists the others")
  func choice() async throws {
    let trees = try await KernelTrees()
    let boot = trees.scratch.file("several/boot")
    let words =
      "ksym: \(boot): holds 3 kernels; \(KernelTrees.release) was taken, not 6.12.107, 6.9.0-test\n"
    for arguments in [
      ["kernel", boot], ["lookup", "-k", boot, "vfs_read"], ["symbols", boot], ["exports", boot],
      ["check", "-k", boot, KernelTrees.module],
    ] {
      let run = try await Ksym.run(arguments)
      #expect(run.status == 0 && run.errors == words, "\(arguments): \(run.errors)")
    }
  }

  @Test("in headers gives each fact from the file that has it")
  func headers() async throws {
    let trees = try await KernelTrees()
    let path = trees.scratch.file("headers/linux-headers-\(KernelTrees.release)")
    let run = try await Ksym.run(["check", "-v", "-k", path, KernelTrees.module])
    for line in [
      "ksym: release: \(KernelTrees.release) (\(path) (name of the directory))",
      "ksym: config: read (\(path)/.config)",
      "ksym: struct module: 1216 bytes (\(path)/vmlinux (BTF))",
      "ksym: \(path)/vmlinux: a stub, with type information only",
    ] { #expect(run.errors.contains(line), "\(run.errors)") }
    #expect(run.errors.contains("(\(path)/Module.symvers)\n"))
    let symbols = try await Ksym.run(["lookup", "-k", path, "vfs_read"])
    #expect(symbols.errors == "ksym: \(path): no symbol table of the kernel\n")
    let patch = try await Ksym.run(["livepatch", "-k", path, KernelTrees.module])
    #expect(patch.status == 2 && patch.output.hasPrefix("undecided"))
  }

  @Test("that is a list beside an image without symbols answers for it")
  func listBeside() async throws {
    let trees = try await KernelTrees()
    let folder = trees.scratch.makeDirectory("linked")
    try trees.scratch.write(KernelBuilder(release: "7.2.0").build(), to: "linked/vmlinux")
    #expect(try await Ksym.run(["lookup", "-k", folder, "vfs_read"]).status == 2)
    try trees.scratch.write(Array("1000 T vfs_read\n".utf8), to: "linked/System.map")
    let run = try await Ksym.run(["lookup", "-v", "-k", folder, "vfs_read"])
    #expect(run.status == 0 && run.errors.contains("symbols from \(folder)/System.map\n"))
    // Packages have a System.map of one sentence.
    let words = "ffffffffffffffff B The real System.map is in the linux-image-dbg package\n"
    try trees.scratch.write(Array(words.utf8), to: "linked/System.map")
    #expect(try await Ksym.run(["lookup", "-k", folder, "vfs_read"]).status == 2)
  }

  @Test("that a configuration is not of is reported with the configuration")
  func foreignConfiguration() async throws {
    let trees = try await KernelTrees()
    let head =
      "#\n# Linux/arm64 6.1.176 Kernel Configuration\n#\nCONFIG_ARM64=y\nCONFIG_MODULES=y\n"
    let config = try trees.scratch.write(Array(head.utf8), to: "other")
    let run = try await Ksym.run([
      "check", "-k", trees.scratch.file("vmlinuz"), "--config", config, KernelTrees.module,
    ])
    let words = "the configuration of another kernel: for arm64, not x86_64, of 6.1.176, not 7.3.4"
    #expect(run.errors == "ksym: \(config): \(words)\n")
  }

  @Test("is not read as a whole where modules of a tree are named by their exports alone")
  func exportsOfTrees() async throws {
    let trees = try await KernelTrees()
    let text = "0x1\tcrc16\tlib/crc16\tEXPORT_SYMBOL\t\n0x2\tvfs_read\tvmlinux\tEXPORT_SYMBOL\t\n"
    let tree = "partial/lib/modules/\(KernelTrees.release)"
    try trees.scratch.write(Array(text.utf8), to: "\(tree)/Module.symvers")
    let run = try await Ksym.run(["exports", "--format", "symvers", trees.scratch.file(tree)])
    #expect(run.status == 0 && run.lines.count { $0.contains("\tcrc16\t") } == 1)
    #expect(run.output.contains("0x00000002\tvfs_read\tvmlinux"))
  }

  @Test("that has only exports leaves open whether a livepatch applies, and says what is needed")
  func livepatchWithoutSymbols() async throws {
    let sandbox = try Sandbox()
    let text = "0x0badcafe\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n"
    sandbox.scratch.makeDirectory("exports")
    let symvers = try sandbox.scratch.write(Array(text.utf8), to: "exports/Module.symvers")
    var module = ModuleBuilder("fix")
    module.basic = [RequiredVersion("module_layout", 0x0bad_cafe)]
    module.setInfo("livepatch", "Y")
    var elf = module.elf()
    let symbol = elf.addSymbol(".klp.sym.vmlinux.nothing,0", section: 0xff20)
    let data = elf.addSection(
      ".data", flags: [.alloc, .write], bytes: Array(repeating: 0, count: 8))
    let table = elf.addRelocations(
      [ELFBuilder.Relocation(offset: 0, symbol: symbol, type: 1)], forSection: data)
    elf.sections[table - 1].name = ".klp.rela.vmlinux..data"
    elf.sections[table - 1].flags = ELFSectionFlags(rawValue: 0x10_0002)
    let path = try sandbox.scratch.write(elf.build(), to: "fix.ko")
    let run = try await Ksym.run(["livepatch", "-k", symvers, path])
    #expect(run.status == 2 && run.output.hasPrefix("undecided"), "\(run.output)")
    #expect(run.output.contains("without its symbols (pass its image"), "\(run.output)")
  }
}
