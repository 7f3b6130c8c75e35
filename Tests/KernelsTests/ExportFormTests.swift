import ByteStorage
import ELFFormat
import KernelImages
import Kernels
import ModuleVersions
import TestSupport
import Testing

/// How the entries of a made kernel are.
struct EntryForm: Sendable, CustomStringConvertible {
  var isPlaceRelative: Bool
  var wordSize: Int
  var hasNamespaces: Bool
  /// Size of a CRC in bytes; 0 without.
  var crcSize = 4
  var order = ByteOrder.little

  var description: String {
    "\(isPlaceRelative ? "relative" : "absolute"), \(wordSize * 8) bits, \(order)-endian, "
      + "\(hasNamespaces ? "namespaces, " : "")CRCs of \(crcSize) bytes"
  }

  static let all: [EntryForm] = [
    EntryForm(isPlaceRelative: true, wordSize: 8, hasNamespaces: true),
    EntryForm(isPlaceRelative: true, wordSize: 8, hasNamespaces: true, crcSize: 0),
    EntryForm(isPlaceRelative: true, wordSize: 8, hasNamespaces: false),
    EntryForm(isPlaceRelative: true, wordSize: 8, hasNamespaces: true, order: .big),
    EntryForm(isPlaceRelative: false, wordSize: 4, hasNamespaces: true),
    EntryForm(isPlaceRelative: false, wordSize: 4, hasNamespaces: true, order: .big),
    EntryForm(isPlaceRelative: false, wordSize: 4, hasNamespaces: false),
    EntryForm(isPlaceRelative: false, wordSize: 4, hasNamespaces: false, crcSize: 0),
    EntryForm(isPlaceRelative: false, wordSize: 8, hasNamespaces: true),
    EntryForm(isPlaceRelative: false, wordSize: 8, hasNamespaces: false, order: .big),
  ]
}

/// A kernel without `KALLSYMS_ALL`: its symbols are functions only, and bound no table.
struct FunctionsOnlyKernel {
  let form: EntryForm
  var memory: MemoryBuilder
  private var symbols: [(UInt64, String)] = []
  /// Name, namespace, CRC, in the order of the tables.
  private(set) var exports: [(name: String, namespace: String, crc: UInt32)] = []
  /// Numbers of exports in each table; names are sorted in each.
  let tables: [Int]
  /// Whether flags follow the CRCs, one for each export.
  let hasFlags: Bool
  static let plainCount = 20

  /// A third are data, which has no symbols, unless `isFunction` says otherwise of an index.
  init(
    _ form: EntryForm, tables: [Int] = [Self.plainCount, 10], hasFlags: Bool = false, gap: Int = 0,
    isFunction: (Int) -> Bool = { $0 % 3 != 2 }
  ) throws {
    (self.form, self.tables, self.hasFlags) = (form, tables, hasFlags)
    memory = MemoryBuilder(
      form.wordSize == 8 ? 0xffff_8000_8001_0000 : 0xc000_8000, order: form.order,
      wordSize: form.wordSize)
    let starts = ["net", "gpl", "fut", "dev", "cpu", "bus"]
    for (number, count) in tables.enumerated() {
      for place in 0..<count {
        var start = starts[number]
        // The first and the last letters that names begin with.
        if number == 0, place < 4 { start = ["A", "Z", "_", "a"][place] }
        if number == 0, place + 1 == count { start = "z" }
        let index = exports.count
        exports.append(
          ("\(start)_\(10 + index)", index % 7 == 3 ? "CORE" : "", 0x8000_1000 + UInt32(index)))
      }
    }
    // What looks like an entry, and is none.
    memory.bytes.pad(to: 0x2000)
    putEntries(at: 0x2000, gap, isFunction)
    try memory.putTables(symbols, fillers: 300, isBaseRelative: true)
  }

  private mutating func put(_ target: Int) {
    let place = memory.bytes.count
    let address = memory.start &+ UInt64(target)
    if form.isPlaceRelative {
      memory.bytes.put(UInt32(truncatingIfNeeded: target - place))
    } else if form.wordSize == 8 {
      memory.bytes.put(address)
    } else {
      memory.bytes.put(UInt32(truncatingIfNeeded: address))
    }
  }

