import ELFFormat
import Foundation
import ELFFormat
import TestSupport
import Testing

@Suite("ksym table")
struct TableCommandTests {
  private let sandbox: Sandbox
  private static let long = "_RNvNtNtCs1cdwasc6FUb_6kernel5print14format_strings4INFO"
  private static let digest = "5696f427db4abf4205b4ae9621688a5d7cfe42909dc115bd5c758560c898836c"

  init() throws { sandbox = try Sandbox() }

  private func table(_ arguments: String...) async throws -> Ksym.Run {
    try await Ksym.run(["table"] + arguments)
  }

  private func file(_ name: String) -> String { sandbox.scratch.file(name) }

  private func list(_ name: String, _ text: String) throws -> String {
    try sandbox.scratch.write(Array(text.utf8), to: name)
  }

  @Test("what was built is found by digest, linkage, source and readable name")
  func show() async throws {
    let map = try list("map", "1000 T \(Self.long)\n2000 t f\n3000 t f.llvm.5\n")
    let built = try await table("build", "-v", "-o", file("names"), map)
    #expect(built.status == 0, "\(built.errors)")
    #expect(built.errors.contains("3 names, 1 owners"))
    let line = "\(Self.long)  kernel::print::format_strings::INFO  (vmlinux)"
    for key in [Self.digest, "sha256:" + Self.digest, Self.long, "format_strings::INFO"] {
      let run = try await table("show", "-t", file("names"), key)
      #expect(run.status == 0 && run.lines == [line], "\(key)")
    }
    let both = try await table("show", "-t", file("names"), "--json", "f.llvm.5", "nothing")
    #expect(both.status == 1 && both.errors == "ksym: nothing: not found\n")
    let object = try #require(try objects(both).first)
    #expect(
      Set(object.keys) == ["key", "linkage", "source", "readable", "hashed", "owners"])
    #expect(object["source"] as? String == "f")
    let source = try await table("show", "-t", file("names"), "f")
    #expect(source.lines == ["f  (vmlinux)"])
  }

  @Test("modules own what they define; what they only require has no owner")
  func owners() async throws {
    let folder = sandbox.scratch.makeDirectory("modules")
    try sandbox.write("modules/a.ko") { $0.basic?.append(RequiredVersion("needed", 1)) }
    #expect(try await table("build", "-o", file("names"), folder).status == 0)
    let needed = try await table("show", "-t", file("names"), "needed")
    #expect(needed.lines == ["needed  (owner unknown)"], "\(needed.errors)")
  }

  @Test("merging gives what building at once gives, byte for byte")
  func merge() async throws {
    let (one, two) = (try list("one", "1000 t f\n"), try list("two", "1000 t g\n2000 t f\n"))
    for (output, inputs) in [("a", [one]), ("b", [two]), ("ab", [one, two])] {
      let run = try await Ksym.run(["table", "build", "-o", file(output)] + inputs)
      #expect(run.status == 0)
    }
    #expect(try await table("merge", "-o", file("merged"), file("b"), file("a")).status == 0)
    #expect(try contents(of: file("merged")) == contents(of: file("ab")))
    let check = try await table("check", "--json", file("merged"))
    #expect(try objects(check).first?["names"] as? Int == 2)
  }

  @Test(
    "a table goes through a pipe whole, the same as into a file", arguments: ["build", "merge"],
    ["/dev/stdout", "-"])
  func pipe(_ action: String, _ output: String) async throws {
    let map = try list("map", "1000 t f\n2000 t f.llvm.5\n")
    #expect(try await table("build", "-o", file("names"), map).status == 0)
    let script = "\"$1\" table \"$2\" -o \"$5\" \"$3\" | cmp - \"$4\""
    let input = action == "build" ? map : file("names")
    let run = try await Ksym.run(
      ["-c", script, "sh", Ksym.path, action, input, file("names"), output], program: "sh")
    #expect(run.status == 0, "\(run.output)\(run.errors)")
  }

  @Test("a damaged table is status 2, wherever the damage is")
  func damage() async throws {
    let map = try list("map", (0..<2000).map { "1000 t name_\($0)\n" }.joined())
    #expect(try await table("build", "-o", file("names"), map).status == 0)
    var bytes = try contents(of: file("names"))
    bytes[5000] ^= 1
    try sandbox.scratch.write(bytes, to: "bad")
    let check = try await table("check", file("bad"))
    #expect(check.status == 2 && check.errors.contains("name table checksum at 0x1000"))
    bytes[20] ^= 1
    try sandbox.scratch.write(bytes, to: "worse")
    let show = try await table("show", "-t", file("worse"), "name_1")
    #expect(show.status == 2 && show.errors.contains("header"))
    let text = try await table("show", "-t", map, "name_1")
    #expect(text.status == 2 && text.errors.contains("not in this format"))
  }

  @Test("versions and lookup report a damaged table and where the damage is, with status 2")
  func damagedNames() async throws {
    let map = try list("map", "1000 T \(Self.long)\n")
    #expect(try await table("build", "-o", file("names"), map).status == 0)
    let whole = try contents(of: file("names"))
    for (place, words) in [
      (30, "header"), (4100, "checksum at 0x1000"), (whole.count - 1, "checksum"),
    ] {
      var bytes = whole
      bytes[place] ^= 0x20
      let bad = try sandbox.scratch.write(bytes, to: "bad")
      let lookup = try await Ksym.run(["lookup", "-k", map, "--names", bad, Self.digest])
      #expect(lookup.status == 2 && lookup.errors.contains(words), "\(place): \(lookup.errors)")
      let module = try sandbox.write("hashed.ko") {
        $0.basic = nil
        $0.sections = [("__versions", .alloc, Self.hashedRecord)]
      }
      let versions = try await Ksym.run(["versions", "--names", bad, module])
      #expect(versions.status == 2 && versions.errors.contains(words), "\(versions.errors)")
    }
    try sandbox.scratch.write(Array(whole.dropLast(9)), to: "cut")
    let cut = try await Ksym.run(["lookup", "-k", map, "--names", file("cut"), Self.digest])
    #expect(cut.status == 2 && cut.errors.contains("name table at 0x10"), "\(cut.errors)")
  }

  /// A record of a version whose name is stored as its digest.
  private static let hashedRecord: [UInt8] = {
    var record: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0] + Array("sha256\0".utf8)
    for index in stride(from: 0, to: 64, by: 2) {
      let start = digest.index(digest.startIndex, offsetBy: index)
      record.append(UInt8(digest[start...].prefix(2), radix: 16) ?? 0)
    }
    return record + [UInt8](repeating: 0, count: 64 - record.count)
  }()

  @Test("a file that cannot be read leaves the table as it was")
  func unreadable() async throws {
    let names = try list("names", "as it was")
    let run = try await table("build", "-o", names, file("missing"))
    #expect(run.status == 2)
    #expect(run.errors == "ksym: \(file("missing")): cannot open: No such file or directory\n")
    #expect(try contents(of: names) == Array("as it was".utf8))
  }

  @Test("versions and lookup take a table for the names of digests")
  func names() async throws {
    let map = try list("map", "1000 T \(Self.long)\n")
    #expect(try await table("build", "-o", file("names"), map).status == 0)
    let module = try sandbox.write("hashed.ko") {
      $0.basic = nil
      $0.sections = [("__versions", .alloc, Self.hashedRecord)]
    }
    let versions = try await Ksym.run(["versions", "--names", file("names"), module])
    #expect(versions.output.contains(Self.long), "\(versions.output)\(versions.errors)")
    let lookup = try await Ksym.run(["lookup", "-k", map, "--names", file("names"), Self.digest])
    #expect(lookup.status == 0 && lookup.output.contains(Self.long))
    var bytes = try contents(of: file("names"))
    for index in bytes.indices.dropFirst(4096).prefix(16) { bytes[index] ^= 0x55 }
    let bad = try sandbox.scratch.write(bytes, to: "bad")
    for arguments in [["versions", module], ["lookup", "-k", map, Self.digest]] {
      let run = try await Ksym.run(arguments + ["--names", bad])
      #expect(run.status == 2 && run.errors.contains("ksym: \(bad): name table"), "\(run.errors)")
    }
  }
}
