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
    for line in ObjectIdentifiers.table.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count == 5, let number = Int(fields[1 + era.rawValue]) else { continue }
      let dotted = String(fields[0])
      entries[ObjectIdentifiers.encoded(dotted)] = Entry(dotted: dotted, number: number)
    }
    self.entries = entries
  }

  /// `look_up_OID`.
  func look(up bytes: RawSpan) -> Entry { entries[bytes.array] ?? unknown }

  private static func encoded(_ dotted: String) -> [UInt8] {
    let numbers = dotted.split(separator: ".").compactMap { UInt64($0) }
    guard numbers.count >= 2 else { return [] }
    var bytes = [UInt8(truncatingIfNeeded: numbers[0] * 40 + numbers[1])]
    for number in numbers.dropFirst(2) {
      var group = [UInt8(number & 0x7f)]
      var rest = number >> 7
      while rest > 0 {
        group.append(UInt8(rest & 0x7f) | 0x80)
        rest >>= 7
      }
      bytes += group.reversed()
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
