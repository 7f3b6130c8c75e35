/// A kernel module of any architecture whose bytes can be damaged one thing at a time. Section
/// indices never change; a grown section moves to the end of the file.
struct Module {
  /// The fields of the ELF header.
  enum Header { case type, machine, sectionOffset, entrySize, sectionCount, nameIndex }

  /// The fields of a section header, in their order.
  enum Field: Int { case name, type, flags, address, offset, size, link, info, alignment }

  static let allocFlag: UInt64 = 2
  static let writeFlag: UInt64 = 1

  var bytes: Bytes
  let is64Bit: Bool

  init?(_ raw: [UInt8]) {
    guard raw.starts(with: [0x7f, 0x45, 0x4c, 0x46]), raw.count >= 64, (1...2).contains(raw[4]),
      (1...2).contains(raw[5])
    else { return nil }
    bytes = Bytes(raw, isBigEndian: raw[5] == 2)
    is64Bit = raw[4] == 2
  }

  /// Size of an address in bytes.
  var word: Int { is64Bit ? 8 : 4 }

  var sectionHeaderSize: Int { is64Bit ? 64 : 40 }

  var symbolSize: Int { is64Bit ? 24 : 16 }

  /// Where a field of the ELF header is, and its width.
  private func place(of header: Header) -> (Int, Int) {
    switch header {
    case .type: (16, 2)
    case .machine: (18, 2)
    case .sectionOffset: (is64Bit ? 40 : 32, word)
    case .entrySize: (is64Bit ? 58 : 46, 2)
    case .sectionCount: (is64Bit ? 60 : 48, 2)
    case .nameIndex: (is64Bit ? 62 : 50, 2)
    }
  }

  subscript(header: Header) -> UInt64 {
    get {
      let (offset, width) = place(of: header)
      return bytes.number(at: offset, width: width)
    }
    set {
      let (offset, width) = place(of: header)
      bytes.set(newValue, at: offset, width: width)
    }
  }

  private func place(of field: Field) -> (Int, Int) {
    guard is64Bit else { return (field.rawValue * 4, 4) }
    switch field {
    case .name, .type: return (field.rawValue * 4, 4)
    case .flags, .address, .offset, .size: return (8 + (field.rawValue - 2) * 8, 8)
    case .link: return (40, 4)
    case .info: return (44, 4)
    case .alignment: return (48, 8)
    }
  }

  subscript(section: Int, field: Field) -> UInt64 {
    get {
      let (offset, width) = place(of: field)
      return bytes.number(at: position(of: section) + offset, width: width)
    }
    set {
      let (offset, width) = place(of: field)
      bytes.set(newValue, at: position(of: section) + offset, width: width)
    }
  }

  var sectionCount: Int { Int(self[.sectionCount]) }

  private func position(of section: Int) -> Int {
    Int(truncatingIfNeeded: self[.sectionOffset]) + section * sectionHeaderSize
  }

  func offset(of section: Int) -> Int { Int(truncatingIfNeeded: self[section, .offset]) }

  func size(of section: Int) -> Int { Int(truncatingIfNeeded: self[section, .size]) }

  func name(of section: Int) -> String {
    let names = Int(self[.nameIndex])
    return bytes.string(at: offset(of: names) + Int(self[section, .name]))
  }

  func section(_ name: String) -> Int? {
    (1..<max(sectionCount, 1)).first { self.name(of: $0) == name }
  }

  func section(ofType type: UInt64) -> Int? {
    (1..<max(sectionCount, 1)).first { self[$0, .type] == type }
  }

  func contents(_ section: Int) -> [UInt8] {
    bytes.slice(at: offset(of: section), count: size(of: section))
  }

  mutating func replace(_ section: Int, with contents: [UInt8]) {
    self[section, .offset] = UInt64(bytes.append(contents))
    self[section, .size] = UInt64(contents.count)
  }

  /// The offset in the section name table of a name added to it.
  mutating func addName(_ name: String) -> UInt64 {
    let table = Int(self[.nameIndex])
    let old = contents(table)
    replace(table, with: old + Array(name.utf8) + [0])
    return UInt64(old.count)
  }

  mutating func rename(_ section: Int, to name: String) {
    self[section, .name] = addName(name)
  }

  /// Adds a section after the last one; the header table moves to the end of the file.
  @discardableResult
  mutating func addSection(
    _ name: String, type: UInt64 = 1, flags: UInt64 = 0, contents: [UInt8] = []
  ) -> Int {
    let nameOffset = addName(name)
    let dataOffset = bytes.append(contents)
    let index = sectionCount
    let table = bytes.slice(at: Int(self[.sectionOffset]), count: index * sectionHeaderSize)
    let blank = [UInt8](repeating: 0, count: sectionHeaderSize)
    self[.sectionOffset] = UInt64(bytes.append(table + blank))
    self[.sectionCount] = UInt64(index + 1)
    self[index, .name] = nameOffset
    self[index, .type] = type
    self[index, .flags] = flags
    self[index, .offset] = UInt64(dataOffset)
    self[index, .size] = UInt64(contents.count)
    self[index, .alignment] = 1
    return index
  }
}
