import ELFFormat
import KernelReleases
import Livepatching
import ModuleLoading
import TestSupport
import Testing

@Suite("What the loader logs")
struct LogTests {
  @Test(
    "a line is cut where a record of the log ends",
    arguments: [
      ("7.2.0", 1021), ("6.12.0", 1021), ("6.3.0", 1021), ("6.1.0", 989), ("5.10.0", 989),
    ])
  func recordLimit(_ release: String, _ limit: Int) throws {
    let bench = Bench(release)
    var module = bench.module()
    module.undefined = [String(repeating: "x", count: 1500)]
    let line = try #require(try bench.outcome(module).log.first)
    #expect(line.utf8.count == limit)
    var calling = bench
    calling.config.append("PRINTK_CALLER")
    let shorter = try #require(try calling.outcome(module).log.first)
    #expect(shorter.utf8.count == (limit == 989 ? 973 : limit))
  }

  @Test("bytes that are no text are escaped, each; those of characters stay")
  func escapes() throws {
    let bench = Bench()
    var module = bench.module()
    module.undefined = ["näme"]
    var file = module.build()
    #expect(try bench.outcome(file).log == ["sample: Unknown symbol näme (err -2)"])
    let place = try #require(file.firstRange(of: Array("näme".utf8)))
    file.replaceSubrange(place, with: [0xff, 0xc3, 0xc3, 0xa4, 0x80])
    #expect(try bench.outcome(file).log == [#"sample: Unknown symbol \xff\xc3ä\x80 (err -2)"#])
    for (character, text) in [
      ([0xf0, 0x9f, 0x98, 0x80], "😀"), ([0xe0, 0xa4, 0x85, 0x7a], "अz"),
      ([0xc2, 0x80, 0xdf, 0xbf], "\u{80}\u{7ff}"), ([0xef, 0xbf, 0xbd, 0x7f], "\u{fffd}\u{7f}"),
    ] as [([UInt8], String)] {
      file.replaceSubrange(place, with: [0xff] + character)
      #expect(try bench.outcome(file).log == ["sample: Unknown symbol \\xff\(text) (err -2)"])
    }
  }

  @Test("what looks like escaped bytes stays as it is in a line that fits")
  func literal() throws {
    let bench = Bench()
    var module = bench.module()
    let name = #"\xc3\xa4"#
    let rest = 1021 - "sample: Unknown symbol  (err -2)".utf8.count - name.utf8.count
    module.undefined = [name + String(repeating: "x", count: rest)]
    let line = try #require(try bench.outcome(module).log.first)
    #expect(line == "sample: Unknown symbol \(module.undefined[0]) (err -2)")
  }

  @Test("an escaped byte counts once for the limit", arguments: [0x80, 0xff])
  func escapedLimit(_ byte: UInt8) throws {
    let bench = Bench()
    var module = bench.module()
    module.undefined = [String(repeating: "x", count: 1500)]
    var file = module.build()
    let place = try #require(file.firstRange(of: [UInt8](repeating: 0x78, count: 1500)))
    for index in place.prefix(100) { file[index] = byte }
    let line = try #require(try bench.outcome(file).log.first)
    #expect(line.utf8.count == 1021 + 300)
  }

  @Test("a name that fills its field runs on into the structure")
  func longName() throws {
    let bench = Bench()
    var module = bench.module()
    module.structureName = String(repeating: "a", count: 60)
    module.undefined = ["nothing"]
    let outcome = try bench.outcome(module)
    #expect(outcome.log == ["\(module.structureName): Unknown symbol nothing (err -2)"])
  }

  @Test("obsolete parameters are ignored with a word, if their section is allocated")
  func obsoleteParameters() throws {
    let bench = Bench()
    var module = bench.module()
    module.sections = [("__obsparm", [.alloc], [])]
    #expect(
      try summary(bench.outcome(module)) == "loads | sample: Ignoring obsolete parameters")
    module.sections = [("__obsparm", [], [1])]
    #expect(try summary(bench.outcome(module)) == "loads")
  }

  @Test("up to 6.3 modinfo is read before writable code is refused")
  func order() throws {
    for (release, hasNotice) in [("6.1.0", true), ("6.12.0", false)] {
      let bench = Bench(release)
      var module = bench.module()
      module.setInfo("intree", nil)
      module.sections = [(".hot", [.alloc, .write, .execInstructions], [0])]
      let outcome = try bench.outcome(module)
      #expect(outcome.errno == .ENOEXEC)
      #expect(
        outcome.taintLog
          == (hasNotice ? ["sample: loading out-of-tree module taints kernel."] : []))
    }
  }

  @Test("an unsigned module says so where signatures are looked at")
  func unsigned() throws {
    var bench = Bench()
    bench.config.append("MODULE_SIG")
    let notice =
      "sample: module verification failed: signature and/or required key missing - tainting kernel"
    #expect(try bench.outcome(bench.module()).taintLog == [notice])
  }

  @Test("a name that is known for its licence taints without one")
  func offenders() throws {
    let bench = Bench("6.1.0")
    var module = bench.module("ndiswrapper")
    let lines = [
      "Disabling lock debugging due to kernel taint", "ndiswrapper: module license taints kernel.",
    ]
    #expect(try bench.outcome(module).taintLog == lines)
    module.setInfo("license", "mine")
    #expect(
      try bench.outcome(module).taintLog == [
        "ndiswrapper: module license 'mine' taints kernel.",
        "Disabling lock debugging due to kernel taint",
      ])
  }
}
