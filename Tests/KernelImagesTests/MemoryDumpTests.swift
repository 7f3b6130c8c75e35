import ByteStorage
import ELFFormat
import KernelImages
import TestSupport
import Testing

@Suite("Memory dumps")
struct MemoryDumpTests {
  private static let release = "7.3.4-test"
  private static let text: UInt64 = 0xffff_ffff_86c0_0000
  /// Where `phys_base` puts the text.
  private static let physicalText: UInt64 = 0x480_0000

  private var builder: DumpBuilder {
    DumpBuilder(information: DumpBuilder.information(release: Self.release))
  }

  @Test(
    "ELF cores are read in both classes and byte orders",
    arguments: [true, false], [ByteOrder.little, .big])
  func layouts(_ is64Bit: Bool, _ order: ByteOrder) throws {
    var builder = self.builder
    builder.layout = ELFLayout(is64Bit: is64Bit, order: order)
    let bytes = builder.core([
      .init(0x1000, [1, 2, 3, 4], size: 8), .init(0x2000, [5, 6]),
    ])
    var dump = try MemoryDump(ByteSource(bytes.rawSpan))
    let seen = Seen(dump)
    #expect(seen.form == .elf)
    #expect(seen.layout == builder.layout)
    #expect(seen.information?.release == Self.release)
    #expect(seen.segments.count == 2)
    let whole = try dump.read(100, atPhysical: 0x1000)
    #expect(whole == [1, 2, 3, 4, 0, 0, 0, 0])
    let part = try dump.read(2, atPhysical: 0x1002)
    #expect(part == [3, 4])
    let second = try dump.read(1, atPhysical: 0x2001)
    #expect(second == [6])
  }

  @Test("addresses of the kernel's image are translated by phys_base of the note")
  func translates() throws {
    var builder = self.builder
    builder.physicalBase = 0xdead_0000
    let bytes = builder.core([.init(Self.physicalText, Array("kernel".utf8))])
    var dump = try MemoryDump(ByteSource(bytes.rawSpan))
    let seen = Seen(dump)
    #expect(seen.kernelOffset == 0x5c0_0000)
    let text = dump.physicalAddress(ofVirtual: Self.text)
    #expect(text == Self.physicalText)
    let elsewhere = dump.physicalAddress(ofVirtual: 0xffff_8000_0000_0000)
    #expect(elsewhere == nil)
    let read = try dump.read(3, atVirtual: Self.text + 1)
    #expect(read == Array("ern".utf8))
    let kernel = try dump.readKernel()
    #expect(kernel?.address == Self.text)
    #expect(kernel?.bytes == Array("kernel".utf8))
  }

  @Test("a segment with a virtual address of its own is read by that")
  func virtualSegment() throws {
    let bytes = builder.core([
      .init(.max, virtual: Self.text, Array("there".utf8)),
      .init(Self.physicalText, Array("not here".utf8)),
    ])
    var dump = try MemoryDump(ByteSource(bytes.rawSpan))
    let read = try dump.read(5, atVirtual: Self.text)
    #expect(read == Array("there".utf8))
    let unknownPlace = Seen.failure(&dump, at: .max)
    #expect(unknownPlace != nil)
  }

  @Test("of overlapping segments the lower counts, up to its end")
  func overlap() throws {
    let bytes = builder.core([
      .init(0x1004, [9, 9, 9, 9]), .init(0x1000, [1, 2, 3, 4, 5, 6]), .init(0x1001, [7]),
      .init(0x1008, [8]),
    ])
    var dump = try MemoryDump(ByteSource(bytes.rawSpan))
    let read = try dump.read(100, atPhysical: 0x1000)
    #expect(read == [1, 2, 3, 4, 5, 6, 9, 9, 8])
  }

  @Test("each architecture has its own rule for where the image lies")
  func architectures() throws {
    let cases: [(ELFMachine, String, UInt64, UInt64)] = [
      (
        .aarch64, "NUMBER(kimage_voffset)=0xffff800040000000", 0xffff_8000_8020_0000, 0x4020_0000
      ),
      (
        .riscV, "NUMBER(va_kernel_pa_offset)=0xfffffffeffe00000", 0xffff_ffff_8000_0000, 0x8020_0000
      ),
      (.s390, "KERNELOFFSET=3ffe0000000\nKERNELOFFPHYS=100000", 0x3ff_e000_0010, 0x10_0010),
      (.s390, "", 0x10_0000, 0x10_0000),
      (.powerPC64, "", 0xc000_0000_0001_0000, 0x1_0000),
    ]
    for (machine, line, virtual, physical) in cases {
      var builder = DumpBuilder(information: "OSRELEASE=6.12.0\n\(line)\n")
      builder.machine = machine
      let bytes = builder.core([.init(physical, [0x42])])
      var dump = try MemoryDump(ByteSource(bytes.rawSpan))
      let place = dump.physicalAddress(ofVirtual: virtual)
      #expect(place == physical, "\(machine.name)")
      let read = try dump.read(1, atVirtual: virtual)
      #expect(read == [0x42])
    }
  }

