import ELFFormat
import TestSupport
import Testing

@Suite("ksym versions")
struct VersionsCommandTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  private func versions(_ arguments: String...) async throws -> Ksym.Run {
    try await Ksym.run(["versions"] + arguments)
  }

  @Test("modprobe's format has a CRC, a tab and a name a line, in the order of the records")
  func modprobe() async throws {
    let run = try await versions("--format", "modprobe", sandbox.write("good.ko"))
    #expect(run.status == 0)
    #expect(run.output == "0x0badcafe\tmodule_layout\n0x9aec1234\t_printk\n")
  }

  @Test("symvers' format has its columns, from the extended table where there is one")
  func symvers() async throws {
    let module = try sandbox.write("good.ko") { $0.extended = [RequiredVersion("_printk", 7)] }
    let run = try await versions("--format", "symvers", module)
    #expect(run.output == "0x00000007\t_printk\t(unknown)\t(unknown)\t\n")
  }

  @Test("status 1 where a module has no versions or its tables disagree, 2 where one is malformed")
  func status() async throws {
    let good = try sandbox.write("good.ko")
    let none = try sandbox.write("none.ko") { $0.basic = nil }
    let torn = try sandbox.write("torn.ko") { $0.extended = [RequiredVersion("_printk", 7)] }
    let odd = try sandbox.write("odd.ko") {
      $0.basic = nil
      $0.sections = [("__versions", .alloc, [UInt8](repeating: 1, count: 70))]
    }
    #expect(try await versions(good).status == 0)
    let other = try await versions(Fixture.path("archives/README.md"))
    #expect(other.status == 2 && other.errors.contains("(neither a module nor another ELF file)"))
    let empty = try await versions(none, good)
    #expect(empty.status == 1 && empty.output.contains("none.ko: no versions"))
    let bare = try sandbox.write("bare.ko") { $0.basic = [] }
    for format in ["table", "modprobe", "symvers", "json"] {
      #expect(try await versions("--format", format, bare).status == 1, "an empty table")
    }
    let disagreeing = try await versions(torn)
    #expect(disagreeing.status == 1)
    #expect(disagreeing.output.contains("basic says 0x9aec1234, extended 0x7"))
    for format in ["table", "modprobe", "json"] {
      let run = try await versions("--format", format, odd, good)
      #expect(run.status == 2)
      #expect((run.output + run.errors).contains("6 surplus bytes after the last record"))
    }
  }

  @Test("kernels that read extended versions refuse those of which some have no name")
  func missingNames() async throws {
    let short = try sandbox.write("short.ko") {
      $0.sections = [
        ("__version_ext_crcs", .alloc, [UInt8](repeating: 1, count: 8)),
        ("__version_ext_names", .alloc, Array("_printk\0".utf8)),
      ]
    }
    let words = "(up to 6.13: basic, 6.14 and later: refused)"
    #expect(try await versions(short).output.contains(words))
    let object = try #require(try objects(try await versions("--json", short)).first)
    let used = try #require(object["used"] as? [[String: String]])
    #expect(used.map { $0["layout"] } == ["basic", "refused"])
  }

  @Test("layouts are shown, and which kernels use which")
  func layouts() async throws {
    let both = try sandbox.write("both.ko") { $0.extended = $0.basic }
    #expect(
      try await versions(both).output.contains(
        "basic + extended  (up to 6.13: basic, 6.14 and later: extended)"))
    let object = try #require(try objects(try await versions("--json", both)).first)
    #expect(object["layouts"] as? [String] == ["basic", "extended"])
    #expect((object["versions"] as? [[String: Any]])?.count == 4)
    #expect((object["defects"] as? [[String: Any]])?.isEmpty == true)
  }

  @Test("hashed names come back from the module's symbols, or from names the user gives")
  func hashed() async throws {
    let name = "_RNvNtNtCs1cdwasc6FUb_6kernel5print14format_strings4INFO"
    let digest: [UInt8] = [
      0x56, 0x96, 0xf4, 0x27, 0xdb, 0x4a, 0xbf, 0x42, 0x05, 0xb4, 0xae, 0x96, 0x21, 0x68, 0x8a,
      0x5d, 0x7c, 0xfe, 0x42, 0x90, 0x9d, 0xc1, 0x15, 0xbd, 0x5c, 0x75, 0x85, 0x60, 0xc8, 0x98,
      0x83, 0x6c,
    ]
    var record: [UInt8] = [0x2f, 0x44, 0xc5, 0x9e, 0, 0, 0, 0] + Array("sha256\0".utf8) + digest
    record += [UInt8](repeating: 0, count: 64 - record.count)
    func write(_ path: String, _ undefined: [String]) throws -> String {
      try sandbox.write(path) {
        $0.basic = nil
        $0.undefined = undefined
        $0.sections = [("__versions", .alloc, record)]
      }
    }
    let known = try await versions(write("known.ko", [name]))
    #expect(known.output.contains(name) && known.output.contains("0x9ec5442f"))
    let lost = try write("lost.ko", [])
    #expect(try await versions(lost).output.contains("sha256:5696f427db4abf42"))
    let list = try sandbox.scratch.write(
      Array("ffffffff81000000 T \(name)\n".utf8), to: "System.map")
    #expect(try await versions("--names", list, lost).output.contains(name))
    let missing = try await versions("--names", sandbox.scratch.file("nowhere"), lost)
    #expect(missing.status == 2 && missing.errors.contains("nowhere"))
  }

  @Test("standard input is -, once")
  func standardInput() async throws {
    let bytes = Sandbox.module().build()
    let run = try await Ksym.run(["versions", "--format", "modprobe", "-"], input: bytes)
    #expect(run.status == 0 && run.lines.count == 2)
    let check = try await Ksym.run(["check"] + sandbox.kernelOptions + ["-"], input: bytes)
    #expect(check.status == 0)
    let packed = try Fixture.bytes("kernels/rust-ext/compressed/crc16.ko.xz")
    let unpacked = try await Ksym.run(["versions", "--format", "modprobe", "-"], input: packed)
    #expect(unpacked.status == 0 && unpacked.output.contains("\tmodule_layout\n"))
    let empty = try await Ksym.run(["versions", "-"])
    #expect(empty.status == 2 && empty.errors.contains("-: "))
  }

  @Test("compressed modules are answered as the plain one", arguments: ["gz", "xz", "zst"])
  func compressed(_ suffix: String) async throws {
    let folder = Fixture.path("kernels/rust-ext")
    let plain = try await versions("--format", "modprobe", "\(folder)/modules/crc16.ko")
    let packed = try await versions(
      "--format", "modprobe", "\(folder)/compressed/crc16.ko.\(suffix)")
    #expect(plain.status == 0 && plain.lines.count > 1)
    #expect(packed.bytes == plain.bytes)
    // The name says nothing: the first bytes do.
    try sandbox.scratch.write(
      Fixture.bytes("kernels/rust-ext/compressed/crc16.ko.\(suffix)"), to: "crc16.ko")
    let renamed = try await versions("--format", "modprobe", sandbox.scratch.file("crc16.ko"))
    #expect(renamed.bytes == plain.bytes)
  }

  @Test("directories are searched to their depths, in order, each module once")
  func directories() async throws {
    let scratch = sandbox.scratch
    for folder in ["d", "d/b", "d/b/c"] { scratch.makeDirectory(folder) }
    for path in ["d/z.ko", "d/b/m.ko", "d/b/c/a.ko"] { try sandbox.write(path) }
    try scratch.write([1], to: "d/readme.txt")
    scratch.link("d/b/up", to: scratch.file("d"))
    scratch.link("d/link.ko", to: scratch.file("d/z.ko"))
    let run = try await versions("--json", scratch.file("d"))
    #expect(run.status == 0)
    let paths = try objects(run).compactMap { $0["module"] as? String }
    #expect(paths == ["d/b/c/a.ko", "d/b/m.ko", "d/z.ko"].map(scratch.file))
  }

  @Test("jobs do not change the output")
  func jobs() async throws {
    sandbox.scratch.makeDirectory("many")
    for number in 0..<60 { try sandbox.write("many/\(number).ko") }
    let one = try await versions("--jobs", "1", sandbox.scratch.file("many"))
    let many = try await versions("--jobs", "7", sandbox.scratch.file("many"))
    #expect(one.status == 0 && one.bytes == many.bytes)
  }
}
