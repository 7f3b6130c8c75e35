import ByteStorage
import ELFFormat
import ModuleFiles
import ModuleLoading
import TestSupport
import Testing

import KernelUpdates

@Suite("What a kernel makes of modules that were built for another")
struct GateTests {
  private let scratch: ScratchDirectory
  private static let longest = String(repeating: "n", count: 55)
  private static let tooLong = String(repeating: "n", count: 56)

  init() throws {
    scratch = try ScratchDirectory()
    for folder in ["lib", "lib/modules"] { scratch.makeDirectory(folder) }
    let own: [(String, UInt32)] = [("module_layout", 9), ("_printk", 7)]
    try writeKernel("7.2.0", own)
    try writeKernel(
      "7.3.0", own + [("changed", 6), ("none", 0), (Self.longest, 5), (Self.tooLong, 5)])
  }

  private func writeKernel(_ release: String, _ exports: [(String, UInt32)]) throws {
    scratch.makeDirectory("lib/modules/\(release)")
    let lines = exports.map { name, crc in
      "0x\(String(crc, radix: 16))\t\(name)\tvmlinux\tEXPORT_SYMBOL\t\n"
    }
    try scratch.write(Array(lines.joined().utf8), to: "lib/modules/\(release)/Module.symvers")
  }

  private func write(
    _ name: String, for release: String = "7.2.0",
    _ change: (inout ModuleBuilder) -> Void = { _ in }
  ) throws -> String {
    var module = ModuleBuilder(name, vermagic: "\(release) SMP mod_unload modversions ")
    module.basic = [RequiredVersion("module_layout", 9)]
    change(&module)
    return try scratch.write(module.build(), to: "\(name).ko")
  }

  /// What the newer kernel makes of modules.
  private func ask(_ paths: String...) throws -> [GateJudgement] {
    let gate = TreeGate(root: scratch.path, limit: 1 << 24, workers: 1)
    let candidates = try paths.map { try gate.candidate(.file($0)) }
    return try #require(gate.ask("7.3.0", about: candidates)).decisions
  }

  /// What makes any kernel refuse a module before it comes to symbols (elf_validity_cache_index_info,
  /// kernel/module/main.c, 7.3).
  private func damage(_ module: inout ModuleBuilder) {
    module.sections.append((".modinfo", .alloc, Array("license=GPL\0".utf8)))
  }

  @Test("a module that its own kernel refuses for the same reason fits, but is not compatible")
  func refusedByBoth() throws {
    let own = try ask(write("m") { damage(&$0) })[0]
    #expect(own.fits && !own.isCompatible && own.reason == nil)
    // Of a kernel that is not installed nothing is known.
    let other = try ask(write("m", for: "6.9.0") { damage(&$0) })[0]
    #expect(!other.fits && other.symbols.isEmpty && other.reason?.contains(".modinfo") == true)
  }

  @Test("a module that only the newer kernel refuses, or refuses for another reason, does not fit")
  func refusedByOne() throws {
    let options = ["MODULES", "MODVERSIONS", "MODULE_SIG", "MODULE_SIG_FORCE"]
    try scratch.write(
      Array(options.map { "CONFIG_\($0)=y\n" }.joined().utf8), to: "lib/modules/7.3.0/config")
    let plain = try ask(write("m"))[0]
    #expect(!plain.fits && plain.symbols.isEmpty && plain.reason != nil)
    let damaged = try ask(write("m") { damage(&$0) })[0]
    #expect(!damaged.fits && damaged.reason == plain.reason)
  }

  /// A symbol, whether the module has versions and one for it, and whether the need is met.
  private static let needs: [(String, hasVersions: Bool, version: UInt64?, isMet: Bool)] = [
    ("_printk", true, 7, true), ("_printk", true, 8, false), ("changed", true, 5, false),
    ("changed", true, 6, true), ("gone", true, 1, false), ("gone", false, nil, false),
    ("_printk", true, nil, true), ("_printk", false, nil, false), ("none", false, nil, true),
    ("none", true, nil, true), (longest, false, nil, false), (tooLong, false, nil, true),
    ("module_layout", false, nil, true),
  ]

  @Test(
    "where the loader ends before it comes to symbols, versions decide whether they are met",
    arguments: needs)
  func unseenNeeds(_ name: String, _ hasVersions: Bool, _ version: UInt64?, _ isMet: Bool) throws {
    let path = try write("m") {
      damage(&$0)
      if !hasVersions { $0.basic = nil }
      if let version { $0.require(name, version) } else { $0.undefined.append(name) }
    }
    #expect(try ask(path)[0].symbols == (isMet ? [] : [name]))
  }

