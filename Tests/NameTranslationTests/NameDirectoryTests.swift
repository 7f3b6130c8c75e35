import ByteStorage
import NameTables
import NameTranslation
import SymbolNames
import TestSupport
import Testing

@Suite("Names in tables and lists")
struct NameDirectoryTests {
  private static let rust = "_RNvNtCsdJ13ReMSUMg_6kernel5print11call_printk"
  private static let names = [
    rust, "\(rust).cold", "init_once.llvm.1", "init_once.llvm.2", "work.isra.0", "work.part.1",
    ".work",
  ]

  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private func table(_ owners: [String] = []) throws -> NameTable {
    let path = scratch.file("names")
    var builder = NameTableBuilder(path)
    let numbers = owners.map { builder.addOwner(NameTable.Owner($0)) }
    for (place, name) in Self.names.enumerated() {
      let owner = numbers.isEmpty ? nil : numbers[place % numbers.count]
      try builder.add(Array(name.utf8).rawSpan, owner: owner)
    }
    _ = try builder.finish()
    return try NameTable(path)
  }

  private func list() -> NameList { NameList(Self.names.map { Array($0.utf8) }) }

  private func answers(
    _ directory: any NameDirectory, _ form: String, _ owner: String? = nil
  ) throws -> [String] {
    try directory.linkageNames(for: Array(form.utf8).rawSpan, owner: owner)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(
    "a form finds the names that it may mean, and not a piece for the whole",
    arguments: [
      ("kernel::print::call_printk", [rust]), ("kernel::print::call_printk.cold", ["\(rust).cold"]),
      (rust, [rust]), ("init_once", ["init_once.llvm.1", "init_once.llvm.2"]),
      ("work", ["work.isra.0"]), ("work.isra", ["work.isra.0"]), ("work.part", ["work.part.1"]),
      ("work.isra.0", ["work.isra.0"]), (".work", [".work"]), ("print::call_printk", []), ("", []),
      ("::", []), ("<<>>::", []), ("nothing", []), ("init", []),
    ])
  func forms(_ form: String, _ expected: [String]) throws {
    #expect(try answers(table(), form) == expected)
    #expect(try answers(list(), form) == expected)
  }

  @Test("a digest finds its names")
  func digests() throws {
    for name in Self.names {
      let digest = HashedName(of: Array(name.utf8).rawSpan)
      let expected = [Array(name.utf8)]
      #expect(try table().linkageNames(of: digest) == expected)
      #expect(list().linkageNames(of: digest) == expected)
    }
  }

  @Test("an owner chooses among several names, and leaves a single one")
  func owners() throws {
    let table = try table(["alpha", "beta"])
    #expect(try answers(table, "init_once", "alpha") == ["init_once.llvm.1"])
    #expect(try answers(table, "init_once", "beta") == ["init_once.llvm.2"])
    #expect(try answers(table, "init_once", "gamma").count == 2)
    #expect(try answers(table, "work.isra", "beta") == ["work.isra.0"])
  }

  @Test("a damaged table is a finding, once, and the text stays")
  func damage() throws {
    _ = try table()
    var bytes = try contents(of: scratch.file("names"))
    for index in bytes.indices.dropFirst(4096).prefix(16) { bytes[index] ^= 0x55 }
    let bad = try NameTable(scratch.write(bytes, to: "bad"))
    var translator = TextTranslator(.linkage, directories: [bad])
    let text = Array(" init_once+0x1/0x2\n work.isra+0x1/0x2\n".utf8)
    #expect(translated(text, by: &translator) == text)
    let findings = translator.takeFindings()
    #expect(findings.count == 1)
    guard case .directoryDamaged(0, _) = findings.first else {
      Issue.record("\(findings)")
      return
    }
  }

  @Test("the examples of the documentation do what they say")
  func examples() throws {
    let table = try table()
    var translator = TextTranslator(TranslationOptions(form: .linkage), directories: [table])
    let text = Array(" kernel::print::call_printk+0x1/0x2\n".utf8)
    #expect(translated(text, by: &translator) == Array(" \(Self.rust)+0x1/0x2\n".utf8))
    let digest = HashedName(of: Array(Self.rust.utf8).rawSpan)
    let record = try table.record(for: digest)
    #expect(record?.name.text == Self.rust)
  }
}
