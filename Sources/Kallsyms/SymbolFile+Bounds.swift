internal import ByteStorage
internal import ELFFormat

/// The machine a kernel is for, by the symbols that only kernels for it have.
struct KernelMachine {
  let machine: ELFMachine
  let order: ByteOrder?
  let flags: UInt32

  /// Entry points of `read` and of exceptions, by the names that each architecture gives them.
  private static let signs: [(StaticString, ELFMachine, ByteOrder?, UInt32)] = [
    ("__x64_sys_read", .x86_64, .little, 0), ("__ia32_sys_read", .i386, .little, 0),
    ("__arm64_sys_read", .aarch64, nil, 0), ("__s390x_sys_read", .s390, .big, 0),
    ("__riscv_sys_read", .riscV, .little, 0), ("vector_swi", .arm, nil, 0x500_0000),
    ("loongarch_clockevent_init", .loongArch, .little, 0),
    ("system_call_exception", .powerPC64, nil, 2),
  ]

  init?(telling table: SymbolTable) {
    for (name, machine, order, flags) in KernelMachine.signs where table.index(named: name) != nil {
      (self.machine, self.order, self.flags) = (machine, order, flags)
      return
    }
    return nil
  }
}

extension SymbolFile {
  /// Names of sections by the symbol at their beginning; `nil` where another ends.
  private static let markers: [(StaticString, StaticString?)] = [
    ("_text", ".head.text"), ("_stext", ".text"), ("_etext", nil), ("__start_rodata", ".rodata"),
    ("__start_notes", ".notes"), ("__stop_notes", nil), ("__end_rodata", nil),
    ("_sinittext", ".init.text"), ("_einittext", nil), ("__initdata_begin", ".init.data"),
    ("__per_cpu_start", ".data..percpu"), ("__per_cpu_end", nil), ("__init_end", nil),
    ("_sdata", ".data"), ("_edata", nil), ("__bss_start", ".bss"), ("__bss_stop", nil),
    ("_end", nil),
  ]

  /// A stretch of addresses between two bounds, with how many symbols of each kind it has.
  private struct Stretch {
    let first: UInt64
    let end: UInt64
    let name: StaticString?
    /// Code, read-only data, data, uninitialised data.
    var counts: [Int] = [0, 0, 0, 0]
  }

  /// The sections that symbols tell; what they hold is told by most letters in them.
  static func sections(boundsIn table: SymbolTable, start: UInt64?, size: Int) -> [Section] {
    var stretches = self.stretches(table, start: start, size: size)
    var order = kernelSymbols(table)
    if !table.isSorted { order.sort { table.addresses[$0] < table.addresses[$1] } }
    var current = 0
    for index in order {
      let address = table.addresses[index]
      while current < stretches.count, stretches[current].end <= address { current &+= 1 }
      guard current < stretches.count, address >= stretches[current].first else { continue }
      switch table.type(at: index) | 0x20 {
      case 0x74, 0x77: stretches[current].counts[0] &+= 1
      case 0x72, 0x6e: stretches[current].counts[1] &+= 1
      case 0x62: stretches[current].counts[3] &+= 1
      default: stretches[current].counts[2] &+= 1
      }
    }
    return stretches.compactMap { section($0, start: start, size: size) }
  }

  /// The kernel's own symbols that are no absolute values.
  private static func kernelSymbols(_ table: SymbolTable) -> [Int] {
    (0..<table.count).filter {
      table.ownerIndex(at: $0) == 0 && table.type(at: $0) | 0x20 != 0x61
    }
  }

  private static func stretches(_ table: SymbolTable, start: UInt64?, size: Int) -> [Stretch] {
    var cuts: [UInt64: StaticString?] = [:]
    let own = kernelSymbols(table).map { table.addresses[$0] }
    guard let lowest = own.min(), let highest = own.max() else { return [] }
    for (symbol, name) in markers {
      guard let index = table.index(named: symbol) else { continue }
      let address = table.addresses[index]
      if let name {
        cuts[address] = name
      } else if cuts[address] == nil {
        cuts[address] = .some(nil)
      }
    }
    if cuts[lowest] == nil { cuts[lowest] = .some(nil) }
    if table.index(named: "_end") == nil {
      let end = highest | 0xfff
      cuts[end == .max ? end : end &+ 1] = .some(nil)
    }
    if let start, let image = UInt64(exactly: size) {
      let end = start.addingReportingOverflow(image)
      if !end.overflow, end.partialValue > lowest, cuts[end.partialValue] == nil {
        cuts[end.partialValue] = .some(nil)
      }
    }
    let edges = cuts.sorted { $0.key < $1.key }
    return zip(edges, edges.dropFirst()).map { edge, next in
      Stretch(first: edge.key, end: next.key, name: edge.value)
    }
  }

  private static func section(_ stretch: Stretch, start: UInt64?, size: Int) -> Section? {
    let usual: [(StaticString, ELFSectionFlags)] = [
      (".text", [.alloc, .execInstructions]), (".rodata", .alloc), (".data", [.alloc, .write]),
      (".bss", [.alloc, .write]),
    ]
    guard let most = stretch.counts.max(), most > 0,
      let kind = stretch.counts.firstIndex(of: most)
    else { return nil }
    let name = stretch.name ?? usual[kind].0
    var header = ELFWriter.Section(type: kind == 3 ? .nobits : .progbits, flags: usual[kind].1)
    (header.address, header.size) = (stretch.first, stretch.end &- stretch.first)
    var contents: Range<Int>?
    if kind != 3, let start, stretch.first >= start,
      stretch.end &- start <= UInt64(max(0, size))
    {
      contents = Int(stretch.first &- start)..<Int(stretch.end &- start)
    }
    if contents != nil, name.description == ".notes" {
      (header.type, header.alignment) = (.note, 4)
    }
    return Section(name: Array(name.description.utf8), header: header, contents: contents)
  }
}

extension SymbolTable {
  /// Address of the first byte of a plain image, by what both know the place of.
  ///
  /// - Parameters:
  ///   - image: The image that the table was read from.
  ///   - tables: Where the kernel's own tables lie in it.
  /// - Returns: `nil` if nothing tells.
  public func imageStart(_ image: RawSpan, _ tables: KallsymsTables) -> UInt64? {
    if let own = index(named: "kallsyms_names") {
      return addresses[own] &- UInt64(tables.names.lowerBound)
    }
    // Without data among the symbols: the notes, since images begin at a page.
    guard let start = index(named: "__start_notes"), let stop = index(named: "__stop_notes"),
      addresses[stop] > addresses[start], addresses[stop] &- addresses[start] < 4096
    else { return nil }
    var position = 0
    for _ in 0..<4096 {
      guard let name = image.firstRange(of: "GNU\0", from: position) else { return nil }
      position = name &+ 4
      // A note: sizes of name and content, type; the first or a later one of the section.
      guard name >= 12, image.integer(UInt32.self, at: name &- 12, tables.order) == 4,
        image.integer(UInt32.self, at: name &- 4, tables.order) == 3
      else { continue }
      let offset = UInt64(name &- 12)
      let distance = (offset &- addresses[start]) & 0xfff
      if distance < addresses[stop] &- addresses[start], distance.isMultiple(of: 4),
        addresses[start] &+ distance >= offset
      {
        return addresses[start] &+ distance &- offset
      }
    }
    return nil
  }
}
