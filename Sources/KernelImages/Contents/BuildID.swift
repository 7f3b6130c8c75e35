package import ByteStorage
package import ELFFormat

/// The build ID that the linker gave a kernel or module: the `GNU` note of type 3.
package struct BuildID: Sendable, Hashable {
  /// The bytes; 20 for SHA-1.
  package let bytes: [UInt8]

  /// `NT_GNU_BUILD_ID`.
  private static let noteType: UInt32 = 3
  /// Notes of a raw image to look at before giving up: a hostile image may hold millions.
  private static let mostCandidates = 256

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package var hexadecimal: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Reads the build ID of an ELF file from its note sections, or without any from its note segments;
  /// damaged notes are skipped.
  package init?(in file: ELFFile) {
    var places = file.sections.filter { $0.type == .note }.map { ($0.offset, $0.size) }
    if places.isEmpty {
      places = ((try? file.segments()) ?? []).filter { $0.type == .note }.map {
        ($0.offset, $0.fileSize)
      }
    }
    // Notes of real files do not overlap; 65,000 sections that do would each cost the file.
    var remaining = UInt64(file.source.count)
    for (offset, size) in places where size <= remaining {
      remaining -= size
      if let notes = try? file.source.bytes(at: offset, size: size, in: "notes"),
        let found = BuildID(inNotes: notes, file.layout.order)
      {
        self = found
        return
      }
    }
    return nil
  }

  /// Reads the build ID among notes: records of three words (name size, content size, type), the
  /// name and the content, each padded to a multiple of four bytes.
  package init?(inNotes notes: RawSpan, _ order: ByteOrder) {
    var offset = 0
    while let nameSize = notes.integer(UInt32.self, at: offset, order),
      let size = notes.integer(UInt32.self, at: offset &+ 4, order),
      let type = notes.integer(UInt32.self, at: offset &+ 8, order)
    {
      // Sums of 32-bit numbers and an offset within a file fit an Int.
      let name = offset &+ 12
      let content = name &+ (Int(nameSize) &+ 3) & ~3
      if type == BuildID.noteType, nameSize == 4,
        notes.slice(name..<(name &+ 4))?.equals("GNU\0") ?? false,
        let bytes = notes.slice(content..<(content &+ Int(size))), bytes.byteCount > 0
      {
        self.bytes = bytes.array
        return
      }
      offset = content &+ (Int(size) &+ 3) & ~3
    }
    return nil
  }

  /// Searches a raw image for the note. Notes inside ELF files that the image carries (the vDSO)
  /// are theirs, not the kernel's.
  package init?(searching image: RawSpan, _ order: ByteOrder) {
    var position = 0
    var candidates = 0
    while candidates < BuildID.mostCandidates,
      let name = image.firstRange(of: "GNU\0", from: position)
    {
      position = name &+ 4
      let start = name &- 12
      guard image.integer(UInt32.self, at: start, order) == 4,
        let size = image.integer(UInt32.self, at: start &+ 4, order), (8...64).contains(size),
        image.integer(UInt32.self, at: start &+ 8, order) == BuildID.noteType,
        let bytes = image.slice(position..<(position &+ Int(size))), bytes.byteCount == Int(size)
      else { continue }
      candidates &+= 1
      if BuildID.isInsideELF(image, start) { continue }
      self.bytes = bytes.array
      return
    }
    return nil
  }

  /// Whether an ELF file that starts at most 64 KiB before a place reaches beyond it.
  private static func isInsideELF(_ image: RawSpan, _ place: Int) -> Bool {
    var position = max(0, place &- (64 << 10))
    while let start = image.firstRange(of: "\u{7f}ELF", from: position), start < place {
      position = start &+ 4
      guard start > 0, let rest = image.suffix(from: start),
        let layout = try? ELFLayout(identifying: rest),
        let header = try? ELFHeader(parsing: rest, layout: layout)
      else { continue }
      let table = Int(header.sectionHeaderCount) &* Int(header.sectionHeaderEntrySize)
      let end = UInt64(table).addingReportingOverflow(header.sectionHeaderOffset)
      if !end.overflow, end.partialValue > UInt64(place &- start) { return true }
    }
    return false
  }
}