  /// Puts the tables and what follows them; before the names a gap.
  private mutating func putEntries(at start: Int, _ gap: Int, _ isFunction: (Int) -> Bool) {
    let field = form.isPlaceRelative ? 4 : form.wordSize
    let size = field * (form.hasNamespaces ? 3 : 2)
    let names = start + exports.count * (size + form.crcSize + (hasFlags ? 1 : 0)) + gap
    var places: [String: Int] = [:]
    var text = ByteBuilder()
    for string in exports.map(\.name) + ["", "CORE"] {
      places[string] = names + text.count
      text.put(cString: string)
    }
    for (index, export) in exports.enumerated() {
      let function = 0x1000 + 16 * index
      put(function)
      put(places[export.name] ?? 0)
      if form.hasNamespaces { put(places[export.namespace] ?? 0) }
      if isFunction(index) { symbols.append((memory.start + UInt64(function), export.name)) }
    }
    if form.crcSize > 0 { for export in exports { memory.bytes.put(export.crc) } }
    if hasFlags { for index in exports.indices { memory.bytes.put(UInt8(index % 3 == 1 ? 1 : 0)) } }
    memory.bytes.pad(to: memory.bytes.count + gap)
    memory.bytes.put(text.bytes)
    memory.bytes.align(to: 8)
  }
}

@Suite("Exports found by their form")
struct ExportFormTests {
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private func exports(_ bytes: [UInt8]) throws -> ExportTable? {
    try scratch.write(bytes, to: "Image")
    return try OpenKernel(scratch.file("Image")).facts().exports?.value
  }

  @Test("export tables that no symbol bounds are found by their form", arguments: EntryForm.all)
  func byForm(_ form: EntryForm) throws {
    let kernel = try FunctionsOnlyKernel(form)
    let table = try #require(try exports(kernel.memory.bytes.bytes))
    #expect(table.rows.map { table.text($0.name) } == kernel.exports.map(\.name))
    for (index, row) in table.rows.enumerated() {
      #expect(row.licence == (index < FunctionsOnlyKernel.plainCount ? .any : .gplOnly))
      #expect(row.hasCRC == (form.crcSize > 0))
      #expect(!row.hasCRC || row.crc == kernel.exports[index].crc)
      let namespace = form.hasNamespaces ? kernel.exports[index].namespace : ""
      #expect(table.text(row.namespace) == namespace)
    }
  }

  @Test(
    "up to five tables follow one another; what those after the second are for is not known",
    arguments: [[30], [20, 10], [10, 10, 10], [6, 6, 6, 6, 6], [5, 5, 5, 5, 5, 5]])
  func tables(_ counts: [Int]) throws {
    let kernel = try FunctionsOnlyKernel(EntryForm.all[0], tables: counts)
    let table = try exports(kernel.memory.bytes.bytes)
    if counts.count > 5 {
      #expect(table?.rows.count != 30)
      return
    }
    let licences = counts.enumerated().flatMap { number, count in
      [ExportLicence](repeating: [.any, .gplOnly, .unknown][min(number, 2)], count: count)
    }
    #expect(table?.rows.map(\.licence) == licences)
    #expect(table?.rows.map(\.crc) == kernel.exports.map(\.crc))
  }

  @Test(
    "tables have eight entries or more, and before their names a gap of less than sixteen bytes",
    arguments: [([8], 0, true), ([7], 0, false), ([60, 30], 15, true), ([60, 30], 16, false)]
      as [([Int], Int, Bool)])
  func bounds(_ counts: [Int], _ gap: Int, _ isFound: Bool) throws {
    let kernel = try FunctionsOnlyKernel(EntryForm.all[0], tables: counts, gap: gap)
    let table = try exports(kernel.memory.bytes.bytes)
    #expect(table?.rows.count == (isFound ? counts.reduce(0, +) : nil))
  }

