import ByteStorage
import ELFFormat
import Kallsyms
import SymbolTables
import TestSupport
import Testing

import Kernels

@Suite("Symbols of a kernel")
struct KernelSymbolTests {
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private func read(_ bytes: [UInt8]) throws -> KernelSymbolSource {
    try scratch.write(bytes, to: "kernel")
    return try OpenKernel(scratch.file("kernel")).symbols()
  }

  private func read(_ text: String) throws -> KernelSymbolSource { try read(Array(text.utf8)) }

  @Test("symbols are read from a list, which has no tables")
  func list() throws {
    let source = try read("ffffffff81000000 T _text\nffffffff81000010 t a\t[m]\n")
    #expect(source.table.count == 2 && source.tables == nil && source.release == nil)
    #expect(source.origin == .list && source.kernelOffset?.value == 0)
    #expect(source.addressWidth == 16 && !source.hidesAddresses && !source.hasRelativeAddresses)
    #expect(try read("c0008000 T _text\n").addressWidth == 8)
    #expect(try read("c0008000 T _text\nffffffff t last\n").addressWidth == 8)
    #expect(try read("c0008000 T _text\n100000000 t next\n").addressWidth == 16)
  }

  @Test(
    "a kernel was moved by a multiple of 2 MiB, less than 1 GiB, if at all",
    arguments: [
      ("ffffffff81000000", 0), ("ffffffff81200000", 0x20_0000), ("ffffffffc0e00000", 0x3fe0_0000),
      ("ffffffff81100000", nil), ("ffffffffc1000000", nil), ("ffffffff80e00000", nil),
    ] as [(String, UInt64?)])
  func moves(_ text: String, _ offset: UInt64?) throws {
    let source = try read("\(text) T _text\n")
    #expect(source.kernelOffset?.value == offset)
    #expect(source.hasRunningAddresses == (offset.map { $0 != 0 } ?? false))
  }

  @Test("addresses of /proc/kallsyms and of dumps are running ones, until the move is undone")
  func runningAddresses() throws {
    var source = try read("ffffffff81000000 T _text\n")
    #expect(!source.hasRunningAddresses)
    source.path = "/proc/kallsyms"
    #expect(source.hasRunningAddresses)
    source.undoMove()
    #expect(!source.hasRunningAddresses)
    var memory = MemoryBuilder(Self.start)
    try memory.putTables()
    let builder = DumpBuilder(information: DumpBuilder.information(release: "7.3.4"))
    var dump = try read(builder.core([.init(Self.physical, memory.bytes.bytes)]))
    dump.kernelOffset = nil
    #expect(dump.hasRunningAddresses)
  }

  @Test("an image counts as not moved, a list of an unknown kernel does not")
  func unmoved() throws {
    var image = try read(silentImage(pointers: 400))
    image.kernelOffset = nil
    let (addresses, isUndone) = (image.table.addresses, image.undoMove())
    #expect(isUndone && image.table.addresses == addresses)
    var list = try read("c0008000 T _text\n")
    let isListUndone = list.undoMove()
    #expect(!isListUndone)
  }

  /// Where arm64 kernels are linked.
  private static let arm64Start: UInt64 = 0xffff_8000_8000_0000

  /// An Image as 7.0 and later lay it out: its tables hold distances, and say nothing of its place.
  private func silentImage(pointers: Int, distance: Int64 = 0) throws -> [UInt8] {
    let functions = Self.arm64Start + 0x2000
    var memory = MemoryBuilder(Self.arm64Start)
    memory.bytes.set(Array("ARM\u{64}".utf8), at: 0x38)
    memory.bytes.pad(to: 0x1000)
    for index in 0..<pointers {
      memory.bytes.put(
        UInt64(bitPattern: Int64(bitPattern: functions) + distance) + 16 * UInt64(index % 199))
    }
    memory.bytes.pad(to: 0x4000)
    try memory.putTables((0..<200).map { (functions + 16 * UInt64($0), "function_\($0)") })
    return memory.bytes.bytes
  }

  @Test(
    "symbols of an image that stores offsets are placed by 256 pointers to them",
    arguments: [256, 400])
  func placed(_ pointers: Int) throws {
    let source = try read(silentImage(pointers: pointers))
    #expect(!source.hasRelativeAddresses && source.table.addresses.first == Self.arm64Start)
    #expect(source.table.addresses.last == Self.arm64Start + 0x2000 + 16 * 199)
  }

