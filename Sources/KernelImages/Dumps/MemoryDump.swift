package import ByteStorage
package import ELFFormat

/// The memory of a machine in a file: an ELF core of kdump or QEMU, or a dump of makedumpfile.
/// Bytes are read by physical address, or by the address at which the kernel has its own image.
/// Flattened streams are put in order first, by ``MemoryDump/reassemble(_:into:path:)``.
package struct MemoryDump: ~Copyable, ~Escapable {
  package enum Form: Sendable, Hashable {
    /// An ELF core.
    case elf
    /// makedumpfile's own format: its header version, and how its pages are packed.
    case kdump(version: Int, packing: PagePacking)
  }

  /// How the pages of a dump are packed, as its header says; single pages may be stored.
  package enum PagePacking: String, Sendable, Hashable { case stored, zlib, lzo, snappy, zstd }

  package let form: Form
  package let layout: ELFLayout
  /// Its architecture, if the dump records it.
  package let machine: ELFMachine?
  /// What the kernel says of itself; `nil` if the dump has no such note.
  package let information: VMCoreInformation?
  /// The pieces of memory of an ELF core, in file order; empty for other dumps.
  package let segments: [MemorySegment]
  /// Whether the dump calls itself incomplete: whoever wrote it ran out of space.
  package let isIncomplete: Bool

  private let source: ByteSource
  private let pages: DumpedPages?
  private let physicalMap: SegmentMap
  private let virtualMap: SegmentMap
  private let map: KernelAddressMap
  private var decoder = BlockDecoder()
  private var cached: (number: UInt64, bytes: [UInt8])?

  /// Most bytes that one call reads: 256 MiB.
  package static let largestRead = 256 << 20

  /// Reads headers and notes.
  @_lifetime(copy source) package init(_ source: ByteSource) throws(ParseError) {
    let contents = try Contents(source)
    form = contents.form
    layout = contents.layout
    machine = contents.machine
    information = contents.information
    segments = contents.segments
    isIncomplete = contents.isIncomplete
    pages = contents.pages
    physicalMap = SegmentMap(contents.segments) { $0.physical == .max ? nil : $0.physical }
    virtualMap = SegmentMap(contents.segments) { $0.hasVirtualAddress ? $0.virtual : nil }
    map = KernelAddressMap(
      contents.machine, contents.information, fallbackBase: contents.physicalBase)
    self.source = source
  }

  /// How far KASLR moved the kernel, in bytes; `nil` if the dump does not record it.
  package var kernelOffset: UInt64? { information?.kernelOffset }

  /// The physical address of a byte of the kernel's own image; `nil` if the address is not in it,
  /// or the dump lacks what determines it.
  package func physicalAddress(ofVirtual address: UInt64) -> UInt64? {
    map.physicalAddress(of: address)
  }

  /// Reads memory by physical address: fewer than `count` bytes where the dump's memory ends, or a
  /// page was left out. Throws ``ParseError`` if there is nothing at the address, or a page is
  /// damaged or packed in an unknown way.
  package mutating func read(
    _ count: Int, atPhysical address: UInt64
  ) throws(ParseError) -> [UInt8] { try read(count, at: address, isVirtual: false) }

  /// Reads memory by the address at which the kernel has its own image, as ``read(_:atPhysical:)``.
  package mutating func read(
    _ count: Int, atVirtual address: UInt64
  ) throws(ParseError) -> [UInt8] {
    if virtualMap.place(of: address) != nil {
      return try read(count, at: address, isVirtual: true)
    }
    guard let physical = map.physicalAddress(of: address) else {
      throw ParseError(
        .badValue(address), in: "kernel address that the dump cannot translate", at: 0)
    }
    return try read(count, at: physical, isVirtual: false)
  }

  /// The kernel's own image in memory from `_stext` (or `_text`) on, as much as is contiguous, and
  /// the address of its first byte in the running kernel; `nil` if the dump does not record that.
  package mutating func readKernel(
    limit: Int = MemoryDump.largestRead
  ) throws(ParseError) -> (address: UInt64, bytes: [UInt8])? {
    guard let start = information?.symbol("_text") ?? information?.symbol("_stext") else {
      return nil
    }
    return (start, try read(limit, atVirtual: start))
  }

  /// Reads a stretch of the kernel's own image, of which dumps may lack pages: those that the
  /// kernel gave back after its start. Ends with the last byte that the dump has, with zeros where
  /// it lacks some before; `nil` if it has none at all. `count` is at most ``largestRead``.
  package mutating func readWithGaps(
    _ count: Int, atVirtual address: UInt64
  ) throws(ParseError) -> [UInt8]? {
    let wanted = min(max(count, 0), MemoryDump.largestRead)
    var bytes: [UInt8] = []
    var position = 0
    while position < wanted {
      let (place, overflow) = address.addingReportingOverflow(UInt64(position))
      guard !overflow else { break }
      var piece: [UInt8] = []
      if virtualMap.place(of: place) != nil {
        _ = try append(wanted &- position, at: place, isVirtual: true, to: &piece)
      } else if let physical = map.physicalAddress(of: place) {
        _ = try append(wanted &- position, at: physical, isVirtual: false, to: &piece)
      }
      if !piece.isEmpty {
        // Gaps are filled only once something follows them.
        bytes += [UInt8](repeating: 0, count: position &- bytes.count)
        bytes += piece
      }
      // Pages have 4 KiB or a multiple of it.
      let end = position &+ 4096 &- Int(place & 4095)
      position = piece.isEmpty ? end : bytes.count
    }
    return bytes.isEmpty ? nil : bytes
  }

  private mutating func read(
    _ count: Int, at address: UInt64, isVirtual: Bool
  ) throws(ParseError) -> [UInt8] {
    let wanted = min(max(count, 0), MemoryDump.largestRead)
    var bytes: [UInt8] = []
    while bytes.count < wanted {
      let (place, overflow) = address.addingReportingOverflow(UInt64(bytes.count))
      guard !overflow else { break }
      let got = try append(wanted &- bytes.count, at: place, isVirtual: isVirtual, to: &bytes)
      if got == 0 { break }
    }
    if bytes.isEmpty && wanted > 0 {
      throw ParseError(.badValue(address), in: "address that the dump lacks", at: 0)
    }
    return bytes
  }

  /// Appends what one segment or page has; returns how many bytes that was.
  private mutating func append(
    _ wanted: Int, at address: UInt64, isVirtual: Bool, to bytes: inout [UInt8]
  ) throws(ParseError) -> Int {
    if let pages {
      let size = UInt64(pages.pageSize)
      let number = address / size
      if cached?.number != number {
        guard let page = try pages.page(number, source, &decoder) else { return 0 }
        cached = (number, page)
      }
      guard let page = cached?.bytes else { return 0 }
      let start = Int(address % size)
      let end = min(page.count, start &+ wanted)
      guard start < end else { return 0 }
      bytes.append(contentsOf: page[start..<end])
      return end &- start
    }
    let map = isVirtual ? virtualMap : physicalMap
    guard let found = map.place(of: address) else { return 0 }
    let segment = segments[found.index]
    let size = min(UInt64(wanted), found.size)
    // Memory past the bytes in the file is zero, as everywhere in ELF.
    if found.offset >= segment.fileSize {
      bytes.append(contentsOf: repeatElement(0, count: Int(size)))
      return Int(size)
    }
    let part = min(size, segment.fileSize &- found.offset)
    let (place, overflow) = segment.fileOffset.addingReportingOverflow(found.offset)
    let span = try source.bytes(
      at: overflow ? .max : place, size: part, in: "segment of a memory dump")
    bytes.append(contentsOf: span.array)
    return Int(part)
  }

  /// Puts makedumpfile's flattened stream in order: a header (`struct makedumpfile_header`, 4096
  /// bytes), then records of offset, size (`makedumpfile_data_header`) and bytes, big-endian on
  /// every machine. Of records for one place the last counts.
  package static func reassemble(
    _ stream: ByteSource, into target: inout FileBuffer, path: String
  ) throws(FileError) {
    try target.beginContent(path: path)
    do throws(ParseError) {
      let head = try stream.bytes(0..<32, in: "flattened dump")
      guard head.integer(UInt64.self, at: 16, .big) == 1,
        head.integer(UInt64.self, at: 24, .big) == 1
      else { throw ParseError(.badMagic, in: "flattened dump", at: 16) }
    } catch { throw FileError(path: path, cause: .malformed(error)) }
    var position = 4096
    var records = mostRecords(stream.count)
    while true {
      records &-= 1
      let record = try piece(of: stream, at: position, size: 16, path)
      guard let offset = record.integer(Int64.self, at: 0, .big),
        let size = record.integer(Int64.self, at: 8, .big)
      else { return }
      if offset == -1 && size == -1 { return }
      guard offset >= 0, size > 0, records >= 0 else {
        throw FileError(
          path: path,
          cause: .malformed(
            ParseError(
              .badValue(UInt64(bitPattern: size)), in: "record of a flattened dump", at: position)))
      }
      let bytes = try piece(of: stream, at: position &+ 16, size: UInt64(size), path)
      try target.put(bytes, at: UInt64(offset), path: path)
      position = position &+ 16 &+ Int(size)
    }
  }

  /// Most records of a stream: writers collect pages, so that records have some thousand bytes.
  private static func mostRecords(_ size: Int) -> Int { (1 << 16) &+ size / 512 }

  @_lifetime(copy stream) private static func piece(
    of stream: ByteSource, at position: Int, size: UInt64, _ path: String
  ) throws(FileError) -> RawSpan {
    do { return try stream.bytes(at: UInt64(position), size: size, in: "flattened dump") } catch {
      throw FileError(path: path, cause: .malformed(error))
    }
  }
}

