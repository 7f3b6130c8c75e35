import ByteStorage
import KernelReleases
import Testing
import UnwindTables

@Suite("Call frame information")
struct FrameTableTests {
  static let start: UInt64 = 0xffff_ffff_8100_0000

  /// Instructions of the FDEs, without what pads them, each with its start and size.
  private func frames(
    _ builder: ORCBuilder, functions: [UInt64] = [start], size: UInt64 = 0x100,
    release: KernelRelease? = nil
  ) throws -> [(start: UInt64, size: UInt64, isSignal: Bool, code: [UInt8])] {
    let table = FrameTable(
      try builder.table(), functions: functions, code: [Self.start..<(Self.start + size)],
      release: release)
    let bytes = table.bytes
    var found: [(start: UInt64, size: UInt64, isSignal: Bool, code: [UInt8])] = []
    var offset = 0
    var signal: UInt32 = 0
    while let length = bytes.rawSpan.integer(UInt32.self, at: offset, .little) {
      let end = offset + 4 + Int(length)
      #expect(end <= bytes.count && end.isMultiple(of: 8))
      let pointer = bytes.rawSpan.integer(UInt32.self, at: offset + 4, .little) ?? 0
      if pointer == UInt32.max {
        if bytes[offset + 9] == UInt8(ascii: "S") { signal = UInt32(offset) }
      } else {
        let start = bytes.rawSpan.integer(UInt64.self, at: offset + 8, .little) ?? 0
        let size = bytes.rawSpan.integer(UInt64.self, at: offset + 16, .little) ?? 0
        var code = Array(bytes[(offset + 24)..<end])
        while code.last == 0 { code.removeLast() }
        found.append((start, size, pointer == signal, code))
      }
      offset = end
    }
    #expect(found.count == table.count)
    return found
  }