  @Test(
    "flags after a single table, or after its CRCs, are the licences, as 7.1 and later have them",
    arguments: EntryForm.all[0...1])
  func flags(_ form: EntryForm) throws {
    let kernel = try FunctionsOnlyKernel(form, tables: [30], hasFlags: true)
    let table = try #require(try exports(kernel.memory.bytes.bytes))
    #expect(table.form?.hasFlagTable == true)
    #expect(table.rows.map(\.licence) == (0..<30).map { $0 % 3 == 1 ? .gplOnly : .any })
    #expect(table.rows.allSatisfy { $0.hasCRC == (form.crcSize > 0) })
    if form.crcSize > 0 { #expect(table.rows.map(\.crc) == kernel.exports.map(\.crc)) }
  }

  @Test(
    "eight entries that name the symbols to which they point show where an image is, seven do not",
    arguments: [8, 7])
  func agreeing(_ count: Int) throws {
    let kernel = try FunctionsOnlyKernel(EntryForm.all[4], tables: [8]) { $0 < count }
    var bytes = kernel.memory.bytes.bytes
    #expect(try exports(bytes)?.rows.count == (count == 8 ? 8 : nil))
    // The address of a function before the first entry, with which no entry begins.
    let address = UInt32(truncatingIfNeeded: kernel.memory.start + 0x1000)
    for index in 0..<4 {
      bytes[0x1ffc + index] = UInt8(truncatingIfNeeded: address >> UInt32(8 * index))
    }
    #expect(try exports(bytes)?.rows.count == (count == 8 ? 8 : nil))
  }

  @Test(
    "tables are those of exports if a third of some names are those of symbols", arguments: [0, 1])
  func known(_ count: Int) throws {
    // Every sixteenth name is looked at: of three, these.
    let kernel = try FunctionsOnlyKernel(EntryForm.all[0], tables: [24, 24]) { index in
      index % 16 != 0 || index / 16 < count
    }
    #expect(try exports(kernel.memory.bytes.bytes)?.rows.count == (count > 0 ? 48 : nil))
  }

  @Test("tables without room for their CRCs are none")
  func noRoom() throws {
    let form = EntryForm(isPlaceRelative: true, wordSize: 8, hasNamespaces: true, crcSize: 2)
    var bytes = try FunctionsOnlyKernel(form).memory.bytes.bytes
    // Twenty-four bytes more than nothing, and far fewer than CRCs need.
    bytes.replaceSubrange(0x1ff0..<0x2000, with: [UInt8](repeating: 1, count: 16))
    #expect(try exports(bytes) == nil)
  }

  @Test("damage anywhere in the tables is an error, no exports, or other exports, never a trap")
  func damage() throws {
    for form in [EntryForm.all[0], EntryForm.all[4]] {
      let bytes = try FunctionsOnlyKernel(form).memory.bytes.bytes
      for offset in stride(from: 0x1f00, to: 0x2400, by: 53) {
        var damaged = bytes
        damaged[offset] ^= 0x91
        _ = try? exports(damaged)
      }
    }
  }

  @Test("an ELF file whose sections were made of an image without any is read as that image is")
  func madeSections() throws {
    let kernel = try FunctionsOnlyKernel(EntryForm.all[0])
    let content = kernel.memory.bytes.bytes
    var elf = ELFBuilder(machine: .aarch64)
    elf.type = 2
    let half = 0x3000
    let text = elf.addSection(
      ".text", flags: [.alloc], bytes: Array(content[..<half]), address: kernel.memory.start)
    _ = elf.addSection(
      ".kernel", flags: [.alloc], bytes: Array(content[half...]),
      address: kernel.memory.start + UInt64(half))
    for index in 0..<40 {
      elf.addSymbol("f\(index)", section: text, value: kernel.memory.start + 16, type: 2)
    }
    let table = try #require(try exports(elf.build()))
    #expect(table.rows.map { table.text($0.name) } == kernel.exports.map(\.name))
  }

  @Test(
    "an ELF file without section headers, or whose sections have no names, is read through its program headers",
    arguments: [0, 1] as [UInt16])
  func withoutSections(_ count: UInt16) throws {
    let kernel = try FunctionsOnlyKernel(EntryForm.all[0])
    let content = kernel.memory.bytes.bytes
    let note = [4, 8, 3, 0x55_4e47, 0x0403_0201, 0x0807_0605] as [UInt32]
    var elf = ByteBuilder()
    elf.put([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9))
    elf.put(UInt16(2))
    elf.put(ELFMachine.aarch64.rawValue)
    elf.put(UInt32(1))
    for word in [kernel.memory.start, 64, count == 0 ? 0 : 1024] { elf.put(word) }
    elf.put(UInt32(0))
    for half: UInt16 in [64, 56, 2, 64, count, 0] { elf.put(half) }
    elf.put(UInt32(1))
    elf.put(UInt32(5))
    for word in [4096, kernel.memory.start, kernel.memory.start] { elf.put(word) }
    for word in [content.count, content.count, 4096] { elf.put(UInt64(word)) }
    elf.put(UInt32(4))
    elf.put(UInt32(4))
    for word in [512, 0, 0, 24, 24, 4] as [UInt64] { elf.put(word) }
    elf.pad(to: 512)
    for word in note { elf.put(word) }
    elf.pad(to: 4096)
    elf.put(content)
    let table = try #require(try exports(elf.bytes))
    #expect(table.rows.count == kernel.exports.count)
    let facts = try OpenKernel(scratch.file("Image")).facts()
    #expect(facts.buildID?.value.hexadecimal == "0102030405060708")
  }
}
