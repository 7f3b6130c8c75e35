import ByteStorage
import ELFFormat
import KernelImages
import Kernels
import ModuleVersions
import TestSupport
import Testing

@Suite("Modversions options")
struct ModversionsOptionsTests {
  private func options(
    _ lines: [String], release: String, build: String? = "#1 SMP now"
  ) throws -> ModversionsOptions {
    ModversionsOptions(try config(lines), of: facts(release, build))
  }

  private func config(_ lines: [String]) throws -> KernelConfig {
    let text = Array(lines.map { "CONFIG_\($0)=y\n" }.joined().utf8)
    return try KernelConfig(parsing: text.rawSpan)
  }

  private func facts(_ release: String, _ build: String? = "#1 SMP now") -> KernelFacts {
    var facts = KernelFacts(path: "kernel")
    facts.release = KernelFacts.Fact(release, from: "test")
    let banner = Array("Linux version \(release) (a@b) (gcc) \(build ?? "")\n".utf8)
    if build != nil, let banner = KernelBanner(parsing: banner.rawSpan) {
      facts.banner = KernelFacts.Fact(banner, from: "test")
    }
    return facts
  }

  @Test("up to 6.13 there is one layout, whatever the configuration says")
  func old() throws {
    let options = try options(["MODVERSIONS", "EXTENDED_MODVERSIONS"], release: "6.13.12")
    #expect(options.writes == [.basic] && options.reads == [.basic])
    #expect(options.generator == .genksyms)
  }

  @Test("from 6.14 on the loader reads both; the build writes what is set")
  func new() throws {
    let both = try options(
      ["MODVERSIONS", "BASIC_MODVERSIONS", "EXTENDED_MODVERSIONS", "GENDWARFKSYMS"],
      release: "6.14.0")
    #expect(both.writes == [.basic, .extended] && both.reads == [.basic, .extended])
    #expect(both.generator == .gendwarfksyms)
    let one = try options(["MODVERSIONS", "EXTENDED_MODVERSIONS"], release: "7.3.4")
    #expect(one.writes == [.extended] && one.reads == [.basic, .extended])
    #expect(try options(["MODVERSIONS"], release: "7.0.0").writes.isEmpty)
  }

  @Test("Ubuntu's kernels of some releases have a layout of their own")
  func ubuntu() throws {
    let build = "#49-Ubuntu SMP PREEMPT_DYNAMIC"
    #expect(
      try options(["MODVERSIONS"], release: "6.8.0-49-generic", build: build).reads == [.packed])
    #expect(
      try options(["MODVERSIONS"], release: "5.15.0-1-generic", build: build).reads == [.basic])
    // Without a banner nothing shows whose kernel it is.
    #expect(try options(["MODVERSIONS"], release: "6.8.0", build: nil).reads == [.basic])
  }

  @Test("without modversions there are no layouts")
  func off() throws {
    let options = try options(["MODULES"], release: "7.2.0")
    #expect(!options.isEnabled && options.generator == nil)
    #expect(options.writes.isEmpty && options.reads.isEmpty)
  }

  // struct modversion_info: a name of 64 bytes without those of a long, and its NUL.
  @Test("the word size is that of the kernel's file, or else that of the configuration")
  func longestName() throws {
    func longest(_ options: [String], _ is64Bit: Bool? = nil) throws -> [Int?] {
      var facts = facts("7.2.0")
      facts.layout = is64Bit.map {
        KernelFacts.Fact(ELFLayout(is64Bit: $0, order: .little), from: "test")
      }
      return VersionLayoutTable(try config(options), of: facts).rows.map(\.longestName)
    }
    for (options, is64Bit) in [(["64BIT"], true), (["X86_64"], true), (["ARM"], false)] {
      #expect(try longest(options).compactMap(\.self) == [is64Bit ? 55 : 59])
      #expect(try longest(options, true).compactMap(\.self) == [55])
      #expect(try longest(options, false).compactMap(\.self) == [59])
    }
  }

  // kernel/module/Kconfig and init/Kconfig, 6.13, 6.14 and 7.3; KSYM_NAME_LEN.
  @Test("options of versions have an effect whether they are set or not, others if they are")
  func effects() throws {
    func effects(_ release: String, _ options: String...) throws -> [String] {
      VersionLayoutTable(try config(options), of: facts(release)).effects.map {
        "\($0.option)=\($0.isSet ? "y" : "n") \($0.code.rawValue)"
          + ($0.longestName.map { " \($0)" } ?? "")
      }
    }
    #expect(
      try effects("7.2.0", "MODULES", "MODULE_SIG", "LIVEPATCH", "GENDWARFKSYMS") == [
        "MODVERSIONS=n unversioned", "MODULE_SIG=y signature-checked",
        "LIVEPATCH=y livepatch-symbols",
      ])
    for (release, length) in [("6.0.9", 127), ("6.1.0", 511), ("6.13.9", 511)] {
      #expect(
        try effects(release, "MODVERSIONS", "KALLSYMS", "EXTENDED_MODVERSIONS") == [
          "GENDWARFKSYMS=n crcs-of-genksyms", "RUST=n excludes-versions",
          "KALLSYMS=y symbol-name-limit \(length)",
        ])
    }
    #expect(
      try effects("6.14.0", "MODVERSIONS") == [
        "GENDWARFKSYMS=n crcs-of-genksyms", "BASIC_MODVERSIONS=n no-table",
        "EXTENDED_MODVERSIONS=n basic-only", "RUST=n selects-extended",
      ])
    #expect(
      try effects("7.3.0", "MODVERSIONS", "GENDWARFKSYMS", "EXTENDED_MODVERSIONS", "RUST") == [
        "GENDWARFKSYMS=y crcs-of-gendwarfksyms", "BASIC_MODVERSIONS=n extended-only",
        "EXTENDED_MODVERSIONS=y any-length", "RUST=y selects-extended",
      ])
    #expect(
      try effects(
        "7.3.0", "MODVERSIONS", "BASIC_MODVERSIONS", "LTO_CLANG_THIN", "LTO_CLANG_FULL",
        "TRIM_UNUSED_KSYMS", "MODULE_SIG_FORCE", "MODULE_FORCE_LOAD") == [
          "GENDWARFKSYMS=n crcs-of-genksyms", "BASIC_MODVERSIONS=y long-names-stop-build",
          "EXTENDED_MODVERSIONS=n basic-only", "RUST=n selects-extended",
          "LTO_CLANG_THIN=y hash-suffixes", "LTO_CLANG_FULL=y number-suffixes",
          "TRIM_UNUSED_KSYMS=y trimmed-exports", "MODULE_SIG_FORCE=y signature-forced",
          "MODULE_FORCE_LOAD=y forced-loading",
        ])
    #expect(
      try effects("7.3.0", "MODVERSIONS", "BASIC_MODVERSIONS", "EXTENDED_MODVERSIONS").contains(
        "BASIC_MODVERSIONS=y basic-beside-extended"))
  }
}
