internal import ByteStorage
internal import ELFFormat
package import Kallsyms
package import SymbolTables

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
    let found = table.indexes(named: KernelMachine.signs.map { $0.0 })
    guard let first = found.firstIndex(where: { $0 != nil }) else { return nil }
    (_, machine, order, flags) = KernelMachine.signs[first]
  }
}

extension SymbolFile {
  /// What a section holds.
  private enum Kind: Int {
    case code, constants, data, zeros

    var flags: ELFSectionFlags {
      switch self {
      case .code: [.alloc, .execInstructions]
      case .constants: .alloc
      case .data, .zeros: [.alloc, .write]
      }
    }

    /// The usual name of such a section.
    var name: StaticString {
      switch self {
      case .code: ".text"
      case .constants: ".rodata"
      case .data: ".data"
      case .zeros: ".bss"
      }
    }
  }

  /// A section that a symbol tells the beginning of.
  private struct Part {
    let name: StaticString
    let kind: Kind

    init(_ name: StaticString, _ kind: Kind) { (self.name, self.kind) = (name, kind) }
  }

  /// Sections by the symbol at their beginning; `nil` where another ends. The last is the kernel's end.
  private static let markers: [(StaticString, Part?)] = [
    ("_text", Part(".head.text", .code)), ("_stext", Part(".text", .code)), ("_etext", nil),
    ("__start_rodata", Part(".rodata", .constants)), ("__start_notes", Part(".notes", .constants)),
    ("__stop_notes", nil), ("__end_rodata", nil), ("_sinittext", Part(".init.text", .code)),
    ("_einittext", nil), ("__initdata_begin", Part(".init.data", .data)),
    ("__per_cpu_start", Part(".data..percpu", .data)), ("__per_cpu_end", nil), ("__init_end", nil),
    ("_sdata", Part(".data", .data)), ("_edata", nil), ("__bss_start", Part(".bss", .zeros)),
    ("__bss_stop", nil), ("_end", nil),
  ]

  /// A stretch of addresses between two bounds, with how many symbols of each kind it has.
  private struct Stretch {
    let first: UInt64
    let end: UInt64
    let part: Part?
    /// By the raw value of ``Kind``.
    var counts: [Int] = [0, 0, 0, 0]
  }

  /// The sections that symbols tell; what those without a name hold is told by most letters in them.
  static func sections(boundsIn table: SymbolTable, start: UInt64?, size: Int) -> [Section] {
    let found = table.indexes(named: markers.map { $0.0 }).map { index in
      index.flatMap { isKernelSymbol($0, table) ? $0 : nil }
    }
    var stretches = self.stretches(table, markers: found, start: start, size: size)
    var order = (0..<table.count).filter { isKernelSymbol($0, table) && !found.contains($0) }
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

  /// Whether a symbol is the kernel's own and no absolute value.
  private static func isKernelSymbol(_ index: Int, _ table: SymbolTable) -> Bool {
    table.ownerIndex(at: index) == 0 && table.type(at: index) | 0x20 != 0x61
  }

  /// The addresses between markers, the ends of the kernel and the end of the image.
  private static func stretches(
    _ table: SymbolTable, markers found: [Int?], start: UInt64?, size: Int
  ) -> [Stretch] {
    var cuts: [UInt64: Part?] = [:]
    let own = (0..<table.count).lazy.filter { isKernelSymbol($0, table) }
      .map { table.addresses[$0] }
    guard let lowest = own.min(), let highest = own.max() else { return [] }
    for ((_, part), index) in zip(markers, found) {
      guard let index else { continue }
      let address = table.addresses[index]
      if let part {
        cuts[address] = part
      } else if cuts[address] == nil {
        cuts[address] = .some(nil)
      }
    }
    if cuts[lowest] == nil { cuts[lowest] = .some(nil) }
    if found.last == .some(nil) {
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
      Stretch(first: edge.key, end: next.key, part: edge.value)
    }
  }

  private static func section(_ stretch: Stretch, start: UInt64?, size: Int) -> Section? {
    guard let most = stretch.counts.max(), most > 0 || stretch.part != nil,
      let first = stretch.counts.firstIndex(of: most), let told = Kind(rawValue: first)
    else { return nil }
    var part = stretch.part ?? Part(told.name, told)
    var contents: Range<Int>?
    if let start {
      if stretch.first < start || stretch.end &- start > UInt64(max(0, size)) {
        // What an image does not hold, the kernel clears.
        part = Part(Kind.zeros.name, .zeros)
      } else if part.kind != .zeros {
        contents = Int(stretch.first &- start)..<Int(stretch.end &- start)
      }
    }
    var header = ELFWriter.Section(
      type: part.kind == .zeros ? .nobits : .progbits, flags: part.kind.flags)
    (header.address, header.size) = (stretch.first, stretch.end &- stretch.first)
    if contents != nil, part.name.description == ".notes" {
      (header.type, header.alignment) = (.note, 4)
    }
    return Section(name: Array(part.name.description.utf8), header: header, contents: contents)
  }
}

extension SymbolTable {
  /// Address of the first byte of a plain image, by what both know the place of.
  ///
  /// - Parameters:
  ///   - image: The image that the table was read from.
  ///   - tables: Where the kernel's own tables lie in it.
  /// - Returns: `nil` if nothing tells.
  package func imageStart(_ image: RawSpan, _ tables: KallsymsTables) -> UInt64? {
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