  @Test("symbols of an image that stores offsets and few pointers are not placed")
  func unplaced() throws {
    // Those to places beside symbols do not count.
    for (pointers, distance) in [(40, 0), (255, 0), (400, -1), (400, 1), (400, 8)] as [(Int, Int64)]
    {
      let source = try read(silentImage(pointers: pointers, distance: distance))
      #expect(source.hasRelativeAddresses && source.table.addresses.first == 0)
    }
  }

  @Test("symbols without addresses are reported as hidden")
  func hidden() throws {
    var source = try read("0000000000000000 T _text\n0000000000000000 T a\n")
    #expect(source.hidesAddresses && source.kernelOffset == nil)
    let isUndone = source.undoMove(by: 0x1000)
    #expect(!isUndone)
  }

  @Test("symbols of a file that is not a kernel are an error with the path")
  func noKernel() throws {
    #expect(throws: KernelError.self) { try read("just words\n") }
  }

  @Test(
    "symbols of a moved kernel get the addresses that they were linked to, those of modules do not")
  func undoing() throws {
    var source = try read(
      """
      0000000000000040 A cpu_info
      ffffffff86c00000 T _text
      ffffffff86c00010 T a
      ffffffffc0100000 t b\t[m]

      """)
    #expect(source.kernelOffset?.value == 0x5c0_0000)
    let isUndone = source.undoMove()
    #expect(isUndone && source.isMoveUndone)
    let expected: [UInt64] = [
      0x40, 0xffff_ffff_8100_0000, 0xffff_ffff_8100_0010, 0xffff_ffff_c010_0000,
    ]
    #expect(source.table.addresses == expected)
    // A second time changes nothing.
    source.undoMove()
    #expect(source.table.addresses == expected)
  }

  @Test("an offset for symbols that were not moved is that of addresses to look up")
  func foreignMove() throws {
    for bytes in [
      try silentImage(pointers: 400),
      Array("ffffffff81000000 T _text\nffffffff81000010 T a\n".utf8),
    ] {
      var source = try read(bytes)
      let expected = source.table.addresses
      let isKnown = source.undoMove(by: 0x100_0000)
      #expect(isKnown && source.foreignMove == 0x100_0000)
      #expect(source.table.addresses == expected)
    }
  }

  @Test("symbols of other architectures need the offset from outside")
  func unknownMove() throws {
    var source = try read("ffff800080210000 T _text\nffff800080210010 T a\n")
    #expect(source.kernelOffset == nil)
    var isUndone = source.undoMove()
    #expect(!isUndone && !source.isMoveUndone)
    isUndone = source.undoMove(by: 0x21_0000)
    #expect(isUndone)
    #expect(source.table.addresses == [0xffff_8000_8000_0000, 0xffff_8000_8000_0010])
  }

  private static let start: UInt64 = 0xffff_ffff_86c0_0000
  private static let physical: UInt64 = 0x480_0000

  private func expect(
    _ source: KernelSymbolSource, _ memory: MemoryBuilder, _ encoding: AddressEncoding
  ) throws {
    #expect(source.origin == .dump && source.release == "7.3.4")
    #expect(source.tables?.encoding == encoding)
    let wanted = try SymbolText(parsing: Array(memory.list.utf8).rawSpan).table
    #expect(source.table.addresses == wanted.addresses)
    #expect(source.table.count == wanted.count)
    #expect(source.kernelOffset?.value == 0x5c0_0000)
    var linked = source
    linked.undoMove()
    #expect(linked.table.addresses.first == 0xffff_ffff_8100_0000)
  }

  @Test(
    "symbols are read from memory dumps of every form, with the note's help and without",
    arguments: [true, false])
  func dumps(isBaseRelative: Bool) throws {
    var memory = MemoryBuilder(Self.start)
    try memory.putTables(isBaseRelative: isBaseRelative)
    let encoding: AddressEncoding = isBaseRelative ? .baseRelative : .placeRelative
    let note = DumpBuilder.information(release: "7.3.4")
    for information in [note, note + memory.keys] {
      let builder = DumpBuilder(information: information)
      let core = builder.core([.init(Self.physical, memory.bytes.bytes)])
      try expect(try read(core), memory, encoding)
      let kdump = builder.kdump(pages(memory.bytes.bytes))
      try expect(try read(kdump), memory, encoding)
      try expect(try read(DumpBuilder.flattened(kdump)), memory, encoding)
    }
  }

