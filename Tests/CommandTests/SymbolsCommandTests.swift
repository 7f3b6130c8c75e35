import ELFFormat
import TestSupport
import Testing

@Suite("ksym symbols")
struct SymbolsCommandTests {
  private static let list = """
    0000000000000000 A per_cpu
    ffffffff81000000 T _stext
    ffffffff81000100 T zebra
    ffffffff81000100 T alias
    ffffffff81000200 d data
    ffffffff81001000 B _end
    ffffffffc0000000 t helper	[alpha]

    """

  private let scratch: ScratchDirectory
  private let kernel: String

  init() throws {
    scratch = try ScratchDirectory()
    kernel = try scratch.write(Array(Self.list.utf8), to: "kallsyms")
  }

  private func symbols(_ arguments: String...) async throws -> Ksym.Run {
    try await Ksym.run(["symbols"] + arguments + [kernel])
  }

  @Test("each format has its order: by name at equal addresses, or the kernel's own")
  func formats() async throws {
    #expect(try await symbols("--format", "kallsyms").output == Self.list)
    let nm = [
      "0000000000000000 A per_cpu", "ffffffff81000000 T _stext", "ffffffff81000100 T alias",
      "ffffffff81000100 T zebra", "ffffffff81000200 d data", "ffffffff81001000 B _end",
      "ffffffffc0000000 t helper",
    ]
    #expect(try await symbols().lines == nm)
    #expect(try await symbols("--format", "nm").lines == nm)
    let rows = try objects(await symbols("--format", "json"))
    #expect(rows.map { $0["name"] as? String }.last == "helper")
    #expect(rows.last?["owner"] as? String == "alpha" && rows.last?["type"] as? String == "t")
    #expect(
      rows.first?["address"] as? String == "0x0" && rows.first?["owner"] as? String == "vmlinux")
  }

  @Test("symbols are filtered by glob, letter, range and module; status 1 where none is left")
  func filters() async throws {
    func names(_ arguments: String...) async throws -> [String] {
      try await Ksym.run(["symbols"] + arguments + [kernel]).lines
        .compactMap { $0.split(separator: " ").last.map(String.init) }
    }
    #expect(try await names("--name", "*a*") == ["alias", "zebra", "data"])
    #expect(try await names("--name", "z*", "--name", "dat?") == ["zebra", "data"])
    #expect(try await names("--type", "dB") == ["data", "_end"])
    #expect(
      try await names("--range", "0xffffffff81000100-0xffffffff81000200") == ["alias", "zebra"])
    #expect(try await names("--module", "alpha") == ["helper"])
    #expect(try await names("--module", "vmlinux").count == 6)
    let none = try await symbols("--name", "nothing")
    #expect(none.status == 1 && none.output.isEmpty && none.errors.isEmpty)
    #expect(try await symbols("--range", "2-1").status == 64)
    #expect(try await symbols("--format", "xml").status == 64)
  }

  @Test("prose and missing files are errors, status 2")
  func unreadable() async throws {
    let prose = try scratch.write(
      Array("ffffffffffffffff B The real System.map is elsewhere\n".utf8), to: "System.map")
    for path in [prose, scratch.file("missing"), "/dev/null"] {
      let run = try await Ksym.run(["symbols", path])
      #expect(run.status == 2 && run.output.isEmpty)
      #expect(run.errors.hasPrefix("ksym: \(path): "), "\(run.errors)")
    }
  }

  @Test("hidden addresses are reported")
  func hidden() async throws {
    let list = Array("0000000000000000 T a\n0000000000000000 t b\t[m]\n".utf8)
    let path = try scratch.write(list, to: "hidden")
    let run = try await Ksym.run(["symbols", "--format", "kallsyms", path])
    #expect(run.status == 0 && run.bytes == list)
    #expect(run.errors.contains("addresses are hidden; reading them needs root"))
  }

  @Test("the symbols of a real module are listed as nm lists them", .needs("nm"))
  func moduleAsNm() async throws {
    let plain = Fixture.path("kernels/rust-ext/modules/crc16.ko")
    let run = try await Ksym.run(["symbols", "--format", "nm", plain])
    let nm = try await Ksym.run(["-n", plain], program: "nm")
    #expect(run.lines == nm.lines.filter { !$0.contains(" U ") })
  }

  @Test("a real module is listed with its name, compressed or not")
  func module() async throws {
    let plain = Fixture.path("kernels/rust-ext/modules/crc16.ko")
    let run = try await Ksym.run(["symbols", "--format", "nm", plain])
    #expect(run.status == 0 && !run.lines.isEmpty)
    for suffix in ["gz", "xz", "zst"] {
      let path = Fixture.path("kernels/rust-ext/compressed/crc16.ko.\(suffix)")
      #expect(try await Ksym.run(["symbols", "--format", "nm", path]).bytes == run.bytes)
    }
    let kernel = try await Ksym.run(["symbols", "--format", "kallsyms", plain])
    #expect(kernel.lines.contains { $0.hasSuffix(" T crc16\t[crc16]") }, "\(kernel.output)")
    let rows = try objects(await Ksym.run(["symbols", "--json", plain]))
    #expect(rows.allSatisfy { $0["owner"] as? String == "crc16" })
  }

  @Test("modules are added after the kernel, each with its name")
  func modules() async throws {
    let tree = Fixture.path("kernels/rust-ext/modules")
    let run = try await symbols("--modules", tree, "--format", "nm")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines.prefix(3).last == "ffffffff81000100 T alias")
    #expect(run.lines.last?.hasSuffix("\t[rust_print]") ?? false)
    let alone = try await Ksym.run(["symbols", "--module", "crc16", tree])
    #expect(alone.lines.allSatisfy { $0.hasSuffix("\t[crc16]") } && !alone.lines.isEmpty)
    let all = try await Ksym.run(
      ["symbols", "--with-modules", "--module", "crc16", Fixture.path("kernels/rust-ext/bzImage")])
    #expect(all.lines.count == alone.lines.count, "\(all.errors)")
    let none = try await symbols("--with-modules")
    #expect(none.status == 2 && none.errors.contains("the modules of this kernel were not found"))
  }

  @Test("a real kernel lists itself, with the wrong letters of its time on request")
  func kernel() async throws {
    let path = Fixture.path("kernels/rust-ext/bzImage")
    let right = try await Ksym.run(["symbols", "--format", "kallsyms", path])
    let wrong = try await Ksym.run(["symbols", "--format", "kallsyms", "--as-kernel", path])
    #expect(right.lines.count > 20_000 && right.lines.count == wrong.lines.count)
    for (first, second) in zip(right.lines, wrong.lines) where first != second {
      let names = [first, second].map { $0.split(separator: " ").last }
      #expect(names[0] == names[1] && (names[0]?.count ?? 0) > 64)
    }
    let map = try await Ksym.run(["symbols", path])
    let again = try scratch.write(map.bytes, to: "map")
    #expect(try await Ksym.run(["symbols", again]).bytes == map.bytes)
    #expect(try await Ksym.run(["symbols", "--format", "kallsyms", again]).bytes == right.bytes)
  }

  @Test("--to readable gives lists readable names, as perf takes them")
  func readableLists() async throws {
    let kernel = Fixture.path("kernels/rust-ext/bzImage")
    for format in ["kallsyms", "nm", "system-map"] {
      let run = try await Ksym.run(
        ["symbols", "--format", format, "--to", "readable", "--name", "*call_printk*", kernel])
      #expect(run.lines.contains { $0.hasSuffix(" kernel::print::call_printk") }, "\(format)")
    }
    #expect(try await Ksym.run(["symbols", "--format", "nm", "--to", "both", kernel]).status == 64)
    #expect(try await Ksym.run(["symbols", "--json", "--to", "readable", kernel]).status == 64)
  }

  @Test("of an image, a range of a moved kernel is moved back")
  func movedRange() async throws {
    let image = Fixture.path("kernels/rust-ext/bzImage")
    let text = try await Ksym.run(["symbols", "--name", "_printk", image])
    let address = try #require(UInt64(text.output.prefix(16), radix: 16))
    let moved = "0x\(String(address + 0x100_0000, radix: 16))"
    let end = "0x\(String(address + 0x100_0001, radix: 16))"
    let run = try await Ksym.run([
      "symbols", "--kaslr", "0x1000000", "--range", "\(moved)-\(end)", "--name", "_printk", image,
    ])
    #expect(run.status == 0 && run.output == text.output, "\(run.errors)")
  }

  @Test("a module is named with dashes or underscores")
  func dashes() async throws {
    let list = Array("ffffffff81000000 T _stext\nffffffffc0000000 t f\t[usb_storage]\n".utf8)
    let path = try scratch.write(list, to: "dashes")
    for name in ["usb-storage", "usb_storage"] {
      let run = try await Ksym.run(["symbols", "--module", name, path])
      #expect(run.lines == ["ffffffffc0000000 t f"], "\(run.errors)")
    }
  }
}
