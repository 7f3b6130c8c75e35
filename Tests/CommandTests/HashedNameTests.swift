import ELFFormat
import Foundation
import TestSupport
import Testing

/// The hashed name of `.foo`, a function under ELFv1 of ppc64, is that of `foo`, wherever it is asked
/// for or looked up.
@Suite("The hashed name of a symbol with a leading dot")
struct HashedNameTests {
  /// What `printf %s foo | sha256sum` prints.
  private static let digest = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
  /// A name of 56 bytes, one more than a basic record holds.
  private static let long = "." + String(repeating: "f", count: 55)
  /// What `printf 'f%.0s' {1..55} | sha256sum` prints.
  private static let longDigest = "98c5143aaa55d330a8242d3233dd3fa33db0e194a21ab3cb57817f161c414ea9"

  private let sandbox: Sandbox
  private let map: String

  init() throws {
    sandbox = try Sandbox()
    map = try sandbox.scratch.write(
      Array("1000 T .foo\n2000 T bar\n3000 T \(Self.long)\n".utf8), to: "map")
  }

  private func record(_ digest: String) -> [UInt8] {
    var record: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0] + Array("sha256\0".utf8)
    for index in stride(from: 0, to: 64, by: 2) {
      let start = digest.index(digest.startIndex, offsetBy: index)
      record.append(UInt8(digest[start...].prefix(2), radix: 16) ?? 0)
    }
    return record + [UInt8](repeating: 0, count: 64 - record.count)
  }

  @Test("lookup shows it")
  func shown() async throws {
    let json = try await Ksym.run(["lookup", "-k", map, "--json", ".foo"])
    #expect(try #require(try objects(json).first)["hashed"] as? String == Self.digest)
    let long = try await Ksym.run(["lookup", "-k", map, "--long", ".foo"])
    #expect(long.output.contains("sha256:\(Self.digest)"))
    let layouts = try await Ksym.run(["lookup", "-k", map, "--for", "modversions", ".foo"])
    #expect(layouts.errors.contains(Self.digest), "\(layouts.errors)")
  }

  @Test("lookup finds the symbol by it", arguments: ["", "sha256:"])
  func found(_ prefix: String) async throws {
    let run = try await Ksym.run(["lookup", "-k", map, "--json", prefix + Self.digest])
    #expect(run.status == 0, "\(run.errors)")
    #expect(try #require(try objects(run).first)["linkage"] as? String == ".foo")
  }

  @Test("translate writes it, and turns it back")
  func translated() async throws {
    let hashed = try await Ksym.run(
      ["translate", "--to", "hashed", "-k", map, "--lines"], input: Array(".foo\n".utf8))
    #expect(hashed.output == Self.digest + "\n", "\(hashed.errors)")
    let linkage = try await Ksym.run(
      ["translate", "--to", "linkage", "-k", map], input: Array("\(Self.digest)\n".utf8))
    #expect(linkage.output == ".foo\n", "\(linkage.errors)")
  }

  @Test("a name table shows it, and finds the name by it")
  func table() async throws {
    let table = sandbox.scratch.file("names")
    #expect(try await Ksym.run(["table", "build", "-o", table, map]).status == 0)
    let run = try await Ksym.run(["table", "show", "-t", table, "--json", Self.digest])
    let name = try #require(try objects(run).first)
    #expect(name["linkage"] as? String == ".foo" && name["hashed"] as? String == Self.digest)
    let lookup = try await Ksym.run(["lookup", "-k", map, "--names", table, Self.digest])
    #expect(lookup.status == 0 && lookup.output.contains(".foo"))
  }

  @Test("versions gives the name for it, from a list")
  func versions() async throws {
    let module = try sandbox.write("hashed.ko") {
      $0.basic = nil
      $0.sections = [("__versions", .alloc, record(Self.digest))]
    }
    let run = try await Ksym.run(["versions", "--json", "--names", map, module])
    let versions = try #require(try objects(run).first)["versions"] as? [[String: Any]]
    #expect(versions?.first?["name"] as? String == ".foo", "\(run.output)\(run.errors)")
  }

  @Test("convert writes it for a name that does not fit, and versions and convert take it back")
  func converted() async throws {
    let module = try sandbox.write("long.ko") {
      $0.basic = nil
      $0.extended = [.init(Self.long, 7), .init("module_layout", 2)]
      $0.undefined = [Self.long]
    }
    let hashed = sandbox.scratch.file("hashed.ko")
    let there = try await Ksym.run(["convert", "--to", "hashed", "-o", hashed, module])
    #expect(there.status == 0, "\(there.errors)")
    let run = try await Ksym.run(["versions", "--json", hashed])
    let versions = try #require(try objects(run).first)["versions"] as? [[String: Any]]
    let version = try #require(versions?.first)
    #expect(version["sha256"] as? String == Self.longDigest)
    #expect(version["name"] as? String == Self.long)
    let back = sandbox.scratch.file("back.ko")
    #expect(try await Ksym.run(["convert", "--to", "extended", "-o", back, hashed]).status == 0)
    let again = try await Ksym.run(["versions", "--json", back])
    #expect(again.output.contains("\"\(Self.long)\""))
  }

  @Test("a name that fits a basic record is not taken for one that was hashed")
  func fitting() async throws {
    let name = String(repeating: "f", count: 55)
    let module = try sandbox.write("fitting.ko") {
      $0.basic = nil
      $0.undefined = [name]
      $0.sections = [("__versions", .alloc, record(Self.longDigest))]
    }
    let run = try await Ksym.run(["versions", module])
    #expect(!run.output.contains(name) && run.output.contains("sha256:"))
    let convert = try await Ksym.run(
      ["convert", "--to", "extended", "-o", sandbox.scratch.file("out.ko"), module])
    #expect(convert.status != 0)
  }
}
