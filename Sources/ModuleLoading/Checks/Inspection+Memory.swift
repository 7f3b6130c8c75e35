internal import ELFFormat
internal import KernelReleases
internal import Livepatching

// The memory that the kernel gives to a module, and what it puts there.
extension Inspection {
  /// `move_module`: a section without a type, which no check looks at, is copied from wherever it says.
  /// The page after the copy of the file is never mapped, nor is what lies far from it.
  func copyCrash(_ verdict: inout Verdict) -> Refusal? {
    let page: UInt64 = 4096
    let end = (UInt64(map.length) + page - 1) & ~(page - 1)
    for (index, section) in map.sections.enumerated().dropFirst()
    where section.type == .null && section.flags.contains(.alloc) && !indices.isDropped(index) {
      let (last, isWrapping) = section.offset.addingReportingOverflow(section.size)
      guard section.size > 0, isWrapping || last > end else { continue }
      let isFar = map.layout.is64Bit && (1 << 30..<1 << 40).contains(section.offset)
      if section.offset < end + page || isFar { return Refusal(crash: .sectionWild) }
      verdict.doubt(.sectionWild)
      return nil
    }
    return nil
  }

  /// `module_memory_alloc`: a module that is larger than the room for modules. Sizes of memory have 32 bits
  /// and wrap; what then lies after them is copied to where nobody knows.
  ///
  /// - Note: `layout_sections` and `module_get_offset` (kernel/module/main.c), `MODULES_LEN` and `SZ_2G` of
  ///   arch/*, 5.10 to 7.2. Other memory than the sections of one kind is left out.
  func spaceRefusal(_ architecture: ArchitectureSections, _ verdict: inout Verdict) -> Refusal? {
    let room: UInt64? =
      switch map.machine {
      case .x86_64: 0x6000_0000
      case .aarch64, .s390: 1 << 31
      case .riscV where map.layout.is64Bit: 1 << 31
      // Less than what the kernel has of all addresses.
      case .i386, .arm: settings.isSet("VMSPLIT_3G") ? 1 << 30 : 3 << 30
      default: nil
      }
    guard let room else { return nil }
    var sizes = [UInt64](repeating: 0, count: 8)
    // Where what has bytes in the file ends.
    var ends = sizes
    let perCPU = map.find(".data..percpu")
    for (index, section) in map.sections.enumerated() where index != perCPU {
      let flags = architecture.flags(of: index, section)
      guard flags.contains(.alloc), !indices.isDropped(index) else { continue }
      var kind = flags.contains(.execInstructions) ? 0 : !flags.contains(.write) ? 1 : 2
      if map.nameBytes(of: section).starts(with: ".init".utf8) { kind += 4 }
      let mask = max(1, section.alignment) &- 1
      let start = (sizes[kind] &+ mask) & ~mask
      let end = start &+ section.size
      if section.size > 0, section.type != .nobits { ends[kind] = max(ends[kind], end) }
      sizes[kind] = end & 0xffff_ffff
    }
    if sizes.contains(where: { $0 > room }) {
      let line = rules.has(.reportsFullMemory) ? "execmem: unable to allocate memory" : nil
      return Refusal(.ENOMEM, line)
    }
    let page = pageSize ?? 65536
    if zip(ends, sizes).contains(where: { $0 > ($1 + page - 1) & ~(page - 1) }) {
      verdict.doubt(.sectionFar)
    }
    return nil
  }

  /// `percpu_modalloc`: memory for each processor. `pcpu_alloc` never gives more than 32 KiB or a page, and
  /// most kernels set 8 KiB apart for all modules.
  ///
  /// - Note: kernel/module/main.c, mm/percpu.c and include/linux/percpu.h (`PCPU_MIN_UNIT_SIZE`,
  ///   `PERCPU_MODULE_RESERVE`), 5.10 to 7.2.
  func perCPURefusal(_ verdict: inout Verdict) -> Refusal? {
    let index = map.find(".data..percpu")
    guard index != 0, map.sections[index].size > 0 else { return nil }
    // On one processor there is no such memory.
    if let vermagic = kernel.vermagic, !vermagic.split(separator: " ").contains("SMP") {
      return Refusal(.ENOMEM)
    }
    let (size, name) = (map.sections[index].size, header.moduleName)
    var alignment = map.sections[index].alignment
    if let pageSize, alignment > pageSize {
      verdict.log.say("\(name): per-cpu alignment \(Int64(bitPattern: alignment)) > \(pageSize)")
      alignment = pageSize
    }
    let refusal = Refusal(.ENOMEM, "\(name): Could not allocate \(size) bytes percpu data")
    if size > max(32768, pageSize ?? 65536) || alignment & (alignment &- 1) != 0 {
      return refusal
    }
    guard let reserve = perCPUReserve, size > reserve else { return nil }
    guard settings.hasConfiguration else {
      verdict.assumed.append(LoadAssumption(.perCPURoom, value: String(size)))
      return nil
    }
    verdict.log.say(
      "percpu: allocation failed, size=\((size + 3) & ~3) align=\(max(4, alignment)) atomic=0, "
        + "alloc from reserved chunk failed")
    return refusal
  }

  /// The bytes that are set apart for all modules, where modules get no others: `PERCPU_MODULE_RESERVE`,
  /// as most architectures give it to `pcpu_embed_first_chunk`.
  private var perCPUReserve: UInt64? {
    switch map.machine {
    case .i386, .powerPC, .powerPC64: nil
    default: settings.isSet("MEM_ALLOC_PROFILING") ? 65536 : 8192
    }
  }

  /// `PAGE_SIZE`; `nil` where architectures have a choice that was not read.
  private var pageSize: UInt64? {
    switch map.machine {
    case .x86_64, .i386, .arm, .s390, .riscV: 4096
    case .aarch64:
      settings.isSet("ARM64_64K_PAGES") ? 65536 : settings.isSet("ARM64_16K_PAGES") ? 16384 : 4096
    case .powerPC64: settings.isSet("PPC_4K_PAGES") ? 4096 : 65536
    default: nil
    }
  }
}
