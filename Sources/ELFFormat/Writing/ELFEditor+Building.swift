package import ByteStorage

extension ELFEditor {
  /// The edited file, from the bytes of the one that was opened. Throws ``ParseError`` if a dropped
  /// section is still referred to, or the result is too large for its class.
  package func build(from file: RawSpan) throws(ParseError) -> [UInt8] {
    var bytes: [UInt8] = []
    try build(from: file, into: &bytes)
    return bytes
  }

  /// As ``build(from:)``, into an array whose memory is used again.
  package func build(from file: RawSpan, into bytes: inout [UInt8]) throws(ParseError) {
    let indices = newIndices()
    let names = SectionNames(try nameTable(file), of: self)
    var contents = [[UInt8]?](repeating: nil, count: entries.count)
    contents[Int(header.sectionNameTableIndex)] = names.bytes
    for (number, entry) in entries.enumerated() where !entry.isDropped {
      guard let section = entry.original else { continue }
      if section.type == .symtab {
        contents[number] = try editedSymbols(section, file, indices)
      } else if section.type == .group {
        contents[number] = try editedGroup(section, file, indices)
      }
    }
    var buffer: [UInt8] = []
    swap(&buffer, &bytes)
    buffer.removeAll(keepingCapacity: true)
    var output = ELFOutput(self, file, contents, buffer)
    try output.writeParts()
    try output.writeHeaders(indices, names)
    bytes = output.bytes
  }

  /// The index that each section will have; `nil` for dropped ones.
  private func newIndices() -> [Int?] {
    var indices = [Int?](repeating: nil, count: entries.count)
    var next = 0
    for number in tableOrder where !entries[number].isDropped {
      indices[number] = next
      next += 1
    }
    return indices
  }

  @_lifetime(copy file) private func nameTable(_ file: RawSpan) throws(ParseError) -> RawSpan {
    guard let section = entries[Int(header.sectionNameTableIndex)].original,
      !entries[Int(header.sectionNameTableIndex)].isDropped
    else { throw ParseError(.missing, in: "section name table", at: 0) }
    return try ByteSource(file).bytes(
      at: section.offset, size: section.size, in: "section name table")
  }

  /// The symbol table, with sections renumbered; `nil` if it stays as it is.
  private func editedSymbols(
    _ section: ELFSection, _ file: RawSpan, _ indices: [Int?]
  ) throws(ParseError) -> [UInt8]? {
    let isSame = header.sectionHeaderCount.indices.allSatisfy { indices[$0] == $0 }
    if isSame && symbolEdits.isEmpty { return nil }
    let bytes = try ByteSource(file).bytes(
      at: section.offset, size: section.size, in: "symbol table")
    var result = bytes.array
    let fields = SymbolFields(layout)
    let count = bytes.byteCount / layout.symbolSize
    if !isSame {
      let (low, high) = layout.order == .little ? (0, 1) : (1, 0)
      let (size, limit) = (layout.symbolSize, Int(header.sectionHeaderCount))
      var place = fields.section
      for _ in 0..<count {
        defer { place &+= size }
        guard let old = layout.half(bytes, at: place), old != 0, Int(old) < limit else { continue }
        guard let new = indices[Int(old)] else {
          detach(place &- fields.section, fields, in: &result)
          continue
        }
        if new != Int(old) {
          result[place &+ low] = UInt8(truncatingIfNeeded: new)
          result[place &+ high] = UInt8(truncatingIfNeeded: new >> 8)
        }
      }
    }
    for (index, edit) in symbolEdits where index > 0 && index < count {
      let start = index &* layout.symbolSize
      if let target = edit.section, let new = indices[target.number] {
        layout.store(UInt64(new), size: 2, in: &result, at: start &+ fields.section)
        layout.storeWord(0, in: &result, at: start &+ fields.value)
        // What was a symbol of a dropped section may have lost its type.
        if let info = bytes.byte(at: start &+ fields.info) { result[start &+ fields.info] = info }
      }
      if let size = edit.size { layout.storeWord(size, in: &result, at: start &+ fields.size) }
    }
    return result
  }

  /// Makes a symbol of a dropped section absolute, of size zero; a section's own one loses its type.
  private func detach(_ start: Int, _ fields: SymbolFields, in bytes: inout [UInt8]) {
    let place = start &+ fields.info
    if bytes.indices.contains(place), bytes[place] & 0xf == 3 { bytes[place] &= 0xf0 }
    layout.store(UInt64(ELFSectionIndex.absolute), size: 2, in: &bytes, at: start &+ fields.section)
    layout.storeWord(0, in: &bytes, at: start &+ fields.value)
    layout.storeWord(0, in: &bytes, at: start &+ fields.size)
  }

  /// The members of a section group, renumbered; the first word holds flags.
  private func editedGroup(
    _ section: ELFSection, _ file: RawSpan, _ indices: [Int?]
  ) throws(ParseError) -> [UInt8] {
    let bytes = try ByteSource(file).bytes(
      at: section.offset, size: section.size, in: "section group")
    var result = bytes.array
    for place in stride(from: 4, to: bytes.byteCount, by: 4) {
      guard let old = layout.word32(bytes, at: place), Int(old) < Int(header.sectionHeaderCount)
      else { continue }
      guard let new = indices[Int(old)] else {
        throw ParseError(
          .badValue(UInt64(old)), in: "section group with a dropped member",
          at: Int(clamping: section.offset) &+ place)
      }
      layout.store(UInt64(new), size: 4, in: &result, at: place)
    }
    return result
  }
}

extension UInt16 { fileprivate var indices: Range<Int> { 0..<Int(self) } }

/// Where the fields of a symbol lie.
private struct SymbolFields {
  let info, section, value, size: Int

  init(_ layout: ELFLayout) {
    info = layout.is64Bit ? 4 : 12
    section = layout.is64Bit ? 6 : 14
    value = layout.is64Bit ? 8 : 4
    size = layout.is64Bit ? 16 : 8
  }
}