extension MemoryDump {
  private struct Contents {
    let form: Form
    let layout: ELFLayout
    let machine: ELFMachine?
    let information: VMCoreInformation?
    var segments: [MemorySegment] = []
    var isIncomplete = false
    var pages: DumpedPages?
    var physicalBase: UInt64?

    init(_ source: ByteSource) throws(ParseError) {
      let head = try source.bytes(0..<min(source.count, 8), in: "memory dump")
      if head.starts(with: "KDUMP   ") || head.starts(with: "DISKDUMP") {
        let header = try KdumpHeader(source)
        form = .kdump(version: header.version, packing: header.packing)
        layout = header.layout
        machine = header.machine
        information = try header.information(source)
        isIncomplete = header.isIncomplete
        pages = try DumpedPages(header, source)
        physicalBase = header.physicalBase
      } else {
        let core = try CoreFile(source)
        form = .elf
        layout = core.header.layout
        machine = core.header.machine
        information = core.information
        segments = core.segments
      }
    }
  }
}

/// A piece of memory in an ELF core (`PT_LOAD`).
package struct MemorySegment: Sendable, Hashable {
  /// `p_paddr`: where it begins in physical memory; all ones if nobody knew.
  package let physical: UInt64
  /// `p_vaddr`: where the kernel sees it.
  package let virtual: UInt64
  package let size: UInt64
  package let fileOffset: UInt64
  /// `p_filesz`, in bytes; never more than ``size``.
  package let fileSize: UInt64

  /// Whether ``virtual`` means anything: QEMU repeats the physical address there, or writes zero.
  package var hasVirtualAddress: Bool { virtual != physical && virtual != 0 }
}