  @Test("a kernel without versions meets all needs that it has a symbol for")
  func withoutVersions() throws {
    try writeKernel("7.3.0", [("module_layout", 0), ("_printk", 0)])
    for version in [nil, 7] as [UInt64?] {
      let path = try write("m") {
        damage(&$0)
        if version == nil { $0.basic = nil }
        if let version { $0.require("_printk", version) } else { $0.undefined.append("_printk") }
        $0.undefined.append("gone")
      }
      #expect(try ask(path)[0].symbols == ["gone"])
    }
  }

  @Test("what another module exports meets a need in its version, as long as that one is linked")
  func others() throws {
    let exporter = try write("exporter") { $0.exports = [SampleExport("theirs", 5)] }
    for (version, symbols) in [(5, []), (6, ["theirs"])] as [(UInt64, [String])] {
      let user = try write("user") {
        damage(&$0)
        $0.require("theirs", version)
      }
      #expect(try ask(exporter, user).map(\.symbols) == [[], symbols])
    }
    let refused = try write("exporter") {
      $0.exports = [SampleExport("theirs", 5)]
      $0.require("gone", 1)
    }
    let user = try write("user") {
      damage(&$0)
      $0.require("theirs", 5)
    }
    #expect(try ask(refused, user).map(\.symbols) == [["gone"], ["theirs"]])
  }

  // try_to_force_load refuses a module without any version before its symbols are looked at, by
  // module_layout (check_modstruct_version, kernel/module/version.c): no kernel takes it.
  @Test(
    "a module without versions that needs no symbol is refused, but not for a symbol of its own")
  func forgiven() throws {
    let own = try ask(write("m") { $0.basic = nil })[0]
    #expect(own.fits && own.symbols.isEmpty && own.reason == nil && !own.isCompatible)
    // Whether its own kernel is there or not.
    let other = try ask(write("m", for: "6.9.0") { $0.basic = nil })[0]
    #expect(other.fits && other.symbols.isEmpty && other.reason == nil && !other.isCompatible)
  }

  @Test("an export of which only the version is a symbol counts for others as depmod counts it")
  func exportsByVersion() throws {
    var elf = ModuleBuilder("exporter").elf()
    elf.addSymbol("__crc_theirs", section: 0xfff1, value: 5)
    let exporter = try scratch.write(elf.build(), to: "exporter.ko")
    for (version, symbols) in [(5, []), (6, ["theirs"])] as [(UInt64, [String])] {
      let user = try write("user") { $0.require("theirs", version) }
      let found = try ask(exporter, user)[1]
      #expect(found.symbols == symbols && found.reason == nil && !found.isCompatible)
      #expect(found.fits == symbols.isEmpty)
    }
  }

  @Test("a module that cannot be read is not compatible")
  func unreadable() throws {
    let gate = TreeGate(root: scratch.path, limit: 1 << 24, workers: 1)
    let candidate = try gate.candidate(.file(write("m")))
    let error = FileError(path: candidate.path, cause: .notSuitable("is not a module"))
    #expect(!GateJudgement(candidate: candidate, result: .failure(error)).isCompatible)
    let judgement = try #require(gate.ask("7.3.0", about: [candidate])).decisions[0]
    #expect(judgement.isCompatible)
  }

  @Test("the linker's own names are no needs, nor a symbol without a name, nor one again")
  func linkerNames() throws {
    var module = ModuleBuilder("m")
    module.undefined = ["", "_GLOBAL_OFFSET_TABLE_", "TOC.", ".TOC.", "_printk", "_printk", "TOC"]
    let bytes = module.build()
    let needs = try GateModule(ModuleFile(ByteSource(bytes.rawSpan))).needs
    #expect(needs.map { $0.name.rawSpan.text } == ["_printk", "TOC"])
    #expect(needs.allSatisfy { $0.isUsed })
  }

  @Test("only some reasons for which modules break are symbols")
  func kinds() {
    let symbols: [ModuleBreakage.Reason.Kind] = [.version, .gone, .gplOnly, .namespace]
    let words: [ModuleBreakage.Reason.Kind] = [.vermagic, .structure, .other]
    #expect(symbols.allSatisfy { $0.isOfSymbol })
    #expect(words.allSatisfy { !$0.isOfSymbol })
  }
}
