import ByteStorage
import NameTables
import SymbolNames
import TestSupport
import Testing

@Suite("Search of name tables")
struct TableSearchTests {
  private let scratch: ScratchDirectory
  private static let printk = "_RNvNtCs1cdwasc6FUb_6kernel5print11call_printk"

  init() throws { scratch = try ScratchDirectory() }

  private func table(_ file: String, _ owner: String, _ names: [String]) throws -> NameTable {
    var builder = NameTableBuilder(scratch.file(file))
    let index = builder.addOwner(NameTable.Owner(owner, release: "7.2"))
    for name in names { try builder.add(Array(name.utf8).rawSpan, owner: index) }
    _ = try builder.finish()
    return try NameTable(scratch.file(file))
  }

  @Test("a key is a digest, else a linkage name, else a source name, else a readable one")
  func readings() throws {
    let names = ["work", "work.isra.0", "work.isra.0.cold", "other.llvm.1", Self.printk]
    let table = try table("a", "vmlinux", names)
    func found(_ key: String) throws -> [String] {
      var search = TableSearch(key)
      try search.add(table)
      return search.found.map(\.name.text)
    }
    #expect(try found("work") == ["work"])
    #expect(try found("work.isra.0") == ["work.isra.0"])
    #expect(try found("other") == ["other.llvm.1"])
    #expect(try found("print::call_printk") == [Self.printk])
    #expect(try found(SHA256Digest(of: Array("work".utf8).rawSpan).hexadecimal) == ["work"])
    #expect(try found("nothing") == [] && found("") == [])
  }

  @Test("a key that is a source name or a readable one finds all names of it")
  func allNames() throws {
    let printks = [Self.printk, Self.printk + ".llvm.5"]
    let table = try table("a", "vmlinux", ["other.llvm.1", "other.llvm.2"] + printks)
    for (key, names) in [
      ("other", ["other.llvm.1", "other.llvm.2"]), ("print::call_printk", printks),
    ] {
      var search = TableSearch(key)
      try search.add(table)
      #expect(search.found.map(\.name.text) == names)
    }
  }

  @Test("owners of all tables are joined, each once")
  func several() throws {
    let first = try table("a", "vmlinux", ["f", "g.llvm.1"])
    let second = try table("b", "drm", ["f", "g.llvm.2"])
    var search = TableSearch("f")
    for table in [first, second, first] { try search.add(table) }
    #expect(search.found.map(\.name.text) == ["f"])
    #expect(search.found.first?.owners.map(\.name) == ["vmlinux", "drm"])
    search = TableSearch("g")
    for table in [second, first] { try search.add(table) }
    #expect(search.found.map(\.name.text) == ["g.llvm.2", "g.llvm.1"])
  }
}