  @Test("a note that no header names is found in memory")
  func noteInMemory() throws {
    var plain = builder
    let note = plain.note()
    plain.information = nil
    let bytes = plain.core([.init(0x1000, [0, 0, 0, 0] + note + [7, 7])])
    let dump = try MemoryDump(ByteSource(bytes.rawSpan))
    let seen = Seen(dump)
    #expect(seen.information?.release == Self.release)
  }

  @Test("the note that a header names counts before those in memory")
  func noteOfHeader() throws {
    var other = builder
    other.information = "OSRELEASE=5.5.5\n"
    let bytes = builder.core([.init(0x1000, other.note())])
    let seen = Seen(try MemoryDump(ByteSource(bytes.rawSpan)))
    #expect(seen.information?.release == Self.release)
  }

  @Test("pages are unpacked by their own flags; zero pages are zeros, others are missing")
  func pages() throws {
    let stored = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let bytes = builder.kdump(
      [
        .init(3, flags: 0, stored), .init(4, flags: 1, PackedPage.zlib),
        .init(5, flags: 2, PackedPage.lzo), .init(9000, flags: 0x20, PackedPage.zstd),
        .init(9001, flags: 4, PackedPage.snappy), .init(9002, flags: 4, [1, 2, 3]),
      ], zeros: [6], status: 1 | 8)
    var dump = try MemoryDump(ByteSource(bytes.rawSpan))
    let seen = Seen(dump)
    #expect(seen.form == .kdump(version: 6, packing: .zlib))
    #expect(seen.machine == .x86_64)
    #expect(seen.isIncomplete)
    #expect(seen.information?.release == Self.release)
    #expect(seen.kernelOffset == 0x5c0_0000)
    let all = try dump.read(1 << 20, atPhysical: 3 * 4096)
    #expect(
      all == stored + PackedPage.of("Z") + PackedPage.of("A") + [UInt8](repeating: 0, count: 4096))
    let across = try dump.read(2, atPhysical: 5 * 4096 - 1)
    #expect(across == Array("ZA".utf8))
    let far = try dump.read(4096, atPhysical: 9000 * 4096)
    #expect(far == PackedPage.of("S"))
    let leftOut = Seen.failure(&dump, at: 7 * 4096)
    #expect(leftOut != nil)
    let beyond = Seen.failure(&dump, at: 1 << 60)
    #expect(beyond != nil)
    let snappy = try dump.read(4096, atPhysical: 9001 * 4096)
    #expect(snappy == PackedPage.of("Y"))
    let damaged = Seen.failure(&dump, at: 9002 * 4096)
    #expect(damaged?.description.hasPrefix("damaged page at") == true)
  }

  @Test("32-bit and big-endian headers of makedumpfile are read")
  func headerLayouts() throws {
    for (layout, name, machine) in [
      (ELFLayout(is64Bit: false, order: .little), "i686", ELFMachine.i386),
      (ELFLayout(is64Bit: false, order: .little), "armv7l", .arm),
      (ELFLayout(is64Bit: true, order: .big), "s390x", .s390),
    ] {
      var builder = self.builder
      builder.layout = layout
      builder.machineName = name
      let bytes = builder.kdump([.init(1, flags: 1, PackedPage.zlib)])
      var dump = try MemoryDump(ByteSource(bytes.rawSpan))
      let seen = Seen(dump)
      #expect(seen.layout == layout)
      #expect(seen.machine == machine)
      #expect(seen.information?.release == Self.release)
      let read = try dump.read(1, atPhysical: 4096)
      #expect(read == [0x5a])
    }
  }

  // makedumpfile's diskdump_mod.h: offset_vmcoreinfo since version 3.
  @Test("headers have the note since version 3, and versions up to 64 are believed")
  func versions() throws {
    for (version, hasNote) in [(2, false), (3, true), (64, true)] as [(UInt8, Bool)] {
      var bytes = builder.kdump([.init(1, flags: 1, PackedPage.zlib)])
      bytes[8] = version
      let dump = try MemoryDump(ByteSource(bytes.rawSpan))
      let seen = Seen(dump)
      #expect(seen.form == .kdump(version: Int(version), packing: .zlib))
      #expect((seen.information != nil) == hasNote)
    }
    var bytes = builder.kdump([.init(1, flags: 1, PackedPage.zlib)])
    bytes[8] = 65
    #expect(throws: ParseError.self) { _ = try MemoryDump(ByteSource(bytes.rawSpan)).form }
  }

  // arch/x86/include/asm/page_64_types.h: KERNEL_IMAGE_SIZE.
  @Test("the kernel's image on x86-64 has a gigabyte, or what the note says")
  func imageSize() throws {
    for (line, size) in [("", 1 << 30), ("NUMBER(KERNEL_IMAGE_SIZE)=536870912\n", 1 << 29)]
      as [(String, UInt64)]
    {
      let text = "OSRELEASE=6.12.0\nNUMBER(phys_base)=0\n\(line)"
      let bytes = DumpBuilder(information: text).core([.init(0, [1])])
      let dump = try MemoryDump(ByteSource(bytes.rawSpan))
      let start: UInt64 = 0xffff_ffff_8000_0000
      let (first, last) = (
        dump.physicalAddress(ofVirtual: start), dump.physicalAddress(ofVirtual: start + size - 1)
      )
      #expect(first == 0 && last == size - 1)
      let (before, after) = (
        dump.physicalAddress(ofVirtual: start - 1), dump.physicalAddress(ofVirtual: start + size)
      )
      #expect(before == nil && after == nil)
    }
  }

  @Test("gaps in segments with addresses of their own are zeros up to the last byte that is there")
  func virtualGaps() throws {
    let bytes = builder.core([
      .init(.max, virtual: Self.text, Array("one".utf8)),
      .init(.max, virtual: Self.text + 4096, Array("two".utf8)),
    ])
    var dump = try MemoryDump(ByteSource(bytes.rawSpan))
    let read = try dump.readWithGaps(1 << 16, atVirtual: Self.text)
    let zeros = [UInt8](repeating: 0, count: 4093)
    #expect(read == Array("one".utf8) + zeros + Array("two".utf8))
    let none = try dump.readWithGaps(4096, atVirtual: Self.text + (1 << 20))
    #expect(none == nil)
  }

  @Test("of nothing nothing is read, wherever it is")
  func nothing() throws {
    let bytes = builder.core([.init(0x1000, [1])])
    var dump = try MemoryDump(ByteSource(bytes.rawSpan))
    for address in [0x1000, 0x9000] as [UInt64] {
      let read = try dump.read(0, atPhysical: address)
      #expect(read == [])
    }
  }

  @Test("a record of a flattened stream has bytes, and a place")
  func records() throws {
    for (offset, size, isTaken) in [(0, 1, true), (0, 0, false), (-2, 1, false), (0, -2, false)]
      as [(Int64, Int64, Bool)]
    {
      var stream = ByteBuilder(.big)
      stream.put(cString: "makedumpfile")
      stream.pad(to: 16)
      for word in [1, 1] as [UInt64] { stream.put(word) }
      stream.pad(to: 4096)
      for word in [offset, size] { stream.put(word) }
      stream.put([UInt8](repeating: 7, count: max(0, Int(size))))
      for word in [-1, -1] as [Int64] { stream.put(word) }
      let bytes = stream.bytes
      var target = FileBuffer()
      if isTaken {
        try MemoryDump.reassemble(ByteSource(bytes.rawSpan), into: &target, path: "dump")
        #expect(try target.source.all().array == [7])
      } else {
        #expect(throws: FileError.self) {
          try MemoryDump.reassemble(ByteSource(bytes.rawSpan), into: &target, path: "dump")
        }
      }
    }
  }

  @Test("flattened streams are put in order; the last record for a place counts")
  func flattened() throws {
    let file = builder.kdump([.init(1, flags: 1, PackedPage.zlib)])
    let stream = DumpBuilder.flattened(file)
    var target = FileBuffer()
    try MemoryDump.reassemble(ByteSource(stream.rawSpan), into: &target, path: "dump")
    #expect(try target.source.all().array == file)
    var small = FileBuffer(limit: 1000)
    #expect(throws: FileError.self) {
      try MemoryDump.reassemble(ByteSource(stream.rawSpan), into: &small, path: "dump")
    }
    let open = DumpBuilder.flattened(file, ends: false)
    #expect(throws: FileError.self) {
      try MemoryDump.reassemble(ByteSource(open.rawSpan), into: &target, path: "dump")
    }
  }

  @Test("every beginning of a dump, and every byte changed, ends without a trap")
  func damaged() throws {
    let dumps = [
      builder.core([.init(Self.physicalText, Array("kernel".utf8)), .init(0, [1])]),
      builder.kdump([.init(3, flags: 1, PackedPage.zlib)]),
    ]
    for dump in dumps {
      for count in stride(from: 0, to: dump.count, by: dump.count > 9999 ? 53 : 1) {
        exercise(Array(dump[..<count]))
      }
      for place in Array(0..<600) + Array(4096..<4210) {
        for value: UInt8 in [0, 1, 0x7f, 0xff] where dump.count > place {
          var changed = dump
          changed[place] = value
          exercise(changed)
        }
      }
    }
  }

  private func exercise(_ bytes: [UInt8]) {
    guard var dump = try? MemoryDump(ByteSource(bytes.rawSpan)) else { return }
    _ = try? dump.readKernel(limit: 1 << 16)
    for address: UInt64 in [0, 3 * 4096, .max - 2] {
      _ = try? dump.read(1 << 16, atPhysical: address)
      _ = try? dump.read(1 << 16, atVirtual: address)
    }
  }
}