  private func pages(_ bytes: [UInt8], skipping: Int? = nil) -> [DumpBuilder.Page] {
    let size = DumpBuilder.pageSize
    return stride(from: 0, to: bytes.count, by: size).compactMap { place in
      if place / size == skipping { return nil }
      var page = Array(bytes[place..<min(bytes.count, place + size)])
      page += [UInt8](repeating: 0, count: size - page.count)
      return DumpBuilder.Page(Int(Self.physical) / size + place / size, flags: 0, page)
    }
  }

  @Test("the banner of an image that was made from memory shows how far the kernel was moved")
  func madeFromMemory() throws {
    var memory = MemoryBuilder(Self.arm64Start + 0x21_0000)
    try memory.putTables(isBaseRelative: true)
    var elf = ELFBuilder(machine: .aarch64)
    elf.type = 2
    // What begins like a banner, and is none.
    elf.addSection(
      ".rodata", bytes: Array("\0Linux version %s\0".utf8), address: Self.arm64Start - 0x1000)
    elf.addSection(
      ".text", flags: [.alloc, .execInstructions], bytes: memory.bytes.bytes,
      address: Self.arm64Start)
    let source = try read(elf.build())
    #expect(source.kernelOffset?.value == 0x21_0000)
    #expect(source.kernelOffset?.source.code == .bannerPlace)
    #expect(source.table.addresses.first == Self.arm64Start + 0x21_0000)
  }

  @Test("symbols are read across pages that a dump lacks")
  func gap() throws {
    var memory = MemoryBuilder(Self.start)
    memory.bytes.pad(to: 3 * DumpBuilder.pageSize)
    try memory.putTables()
    var builder = DumpBuilder(information: DumpBuilder.information(release: "7.3.4"))
    builder.level = 31
    try expect(
      try read(builder.kdump(pages(memory.bytes.bytes, skipping: 1))), memory, .placeRelative)
  }

  @Test("symbols are found in a core without a note; place-relative ones are offsets then")
  func noNote() throws {
    for isBaseRelative in [true, false] {
      var memory = MemoryBuilder(Self.start)
      try memory.putTables(isBaseRelative: isBaseRelative)
      let source = try read(DumpBuilder().core([.init(Self.physical, memory.bytes.bytes)]))
      #expect(source.hasRelativeAddresses == !isBaseRelative)
      #expect(source.release == "7.3.4")
      #expect(source.table.addresses.first == (isBaseRelative ? Self.start : 0))
    }
  }

  @Test("symbols are found although the note misleads")
  func misleading() throws {
    var memory = MemoryBuilder(Self.start)
    try memory.putTables()
    let note = DumpBuilder.information(release: "7.3.4")
    for key in [
      "0", "ffffffffffffffff", "ffffffff86c00000", "ffffffff86c00100", "ffffffff86c01000",
    ] {
      for name in ["num_syms", "names", "offsets"] {
        let information = note + "SYMBOL(kallsyms_\(name))=\(key)\n" + memory.keys
        let core = DumpBuilder(information: information)
          .core([.init(Self.physical, memory.bytes.bytes)])
        try expect(try read(core), memory, .placeRelative)
      }
    }
  }

  @Test("a note that names tables of no symbols leads to none")
  func noSymbols() throws {
    var memory = MemoryBuilder(Self.start)
    try memory.putTables()
    // Only the tables are named, not where the kernel begins.
    let note = DumpBuilder.information(release: "7.3.4").replacing("_stext", with: "other")
    let builder = DumpBuilder(information: note + memory.keys)
    try expect(try read(builder.kdump(pages(memory.bytes.bytes))), memory, .placeRelative)
    // There are zeros after the banner.
    let number = "SYMBOL(kallsyms_num_syms)=\(String(Self.start + 0x100, radix: 16))\n"
    let keys = memory.keys.replacing("kallsyms_num_syms", with: "another")
    let other = DumpBuilder(information: note + number + keys)
    let dump = other.kdump(pages(memory.bytes.bytes))
    #expect(throws: KernelError.self) { try read(dump) }
  }

  @Test("symbols of a dump without tables are an error that states this")
  func noTables() throws {
    let builder = DumpBuilder(information: DumpBuilder.information(release: "7.3.4"))
    let memory = MemoryBuilder(Self.start).bytes.bytes
    #expect(throws: KernelError.self) { try read(builder.core([.init(Self.physical, memory)])) }
    #expect(throws: KernelError.self) { try read(builder.kdump(pages(memory))) }
    #expect(throws: KernelError.self) { try read(DumpBuilder().kdump(pages(memory))) }
  }
}
