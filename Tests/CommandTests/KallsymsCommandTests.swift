import TestSupport
import Testing

@Suite("ksym kallsyms")
struct KallsymsCommandTests {
  @Test("decode gives the places of a real kernel's tables")
  func decode() async throws {
    let kernel = Fixture.path("kernels/rust-ext/bzImage")
    let run = try await Ksym.run(["kallsyms", "decode", kernel])
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    for line in [
      "release                 7.3.4-corpus-a", "byte order              little-endian",
      "word size               64 bits", "addresses               place-relative",
    ] { #expect(run.lines.contains(line), "\(line)\n\(run.output)") }
    let object = try #require(
      try objects(await Ksym.run(["kallsyms", "decode", "--json", kernel])).first)
    #expect(
      Set(object.keys) == ["release", "symbols", "byteOrder", "wordBits", "encoding", "tables"])
    let tables = try #require(object["tables"] as? [[String: Any]])
    #expect(
      tables.compactMap { $0["name"] as? String } == [
        "kallsyms_num_syms", "kallsyms_names", "kallsyms_markers", "kallsyms_token_table",
        "kallsyms_token_index", "kallsyms_offsets", "kallsyms_seqs_of_names",
      ])
    let symbols = try #require(object["symbols"] as? Int)
    #expect((tables.last?["size"] as? Int) == 3 * symbols)
  }

  @Test("decode of a list or of noise is an error, status 2")
  func noTables() async throws {
    let scratch = try ScratchDirectory()
    let list = try scratch.write(Array("ffffffff81000000 T _text\n".utf8), to: "list")
    let run = try await Ksym.run(["kallsyms", "decode", list])
    #expect(run.status == 2 && run.errors.contains("is a list of symbols, not a kernel image"))
    let module = Fixture.path("kernels/rust-ext/modules/crc16.ko")
    let other = try await Ksym.run(["kallsyms", "decode", module])
    #expect(other.status == 2 && other.errors.contains("is a module, "), "\(other.errors)")
    let noise = try scratch.write(
      (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 37) }, to: "noise")
    #expect(try await Ksym.run(["kallsyms", "decode", noise]).status == 2)
  }

  @Test(
    "encode writes what the kernel's own tool writes", arguments: ["case1-order", "case4-markers"])
  func encode(_ name: String) async throws {
    let map = Fixture.path("kallsyms/\(name).map")
    let help = try await Ksym.run(["kallsyms", "encode", "--help"])
    #expect(help.status == 0)
    let run = try await Ksym.run(["kallsyms", "encode", "--all-symbols", "--pc-relative", map])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.bytes == (try Fixture.bytes("kallsyms/\(name).v7.3.S")))
  }
}
