internal import ByteStorage
internal import ELFFormat
internal import ModuleFiles

/// The loader's checks of a module's ELF structure. Everything that fails is ENOEXEC.
///
/// - Note: kernel/module.c elf_validity_check (5.10); kernel/module/main.c elf_validity_check (6.1),
///   elf_validity_cache_copy (6.12), elf_validity_ehdr and what follows it (7.2).
struct ELFValidity: ~Escapable {
  /// A failed check, with its log line unless it is silent.
  struct Failure: Error {
    let line: String?
    /// Whether it belongs to the set-up that follows the checks, up to 6.3.
    let isOfSetup: Bool
    /// Whether the kernel dies of it.
    let isCrash: Bool

    init(_ line: String?, isOfSetup: Bool = false, isCrash: Bool = false) {
      self.line = line
      self.isOfSetup = isOfSetup
      self.isCrash = isCrash
    }
  }

  /// Where the loader found what it needs; 0 for absent.
  struct Indices {
    var info = 0
    var structure = 0
    var symbols = 0
    var strings = 0
    var versions = 0
    var extendedCRCs = 0
    var extendedNames = 0

    /// Whether the loader reads a section but does not keep it: it clears `SHF_ALLOC` there.
    func isDropped(_ index: Int) -> Bool {
      index == info || index == versions || index == extendedCRCs || index == extendedNames
    }
  }

  let rules: LoaderRules
  let machine: ELFMachine
  let structureSize: Int?
  let ignoresModversions: Bool
  var map: SectionMap
  var indices = Indices()
  /// The name that log lines use before the module structure is known (`info->name`).
  var infoName: String?

  /// Runs the checks of the header and the section headers.
  @_lifetime(copy source)
  init(
    _ source: ByteSource, length: Int, layout: ELFLayout, machine: ELFMachine, rules: LoaderRules,
    structureSize: Int?, ignoresModversions: Bool
  ) throws(Failure) {
    self.rules = rules
    self.machine = machine
    self.structureSize = structureSize
    self.ignoresModversions = ignoresModversions
    let names = rules.has(.namesHeaderDefects)
    func failure(_ line: String) -> Failure { Failure(names ? line : nil) }
    guard length >= layout.headerSize,
      let head = try? source.bytes(0..<layout.headerSize, in: "ELF header"),
      let header = try? ELFHeader(parsing: head, layout: layout)
    else { throw failure("Invalid ELF header len \(length)") }
    guard head.integer(UInt32.self, at: 0, .big) == 0x7f45_4c46 else {
      // As /dev/kmsg shows the unprintable byte.
      throw failure("Invalid ELF header magic: != \\x7fELF")
    }
    guard header.type == .relocatable else {
      throw failure("Invalid ELF header type: \(header.type.rawValue) != 1")
    }
    guard header.machine.inKernel == machine.inKernel,
      ELFValidity.acceptsClass(head, layout, machine),
      machine != .arm || ELFValidity.acceptsARM(header)
    else {
      throw failure("Invalid architecture in ELF header: \(header.machine.rawValue)")
    }
    if rules.has(.checksArchitectureFlags), machine == .powerPC64 {
      // A little-endian kernel is ELFv2, a big-endian one may be either.
      if layout.order == .little, header.flags & 3 != 2 {
        throw failure("Invalid module architecture in ELF header: \(header.machine.rawValue)")
      }
    }
    guard Int(header.sectionHeaderEntrySize) == layout.sectionHeaderSize else {
      throw failure("Invalid ELF section header size")
    }
    let count = Int(header.sectionHeaderCount)
    let tableSize = UInt64(count * layout.sectionHeaderSize)
    guard header.sectionHeaderOffset < UInt64(length),
      tableSize <= UInt64(length) - header.sectionHeaderOffset,
      let table = try? source.bytes(
        at: header.sectionHeaderOffset, size: tableSize, in: "section headers")
    else { throw failure("Invalid ELF section header overflow") }
    let sections = (0..<count).compactMap {
      ELFSection(parsing: table, at: $0 * layout.sectionHeaderSize, layout: layout)
    }
    map = SectionMap(source, length: length, header: header, sections: sections)
    if rules.has(.validatesStepByStep) {
      try validateStepByStep()
    } else {
      try validateInOneLoop()
    }
  }

  /// `elf_check_arch` of arm: the entry point is a place of code, of Thumb if it is odd, and files without
  /// a version of the EABI do not ask for addresses of 26 bits, which only processors before ARMv5 have.
  ///
  /// - Note: arch/arm/kernel/elf.c, 5.10 to 7.2.
  private static func acceptsARM(_ header: ELFHeader) -> Bool {
    header.entry & 3 != 2 && (header.flags >> 24 != 0 || header.flags & 8 == 0)
  }

  /// riscv, s390 and parisc compare the class too.
  private static func acceptsClass(
    _ head: RawSpan, _ layout: ELFLayout, _ machine: ELFMachine
  ) -> Bool {
    guard machine == .riscV || machine == .s390 || machine == .parisc else { return true }
    return head.byte(at: 4) == (layout.is64Bit ? 2 : 1)
  }
}
