/// A 64-bit little-endian kernel module whose bytes can be damaged one thing at a time. Section
/// indices never change; a grown section moves to the end of the file.
struct Module {
  /// The fields of the ELF header, by offset and width.
  enum Header: Int {
    case type = 16
    case machine = 18
    case sectionOffset = 40
    case entrySize = 58
    case sectionCount = 60
    case nameIndex = 62

    var width: Int { self == .sectionOffset ? 8 : 2 }
  }

  /// The fields of a section header, by offset and width.
  enum Field: Int {
    case name = 0
    case type = 4
    case flags = 8
    case address = 16
    case offset = 24
    case size = 32
    case link = 40
    case info = 44
    case alignment = 48

    var width: Int { self == .name || self == .type || self == .link || self == .info ? 4 : 8 }
  }

  static let allocFlag: UInt64 = 2
  static let writeFlag: UInt64 = 1

  var bytes: Bytes

  init?(_ raw: [UInt8]) {
    bytes = Bytes(raw)
    guard raw.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]), raw.count >= 64 else { return nil }
  }

  subscript(header: Header) -> UInt64 {
    get { bytes.number(at: header.rawValue, width: header.width) }
    set { bytes.set(newValue, at: header.rawValue, width: header.width) }
  }

  subscript(section: Int, field: Field) -> UInt64 {
    get { bytes.number(at: position(of: section, field), width: field.width) }
    set { bytes.set(newValue, at: position(of: section, field), width: field.width) }
  }

  var sectionCount: Int { Int(self[.sectionCount]) }

  private func position(of section: Int, _ field: Field) -> Int {
    Int(truncatingIfNeeded: self[.sectionOffset]) + section * 64 + field.rawValue
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
    let table = bytes.slice(at: Int(self[.sectionOffset]), count: index * 64)
    self[.sectionOffset] = UInt64(bytes.append(table + [UInt8](repeating: 0, count: 64)))
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
