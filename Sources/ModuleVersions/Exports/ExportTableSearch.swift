internal import ByteStorage
package import ELFFormat

/// Where export tables lie in an image, found by their form.
package struct FoundExportTables: Sendable, Hashable {
  /// Tables of one licence class, in bytes from the start of the image.
  struct Part: Sendable, Hashable {
    let licence: ExportLicence
    let symbols: Range<Int>
    let crcs: Range<Int>?
  }

  let parts: [Part]
  let flags: Range<Int>?
}

/// Finds export tables by their form, in images whose symbols do not bound them (kernels without
/// `KALLSYMS_ALL`). Entries point to names, which are sorted in each table; the tables follow one
/// another, then their CRCs, and then the names.
///
/// - Note: include/asm-generic/vmlinux.lds.h, `RO_DATA` (2.6.39 to 7.3): `__ksymtab`,
///   `__ksymtab_gpl` (up to 5.11 also `_unused`, `_unused_gpl`, `_gpl_future`), the `__kcrctab` of
///   each, since 7.1 `__kflagstab`, `__ksymtab_strings`.
package struct ExportTableSearch: ~Escapable {
  private let bytes: RawSpan
  private let layout: ELFLayout

  /// Most tables that one image has; more changes of order are no tables.
  private static let mostTables = 5
  /// Fewest entries of a kernel.
  private static let fewest = 8
  /// Entries that may precede or follow the tables and look like theirs.
  private static let mostStrays = 4
  /// Largest gap between tables, in bytes.
  private static let largestGap = 16

  @_lifetime(copy bytes) package init(_ bytes: RawSpan, _ layout: ELFLayout) {
    self.bytes = bytes
    self.layout = layout
  }

  // MARK: Entries

  /// Where the name is to which the place-relative entry at an offset points.
  private func relativeName(_ place: Int) -> Int? {
    guard let word = layout.word32(bytes, at: place &+ 4), word != 0 else { return nil }
    return place &+ 4 &+ Int(Int32(bitPattern: word))
  }

  /// The name of a symbol at an offset.
  @_lifetime(copy self) package func name(at offset: Int) -> RawSpan? {
    guard let first = bytes.byte(at: offset), ExportTableSearch.begins(first),
      let name = bytes.cString(at: offset, limit: AddressSpace.longestName)
    else { return nil }
    for index in 0..<name.byteCount {
      guard let byte = name.byte(at: index), ExportTableSearch.continues(byte) else { return nil }
    }
    return name
  }

  @inline(__always) private static func begins(_ byte: UInt8) -> Bool {
    byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a || byte == 0x5f
  }

  @inline(__always) private static func continues(_ byte: UInt8) -> Bool {
    begins(byte) || byte >= 0x30 && byte <= 0x39 || byte == 0x2e || byte == 0x24
  }

  // MARK: Searches

  /// Searches for place-relative entries; `isKnown` says whether enough of some names are those of the
  /// kernel's symbols.
  package func placeRelative(_ isKnown: ([String]) -> Bool) -> FoundExportTables? {
    for entrySize in [12, 8] {
      var place = 0
      while place &+ 4 &* entrySize <= bytes.byteCount {
        guard isSeed(place, entrySize) else {
          place &+= 4
          continue
        }
        let run = run(from: place, entrySize) { relativeName($0) }
        if let found = tables(run, entrySize), isKnown(run.sample) { return found }
        place = max(place &+ 4, run.isTooMixed ? run.lastBreak : run.end)
      }
    }
    return nil
  }

  /// Whether entries at a place point to four sorted names.
  private func isSeed(_ place: Int, _ entrySize: Int) -> Bool {
    guard let target = relativeName(place), var previous = name(at: target) else { return false }
    for index in 1..<4 {
      guard let target = relativeName(place &+ index &* entrySize), let next = name(at: target),
        previous.compare(next) <= 0
      else { return false }
      previous = next
    }
    return true
  }

  /// The tables around the entry of absolute addresses at the offset `seed`; `target` gives the offset
  /// to which the pointer at an offset points.
  package func absolute(
    around seed: Int, entrySize: Int, target: (Int) -> Int?
  ) -> FoundExportTables? {
    var first = seed
    while first >= entrySize, let place = target(first &- entrySize &+ layout.wordSize),
      name(at: place) != nil
    {
      first &-= entrySize
    }
    return tables(run(from: first, entrySize) { target($0 &+ layout.wordSize) }, entrySize)
  }

  // MARK: Runs

  /// Entries one after the other whose names are sorted in a few stretches.
  private struct Run {
    var start = 0
    var end = 0
    /// Where the names of each entry are.
    var names: [Int] = []
    /// Indexes at which a new order begins; the first is 0.
    var breaks = [0]
    var isTooMixed = false
    var lastBreak = 0
    var sample: [String] = []
  }

  private func run(
    from start: Int, _ entrySize: Int, _ nameOffset: (Int) -> Int?
  ) -> Run {
    var run = Run(start: start, end: start)
    var previous = RawSpan()
    while run.names.count < KernelExports.mostEntries, let offset = nameOffset(run.end),
      let name = name(at: offset)
    {
      if !run.names.isEmpty, previous.compare(name) > 0 {
        run.breaks.append(run.names.count)
        run.lastBreak = run.end
        if run.breaks.count > ExportTableSearch.mostTables + 2 * ExportTableSearch.mostStrays {
          run.isTooMixed = true
          break
        }
      }
      if run.names.count & 15 == 0, run.sample.count < 256 { run.sample.append(name.text) }
      run.names.append(offset)
      previous = name
      run.end &+= entrySize
    }
    return run
  }

  /// The tables in a run: those after which there is just room for their CRCs before the first name.
  /// What lies before and after them may look like entries.
  private func tables(_ run: Run, _ entrySize: Int) -> FoundExportTables? {
    guard !run.isTooMixed, run.names.count >= ExportTableSearch.fewest else { return nil }
    for first in run.breaks {
      for strays in 0...ExportTableSearch.mostStrays {
        let count = run.names.count - strays - first
        guard count >= ExportTableSearch.fewest,
          let lowest = run.names[first..<(first + count)].min()
        else { continue }
        let start = run.start &+ first &* entrySize
        let end = start &+ count &* entrySize
        let bounds = [first] + run.breaks.filter { $0 > first && $0 < first + count }
        guard bounds.count <= ExportTableSearch.mostTables,
          let crcSize = crcSize(lowest &- end, count)
        else { continue }
        return parts(
          bounds.map { $0 - first } + [count], start, entrySize, crcSize, lowest: lowest)
      }
    }
    return nil
  }

  /// Size of a CRC in bytes if some room holds one for each entry, with a flag or without; 0 for no
  /// room at all.
  private func crcSize(_ room: Int, _ count: Int) -> Int? {
    for (size, perEntry) in [(0, 0), (4, 4), (8, 8), (4, 5), (0, 1)] {
      let rest = room &- perEntry &* count
      if rest >= 0, rest < ExportTableSearch.largestGap { return size }
    }
    return nil
  }

  private func parts(
    _ bounds: [Int], _ start: Int, _ entrySize: Int, _ crcSize: Int, lowest: Int
  ) -> FoundExportTables {
    let count = bounds.last ?? 0
    var crcs = start &+ count &* entrySize
    if crcSize > 0 { crcs = (crcs &+ crcSize &- 1) & ~(crcSize &- 1) }
    let flags = crcs &+ crcSize &* count
    let hasFlags =
      bounds.count == 2 && lowest &- flags >= count && lowest &- flags < count &+ 16
    // Which of the rare ones a third table is, nothing shows.
    let licences: [ExportLicence] = [.any, .gplOnly]
    let parts = (0..<(bounds.count - 1)).map { index in
      let (low, high) = (bounds[index], bounds[index + 1])
      return FoundExportTables.Part(
        licence: index < licences.count ? licences[index] : .unknown,
        symbols: (start &+ low &* entrySize)..<(start &+ high &* entrySize),
        crcs: crcSize == 0
          ? nil : (crcs &+ low &* crcSize)..<(crcs &+ high &* crcSize))
    }
    return FoundExportTables(parts: parts, flags: hasFlags ? flags..<(flags &+ count) : nil)
  }
}
