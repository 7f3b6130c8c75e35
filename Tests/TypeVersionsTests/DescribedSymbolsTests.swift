import ByteStorage
import ELFFormat
import TestSupport
import Testing
import TypeVersions

/// The rules are those of scripts/gendwarfksyms, 6.14.
@Suite("Symbols and what describes them")
struct DescribedSymbolsTests {
  private typealias Entry = DWARFBuilder.Entry

  private struct Symbol {
    let name: String
    var section = 1
    var value: UInt64 = 0
  }

  /// An object of one or more units, with symbols in its two sections.
  private func object(
    _ symbols: [Symbol], _ units: [[Entry]], rules: [UInt8]? = nil, lines: [UInt8]? = nil
  ) -> [UInt8] {
    var elf = ELFBuilder()
    for name in [".data", ".data.other"] {
      elf.addSection(name, flags: [.alloc, .write], bytes: [UInt8](repeating: 0, count: 16))
    }
    var dwarf = DWARFBuilder()
    dwarf.units = units.map { entries in
      .init(.compileUnit, lines == nil ? [] : [(.lines, .section(0))], children: entries)
    }
    if let lines { dwarf.sections[".debug_line"] = lines }
    dwarf.add(to: &elf)
    if let rules { elf.addSection(".discard.gendwarfksyms.kabi_rules", flags: [], bytes: rules) }
    for symbol in symbols {
      elf.addSymbol(symbol.name, section: symbol.section, value: symbol.value, size: 4, type: 1)
    }
    return elf.build()
  }

  private func run(
    _ names: String..., request: VersionsRequest = VersionsRequest(), objects: [[UInt8]]
  ) throws(TypeVersionsError) -> VersionsRun {
    var request = request
    request.wantsSymtypes = true
    var run = VersionsRun(ExportList(names.map { Array($0.utf8) }), request)
    for object in objects { try run.add(MappedFile(copying: object.rawSpan)) }
    return run
  }

  private func lines(_ run: VersionsRun) -> [String] {
    run.symtypes.bytes.rawSpan.text.split(separator: "\n").map(String.init)
  }

  private static let int = Entry(
    .base, "int", [(.name, .string("int")), (.byteSize, .data1(4)), (.encoding, .data1(5))])
  private static let long = Entry(
    .base, "long", [(.name, .string("long")), (.byteSize, .data1(8)), (.encoding, .data1(5))])
  private static let intText = "base_type int byte_size(4) encoding(5)"

  private func variable(_ name: String, _ type: String) -> Entry {
    Entry(.variable, nil, [(.name, .string(name)), (.type, .reference(type))])
  }

  private func member(_ name: String, _ type: String) -> Entry {
    Entry(
      .member, nil,
      [(.name, .string(name)), (.type, .reference(type)), (.location, .data1(0))])
  }

  private func structure(_ label: String, _ name: String?, _ members: [Entry]) -> Entry {
    let names: [(DWARFBuilder.Name, DWARFBuilder.Value)] = name.map { [(.name, .string($0))] } ?? []
    return Entry(.structure, label, names + [(.byteSize, .data1(4))], children: members)
  }

  private let v = Symbol(name: "v")

  @Test("a name without characters is none")
  func emptyNames() throws {
    let members = [member("x", "int")]
    let bodies = try [nil, ""].map { name in
      let units = [[Self.int, structure("s", name, members), variable("v", "s")]]
      return lines(try run("v", objects: [object([v], units)]))
    }
    let text =
      "v variable structure_type { member \(Self.intText) x data_member_location(0) } "
      + "byte_size(4)"
    #expect(bodies == [[text], [text]])
  }

  @Test("names begin with those of what is around them, if it has one")
  func namespaces() throws {
    func lines(_ name: String?, _ own: String = "s") throws -> [String] {
      let names: [(DWARFBuilder.Name, DWARFBuilder.Value)] =
        name.map { [(.name, .string($0))] } ?? []
      let space = Entry(
        .namespace, nil, names, children: [structure("s", own, [member("x", "int")])])
      return self.lines(
        try run("v", objects: [object([v], [[Self.int, space, variable("v", "s")]])]))
    }
    #expect(try lines("n").last == "v variable s#n::s")
    #expect(try lines(nil).last == "v variable s#s")
    #expect(try lines("n", "").last == "v variable s#n::")
  }