  @Test("a function has one FDE, whose rows say what changes")
  func function() throws {
    var builder = ORCBuilder()
    builder.add(Self.start, sp: 8, flags: 0x05)
    builder.add(Self.start + 1, sp: 16, bp: -16, flags: 0x15)
    builder.add(Self.start + 4, sp: 16, bp: -16, flags: 0x14)
    builder.add(Self.start + 0x50, sp: 8, flags: 0x05)
    builder.add(Self.start + 0x51, flags: 0)
    let frames = try frames(builder)
    try #require(frames.count == 1)
    #expect(frames[0].start == Self.start && frames[0].size == 0x100 && !frames[0].isSignal)
    #expect(
      frames[0].code == [
        0x41, 0x0e, 16, 0x86, 2,  // CFA = rsp + 16, rbp at CFA - 16
        0x43, 0x0c, 6, 16,  // CFA = rbp + 16
        0x02, 0x4c, 0x0c, 7, 8, 0xc6,  // CFA = rsp + 8, rbp is kept
        0x41, 0x07, 16,  // nothing is above
      ])
  }

  @Test("an FDE ends where a function begins, and where frames of signals begin")
  func bounds() throws {
    var builder = ORCBuilder()
    builder.add(Self.start, sp: 8, flags: 0x05)
    builder.add(Self.start + 0x40, sp: 0, flags: 0x105)
    builder.add(Self.start + 0x50, sp: 8, flags: 0x05)
    let frames = try frames(builder, functions: [Self.start, Self.start + 0x20])
    #expect(frames.map { $0.start - Self.start } == [0, 0x20, 0x40, 0x50])
    #expect(frames.map(\.size) == [0x20, 0x20, 0x10, 0xb0])
    #expect(frames.map(\.isSignal) == [false, false, true, false])
  }

  @Test("a whole pt_regs restores all that functions preserve")
  func registers() throws {
    var builder = ORCBuilder()
    builder.add(Self.start, sp: 8, flags: 0x05)
    builder.add(Self.start + 2, sp: 8, flags: 0x105)
    let frames = try frames(builder)
    #expect(
      frames.last?.code == [
        0x0f, 6, 0x77, 8, 0x23, 0x98, 0x01, 0x06, 0x10, 16, 5, 0x77, 8, 0x23, 0x80, 0x01, 0x10, 6,
        4, 0x77, 8, 0x23, 32, 0x10, 3, 4, 0x77, 8,
        0x23, 40, 0x10, 12, 4, 0x77, 8, 0x23, 24, 0x10, 13, 4, 0x77, 8, 0x23, 16, 0x10, 14, 4, 0x77,
        8, 0x23, 8, 0x10, 15, 2, 0x77, 8,
      ])
  }

  @Test("what SP points to is loaded before the offset is added, since 5.12; before that, after")
  func indirect() throws {
    var builder = ORCBuilder()
    builder.add(Self.start, sp: 16, flags: 0x09)
    builder.add(Self.start + 4, sp: 8, flags: 0x05)
    let new = try frames(builder, release: KernelRelease(6, 1))
    #expect(new.first?.code.prefix(7) == [0x0f, 5, 0x77, 0, 0x06, 0x23, 16])
    let old = try frames(builder, release: KernelRelease(5, 10))
    #expect(old.first?.code.prefix(5) == [0x0f, 3, 0x77, 16, 0x06])
  }

  // arch/x86/kernel/unwind_orc.c, 6.4 to 7.2: what an offset of BP is added to is the SP of the frame above
  // for calls, and the place of what was saved for other frames; other registers are the SP as they are.
  @Test(
    "the frame above is found by each register, and its BP by its SP, by what was saved, or by BP",
    arguments: [
      // Calls, by a register.
      (0x215, [0x86, 2]), (0x245, [0x10, 6, 2, 0x76, 0x70]), (0x214, [0x0c, 6, 8, 0x86, 2]),
      (0x212, [0x0c, 1, 0, 0x86, 2]), (0x213, [0x0c, 5, 0, 0x86, 2]),
      (0x216, [0x0c, 10, 0, 0x86, 2]), (0x217, [0x0c, 13, 0, 0x86, 2]),
      (0x21a, [0x0c, 0, 0, 0x86, 2]),
      // Calls, by a word that SP or BP points to.
      (0x219, [0x0f, 5, 0x77, 0, 0x06, 0x23, 8, 0x86, 2]),
      (0x249, [0x0f, 5, 0x77, 0, 0x06, 0x23, 8, 0x10, 6, 2, 0x76, 0x70]),
      (0x218, [0x0f, 3, 0x76, 8, 0x06, 0x86, 2]),
      // What the processor pushed.
      (
        0x415,
        [0x0f, 5, 0x77, 8, 0x23, 24, 0x06, 0x10, 16, 2, 0x77, 8]
          + [0x10, 6, 5, 0x77, 8, 0x11, 0x70, 0x22]
      ),
      (0x445, [0x0f, 5, 0x77, 8, 0x23, 24, 0x06, 0x10, 16, 2, 0x77, 8, 0x10, 6, 2, 0x76, 0x70]),
      // The last frame.
      (0x115, [0x07, 16]),
    ] as [(UInt16, [UInt8])])
  func frame(_ flags: UInt16, _ code: [UInt8]) throws {
    var builder = ORCBuilder(header: "fe5d32bf581bd63b2ca9a5c65ba5a625eab3fe24")
    builder.add(Self.start, sp: 8, bp: -16, flags: flags)
    #expect(try frames(builder).map(\.code) == [code])
  }

  @Test("nothing outside of code has an FDE, wherever a table says its entries are")
  func outside() throws {
    var builder = ORCBuilder()
    builder.add(Self.start - 0x1000, sp: 8, flags: 0x05)
    builder.add(Self.start + 0x2000, sp: 16, flags: 0x05)
    let frames = try frames(builder)
    #expect(frames.map(\.start) == [Self.start])
    #expect(frames.map(\.size) == [0x100])
  }
}
