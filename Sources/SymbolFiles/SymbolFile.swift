package import ByteStorage
package import ELFFormat
internal import SymbolNames
package import SymbolTables

/// An ELF file with a kernel's symbols over its sections, as debuggers and profilers read it.
///
/// Whether it holds the contents of sections is for the writer to say: `objdump -d` and `x/i` of gdb
/// need them, names of addresses do not.
package struct SymbolFile: Sendable {
  /// Which of its names a symbol gets.
  package enum Naming: String, Sendable, CaseIterable {
    /// As the linker has it.
    case linkage
    /// Without what the compiler put before and behind.
    case source
    /// Rust names as people write them; others as the linker has them.
    case readable
    /// As the linker has them, with a second symbol at the same address for each Rust name, as
    /// people write it, and for each name without the suffix of a compiler that nothing else has.
    case both
  }

  /// A section of the kernel.
  struct Section: Sendable {
    var name: [UInt8]
    var header: ELFWriter.Section
    /// Where its bytes are in the image.
    var contents: Range<Int>?
    /// Its index among the sections of the image; 0 where there is none.
    var original = 0

    /// Whether it holds functions. Some kernels have data that may be executed.
    var isCode: Bool {
      guard header.flags.contains(.execInstructions) else { return false }
      guard header.flags.contains(.write) else { return true }
      return name.rawSpan.firstRange(of: "text") != nil
    }
  }

  /// Word size and byte order.
  package let layout: ELFLayout
  /// `e_machine`; 0 if nothing tells.
  package let machine: ELFMachine
  /// The build ID to note, where no section of the image holds it.
  package var buildID: [UInt8]?
  /// Whether the last section is that of loaded modules.
  var hasModules = false
  /// Where loaded modules end, by owner; 0 where it is not known.
  var moduleEnds: [UInt64] = []
  /// Call frame information to add as `.debug_frame`; empty for none.
  package var frames: [UInt8] = []
  let type: ELFFileType
  let flags: UInt32
  let entry: UInt64
  var sections: [Section]
  let segments: [ELFSegment]
  /// Bytes of the image to take as they stand, at the same offsets; empty for others than ELF files.
  let verbatim: Range<Int>
  /// Address of the first byte of an image that is no ELF file, if known.
  let start: UInt64?

  /// Over the loaded sections of a linked file; its debug information and relocations are left out.
  ///
  /// - Throws: ``ParseError`` if its program headers lie outside of the file.
  package init(_ elf: ELFFile) throws(ParseError) {
    let size = elf.source.count
    layout = elf.layout
    (type, machine) = (elf.header.type, elf.header.machine)
    (flags, entry, start) = (elf.header.flags, elf.header.entry, nil)
    var sections: [Section] = []
    var end = elf.layout.headerSize
    for (index, old) in elf.sections.enumerated()
    where old.flags.contains(.alloc) && old.type != .null {
      var header = ELFWriter.Section(type: old.type, flags: old.flags)
      (header.address, header.size) = (old.address, old.size)
      (header.offset, header.alignment) = (old.offset, old.alignment)
      (header.link, header.info, header.entrySize) = (old.link, old.info, old.entrySize)
      var section = Section(name: elf.name(of: old).array, header: header, original: index)
      if old.type != .nobits, let first = Int(exactly: old.offset), first >= 0, first <= size,
        let count = Int(exactly: old.size), count <= size &- first
      {
        section.contents = first..<(first &+ count)
        end = max(end, first &+ count)
      }
      sections.append(section)
    }
    self.sections = sections
    segments = try elf.segments().filter { segment in
      (segment.type == .load || segment.type == .note)
        && !segment.offset.addingReportingOverflow(segment.fileSize).overflow
        && segment.offset &+ segment.fileSize <= UInt64(size)
    }
    for segment in segments { end = max(end, Int(clamping: segment.offset &+ segment.fileSize)) }
    verbatim = elf.layout.headerSize..<max(end, elf.layout.headerSize)
  }

  /// Over sections that the names of symbols tell (`_stext`, `__bss_start` …).
  ///
  /// - Parameters:
  ///   - table: The symbols.
  ///   - order: Byte order, if known.
  ///   - wordSize: Size of an address in bytes.
  ///   - start: Address of the first byte of the image, if there is one and it is known.
  ///   - size: Size of the image in bytes.
  package init(
    boundsIn table: SymbolTable, order: ByteOrder?, wordSize: Int, start: UInt64? = nil,
    size: Int = 0
  ) {
    let told = KernelMachine(telling: table)
    layout = ELFLayout(is64Bit: wordSize != 4, order: order ?? told?.order ?? .little)
    machine = told?.machine ?? ELFMachine(rawValue: 0)
    type = .executable
    flags = told?.flags ?? 0
    self.start = start
    let sections = SymbolFile.sections(boundsIn: table, start: start, size: size)
    self.sections = sections
    entry = sections.first?.header.address ?? 0
    segments = []
    verbatim = 0..<0
  }

  /// Over sections that symbols tell, for a linked file whose own are lost; without contents.
  package init(boundsIn table: SymbolTable, like elf: ELFFile) {
    layout = elf.layout
    (machine, type, flags) = (elf.header.machine, .executable, elf.header.flags)
    (entry, start, segments, verbatim) = (elf.header.entry, nil, [], 0..<0)
    sections = SymbolFile.sections(boundsIn: table, start: nil, size: 0)
  }

  /// Whether there are any sections.
  package var hasSections: Bool { !sections.isEmpty }
  /// Whether the contents of sections can be copied.
  package var hasImage: Bool { start != nil || !verbatim.isEmpty }
  /// Whether a section holds notes.
  package var hasNotes: Bool { sections.contains { $0.header.type == .note } }
}