  @Test("numbers of one and more digits", arguments: [1, 9, 10, 99, 100] as [UInt8])
  func numbers(_ count: UInt8) throws {
    let array = Entry(
      .array, "a", [(.type, .reference("int"))],
      children: [Entry(.subrange, nil, [(.count, .data1(count))])])
    let found = try run("v", objects: [object([v], [[Self.int, array, variable("v", "a")]])])
    #expect(lines(found) == ["v variable array_type[\(count)] { \(Self.intText) }"])
  }

  @Test("a symbol that only EXPORT_SYMBOL's pointer describes is what it points to")
  func pointers() throws {
    let function = Entry(.subroutineType, "f", [(.type, .reference("int"))])
    let units = [
      [
        Self.int, function, Entry(.pointer, "pf", [(.type, .reference("f"))]),
        Entry(.pointer, "pi", [(.type, .reference("int"))]),
        variable("__gendwarfksyms_ptr_f", "pf"), variable("__gendwarfksyms_ptr_v", "pi"),
      ]
    ]
    let found = try run("f", "v", objects: [object([Symbol(name: "f", value: 8), v], units)])
    #expect(
      lines(found) == ["f subprogram ( ) -> \(Self.intText)", "v variable \(Self.intText)"])
    #expect(found.warnings.isEmpty && found.versions.allSatisfy { $0.crc != nil })
  }

  @Test("an object that places a symbol elsewhere is warned of, the first place counts")
  func places() throws {
    let units = [[Self.int, variable("v", "int")]]
    for (section, value, isOther) in [
      (1, 0, false), (1, 8, true), (2, 0, true), (2, 8, true),
    ] as [(Int, UInt64, Bool)] {
      let objects = [
        object([v], units), object([Symbol(name: "v", section: section, value: value)], units),
      ]
      let found = try run("v", objects: objects)
      #expect(found.warnings == (isOther ? [.severalAddresses(Array("v".utf8))] : []))
    }
  }

  @Test("symbols of one address share a version, that which the last object gives")
  func aliases() throws {
    func run(_ first: Entry, _ second: Entry) throws -> VersionsRun {
      let objects = [
        object([v], [[first, variable("v", first.label ?? "")]]),
        object([Symbol(name: "w")], [[second, variable("w", second.label ?? "")]]),
      ]
      return try self.run("v", "w", objects: objects)
    }
    let (same, changed) = (try run(Self.long, Self.long), try run(Self.int, Self.long))
    #expect(Set(same.versions.map(\.crc)).count == 1 && same.warnings.isEmpty)
    #expect(changed.versions.map(\.crc) == same.versions.map(\.crc) && changed.warnings.isEmpty)
  }

  @Test("units that are apart have their own variants of a type, and leave out what they repeat")
  func units() throws {
    var request = VersionsRequest()
    (request.separatesUnits, request.wantsVersions) = (true, false)
    func unit(_ number: Int, _ name: String) -> [Entry] {
      let label = "s\(number)"
      let base = Entry(
        .base, "int\(number)",
        [(.name, .string("int")), (.byteSize, .data1(4)), (.encoding, .data1(5))])
      return [
        base, structure(label, "s", [member(name, "int\(number)")]),
        variable("v\(number)", label),
      ]
    }
    let symbols = (0..<3).map { Symbol(name: "v\($0)", value: UInt64(4 * $0)) }
    let found = try run(
      "v0", "v1", "v2", request: request,
      objects: [object(symbols, [unit(0, "a"), unit(1, "b"), unit(2, "b")])])
    func text(_ name: String) -> String {
      "s#s structure_type s { member \(Self.intText) \(name) data_member_location(0) } byte_size(4)"
    }
    #expect(
      lines(found) == [
        "/* unit 0 */", text("a"), "v0 variable s#s", "/* unit 1 */", text("b"), "v1 variable s#s",
        "/* unit 2 */", "v2 variable s#s",
      ])
  }

  @Test("types are found by their names, and by what follows the last colons")
  func types() throws {
    func found(_ types: String..., names: [String]) throws -> [String] {
      var request = VersionsRequest()
      request.types = types.map { Array($0.utf8) }
      let structures = names.enumerated().map {
        structure("s\($0.offset)", $0.element, [member("x", "int")])
      }
      let units = [[Self.int] + structures + [variable("v", "int")]]
      return lines(try run("v", request: request, objects: [object([v], units)]))
        .compactMap { $0.split(separator: " ").first.map(String.init) }.filter { $0 != "v" }
    }
    #expect(try found("s", names: ["s", "x::s", "t"]) == ["s#s"])
    #expect(try found("x::s", names: ["s", "t"]) == ["s#s"])
    #expect(try found("x:s", names: ["s", ":s"]) == [])
    #expect(try found("x::s", "s", names: ["x::s", "s"]) == ["s#s", "s#x::s"])
  }

  @Test("of the types with a name the first definition counts, else the first declaration")
  func declaredTypes() throws {
    func type(_ label: String, member name: String?, tag: DWARFBuilder.Tag = .structure) -> Entry {
      Entry(
        tag, label,
        [(.name, .string("s"))]
          + (name == nil ? [(.isDeclaration, .flag(1))] : [(.byteSize, .data1(4))]),
        children: name.map { [member($0, "int")] } ?? [])
    }
    func found(_ types: Entry...) throws -> [String] {
      var request = VersionsRequest()
      request.types = [Array("s".utf8)]
      let units = [[Self.int] + types + [variable("v", "int")]]
      return lines(try run("v", request: request, objects: [object([v], units)]))
        .filter { !$0.hasPrefix("v ") }
    }
    let declared = "s#s structure_type s { }"
    func defined(_ name: String) -> String {
      "s#s structure_type s { member \(Self.intText) \(name) data_member_location(0) } byte_size(4)"
    }
    #expect(try found(type("a", member: nil)) == [declared])
    #expect(try found(type("a", member: nil), type("b", member: nil)) == [declared])
    #expect(try found(type("a", member: nil), type("b", member: "x")) == [defined("x")])
    #expect(try found(type("a", member: "x"), type("b", member: nil)) == [defined("x")])
    #expect(try found(type("a", member: "x"), type("b", member: "y")) == [defined("x")])
    // A union is another kind.
    #expect(
      try found(type("a", member: "x"), type("b", member: nil, tag: .union))
        == [defined("x"), "u#s union_type s { }"])
  }

  @Test("a symbol that nothing defines is what its first declaration says")
  func declaredSymbols() throws {
    var request = VersionsRequest()
    request.prefersDefinitions = true
    func declared(_ type: String) -> Entry {
      var entry = variable("v", type)
      entry.attributes.append((.isDeclaration, .flag(1)))
      return entry
    }
    for entries in [
      [declared("int")], [declared("int"), declared("long")],
      [declared("long"), variable("v", "int")],
    ] {
      let units = [[Self.int, Self.long] + entries]
      let found = try run("v", request: request, objects: [object([v], units)])
      #expect(lines(found) == ["v variable \(Self.intText)"])
    }
  }

  @Test("a definition of a file that the line table does not have is an error")
  func files() throws {
    let files: [UInt8] =
      [1, 1, 1, 0xfb, 14, 1, 0] + Array("a.h".utf8) + [0, 0, 0, 0] + Array("b.c".utf8)
      + [0, 0, 0, 0, 0]
    var table = ByteBuilder()
    table.put(UInt32(2 + 4 + files.count))
    table.put(UInt16(4))
    table.put(UInt32(files.count))
    table.put(files)
    func lines(_ file: UInt8) throws(TypeVersionsError) -> [String] {
      var type = structure("s", "s", [member("x", "int")])
      type.attributes.append((.file, .data1(file)))
      let units = [[Self.int, type, variable("v", "s")]]
      return self.lines(try run("v", objects: [object([v], units, lines: table.bytes)]))
    }
    let shown =
      "s#s structure_type s { member \(Self.intText) x data_member_location(0) } "
      + "byte_size(4)"
    #expect(try lines(0).first == shown)
    #expect(try lines(1).first == shown)
    // What is defined in a source is not seen by modules.
    #expect(try lines(2).first == "s#s structure_type s { }")
    #expect {
      try lines(3)
    } throws: { error in
      guard case .unknownFile(3, _) = error as? TypeVersionsError else { return false }
      return true
    }
  }
}

