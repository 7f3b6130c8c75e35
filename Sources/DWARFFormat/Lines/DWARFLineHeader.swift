internal import ByteStorage

/// The header of a line table (DWARF 5, 6.2.4): the names of its files, and how its program is read.
struct DWARFLineHeader: Sendable {
  enum Table: Sendable { case lines, strings, lineStrings }

  /// A name, and the index of the directory it is in.
  struct Name: Sendable {
    var table = Table.lines
    var offset = 0
    var directory = 0
  }

  var version = 0
  /// Size of an offset in bytes.
  var offsetSize = 4
  /// Size of the smallest instruction in bytes.
  var minimumLength: UInt64 = 1
  /// Operations in an instruction, of machines that have several.
  var operations: UInt64 = 1
  var lineBase: Int8 = 0
  var lineRange: UInt8 = 1
  /// The first special opcode; the counts of operands are those of the opcodes from 1 to it.
  var opcodeBase: UInt8 = 1
  var operandCounts: [UInt8] = []
  /// The program in `.debug_line`.
  var program = 0..<0
  var directories: [Name] = []
  var files: [Name] = []

  /// A file by its index: from 0 in DWARF 5, before that from 1, and 0 is no file.
  func file(_ index: UInt64) -> Name? {
    let number = version >= 5 ? index : index &- 1
    return number < UInt64(files.count) ? files[Int(number)] : nil
  }

  /// The directory of a file; `nil` if it is that of the compilation.
  func directory(of file: Name) -> Name? {
    let number = version >= 5 ? file.directory : file.directory &- 1
    return directories.indices.contains(number) ? directories[number] : nil
  }

  /// The path of a file: relative ones begin in the directory of the compilation; `nil` if there is
  /// no such file.
  func path(_ index: UInt64, in compilation: [UInt8], _ data: DebugData) -> [UInt8]? {
    guard let file = file(index) else { return nil }
    let name = text(file, data)
    if name.first == 0x2f { return name }
    let directory = directory(of: file).map { text($0, data) } ?? []
    let parts = directory.first == 0x2f ? [directory, name] : [compilation, directory, name]
    return Array(parts.filter { !$0.isEmpty }.joined(separator: [0x2f]))
  }

  /// Longest name to read, in bytes (PATH_MAX of the kernel).
  static let longestName = 4096

  private func text(_ name: Name, _ data: DebugData) -> [UInt8] {
    let table =
      switch name.table {
      case .lines: data.bytes(.lines)
      case .strings: data.bytes(.strings)
      case .lineStrings: data.bytes(.lineStrings)
      }
    return table.cString(at: name.offset, limit: DWARFLineHeader.longestName)?.array ?? []
  }
}