extension SymbolFile {
  /// The file.
  ///
  /// - Parameters:
  ///   - table: All symbols of the kernel: they bound each other.
  ///   - chosen: Indexes of those to write, in ascending order; modules' symbols are left out.
  ///   - naming: Which names to write.
  ///   - contents: The image, to hold the bytes of sections; without it only notes are kept.
  ///   - image: Where notes are taken from if there are no contents.
  /// - Returns: The bytes of the file.
  package func bytes(
    _ table: SymbolTable, chosen: [Int], naming: Naming = .linkage, contents: RawSpan? = nil,
    notes image: RawSpan = RawSpan()
  ) -> [UInt8] {
    var writer = ELFWriter(
      layout: layout, type: type, machine: machine, flags: flags, entry: entry)
    let symbols = symbolList(table, chosen: chosen, naming: naming)
    if let contents {
      writer.reserve(contents.byteCount &+ symbols.count &* 64)
      addContents(contents, to: &writer)
    } else {
      addHeaders(notes: image, to: &writer)
    }
    addBuildID(to: &writer)
    addFrames(to: &writer)
    writer.addSymbols(symbols)
    return writer.finish()
  }

  private func addContents(_ image: RawSpan, to writer: inout ELFWriter) {
    // What an ELF file has stays where it is; a plain image goes where pages can be mapped.
    var base = 0
    if verbatim.isEmpty {
      let place = writer.nextOffset(alignment: 1 << 16, like: start ?? 0)
      base = Int(writer.place(image, at: place))
    } else if let bytes = image.slice(verbatim) {
      writer.place(bytes, at: verbatim.lowerBound)
    }
    var made: [ELFSegment] = []
    for section in sections {
      var header = relinked(section.header)
      if let contents = section.contents {
        header.offset = UInt64(base &+ contents.lowerBound)
      } else {
        header.type = .nobits
        if segments.isEmpty { header.offset = UInt64(writer.count) }
      }
      extend(&made, with: &header)
      writer.addSection(named: section.name.rawSpan, header)
    }
    for segment in segments + made { writer.addSegment(segment) }
  }

  private func addHeaders(notes image: RawSpan, to writer: inout ELFWriter) {
    var made: [ELFSegment] = []
    for section in sections {
      var header = relinked(section.header)
      if header.type == .note, let range = section.contents, let bytes = image.slice(range) {
        header.offset = writer.place(bytes, at: writer.nextOffset(alignment: 4))
      } else {
        (header.type, header.offset) = (.nobits, UInt64(writer.count))
      }
      extend(&made, with: &header)
      writer.addSection(named: section.name.rawSpan, header)
    }
    for segment in made { writer.addSegment(segment) }
    for var segment in segments where segment.type == .load {
      (segment.offset, segment.fileSize, segment.alignment) = (0, 0, 1)
      writer.addSegment(segment)
    }
  }

  /// Adds a segment for a section of an image that has none. What has no bytes in the file extends
  /// the segment before, as linkers do it, and then begins where the bytes of that end.
  private func extend(_ made: inout [ELFSegment], with header: inout ELFWriter.Section) {
    guard segments.isEmpty, header.flags.contains(.alloc), header.size > 0 else { return }
    let access: UInt32 =
      4 | (header.flags.contains(.write) ? 2 : 0)
      | (header.flags.contains(.execInstructions) ? 1 : 0)
    if header.type == .nobits, let last = made.last, last.flags == access,
      last.address <= header.address
    {
      header.offset = last.offset &+ last.fileSize
      made[made.count &- 1].memorySize = header.address &- last.address &+ header.size
      return
    }
    var segment = ELFSegment(address: header.address, memorySize: header.size, flags: access)
    segment.offset = header.offset
    if header.type != .nobits { segment.fileSize = header.size }
    made.append(segment)
  }

  /// A header whose link leads to the same section as in the image.
  private func relinked(_ header: ELFWriter.Section) -> ELFWriter.Section {
    var header = header
    func moved(_ index: UInt32) -> UInt32 {
      guard index != 0 else { return 0 }
      let place = sections.firstIndex { $0.original == Int(index) }
      return place.map { UInt32($0 &+ 1) } ?? 0
    }
    header.link = moved(header.link)
    if header.type == .rela || header.type == .rel { header.info = moved(header.info) }
    return header
  }

  private func addBuildID(to writer: inout ELFWriter) {
    guard let buildID, buildID.count <= 64 else { return }
    let note = OutputNote(layout.order, buildID)
    var header = ELFWriter.Section(type: .note)
    header.offset = writer.place(
      note.bytes.rawSpan, at: writer.nextOffset(alignment: 4))
    header.size = UInt64(note.bytes.count)
    header.alignment = 4
    writer.addSection(named: ".note.gnu.build-id", header)
  }
}

/// A note with a build ID (`NT_GNU_BUILD_ID`).
private struct OutputNote {
  var bytes: [UInt8] = []

  init(_ order: ByteOrder, _ buildID: [UInt8]) {
    for word in [4, UInt32(truncatingIfNeeded: buildID.count), 3] as [UInt32] {
      for index in 0..<4 {
        let shift = UInt32(8 &* (order == .little ? index : 3 &- index))
        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    bytes += [0x47, 0x4e, 0x55, 0] + buildID
    while !bytes.count.isMultiple(of: 4) { bytes.append(0) }
  }
}
