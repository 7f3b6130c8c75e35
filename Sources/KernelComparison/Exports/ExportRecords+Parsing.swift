internal import ByteStorage
internal import ModuleVersions

extension ExportRecords {
  /// How much is taken for Module.symvers text.
  package enum Grammar: Sendable {
    /// What suse-kabi-tools reads: the present columns, every line a record, every name once.
    case strict
    /// All column orders and types that kernels have had; empty lines and comments are left out, and of
    /// lines with one name the first counts.
    case historic
  }

  /// Reads Module.symvers text.
  ///
  /// - Throws: ``TextFailure`` for the first line that is not a record.
  package init(parsing text: RawSpan, as grammar: Grammar) throws(TextFailure) {
    guard text.byteCount <= Int(UInt32.max) else { throw TextFailure(.tooLarge) }
    if grammar == .strict, !text.isText { throw TextFailure(.notText) }
    // Lines of Module.symvers have about 70 bytes.
    self.init(text: text.array, expecting: text.byteCount / 64)
    var lines = TextLines(text)
    while let line = lines.next() {
      do throws(Problem) {
        let row: Row?
        switch grammar {
        case .strict: row = try ExportRecords.record(line, at: lines.start)
        case .historic: row = try ExportRecords.historicRecord(line, at: lines.start)
        }
        if let row, !add(row), grammar == .strict {
          throw Problem(reason: .duplicate(bytes(row.name).text))
        }
      } catch { throw TextFailure(error.reason, line: lines.number, text: line.text) }
    }
  }

  private struct Problem: Error { let reason: TextFailure.Reason }

  private static func record(_ line: RawSpan, at start: Int) throws(Problem) -> Row {
    var words = TextWords(line)
    guard let crcWord = words.next() else { throw Problem(reason: .missingCRC) }
    let crc = try number(line.part(crcWord))
    guard let name = words.next() else { throw Problem(reason: .missingName) }
    guard let module = words.next() else { throw Problem(reason: .missingOwner) }
    guard let type = words.next() else { throw Problem(reason: .missingType) }
    let typeWord = line.part(type)
    let licence: ExportLicence
    if typeWord.equals("EXPORT_SYMBOL_GPL") {
      licence = .gplOnly
    } else if typeWord.equals("EXPORT_SYMBOL") {
      licence = .any
    } else {
      throw Problem(reason: .badType(typeWord.text))
    }
    let namespace = words.next() ?? 0..<0
    if words.next() != nil { throw Problem(reason: .excessField) }
    return Row(
      name: Piece(name, at: start), module: Piece(module, at: start),
      namespace: Piece(namespace, at: start), crc: crc, licence: licence)
  }

  /// A CRC as Rust's `u32::from_str_radix` reads it after `0x`.
  private static func number(_ field: RawSpan) throws(Problem) -> UInt32 {
    func problem(_ defect: TextFailure.NumberDefect) -> Problem {
      Problem(reason: .badCRC(field.text, defect))
    }
    guard field.starts(with: "0x") || field.starts(with: "0X") else { throw problem(.noPrefix) }
    var offset = 2
    guard offset < field.byteCount else { throw problem(.empty) }
    if field.byte(at: offset) == UInt8(ascii: "+") {
      offset += 1
      // A sign alone is not a digit.
      guard offset < field.byteCount else { throw problem(.badDigit) }
    }
    var value: UInt64 = 0
    for index in offset..<field.byteCount {
      guard let digit = field.byte(at: index)?.hexadecimalDigit else { throw problem(.badDigit) }
      value = value << 4 | digit
      guard value <= UInt64(UInt32.max) else { throw problem(.tooLarge) }
    }
    return UInt32(truncatingIfNeeded: value)
  }

  /// A line in any order of columns; `nil` for one without a record.
  private static func historicRecord(_ line: RawSpan, at start: Int) throws(Problem) -> Row? {
    var words = TextWords(line)
    guard let first = words.next(), line.byte(at: first.lowerBound) != UInt8(ascii: "#") else {
      return nil
    }
    if let found = try? Symvers.parseLine(line, at: start) {
      func piece(_ part: RawSpan) -> Piece {
        guard part.byteCount > 0, let range = line.byteOffsets(of: part) else {
          return Piece(0..<0, at: start)
        }
        return Piece(range, at: start)
      }
      return Row(
        name: piece(found.name), module: piece(found.module), namespace: piece(found.namespace),
        crc: found.crc, licence: found.licence)
    }
    if line.part(first).starts(with: "EXPORT_"), let row = ubuntuRecord(line, at: start) {
      return row
    }
    return try record(line, at: start)
  }

  /// A line of Ubuntu's ABI files: `TYPE module CRC name`.
  private static func ubuntuRecord(_ line: RawSpan, at start: Int) -> Row? {
    var words = TextWords(line)
    guard let type = words.next(), let module = words.next(), let crc = words.next(),
      let name = words.next(), words.next() == nil, let value = try? number(line.part(crc))
    else { return nil }
    let word = line.part(type)
    let known: [ExportLicence] = [.any, .gplOnly, .gplFuture, .unused, .unusedGPL]
    return Row(
      name: Piece(name, at: start), module: Piece(module, at: start),
      namespace: Piece(0..<0, at: start), crc: value,
      licence: known.first { word.equals($0.symversName) } ?? .unknown)
  }
}
