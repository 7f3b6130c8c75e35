import TestSupport
import Testing

@Suite("Debug information shared by dwz")
struct TypesSupplementTests {
  private static let list = Array("first_function\nshared_list\n".utf8)

  private func versions(_ path: String) async throws -> Ksym.Run {
    try await Ksym.run(
      ["types", "versions", "--format", "symver", path], input: TypesSupplementTests.list)
  }

  @Test(
    "versions are those of the file before dwz moved what it shares",
    arguments: [4, 5])
  func versions(dwarf: Int) async throws {
    let scratch = try ScratchDirectory()
    try TarArchive.unpack(Fixture.path("types/dwz.tar.xz"), into: scratch)
    let plain = try await versions(scratch.file("dwz/plain\(dwarf)/first.so"))
    #expect(plain.status == 0 && plain.output.split(separator: "\n").count == 2)
    let shared = try await versions(scratch.file("dwz/dwz\(dwarf)/first.so"))
    #expect(shared.status == 0)
    #expect(shared.output == plain.output)
  }

  @Test("types are shown through the supplementary file")
  func show() async throws {
    let scratch = try ScratchDirectory()
    try TarArchive.unpack(Fixture.path("types/dwz.tar.xz"), into: scratch)
    var texts: [String] = []
    for directory in ["plain5", "dwz4", "dwz5"] {
      let path = scratch.file("dwz/\(directory)/second.so")
      let run = try await Ksym.run(["types", "show", "-k", path, "--depth", "2", "second_function"])
      #expect(run.status == 0)
      texts.append(run.output)
    }
    #expect(texts[0].contains("values"))
    #expect(texts[1] == texts[0] && texts[2] == texts[0])
  }

  @Test("a supplementary file that is not there is named", arguments: [4, 5])
  func missing(dwarf: Int) async throws {
    let scratch = try ScratchDirectory()
    try TarArchive.unpack(Fixture.path("types/dwz.tar.xz"), into: scratch)
    let path = scratch.file("dwz/dwz\(dwarf)")
    #expect(try await Ksym.run(["\(path)/common.debug"], program: "rm").status == 0)
    let run = try await versions("\(path)/first.so")
    #expect(run.status == 2 && run.bytes.isEmpty)
    #expect(run.errors.contains("common.debug"))
  }

  @Test(
    "a kernel's symbol is described by the unit that defines it, not by one that declares it before"
  )
  func definitions() async throws {
    let scratch = try ScratchDirectory()
    try TarArchive.unpack(Fixture.path("types/dwz.tar.xz"), into: scratch)
    let path = scratch.file("dwz/units/both.o")
    let run = try await Ksym.run(["types", "show", "-k", path, "--path", "struct cache", "caches"])
    #expect(run.status == 0)
    let text = try await Ksym.run(["types", "show", "-k", path, "fill"])
    #expect(text.output.contains("fill(struct cache *cache)"))
  }

  @Test("each unit counts by itself: what one only declares does not change its symbols")
  func units() async throws {
    let scratch = try ScratchDirectory()
    try TarArchive.unpack(Fixture.path("types/dwz.tar.xz"), into: scratch)
    let sides = [
      "types", "explain", "--old", scratch.file("dwz/units/both.o"), "--new",
      scratch.file("dwz/units/changed.o"),
    ]
    #expect(try await Ksym.run(sides + ["keep"]).output == "no type differs\n")
    for symbols in [["take"], ["keep", "take"], ["take", "keep"]] {
      let run = try await Ksym.run(sides + symbols)
      #expect(run.status == 1)
      #expect(run.output.hasPrefix("take → struct holder → struct cache\n"), "\(run.output)")
      #expect(run.output.contains("+ \tint more; /* 4 */\n"))
      #expect(!run.output.contains("keep"))
    }
  }
}
