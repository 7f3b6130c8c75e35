import ByteStorage
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
    let text = Array(lines.map { "CONFIG_\($0)=y\n" }.joined().utf8)
    var facts = KernelFacts(path: "kernel")
    facts.release = KernelFacts.Fact(release, from: "test")
    let banner = Array("Linux version \(release) (a@b) (gcc) \(build ?? "")\n".utf8)
    if build != nil, let banner = KernelBanner(parsing: banner.rawSpan) {
      facts.banner = KernelFacts.Fact(banner, from: "test")
    }
    return ModversionsOptions(try KernelConfig(parsing: text.rawSpan), of: facts)
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
}