/// What a dump says, in a value that expectations can hold.
private struct Seen {
  let form: MemoryDump.Form
  let layout: ELFLayout
  let machine: ELFMachine?
  let information: VMCoreInformation?
  let segments: [MemorySegment]
  let isIncomplete: Bool
  let kernelOffset: UInt64?

  init(_ dump: borrowing MemoryDump) {
    form = dump.form
    layout = dump.layout
    machine = dump.machine
    information = dump.information
    segments = dump.segments
    isIncomplete = dump.isIncomplete
    kernelOffset = dump.kernelOffset
  }

  /// The error of reading a byte, or `nil`.
  static func failure(_ dump: inout MemoryDump, at address: UInt64) -> ParseError? {
    do throws(ParseError) { _ = try dump.read(1, atPhysical: address) } catch { return error }
    return nil
  }
}

@Suite("The note VMCOREINFO")
struct VMCoreInformationTests {
  private func parsed(_ text: [UInt8]) -> VMCoreInformation? {
    VMCoreInformation(parsing: text.rawSpan)
  }

  @Test("the note gives values by their kinds")
  func values() throws {
    let text = Array(DumpBuilder.information(release: "7.3.4").utf8)
    let information = try #require(parsed(text))
    #expect(information.release == "7.3.4")
    #expect(information.pageSize == 4096)
    #expect(information.symbol("_stext") == 0xffff_ffff_86c0_0000)
    #expect(information.symbol("nothing") == nil)
    #expect(information.number("phys_base") == UInt64(bitPattern: -37_748_736))
    #expect(information.number("VMALLOC_START") == 0xff33_92ab_c000_0000)
    #expect(information.offset("uts_namespace.name") == 4)
    #expect(information.size("page") == 64)
    #expect(information.length("free_area.free_list") == 5)
    #expect(information.kernelOffset == 0x5c0_0000)
    #expect(information.buildID?.bytes == Array(0...19))
    #expect(information["PAGESIZE"] == "4096")
    #expect(information.lines.count == 10)
  }

  @Test("lines without a value, and what only looks like a note, are passed over")
  func passedOver() throws {
    let information = try #require(parsed(Array("OSRELEASE=1.2.3\nodd\nPAGESIZE=4096\n".utf8)))
    #expect(information.pageSize == 4096)
    let memory = Array("VMCOREINFO\0".utf8) + DumpBuilder(information: "OSRELEASE=1.2.3\n").note()
    let found = VMCoreInformation(searching: memory.rawSpan, .little)
    #expect(found?.release == "1.2.3")
  }

  @Test("the note has no build ID where a kernel wrote garbage")
  func garbage() throws {
    for line in ["BUILD-ID=\u{1}\u{2}", "BUILD-ID=" + String(repeating: "0", count: 40)] {
      let text = Array("OSRELEASE=6.11.5\n\(line)\n".utf8)
      let information = try #require(parsed(text))
      #expect(information.release == "6.11.5" && information.buildID == nil)
    }
    #expect(parsed([]) == nil)
  }
}
