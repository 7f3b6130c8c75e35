internal import ByteStorage

/// An edited file as it is put together.
struct ELFOutput: ~Escapable {
  private let editor: ELFEditor
  private let file: RawSpan
  private let contents: [[UInt8]?]
  private(set) var bytes: [UInt8]
  private var offsets: [Int?]
  private var tableOffset = 0
  private var oldEnd: Int

  @_lifetime(copy file) init(
    _ editor: ELFEditor, _ file: RawSpan, _ contents: [[UInt8]?],
    _ buffer: consuming [UInt8]
  ) {
    bytes = buffer
    offsets = [Int?](repeating: nil, count: editor.entries.count)
    self.editor = editor
    self.file = file
    self.contents = contents
    oldEnd = editor.layout.headerSize
    bytes.reserveCapacity(file.byteCount &+ (file.byteCount >> 4) &+ (1 << 16))
  }

  /// Writes the file header and every part in its order, as yet without section headers.
  @_lifetime(self: copy self) mutating func writeParts() throws(ParseError) {
    append(0..<min(oldEnd, file.byteCount))
    for number in editor.fileOrder {
      if number == ELFEditor.headerTable {
        writeHeaderTable()
      } else if let section = editor.entries[number].original {
        writeOriginal(number, section)
      } else if let added = editor.entries[number].added, !editor.entries[number].isDropped {
        pad(to: aligned(bytes.count, UInt64(max(1, added.alignment))) ?? bytes.count)
        offsets[number] = bytes.count
        bytes.append(contentsOf: editor.entries[number].content ?? added.bytes)
      }
    }
    // What no header describes stays at the end.
    append(oldEnd..<max(oldEnd, file.byteCount))
    if !editor.layout.is64Bit, bytes.count > Int(UInt32.max) {
      throw ParseError(.unsupported(UInt64(bytes.count)), in: "size of an ELF32 file", at: 0)
    }
  }

  @_lifetime(self: copy self) private mutating func writeHeaderTable() {
    let count = editor.tableOrder.count { !editor.entries[$0].isDropped }
    let size = Int(editor.header.sectionHeaderCount) &* editor.layout.sectionHeaderSize
    place(
      ELFEditor.headerTable, oldStart: Int(clamping: editor.header.sectionHeaderOffset),
      oldSize: size, alignment: UInt64(editor.layout.wordSize))
    bytes.append(contentsOf: repeatElement(0, count: count &* editor.layout.sectionHeaderSize))
  }

  @_lifetime(self: copy self)
  private mutating func writeOriginal(_ number: Int, _ section: ELFSection) {
    let start = Int(clamping: section.offset)
    let size = Int(clamping: editor.storedSize(section))
    let entry = editor.entries[number]
    if size == 0 {
      placeEmpty(number, section, isDropped: entry.isDropped)
      guard !entry.isDropped, let content = entry.content, !content.isEmpty else { return }
      // It may have been anywhere, also among the bytes of others or behind the file.
      pad(to: aligned(bytes.count, section.alignment) ?? bytes.count)
      offsets[number] = bytes.count
      bytes.append(contentsOf: content)
      return
    }
    if entry.isDropped {
      oldEnd = start &+ size
      return
    }
    place(number, oldStart: start, oldSize: size, alignment: section.alignment)
    if let content = entry.content ?? contents[number] {
      bytes.append(contentsOf: content)
    } else {
      append(start..<(start &+ size))
    }
  }

  /// Goes to where a part of the file belongs: at the next offset that its alignment allows if that
  /// is where it was, else as far after the part before it as it was.
  @_lifetime(self: copy self)
  private mutating func place(_ number: Int, oldStart: Int, oldSize: Int, alignment: UInt64) {
    var target = bytes.count &+ (oldStart &- oldEnd)
    if let next = aligned(oldEnd, alignment), next <= oldStart,
      aligned(oldStart, alignment) == oldStart, let place = aligned(bytes.count, alignment)
    {
      target = place &+ (oldStart &- next)
    }
    fill(to: target, from: oldEnd..<oldStart)
    if number == ELFEditor.headerTable {
      tableOffset = bytes.count
    } else {
      offsets[number] = bytes.count
    }
    oldEnd = oldStart &+ oldSize
  }

  /// A section without bytes moves the end if it was aligned, as ld does.
  @_lifetime(self: copy self)
  private mutating func placeEmpty(_ number: Int, _ section: ELFSection, isDropped: Bool) {
    let start = Int(clamping: section.offset)
    if start <= file.byteCount, aligned(oldEnd, section.alignment) == start {
      if !isDropped, let target = aligned(bytes.count, section.alignment) {
        fill(to: target, from: oldEnd..<start)
        offsets[number] = target
      }
      oldEnd = start
      return
    }
    // Anywhere else it stays where it was among its neighbours.
    let moved = start.addingReportingOverflow(bytes.count &- oldEnd)
    offsets[number] = moved.overflow || moved.partialValue < 0 ? start : moved.partialValue
  }

