import ByteStorage
import ModuleVersions
import TestSupport
import Testing

@Suite("Module.symvers")
struct SymversTests {
  private func rows(_ text: String) throws -> [String] {
    let bytes = Array(text.utf8)
    let table = try Symvers.parse(bytes.rawSpan)
    return table.rows.map { row in
      "\(String(row.crc, radix: 16)) \(table.text(row.name)) \(table.owners[Int(row.owner)]) "
        + "\(row.licence) \(table.text(row.namespace))"
    }
  }

  @Test("the columns of every release are recognised, line by line")
  func columns() throws {
    let text =
      "0x12345678\tusb_stor_probe1\tdrivers/usb/storage/usb-storage\tEXPORT_SYMBOL_GPL\tUSB_STORAGE\n"
      + "0x12345678\tusb_stor_probe1\tUSB_STORAGE\tdrivers/usb/storage/usb-storage\tEXPORT_SYMBOL_GPL\n"
      + "0x9aec1234\t_printk\tvmlinux\tEXPORT_SYMBOL\t\n"
      + "0x9aec1234\tprintk\t\tvmlinux\tEXPORT_SYMBOL\n"
      + "0x0badcafe\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\n"
      + "0x00000001\tstruct_module\tvmlinux\n"
      + "0x00000000\tkvm_cpu_get\tvmlinux\tEXPORT_SYMBOL_GPL\tmodule:kvm,kvm-*\n"
    #expect(
      try rows(text) == [
        "12345678 usb_stor_probe1 drivers/usb/storage/usb-storage gplOnly USB_STORAGE",
        "12345678 usb_stor_probe1 drivers/usb/storage/usb-storage gplOnly USB_STORAGE",
        "9aec1234 _printk vmlinux any ", "9aec1234 printk vmlinux any ",
        "badcafe module_layout vmlinux any ", "1 struct_module vmlinux unknown ",
        "0 kvm_cpu_get vmlinux gplOnly module:kvm,kvm-*",
      ])
  }

  @Test("every export word of every release is known")
  func licences() throws {
    let words = [
      "EXPORT_SYMBOL": "any", "EXPORT_SYMBOL_GPL": "gplOnly",
      "EXPORT_SYMBOL_GPL_FUTURE": "gplFuture", "EXPORT_UNUSED_SYMBOL": "unused",
      "EXPORT_UNUSED_SYMBOL_GPL": "unusedGPL", "(unknown)": "unknown",
      "EXPORT_SOMETHING": "unknown",
    ]
    for (word, licence) in words {
      #expect(try rows("0x1\ts\tvmlinux\t\(word)\t\n") == ["1 s vmlinux \(licence) "])
      #expect(try rows("0x1\ts\tNS\tvmlinux\t\(word)\n") == ["1 s vmlinux \(licence) NS"])
    }
  }

  @Test("a missing last line feed and CRC spellings of modpost are read")
  func spellings() throws {
    #expect(try rows("") == [])
    #expect(try rows("1F\ts\tvmlinux\tEXPORT_SYMBOL\t") == ["1f s vmlinux any "])
    #expect(try rows("0X123456789\ts\tvmlinux\tEXPORT_SYMBOL\t") == ["23456789 s vmlinux any "])
    for (digits, crc) in [
      ("1234567812345678", "12345678"), ("0000000000000000012345678", "12345678"),
      ("12345678123456789", "ffffffff"),
    ] { #expect(try rows("0x\(digits)\ts\tvmlinux") == ["\(crc) s vmlinux unknown "]) }
    #expect(try rows("0x1\ts\tm\tEXPORT_SYMBOL\ta\tb") == ["1 s m any a\tb"])
  }

  @Test(
    "a line that modpost refuses is refused, at its offset",
    arguments: [
      "", "0x1", "0x1\ts", "0x\ts\tvmlinux", "0xg\ts\tvmlinux", "0x1 \ts\tvmlinux",
      "0x1\t\tvmlinux\tEXPORT_SYMBOL\t",
      "0x1\ts\t\tEXPORT_SYMBOL\t",
    ])
  func refused(_ line: String) throws {
    let text = Array("0x1\tfirst\tvmlinux\tEXPORT_SYMBOL\t\n\(line)\n".utf8)
    let error = #expect(throws: ParseError.self) { try Symvers.parse(text.rawSpan) }
    #expect(error?.offset == 33)
  }

  @Test("what is written is what was read, in the present order of columns")
  func roundTrip() throws {
    let text =
      "0x9aec1234\t_printk\tvmlinux\tEXPORT_SYMBOL\t\n"
      + "0x00000001\tusb_stor_probe1\tdrivers/usb/storage/usb-storage\tEXPORT_SYMBOL_GPL\tUSB_STORAGE\n"
    let bytes = Array(text.utf8)
    let table = try Symvers.parse(bytes.rawSpan)
    var output = OutputBuffer()
    for row in table.rows { Symvers.write(row, of: table, to: &output) }
    #expect(output.bytes == bytes)
  }

  @Test("a file is recognised by its first column")
  func recognition() {
    for (text, isIt) in [
      ("0x00000000\tx", true), ("0xf\t", true), ("0x\tx", false), ("0x1 x", false), ("x", false),
      ("", false),
    ] {
      let bytes = Array(text.utf8)
      #expect(Symvers.isRecognized(bytes.rawSpan) == isIt, "\(text)")
    }
  }
}

@Suite("Export table")
struct ExportTableTests {
  private func table(_ names: [String]) -> ExportTable {
    var table = ExportTable()
    let owner = table.addOwner("vmlinux")
    for (index, name) in names.enumerated() {
      let (bytes, none) = (Array(name.utf8), [UInt8]())
      table.add(
        name: bytes.rawSpan, namespace: none.rawSpan, crc: index == 0 ? nil : UInt32(index),
        licence: .any, owner: owner)
    }
    return table
  }

  @Test("rows with a name are found in their order")
  func index() throws {
    let names = (0..<300).map { "symbol_\($0 % 100)" } + ["", "once"]
    let table = table(names)
    let lookup = ExportLookup(table)
    for name in Set(names) {
      let bytes = Array(name.utf8)
      var found: [Int] = []
      var row = lookup.first(bytes.rawSpan)
      while let current = row {
        found.append(current)
        row = lookup.next(after: current)
      }
      #expect(found == names.indices.filter { names[$0] == name })
    }
    let other = Array("symbol_100".utf8)
    #expect(lookup.first(other.rawSpan) == nil)
    #expect(ExportLookup().first(other.rawSpan) == nil)
  }

  @Test("tables are joined with their owners; a row without a CRC stays without one")
  func joining() {
    var first = table(["a", "b"])
    var second = ExportTable()
    let owner = second.addOwner("sample")
    let (name, space) = (Array("c".utf8), Array("NS".utf8))
    second.add(
      name: name.rawSpan, namespace: space.rawSpan, crc: 9, licence: .gplOnly, owner: owner)
    first.append(second)
    #expect(first.owners == ["vmlinux", "sample"])
    #expect(first.rows.map { first.text($0.name) } == ["a", "b", "c"])
    #expect(first.rows.map(\.hasCRC) == [false, true, true])
    #expect(first.rows.map(\.owner) == [0, 0, 1])
    #expect(first.text(first.rows[2].namespace) == "NS")
  }
}
