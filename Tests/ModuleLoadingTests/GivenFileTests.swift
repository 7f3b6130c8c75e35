import ELFFormat
import KernelReleases
import Livepatching
import ModuleLoading
import TestSupport
import Testing

@Suite("Files that are no modules")
struct GivenFileTests {
  private func causes(_ file: [UInt8], _ bench: Bench = Bench()) throws -> [LoadCause] {
    let outcome = try bench.outcome(file)
    #expect(outcome.verdict == .refused)
    return outcome.causes
  }

  @Test(
    "the file's own bytes show what it is",
    arguments: [
      ("", "nothing"), ("#include <linux/module.h>\n", "source"), ("/* a */ int x;\n", "source"),
      ("CONFIG_X=y\nand more text than a header has, so that its length does not matter", "text"),
      ("#!/bin/sh\n", "script"), ("!<arch>\ndebian-binary   ", "debian-package"),
      ("!<arch>\nmain.o/  ", "archive"), ("PK\u{3}\u{4}", "zip"), ("070701", "initramfs"),
      ("\u{0}\u{1}\u{2}", "unknown"), ("VNDRBOOT\u{4}", "vendor-boot"),
    ])
  func kinds(_ text: String, _ kind: String) throws {
    let found = try causes(Array(text.utf8))
    #expect(found.map(\.code) == [.notAModule] && found.first?.module == kind)
  }

  @Test("magic numbers further in")
  func offsets() throws {
    for (offset, magic, kind) in [(257, "ustar", "tar"), (0x202, "HdrS", "kernel-image")] {
      var bytes = ByteBuilder()
      bytes.put([0xff, 0xfe])
      bytes.set(Array(magic.utf8), at: offset)
      bytes.pad(to: 1024)
      #expect(try causes(bytes.bytes).first?.module == kind)
    }
  }

  @Test("a module that is cut says how much is there")
  func cut() throws {
    let file = Bench().module().build()
    let cause = try #require(try causes(Array(file.dropLast(100))).first)
    #expect(cause.code == .cutShort)
    #expect(cause.count == file.count - 100 && cause.total == file.count)
  }

  @Test("an object file, a program")
  func linked() throws {
    var elf = Bench().module().elf()
    elf.type = 3
    #expect(try causes(elf.build()).first?.module == "linked-elf")
    elf.type = 1
    elf.sections.removeAll { $0.name == ".gnu.linkonce.this_module" }
    #expect(try causes(elf.build()).first?.module == "object")
  }

  // objcopy --only-keep-debug: what is in memory has a size and no bytes.
  @Test("the debug information of a module is that, and not a damaged module")
  func debugInformation() throws {
    var elf = Bench().module().elf()
    for index in elf.sections.indices where elf.sections[index].flags.contains(.alloc) {
      (elf.sections[index].type, elf.sections[index].bytes) = (.nobits, [])
    }
    let found = try causes(elf.build())
    #expect(found.map(\.code) == [.notAModule] && found.first?.module == "debug-file")
  }

  @Test("a module for another struct module gives both sizes, both releases and what to do")
  func otherSize() throws {
    let bench = Bench()
    var module = bench.module()
    module.structureSize = 896
    module.setInfo("vermagic", "6.1.0-50-amd64 SMP ")
    let found = try causes(module.build())
    #expect(found.map(\.code) == [.otherStructureSize, .otherRelease, .rebuild])
    #expect(found.first?.module == "896" && found.first?.kernel == "1280")
    #expect(found.last?.kernel == "7.2.0")
    module.setInfo("vermagic", bench.vermagic)
    #expect(
      try causes(module.build()).map(\.code) == [
        .otherStructureSize, .otherConfiguration, .rebuild,
      ])
  }

  @Test("versions that differ are named, and all are given on request")
  func versions() throws {
    var bench = Bench()
    var module = bench.module()
    module.basic = [RequiredVersion("module_layout", 1)]
    module.require("_printk", 2)
    module.require("gpl_thing", 0x22)
    module.require("nothing", 3)
    let cause = try #require(
      try bench.outcome(module).causes.first { $0.code == .versionsDiffer })
    #expect(cause.options == ["module_layout", "_printk"])
    bench.adjust = { $0.reportsAllSymbols = true }
    let all = try bench.outcome(module).symbols
    #expect(all.map(\.name) == ["module_layout", "_printk", "gpl_thing", "nothing"])
    #expect(all.map(\.problem) == [.crc, .crc, nil, .unknown])
    // Exports without versions disagree with none.
    bench.hasCRCs = false
    module.setInfo("vermagic", "6.1.0 SMP ")
    let without = try bench.outcome(module).symbols
    #expect(without.map(\.problem) == [nil, nil, nil, .unknown])
  }

  @Test("a name that is longer than any shows its beginning")
  func longName() throws {
    let bench = Bench()
    var module = bench.module()
    module.undefined = [String(repeating: "n", count: 1 << 20)]
    let outcome = try bench.outcome(module)
    #expect(outcome.errno == .ENOENT)
    #expect(outcome.symbols.first?.name == String(repeating: "n", count: 1024))
  }
}
