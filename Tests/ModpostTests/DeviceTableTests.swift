import ByteStorage
import ELFFormat
import Modpost
import ModuleVersions
import TestSupport
import Testing

@Suite("Device tables")
struct DeviceTableTests {
  private func aliases(_ file: [UInt8]) throws -> [String] {
    let span = file.rawSpan
    return try DeviceTables.aliases(of: span).map { String(decoding: $0, as: UTF8.self) }
  }

  /// What is wrong with a file's tables.
  private func problem(_ file: [UInt8]) -> String {
    do { return "none: \(try aliases(file))" } catch { return "\(error)" }
  }

  /// An object with a table of IDs of the i2c bus, `size` bytes long.
  private func object(
    size: UInt64? = nil, type: ELFSectionType = .progbits, count: Int = 1,
    change: (inout [UInt8]) -> Void = { _ in }
  ) -> [UInt8] {
    var elf = ELFBuilder(layout: ELFLayout(is64Bit: true, order: .little))
    var table = ByteBuilder(.little)
    table.put(cString: "lm75")
    table.pad(to: 64)
    var bytes = table.bytes
    change(&bytes)
    let section = elf.addSection(".rodata", type: type, flags: [.alloc], bytes: bytes)
    for index in 0..<count {
      elf.addSymbol(
        "__mod_device_table__kmod_m__i2c__ids\(index)", section: section, value: 0,
        size: size ?? UInt64(bytes.count), type: 1)
    }
    return elf.build()
  }

  @Test(
    "device tables of every kind become the aliases that modpost makes",
    arguments: ["x86_64", "s390x"])
  func golden(_ target: String) throws {
    let wanted = String(decoding: try Fixture.bytes("devices/\(target).aliases"), as: UTF8.self)
      .split(separator: "\n").map(
        String.init)
    let made = try aliases(try Fixture.bytes("devices/\(target).o"))
    #expect(Set(made).symmetricDifference(wanted).sorted() == [])
    #expect(made == wanted)
    #expect(wanted.count > 160)
  }

  @Test("aliases of an object are in its generated source")
  func generatedSource() throws {
    let symvers = Array("0x1234abcd\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
    let exports = try Symvers.parse(symvers.rawSpan)
    let writer = ModpostWriter(SymversLookup(exports), tables: .these(basic: true, extended: false))
    let span = try Fixture.bytes("devices/x86_64.o")
    let text = String(decoding: try writer.source(for: span.rawSpan), as: UTF8.self)
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("MODULE_ALIAS") }
    let wanted = try Fixture.bytes("devices/x86_64.aliases").split(separator: 10).map {
      "MODULE_ALIAS(\"\(String(decoding: $0, as: UTF8.self))\");"
    }
    #expect(lines.map(String.init) == wanted)
  }

