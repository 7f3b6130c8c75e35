internal import ByteStorage
internal import SymbolNames

/// The sections of a table on their way into the file.
final class TableContents {
  /// Stands for the owner of a name that has none.
  static let noOwner = UInt64.max

  private let writer: NameTableWriter
  private let sets: OwnerSets
  private let landmarks: SpoolFile
  private let digests: PairSorter
  private let readables: PairSorter
  private var paths = ReadablePaths()
  private var nameCount = 0
  private var readableCount = 0
  private var buffer = OutputBuffer(reserving: 1 << 17)
  /// The name whose owners are being gathered, and these.
  private var name: [UInt8] = []
  private var owners: [UInt32] = []

  init(_ path: String, directory: String, memory: Int) throws(FileError) {
    writer = try NameTableWriter(path)
    sets = try OwnerSets(directory: directory)
    landmarks = try SpoolFile(in: directory)
    digests = PairSorter(directory: directory, memory: memory / 2)
    readables = PairSorter(directory: directory, memory: memory / 4)
    writer.begin(.text)
  }

  /// Writes the text: names with their owners, in order.
  func write(_ pairs: PairSorter, _ final: FinalOwners) throws(FileError) {
    var isFirst = true
    try pairs.forEach { (key, number) throws(FileError) in
      if isFirst || !isSame(key) {
        if !isFirst { try writeName() }
        isFirst = false
        name.removeAll(keepingCapacity: true)
        unsafe key.withUnsafeBytes { unsafe name.append(contentsOf: $0) }
      }
      if number != TableContents.noOwner {
        owners.append(final.places[Int(truncatingIfNeeded: number)])
      }
    }
    if !isFirst { try writeName() }
    try writer.append(&buffer)
  }

  /// Whether a key is the name whose owners are being gathered.
  private func isSame(_ key: RawSpan) -> Bool {
    let name = self.name
    return key.equals(name.rawSpan)
  }

  private func writeName() throws(FileError) {
    owners.sort()
    var unique: [UInt32] = []
    for owner in owners where unique.last != owner { unique.append(owner) }
    owners.removeAll(keepingCapacity: true)
    let set = try sets.offset(of: unique)
    let offset = UInt64(writer.sectionSize + buffer.bytes.count)
    if nameCount % NameTableHeader.namesPerLandmark == 0 {
      var landmark = OutputBuffer()
      landmark.append(little: offset, size: NameTableHeader.offsetSize)
      try landmarks.append(landmark.bytes)
    }
    let name = self.name
    let bytes = name.rawSpan
    let prefix = HashedName(of: bytes).key
    try withKey(of: prefix) { (key) throws(FileError) in try digests.add(key, offset) }
    for (form, path) in paths.forms(of: bytes).prefix(NameTableHeader.mostForms).enumerated() {
      let key = ReadablePath.reversedKey(of: path)
      try readables.add(key.rawSpan, offset | UInt64(form) << 40)
      readableCount += 1
    }
    buffer.append(variable: UInt64(set))
    buffer.append(variable: UInt64(name.count))
    buffer.append(bytes)
    nameCount += 1
    if buffer.bytes.count >= 1 << 16 { try writer.append(&buffer) }
  }

  /// A number as bytes that compare as it does.
  private func withKey(
    of number: UInt64, _ body: (RawSpan) throws(FileError) -> Void
  ) throws(FileError) {
    let bytes: InlineArray<8, UInt8> = InlineArray { index in
      UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * index))
    }
    // SAFETY: all eight bytes are initialised.
    try body(unsafe bytes.span.bytes)
  }

  /// Writes everything that follows the text, and makes the file; returns the number of names and
  /// the size of the file in bytes.
  func finish(_ owners: [NameTable.Owner]) throws(FileError) -> (Int, Int) {
    writer.begin(.landmarks)
    try writer.append(landmarks)
    writer.begin(.sets)
    try writer.append(sets.file)
    writer.begin(.owners)
    try writeOwners(owners)
    let bits = NameTableHeader.bucketBits(for: nameCount)
    try writeDigests(bits)
    writer.begin(.readables)
    try readables.forEach { (_, entry) throws(FileError) in
      buffer.append(little: entry, size: NameTableHeader.readableEntrySize)
      if buffer.bytes.count >= 1 << 16 { try writer.append(&buffer) }
    }
    try writer.append(&buffer)
    let (count, readable, ownerCount) = (nameCount, readableCount, owners.count)
    let size = try writer.finish { header in
      header.nameCount = count
      header.ownerCount = ownerCount
      header.bucketBits = bits
      header.readableCount = readable
    }
    return (count, size)
  }

  private func writeOwners(_ owners: [NameTable.Owner]) throws(FileError) {
    var records = OutputBuffer()
    for owner in owners {
      buffer.append(little: UInt32(truncatingIfNeeded: records.bytes.count))
      for field in owner.fields {
        records.append(variable: UInt64(field.count))
        records.append(field)
      }
    }
    try writer.append(&buffer)
    try writer.append(&records)
  }

  private func writeDigests(_ bits: Int) throws(FileError) {
    writer.begin(.digests)
    var buckets = [UInt32](repeating: 0, count: 1 << bits + 1)
    try digests.forEach { (key, offset) throws(FileError) in
      let prefix = key.integer(UInt64.self, at: 0, .big) ?? 0
      let bucket = bits == 0 ? 0 : Int(truncatingIfNeeded: prefix >> UInt64(64 - bits))
      buckets[bucket + 1] &+= 1
      buffer.append(little: offset, size: NameTableHeader.offsetSize)
      buffer.append(little: UInt16(truncatingIfNeeded: (prefix << UInt64(bits)) >> 48))
      if buffer.bytes.count >= 1 << 16 { try writer.append(&buffer) }
    }
    try writer.append(&buffer)
    writer.begin(.buckets)
    var sum: UInt32 = 0
    for bucket in buckets {
      sum &+= bucket
      buffer.append(little: sum)
      if buffer.bytes.count >= 1 << 16 { try writer.append(&buffer) }
    }
    try writer.append(&buffer)
  }
}