  /// Writes the section headers and what the file header says of them.
  @_lifetime(self: copy self)
  mutating func writeHeaders(_ indices: [Int?], _ names: SectionNames) throws(ParseError) {
    let layout = editor.layout
    let table = tableOffset
    var count = 0
    for number in editor.tableOrder where !editor.entries[number].isDropped {
      let place = table &+ count &* layout.sectionHeaderSize
      try writeHeader(number, at: place, indices, names)
      count += 1
    }
    guard count < Int(ELFSectionIndex.reserved) else {
      throw ParseError(.unsupported(UInt64(count)), in: "number of sections", at: 0)
    }
    layout.storeWord(UInt64(table), in: &bytes, at: layout.is64Bit ? 40 : 32)
    layout.store(UInt64(count), size: 2, in: &bytes, at: layout.is64Bit ? 60 : 48)
    let nameTable = indices[Int(editor.header.sectionNameTableIndex)] ?? 0
    layout.store(UInt64(nameTable), size: 2, in: &bytes, at: layout.is64Bit ? 62 : 50)
  }

  @_lifetime(self: copy self) private mutating func writeHeader(
    _ number: Int, at place: Int, _ indices: [Int?], _ names: SectionNames
  ) throws(ParseError) {
    let layout = editor.layout
    let fields = SectionHeaderFields(layout)
    let entry = editor.entries[number]
    if let section = entry.original {
      copyHeader(number, to: place)
      if section.type == .null { return }
      if let content = entry.content ?? contents[number] {
        layout.storeWord(UInt64(content.count), in: &bytes, at: place &+ fields.size)
      }
      try writeReferences(section, at: place, fields, indices)
    } else if let added = entry.added {
      layout.store(UInt64(added.type.rawValue), size: 4, in: &bytes, at: place &+ 4)
      layout.storeWord(added.flags.rawValue, in: &bytes, at: place &+ fields.flags)
      let size = UInt64((entry.content ?? added.bytes).count)
      layout.storeWord(size, in: &bytes, at: place &+ fields.size)
      layout.storeWord(UInt64(added.alignment), in: &bytes, at: place &+ fields.alignment)
    }
    if let name = names.offsets[number] {
      layout.store(UInt64(name), size: 4, in: &bytes, at: place)
    }
    if let offset = offsets[number] {
      layout.storeWord(UInt64(offset), in: &bytes, at: place &+ fields.offset)
    }
  }

  /// `sh_link`, and `sh_info` where it names a section.
  @_lifetime(self: copy self) private mutating func writeReferences(
    _ section: ELFSection, at place: Int, _ fields: SectionHeaderFields, _ indices: [Int?]
  ) throws(ParseError) {
    let namesSection =
      section.type == .rela || section.type == .rel || section.flags.contains(.infoLink)
    for (old, offset) in [(section.link, fields.link), (section.info, fields.info)] {
      if offset == fields.info && !namesSection { continue }
      guard old != 0, Int(old) < Int(editor.header.sectionHeaderCount) else { continue }
      guard let new = indices[Int(old)] else {
        throw ParseError(
          .badValue(UInt64(old)), in: "reference to a dropped section",
          at: Int(clamping: section.offset))
      }
      editor.layout.store(UInt64(new), size: 4, in: &bytes, at: place &+ offset)
    }
  }

  @_lifetime(self: copy self) private mutating func copyHeader(_ number: Int, to place: Int) {
    let size = editor.layout.sectionHeaderSize
    let start = Int(clamping: editor.header.sectionHeaderOffset) &+ number &* size
    guard let header = file.slice(start..<(start &+ size)), place <= bytes.count &- size else {
      return
    }
    unsafe bytes.withUnsafeMutableBytes { target in
      unsafe header.withUnsafeBytes { source in
        guard let to = target.baseAddress, let from = source.baseAddress else { return }
        // SAFETY: the guard proved that both hold `size` bytes there.
        unsafe (to + place).copyMemory(from: from, byteCount: size)
      }
    }
  }

  @_lifetime(self: copy self) private mutating func append(_ range: Range<Int>) {
    guard let part = file.slice(range) else { return }
    unsafe part.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  /// Fills up to an offset with what filled the gap in the file, then with zeros.
  @_lifetime(self: copy self) private mutating func fill(to target: Int, from gap: Range<Int>) {
    let count = min(gap.count, max(0, target &- bytes.count))
    append(gap.lowerBound..<(gap.lowerBound &+ count))
    pad(to: target)
  }

  @_lifetime(self: copy self) private mutating func pad(to target: Int) {
    guard target > bytes.count else { return }
    bytes.append(contentsOf: repeatElement(0, count: target &- bytes.count))
  }

  private func aligned(_ offset: Int, _ alignment: UInt64) -> Int? {
    ELFEditor.aligned(offset, alignment, heeding: editor.largestAlignment)
  }
}
