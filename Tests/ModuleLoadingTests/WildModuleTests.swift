import ByteStorage
import ELFFormat
import KernelReleases
import Livepatching
import ModuleLoading
import TestSupport
import Testing

/// Modules that make the kernel reach for memory that is not theirs, or for more than there is.
@Suite("Modules that reach too far")
struct WildModuleTests {
  @Test("that memory at places outside of their section may be written to is an assumption")
  func places() throws {
    for (machine, type, order) in [
      (ELFMachine.x86_64, UInt32(2), true), (.aarch64, 257, true), (.s390, 22, false),
      (.powerPC64, 38, true),
    ] {
      let bench = ArchitectureSectionTests.bench("6.12.0", machine, order: order ? .little : .big)
      var module = bench.module()
      if machine == .aarch64 {
        module.sections = [(".plt", .alloc, [0]), (".init.plt", .alloc, [0])]
      }
      if machine == .powerPC64 { module.sections = [(".stubs", .alloc, [0])] }
      for (offset, isAssumed) in [(UInt64(8), false), (16, true), (1 << 40, true)] {
        var elf = module.elf()
        if machine == .powerPC64 { elf.flags = 2 }
        let data = elf.addSection(
          ".data", flags: [.alloc, .write], bytes: [UInt8](repeating: 0, count: 16))
        let symbol = elf.addSymbol("own", section: data)
        elf.addRelocations(
          [ELFBuilder.Relocation(offset: offset, symbol: symbol, type: type)], forSection: data)
        let outcome = try bench.outcome(elf.build())
        #expect(
          outcome.assumed.map(\.code).contains(.placesBeyondSection) == isAssumed,
          "\(machine) \(offset)")
      }
    }
  }

  @Test("that a section after the table may be looked at is an assumption where nobody checks")
  func sections() throws {
    for (release, isChecked) in [("5.10.0", false), ("6.6.0", false), ("7.2.0", true)] {
      for (section, isAssumed) in [(0x300, true), (0xffff, true), (1, false)] {
        var elf = Bench(release).module().elf()
        elf.addSymbol("stray", section: section)
        let outcome = try Bench(release).outcome(elf.build())
        #expect(
          outcome.assumed.map(\.code).contains(.sectionsBeyondTable) == (isAssumed && !isChecked))
        #expect((outcome.errno == .ENOEXEC) == (isAssumed && isChecked))
      }
    }
  }

  @Test("that the name of the first section may be looked for after the file is an assumption")
  func names() throws {
    let module = Bench().module().build()
    let file = try ELFFile(ByteSource(module.rawSpan))
    let table = file.sections[Int(file.header.sectionNameTableIndex)].offset
    // The file ends somewhere in its last page.
    let end = UInt32((UInt64(file.source.count) + 4095) & ~4095 - table)
    for (name, isAssumed) in [(1, false), (end - 1, false), (end, true), (0xff_ffff, true)] {
      var bytes = Bench().module().build()
      let headers = bytes[40..<48].reversed().reduce(0) { $0 << 8 | Int($1) }
      bytes.replaceSubrange(
        headers..<headers + 4, with: (0..<4).map { UInt8(truncatingIfNeeded: name >> ($0 * 8)) })
      let outcome = try Bench().outcome(bytes)
      #expect(outcome.verdict == .loads)
      #expect(outcome.assumed.map(\.code).contains(.namesBeyondFile) == isAssumed)
    }
  }

  @Test(
    "before an empty table of section names is looked for its end, where nothing is before the file"
  )
  func emptyNames() throws {
    let rows: [(String, UInt64, LoadVerdict, LoadErrno?)] = [
      ("5.10.0", 0, .crashes, nil), ("5.10.0", 1, .refused, .ENOEXEC),
      ("5.15.0", 0, .refused, .ENOEXEC), ("6.12.0", 0, .refused, .ENOEXEC),
      ("7.2.0", 0, .refused, .ENOEXEC),
    ]
    for (release, offset, verdict, errno) in rows {
      var bytes = Bench(release).module().build()
      func number(at place: Int, size: Int) -> Int {
        bytes[place..<place + size].reversed().reduce(0) { $0 << 8 | Int($1) }
      }
      let header = number(at: 40, size: 8) + 64 * number(at: 62, size: 2)
      // sh_offset and sh_size.
      let fields = [offset, 0].flatMap { field in
        (0..<8).map { UInt8(truncatingIfNeeded: field >> ($0 * 8)) }
      }
      bytes.replaceSubrange(header + 24..<header + 40, with: fields)
      let outcome = try Bench(release).outcome(bytes)
      #expect(outcome.verdict == verdict && outcome.errno == errno, "\(release) \(offset)")
      #expect(outcome.causes.map(\.code).contains(.sectionNamesEmpty) == (verdict == .crashes))
    }
  }

  @Test("a section without a type is copied from outside of the file, if it is allocated")
  func typeless() throws {
    let rows: [(UInt64, ELFSectionFlags, LoadVerdict)] = [
      (1 << 31, .alloc, .crashes), (1 << 31, [], .loads), (0, .alloc, .loads),
      (1 << 50, .alloc, .undecided),
    ]
    for (offset, flags, verdict) in rows {
      for release in ["5.10.0", "6.1.0", "6.12.0", "7.2.0"] {
        var elf = Bench(release).module().elf()
        let place = elf.addSection(".wild", type: .null, flags: flags, size: 64)
        elf.sections[place - 1].claimedOffset = offset
        let outcome = try Bench(release).outcome(elf.build())
        #expect(outcome.verdict == verdict, "\(release) \(offset)")
        #expect(outcome.causes.map(\.code).contains(.sectionWild) == (verdict != .loads))
      }
    }
    var old = Bench("5.8.0").module().elf()
    let place = old.addSection(".wild", type: .null, size: 64)
    old.sections[place - 1].claimedOffset = 1 << 31
    #expect(try Bench("5.8.0").outcome(old.build()).errno == .ENOEXEC)
  }

  // vmalloc() leaves a page after what it gives.
  @Test("the page after a file is never there, nor is what is a gigabyte to a terabyte away")
  func typelessBounds() throws {
    func outcome(_ offset: UInt64, _ size: Int) throws -> (LoadVerdict, length: Int) {
      var elf = Bench().module().elf()
      let place = elf.addSection(".wild", type: .null, size: size)
      elf.sections[place - 1].claimedOffset = offset
      let bytes = elf.build()
      return (try Bench().outcome(bytes).verdict, bytes.count)
    }
    let end = (UInt64(try outcome(0, 0).length) + 4095) & ~4095
    let rows: [(UInt64, Int, LoadVerdict)] = [
      (end - 64, 64, .loads), (end - 64, 65, .crashes), (end + 4095, 1, .crashes),
      (end + 4096, 1, .undecided), (1 << 31, 0, .loads), ((1 << 30) - 1, 1, .undecided),
      (1 << 30, 1, .crashes), ((1 << 40) - 1, 1, .crashes), (1 << 40, 1, .undecided),
      (.max - 3, 8, .undecided), (.max - 3, 0, .loads),
    ]
    for (offset, size, verdict) in rows {
      #expect(try outcome(offset, size).0 == verdict, "\(offset) \(size)")
    }
  }

  /// What becomes of a module with a section of a name, size and alignment.
  private func outcome(
    _ bench: Bench, _ name: String, size: Int, alignment: Int = 8
  ) throws -> LoadOutcome {
    var elf = bench.module().elf()
    elf.addSection(
      name, type: .nobits, flags: [.alloc, .write], size: size, alignment: alignment)
    return try bench.outcome(elf.build())
  }

  @Test("memory for each processor is never more than 32 KiB, and mostly 8")
  func perCPU() throws {
    func answer(_ size: Int, _ alignment: Int = 8, _ bench: Bench = Bench("6.12.0")) throws
      -> String
    {
      summary(try outcome(bench, ".data..percpu", size: size, alignment: alignment))
    }
    let refused = "sample: Could not allocate 40000 bytes percpu data"
    #expect(try answer(40000) == "ENOMEM | \(refused)")
    let reserved =
      "percpu: allocation failed, size=32768 align=8 atomic=0, "
      + "alloc from reserved chunk failed | sample: Could not allocate 32768 bytes percpu data"
    #expect(try answer(32768) == "ENOMEM | \(reserved)")
    #expect(try answer(8192) == "loads")
    #expect(try answer(0, 1 << 20) == "loads")
    #expect(try answer(64, 1 << 20) == "loads | sample: per-cpu alignment 1048576 > 4096")
    #expect(try answer(64, 4096) == "loads")
    #expect(try answer(64, 8192) == "loads | sample: per-cpu alignment 8192 > 4096")
    for alignment in [3, 12, 4095] {
      #expect(
        try answer(64, alignment) == "ENOMEM | sample: Could not allocate 64 bytes percpu data")
    }
    #expect(
      try answer(40000, 1 << 20)
        == "ENOMEM | sample: per-cpu alignment 1048576 > 4096 | \(refused)")
    var bench = Bench("6.12.0")
    bench.config.append("MEM_ALLOC_PROFILING")
    #expect(try answer(32768, 8, bench) == "loads")
    bench = Bench("6.12.0")
    bench.hasConfig = false
    for (size, isAssumed) in [(8192, false), (8193, true)] {
      let assumed = try outcome(bench, ".data..percpu", size: size).assumed
      #expect(assumed.contains(LoadAssumption(.perCPURoom, value: "8193")) == isAssumed)
    }
  }

  @Test("a module is refused that is larger than the room for modules")
  func space() throws {
    #expect(
      try summary(outcome(Bench(), ".large", size: 0x6000_0000))
        == "ENOMEM | execmem: unable to allocate memory")
    #expect(try summary(outcome(Bench("6.9.0"), ".large", size: 0x6000_0000)) == "ENOMEM")
    #expect(try summary(outcome(Bench(), ".large", size: 0x5000_0000)) == "loads")
    // Initial code and data have rooms of their own.
    #expect(try summary(outcome(Bench(), ".init.large", size: 0x6000_0000)) == "loads")
    #expect(
      try summary(outcome(Bench(), ".init.large", size: 0x6000_0001))
        == "ENOMEM | execmem: unable to allocate memory")
    // Sizes have 32 bits.
    #expect(try summary(outcome(Bench(), ".large", size: 1 << 40)) == "loads")
    let small = ArchitectureSectionTests.bench("6.1.0", .i386, is64Bit: false)
    #expect(try summary(outcome(small, ".large", size: 0xc000_0001)) == "ENOMEM")
    var split = small
    split.config.append("VMSPLIT_3G")
    for (bench, verdict) in [(small, "loads"), (split, "ENOMEM")] {
      #expect(try summary(outcome(bench, ".large", size: 0x7000_0000)) == verdict)
    }
    var elf = Bench().module().elf()
    let place = elf.addSection(".high", flags: [.alloc, .write], bytes: [1])
    var bytes = elf.build()
    ELFValidityTests.put(1 << 40, 8, at: ELFValidityTests.header(bytes, place) + 48, &bytes)
    let outcome = try Bench().outcome(bytes)
    #expect(outcome.causes.map(\.code) == [.sectionFar] && outcome.verdict == .undecided)
  }

  // move_module copies what has bytes in the file to where layout_sections saw a place for it.
  @Test(
    "what lies after a module's memory, because its size wraps, is copied to where nobody knows")
  func wrapping() throws {
    func verdict(_ parts: [(size: Int, hasBytes: Bool)]) throws -> LoadVerdict {
      var elf = Bench().module().elf()
      for (number, part) in parts.enumerated() {
        elf.addSection(
          ".init.\(number)", type: part.hasBytes ? .progbits : .nobits, flags: [.alloc, .write],
          bytes: part.hasBytes ? [UInt8](repeating: 1, count: part.size) : [], size: part.size,
          alignment: 1)
      }
      return try Bench().outcome(elf.build()).verdict
    }
    #expect(try verdict([(0xffff_fff0, false), (16, true)]) == .undecided)
    #expect(try verdict([(0xffff_ffff, false), (1, true)]) == .undecided)
    #expect(try verdict([(16, true), (0xffff_fff0, false)]) == .undecided)
    // A page is there for one byte.
    #expect(try verdict([(16, true), (0xffff_fff1, false)]) == .loads)
    #expect(try verdict([(4097, true), (0xffff_f000, false)]) == .undecided)
    #expect(try verdict([(4096, true), (0xffff_f001, false)]) == .loads)
    #expect(try verdict([(0xffff_fff0, false), (16, false)]) == .loads)
    // More than there is room for is refused before anything is copied.
    #expect(try verdict([(0xffff_ffff, false), (1, true), (0x7000_0000, false)]) == .refused)
  }

  @Test("architectures take the second number that they have, and arm looks at the entry point")
  func architectures() throws {
    func answer(
      _ machine: ELFMachine, is64Bit: Bool, order: Bool = true, _ number: UInt16,
      entry: UInt8 = 0, flags: UInt32 = 0x500_0000
    ) throws -> String {
      let bench = ArchitectureSectionTests.bench(
        "6.12.0", machine, is64Bit: is64Bit, order: order ? .little : .big)
      var elf = bench.module().elf()
      elf.machine = ELFMachine(rawValue: number)
      elf.flags = flags
      var bytes = elf.build()
      if !is64Bit { bytes[24] = entry }
      return summary(try bench.outcome(bytes))
    }
    let refused = "ENOEXEC | Invalid architecture in ELF header: "
    #expect(try answer(.i386, is64Bit: false, 6) == "loads")
    #expect(try answer(.s390, is64Bit: true, order: false, 0xa390) == "loads")
    #expect(try answer(.x86_64, is64Bit: true, 6) == refused + "6")
    #expect(try answer(.arm, is64Bit: false, 40, entry: 1) == "loads")
    #expect(try answer(.arm, is64Bit: false, 40, entry: 4) == "loads")
    #expect(try answer(.arm, is64Bit: false, 40, entry: 2) == refused + "40")
    #expect(try answer(.arm, is64Bit: false, 40, flags: 8) == refused + "40")
  }
}