/// The rules are those of scripts/gendwarfksyms/kabi.c and types.c, 6.14.
@Suite("Rules that keep versions stable")
struct StableVersionsTests {
  private typealias Entry = DWARFBuilder.Entry

  private static let int = Entry(
    .base, "int", [(.name, .string("int")), (.byteSize, .data1(4)), (.encoding, .data1(5))])

  private func member(_ name: String, _ type: String) -> Entry {
    Entry(.member, nil, [(.name, .string(name)), (.type, .reference(type))])
  }

  /// The lines of a run over an object with a variable of a type, and its warnings.
  private func run(
    _ type: Entry, _ rules: [UInt8]?
  ) throws(TypeVersionsError) -> (lines: [String], warnings: [VersionsRun.Warning]) {
    var elf = ELFBuilder()
    elf.addSection(".data", flags: [.alloc, .write], bytes: [0, 0, 0, 0])
    var dwarf = DWARFBuilder()
    let variable = Entry(.variable, nil, [(.name, .string("v")), (.type, .reference("s"))])
    dwarf.units = [.init(.compileUnit, children: [Self.int, type, variable])]
    dwarf.add(to: &elf)
    if let rules { elf.addSection(".discard.gendwarfksyms.kabi_rules", flags: [], bytes: rules) }
    elf.addSymbol("v", section: 1, size: 4, type: 1)
    var request = VersionsRequest()
    (request.isStable, request.wantsSymtypes) = (true, true)
    var run = VersionsRun(ExportList([Array("v".utf8)]), request)
    try run.add(MappedFile(copying: elf.build().rawSpan))
    let lines = run.symtypes.bytes.rawSpan.text.split(separator: "\n").map(String.init)
    return (lines, run.warnings)
  }

