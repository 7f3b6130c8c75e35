internal import ByteStorage

/// Writes the sections of a name table one after another, with the checksums of its blocks.
final class NameTableWriter {
  private let file: AtomicFile
  private var block: [UInt8] = []
  private var checksums = OutputBuffer()
  private(set) var header = NameTableHeader()
  private var section: NameTableHeader.Section?
  private var position = NameTableHeader.blockSize

  init(_ path: String) throws(FileError) {
    file = try AtomicFile(path, overwritesStart: true)
    try file.append([UInt8](repeating: 0, count: NameTableHeader.blockSize))
    block.reserveCapacity(NameTableHeader.blockSize)
  }

  /// Ends the section before and begins one.
  func begin(_ section: NameTableHeader.Section) {
    end()
    self.section = section
    header.sections[section.rawValue] = position..<position
  }

  /// Bytes of the section that was begun.
  var sectionSize: Int { position - header.sections[section?.rawValue ?? 0].lowerBound }

  func append(_ bytes: RawSpan) throws(FileError) {
    var rest = bytes
    while rest.byteCount > 0 {
      let room = NameTableHeader.blockSize - block.count
      let size = min(room, rest.byteCount)
      guard let part = rest.slice(0..<size), let following = rest.suffix(from: size) else { return }
      unsafe part.withUnsafeBytes { unsafe block.append(contentsOf: $0) }
      rest = following
      if block.count == NameTableHeader.blockSize { try flush() }
    }
    position += bytes.byteCount
  }

  func append(_ buffer: inout OutputBuffer) throws(FileError) {
    let bytes = buffer.bytes
    buffer = OutputBuffer(reserving: 1 << 17)
    try append(bytes.rawSpan)
  }

  func append(_ spool: SpoolFile) throws(FileError) {
    try spool.flush()
    var (offset, buffer) = (0, [UInt8]())
    while offset < spool.count {
      buffer.removeAll(keepingCapacity: true)
      offset += try spool.read(into: &buffer, at: offset, most: 1 << 17)
      try append(buffer.rawSpan)
    }
  }

  /// Writes checksums and header, the numbers of which `fill` sets, and makes the file; returns its
  /// size in bytes.
  func finish(_ fill: (inout NameTableHeader) -> Void) throws(FileError) -> Int {
    end()
    if !block.isEmpty { try flush() }
    let size = checksums.bytes.count
    header.sections[NameTableHeader.Section.checksums.rawValue] = position..<(position + size)
    let sums = checksums.bytes
    header.checksumOfChecksums = sums.rawSpan.crc32
    try file.append(sums)
    header.fileSize = position + size
    fill(&header)
    try file.overwriteStart(header.encoded())
    let total = header.fileSize
    try file.commit()
    return total
  }

  private func end() {
    guard let section else { return }
    let start = header.sections[section.rawValue].lowerBound
    header.sections[section.rawValue] = start..<position
    self.section = nil
  }

  private func flush() throws(FileError) {
    let sum = unsafe block.withUnsafeBytes { unsafe RawSpan(_unsafeBytes: $0).crc32 }
    checksums.append(little: sum)
    try file.append(block)
    block.removeAll(keepingCapacity: true)
  }
}
