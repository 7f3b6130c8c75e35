internal import ByteStorage

/// The object identifiers that a release knows, by its own numbers, which its log shows.
struct ObjectIdentifiers: Sendable {
  /// An identifier: its dotted form, empty if the release does not know it, and its number there.
  struct Entry: Sendable {
    let dotted: String
    let number: Int
  }

  private let unknown: Entry
  private let entries: [[UInt8]: Entry]

  private static let unknowns = [78, 98, 103, 106]
  // Each is made when a kernel of its era is first asked.
  private static let of5_10 = ObjectIdentifiers(.of5_10)
  private static let of6_1 = ObjectIdentifiers(.of6_1)
  private static let of6_12 = ObjectIdentifiers(.of6_12)
  private static let of7_2 = ObjectIdentifiers(.of7_2)

  static func of(_ era: TrustEra) -> ObjectIdentifiers {
    switch era {
    case .of5_10: of5_10
    case .of6_1: of6_1
    case .of6_12: of6_12
    case .of7_2: of7_2
    }
  }

  private init(_ era: TrustEra) {
    unknown = Entry(dotted: "", number: ObjectIdentifiers.unknowns[era.rawValue])
    var entries: [[UInt8]: Entry] = [:]
    // Read by byte: splitting a hundred strings takes longer than all else that one module needs.
    let table = Array(ObjectIdentifiers.table.utf8)
    var lines = Lines(table.rawSpan)
    while let line = lines.next() {
      let end = line.firstIndex(of: UInt8(ascii: " ")) ?? 0
      guard let dotted = line.slice(0..<end), let numbers = line.suffix(from: end),
        let number = ObjectIdentifiers.number(era.rawValue, in: numbers)
      else { continue }
      entries[ObjectIdentifiers.encoded(dotted)] = Entry(dotted: dotted.text, number: number)
    }
    self.entries = entries
  }

  /// The number of an era in a row, each after a blank; `nil` if it is `-`.
  private static func number(_ era: Int, in row: RawSpan) -> Int? {
    var (place, number): (Int, Int?) = (-1, nil)
    for index in 0..<row.byteCount {
      guard let byte = row.byte(at: index) else { break }
      switch byte {
      case UInt8(ascii: " "): place += 1
      case 0x30...0x39 where place == era: number = (number ?? 0) * 10 + Int(byte - 0x30)
      default: continue
      }
    }
    return number
  }

  /// `look_up_OID`.
  func look(up bytes: RawSpan) -> Entry { entries[bytes.array] ?? unknown }

  private static func encoded(_ dotted: RawSpan) -> [UInt8] {
    var (bytes, number): ([UInt8], UInt64) = ([], 0)
    var first: UInt64?
    for index in 0...dotted.byteCount {
      if let byte = dotted.byte(at: index), byte != UInt8(ascii: ".") {
        number = number * 10 + UInt64(byte &- 0x30)
        continue
      }
      // The first two share a number.
      guard first != nil else {
        (first, number) = (number, 0)
        continue
      }
      if bytes.isEmpty { number += (first ?? 0) * 40 }
      var shift: UInt64 = 63
      while shift > 0, number >> shift == 0 { shift -= 7 }
      while shift > 0 {
        bytes.append(UInt8(truncatingIfNeeded: number >> shift) & 0x7f | 0x80)
        shift -= 7
      }
      bytes.append(UInt8(number & 0x7f))
      number = 0
    }
    return bytes
  }

  /// What `sprint_oid` writes into a buffer of 50 bytes.
  static func shown(_ bytes: RawSpan) -> String {
    let limit = 49
    guard let first = bytes.byte(at: 0) else { return "(bad)" }
    var text = "\(first / 40).\(first % 40)"
    var offset = 1
    while offset < bytes.byteCount, text.utf8.count <= limit {
      var number: UInt64 = 0
      var byte: UInt8
      repeat {
        guard let next = bytes.byte(at: offset) else {
          return String((text + "(bad)").prefix(limit))
        }
        byte = next
        offset += 1
        number = number << 7 | UInt64(byte & 0x7f)
      } while byte >= 0x80
      text += ".\(number)"
    }
    return String(text.prefix(limit))
  }
}