  private func structure() -> Entry {
    Entry(
      .structure, "s", [(.name, .string("s")), (.byteSize, .data1(4))],
      children: [member("x", "int")])
  }

  private func rule(_ type: String, _ target: String, _ value: String) -> [UInt8] {
    Array("1\0\(type)\0\(target)\0\(value)\0".utf8)
  }

  private func failure(_ rules: [UInt8]) -> TypeVersionsError? {
    do throws(TypeVersionsError) {
      _ = try run(structure(), rules)
      return nil
    } catch { return error }
  }

  @Test("bytes that are too few for another rule are warned of, too few for any are an error")
  func rest() throws {
    let one = rule("byte_size", "s", "5")
    #expect(try run(structure(), one).warnings.isEmpty)
    for count in [1, 5, 6] {
      let found = try run(structure(), one + [UInt8](repeating: 0, count: count))
      #expect(found.warnings == [.bytesAfterRules], "\(count)")
    }
    #expect(failure([UInt8](repeating: 0, count: 5)) != nil)
    #expect(try run(structure(), [UInt8](repeating: 0, count: 6)).warnings == [.bytesAfterRules])
    #expect(failure([UInt8](repeating: 0, count: 7)) != nil)
  }

  @Test(
    "numbers are read as strtoul reads them, and nothing may follow",
    arguments: [
      ("5", "5"), (" 5", "5"), ("\t\n\u{b}\u{c}\r 5", "5"), ("+5", "5"), ("", "0"),
      ("18446744073709551615", "18446744073709551615"), ("-1", "18446744073709551615"),
      (" ", nil), ("+", nil), ("5 ", nil), ("- 5", nil), ("18446744073709551616", nil), ("x", nil),
    ] as [(String, String?)])
  func numbers(_ text: String, _ number: String?) throws {
    let rules = rule("byte_size", "s", text)
    guard let number else {
      guard case .badNumber = failure(rules) else {
        Issue.record("\(text) is a number")
        return
      }
      return
    }
    let line = try run(structure(), rules).lines.first
    #expect(line?.hasSuffix("} byte_size(\(number))") == true)
  }

  @Test("a text of a type ends a reference with a blank or its quote, and has a name in it")
  func typeStrings() throws {
    for value in ["s#", "s#''", "s# x", "x s#", "s#'", "s#'a"] {
      guard case .badTypeString = failure(rule("type_string", "v", value)) else {
        Issue.record("\(value) is a text")
        continue
      }
    }
    let other = rule("type_string", "s#'a b'", "structure_type")
    #expect(
      try run(structure(), rule("type_string", "v", "variable s#'a b'x") + other).lines.last
        == "v variable s#'a b'x")
  }

  @Test("a union counts as its placeholder, whatever types are declared in it before")
  func unions() throws {
    let inner = Entry(
      .structure, "inner", [(.name, .string("inner")), (.byteSize, .data1(4))],
      children: [member("x", "int")])
    for children in [[], [inner]] {
      let union = Entry(
        .union, "s", [(.byteSize, .data1(4))],
        children: children + [member("__kabi_reserved1", "int"), member("y", "int")])
      let found = try run(union, nil)
      #expect(found.lines == ["v variable base_type int byte_size(4) encoding(5)"])
    }
  }
}