  @Test("errors name the device table and its fault")
  func problems() {
    #expect(problem(object()) == "none: [\"i2c:lm75\"]")
    #expect(
      problem(object(size: 63)).hasSuffix("device-table: i2c, ids0, size-mismatch"))
    #expect(problem(object(size: 0)).hasSuffix("size-mismatch"))
    #expect(problem(object(size: 96)).hasSuffix("outside-section"))
    #expect(problem(object(size: .max - 31)).hasSuffix("overlapping"))
    #expect(problem(object { $0[63] = 1 }).hasSuffix("not-terminated"))
  }

  /// An object with a table of a bus, whose entries are a name and zeros.
  private func named(
    _ symbol: String, _ name: String, size: Int, is64Bit: Bool = true
  ) -> [UInt8] {
    var elf = ELFBuilder(layout: ELFLayout(is64Bit: is64Bit, order: .little))
    var table = ByteBuilder()
    table.put(cString: name)
    table.pad(to: size)
    let section = elf.addSection(".rodata", bytes: table.bytes)
    elf.addSymbol(symbol, section: section, size: UInt64(size), type: 1)
    return elf.build()
  }

  // scripts/mod/file2alias.c: `char alias[256]` of do_input_entry and do_dmi_entry, 7.2.
  @Test("aliases of input devices and of machines have 255 bytes after the bus")
  func longest() throws {
    // Nine bytes of what made the device, two for each of nine kinds of events, and four a key.
    for (keys, isTaken) in [(57, true), (58, false)] {
      var entry = ByteBuilder()
      entry.put(UInt64(1 << 5))
      entry.pad(to: 24)
      for key in 0x71..<(0x71 + keys) {
        let old = entry.count > 24 + key / 8 ? entry.bytes[24 + key / 8] : 0
        entry.set(old | 1 << UInt8(key % 8), at: 24 + key / 8)
      }
      entry.pad(to: 200)
      let found = problem(table("input", entry.bytes))
      #expect(found.hasSuffix("too-long") == !isTaken, "\(found)")
      if isTaken { #expect(found.count == "none: [\"input:\"]".count + 255) }
    }
    for (rest, isTaken) in [(59, true), (60, false)] {
      var entry = ByteBuilder()
      entry.pad(to: 16)
      for (index, length) in [58, 58, 58, rest].enumerated() {
        entry.pad(to: 16 + 80 * index)
        entry.put(UInt8(index + 1))
        entry.put(text: String(repeating: "x", count: length))
      }
      entry.pad(to: 344)
      let found = problem(table("dmi", entry.bytes))
      #expect(found.hasSuffix("too-long") == !isTaken, "\(found)")
      if isTaken { #expect(found.count == "none: [\"dmi*:\"]".count + 255) }
    }
  }

  /// An object with a table of a bus: an entry, and the zeros that end it.
  private func table(_ bus: String, _ entry: [UInt8]) -> [UInt8] {
    var elf = ELFBuilder()
    let bytes = entry + [UInt8](repeating: 0, count: entry.count)
    let section = elf.addSection(".rodata", bytes: bytes)
    elf.addSymbol(
      "__mod_device_table__kmod_m__\(bus)__ids", section: section, size: UInt64(bytes.count),
      type: 1)
    return elf.build()
  }

  @Test("entries of older kernels are recognised by the size of their table")
  func olderForms() {
    let symbol = "__mod_device_table__kmod_m__auxiliary__ids"
    #expect(problem(named(symbol, "mod.dev", size: 80)) == "none: [\"auxiliary:mod.dev\"]")
    #expect(problem(named(symbol, "mod.dev", size: 96)) == "none: [\"auxiliary:mod.dev\"]")
    #expect(problem(named(symbol, "mod.dev", size: 88)).hasSuffix("size-mismatch"))
    let platform = "__mod_device_table__kmod_m__platform__ids"
    for size in [48, 56] {
      let file = named(platform, "dev", size: size, is64Bit: false)
      #expect(problem(file) == "none: [\"platform:dev\"]", "\(size)")
    }
    #expect(problem(named(platform, "dev", size: 52, is64Bit: false)).hasSuffix("size-mismatch"))
  }

  @Test("symbols of device tables have the names of three eras")
  func symbolNames() {
    for symbol in [
      "__mod_device_table__kmod_m__i2c__ids", "__mod_device_table__i2c__ids",
      "__mod_i2c__ids_device_table",
    ] {
      #expect(problem(named(symbol, "lm75", size: 64)) == "none: [\"i2c:lm75\"]", "\(symbol)")
    }
    for symbol in [
      "__mod_i2c_device_table", "__mod__device_table", "__mod_i2c__ids_device_tabl",
      "mod_device_table__i2c__ids", "__mod_device_table__nobus__ids",
    ] {
      #expect(problem(named(symbol, "lm75", size: 64)) == "none: []", "\(symbol)")
    }
  }

  @Test("device tables in a section without bytes have empty entries, however many")
  func noBits() {
    #expect(problem(object(size: 32, type: .nobits)) == "none: []")
    #expect(problem(object(size: 1 << 40, type: .nobits)) == "none: [\"i2c:\"]")
  }

  @Test("device tables that overlap are an error")
  func overlapping() {
    #expect(problem(object(count: 2)) == "none: [\"i2c:lm75\"]")
    let many = object(count: 1000) { $0 += [UInt8](repeating: 0, count: 1 << 20) }
    #expect(problem(many).hasSuffix("overlapping"))
  }

  @Test("device tables cut or damaged anywhere give aliases or an error")
  func damaged() throws {
    var file = try Fixture.bytes("devices/x86_64.o")
    for count in stride(from: 0, to: file.count, by: 97) { _ = problem(Array(file.prefix(count))) }
    for index in stride(from: 64, to: file.count, by: 31) {
      let byte = file[index]
      file[index] = ~byte
      _ = problem(file)
      file[index] = byte
    }
  }
}
