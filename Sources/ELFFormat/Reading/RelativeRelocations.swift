package import ByteStorage

/// `R_*_RELATIVE` records (`Elf64_Rela`) anywhere in an image: for images without headers, which do
/// not record where their `.rela.dyn` is. Kernels that are moved when they start hold their pointers
/// there, and zeros in place.
package struct RelativeRelocations: Sendable, Hashable {
  /// A record: where a pointer is stored, and its value, both addresses as linked.
  private struct Record: Sendable, Hashable {
    let place: UInt64
    let value: UInt64
  }

  /// By place.
  private var records: [Record] = []

  /// `R_RISCV_RELATIVE` and `R_LARCH_RELATIVE`, `R_AARCH64_RELATIVE`, `R_PPC64_RELATIVE`,
  /// `R_390_RELATIVE`; the symbol is 0.
  private static let types: [UInt64] = [3, 0x403, 0x16, 0xc]

  /// The type that no other data looks like; records of others count only in runs.
  private static let clearType: UInt64 = 0x403

  /// Finds the records, which are of the type that most have.
  ///
  /// - Parameters:
  ///   - bytes: The image.
  ///   - order: Its byte order.
  package init(searching bytes: RawSpan, _ order: ByteOrder) {
    var found = [[Record]](repeating: [], count: RelativeRelocations.types.count)
    var ends = [Int](repeating: -1, count: RelativeRelocations.types.count)
    var pending = [Record?](repeating: nil, count: RelativeRelocations.types.count)
    var position = 8
    while let info = bytes.integer(UInt64.self, at: position, order) {
      let place = position &- 8
      position &+= 8
      guard info != 0, info <= RelativeRelocations.clearType,
        let type = RelativeRelocations.types.firstIndex(of: info),
        let record = RelativeRelocations.record(bytes, at: place, order)
      else { continue }
      if info == RelativeRelocations.clearType || ends[type] == place {
        if let first = pending[type] { found[type].append(first) }
        found[type].append(record)
        pending[type] = nil
      } else {
        pending[type] = record
      }
      ends[type] = place &+ 24
    }
    records = found.max { $0.count < $1.count } ?? []
    let isSorted = zip(records, records.dropFirst()).allSatisfy { $0.place <= $1.place }
    if !isSorted { records.sort { $0.place < $1.place } }
    if records.isEmpty { return }
    // Other data may look like a record; its place is elsewhere.
    let middle = records[records.count / 2].place
    records.removeAll {
      max($0.place, middle) &- min($0.place, middle) >= UInt64(bytes.byteCount)
    }
  }

  /// The record at an offset, whose pointer and place belong to one image.
  private static func record(_ bytes: RawSpan, at offset: Int, _ order: ByteOrder) -> Record? {
    guard let place = bytes.integer(UInt64.self, at: offset, order),
      let value = bytes.integer(UInt64.self, at: offset &+ 16, order),
      place >= 4096, max(place, value) &- min(place, value) < 1 << 32
    else { return nil }
    return Record(place: place, value: value)
  }

  package var isEmpty: Bool { records.isEmpty }

  /// The pointer that is stored at an address; `nil` if no record says so.
  package func pointer(at address: UInt64) -> UInt64? {
    let index = records.partitionIndex { $0.place < address }
    return index < records.count && records[index].place == address ? records[index].value : nil
  }

  /// The places that hold a pointer to an address.
  package func places(of value: UInt64) -> [UInt64] {
    records.filter { $0.value == value }.map(\.place)
  }

  /// The records whose places are in a range of addresses.
  package func pointers(in places: Range<UInt64>) -> [(place: UInt64, value: UInt64)] {
    records[records.partitionIndex { $0.place < places.lowerBound }...]
      .prefix { $0.place < places.upperBound }.map { ($0.place, $0.value) }
  }

  /// Where an image begins in memory.
  ///
  /// - Parameters:
  ///   - bytes: The image, whose every record applies to itself.
  ///   - offset: A place in it that one of the records is known to fill; `nil` for any.
  ///   - order: Its byte order.
  /// - Returns: The address of the first byte: the one at which most records point at zeros (or at
  ///   the value, which some linkers also store), or else the one that is aligned best, the lowest of
  ///   several; `nil` if none fits, or nothing decides.
  package func start(of bytes: RawSpan, filling offset: Int?, _ order: ByteOrder) -> UInt64? {
    guard let first = records.first, let last = records.last,
      last.place &- first.place < UInt64(bytes.byteCount)
    else { return nil }
    var best: (start: UInt64, agreeing: Int)?
    for start in starts(bytes.byteCount, offset, first.place...last.place) {
      let agreeing = agreeing(start, bytes, order)
      if let known = best, known.agreeing > agreeing { continue }
      if let known = best, known.agreeing == agreeing,
        known.start.trailingZeroBitCount >= start.trailingZeroBitCount
      {
        continue
      }
      best = (start, agreeing)
    }
    guard let best else { return nil }
    let sample = min(records.count, RelativeRelocations.sample)
    if best.agreeing * 2 > sample { return best.start }
    guard let offset else { return nil }
    // Places that hold something else prove nothing.
    return starts(bytes.byteCount, offset, first.place...last.place)
      .max { $0.trailingZeroBitCount < $1.trailingZeroBitCount }
  }

  /// Records to compare with what is in place, and places to try.
  private static let (sample, mostStarts) = (256, 1 << 14)

  /// The starts of pages from which every record's place lies in the image.
  private func starts(
    _ size: Int, _ offset: Int?, _ places: ClosedRange<UInt64>
  ) -> [UInt64] {
    let highest = places.lowerBound
    let end = places.upperBound &+ 8
    let lowest = end > UInt64(size) ? end &- UInt64(size) : 0
    guard lowest <= highest else { return [] }
    var found: [UInt64] = []
    if let offset = offset.map(UInt64.init(clamping:)) {
      let (low, isHigh) = lowest.addingReportingOverflow(offset)
      guard !isHigh else { return [] }
      for record in records[records.partitionIndex(where: { $0.place < low })...] {
        guard record.place &- offset <= highest, found.count < RelativeRelocations.mostStarts else {
          break
        }
        if (record.place &- offset) & 0xfff == 0 { found.append(record.place &- offset) }
      }
      return found
    }
    var start = (lowest &+ 0xfff) & ~0xfff
    while start <= highest, found.count < RelativeRelocations.mostStarts {
      found.append(start)
      start &+= 0x1000
    }
    return found
  }

  /// How many records point at a zero, or at their own value, if the image starts at an address.
  private func agreeing(_ start: UInt64, _ bytes: RawSpan, _ order: ByteOrder) -> Int {
    var agreeing = 0
    let step = max(1, records.count / RelativeRelocations.sample)
    for index in stride(from: 0, to: records.count, by: step) {
      let record = records[index]
      let word = Int(exactly: record.place &- start).flatMap {
        bytes.integer(UInt64.self, at: $0, order)
      }
      if word == 0 || word == record.value { agreeing += 1 }
    }
    return agreeing
  }
}
