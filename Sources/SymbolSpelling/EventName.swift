internal import ByteStorage
internal import SymbolNames

/// The name of a trace event for a place: a C identifier of at most 63 bytes, another for each
/// symbol and each offset.
///
/// - Note: kernel/trace/trace_probe.c, `traceprobe_parse_event_name`; `MAX_EVENT_NAME_LEN` is 64
///   with the NUL.
enum EventName {
  /// The longest name, in bytes.
  static let maximum = 63
  /// Digits of the digest that distinguishes symbols whose own names do not.
  private static let digestDigits = 8

  /// The name of the event.
  ///
  /// A name that is an identifier of its own, fits and is unique is taken as it is. Others are
  /// shortened to what people know of them (the readable path, or the source name), and distinguished
  /// by the beginning of a digest of linkage name and position.
  static func of(_ symbol: Symbol) -> String {
    let place = symbol.offset == 0 ? "" : "_0x" + String(symbol.offset, radix: 16)
    let room = maximum - place.utf8.count
    if symbol.isUnique, isIdentifier(symbol.name), symbol.name.utf8.count <= room {
      return symbol.name + place
    }
    let source = SymbolName(symbol.name).source
    let known = source.readable ?? source.text
    let identity = Array("\(symbol.name),\(symbol.position)".utf8)
    let word = SHA256Digest(of: identity.rawSpan).words.0
    let digest = String(word >> UInt64(64 - 4 * digestDigits), radix: 16)
    let zeros = String(repeating: "0", count: digestDigits - digest.count)
    return identifier(known, room: room - digestDigits - 1) + "_" + zeros + digest + place
  }

  /// Whether a name follows the rules of C.
  static func isIdentifier(_ name: String) -> Bool {
    guard let first = name.utf8.first, !isDigit(first) else { return false }
    return name.utf8.allSatisfy { isLetter($0) || isDigit($0) }
  }

  /// A name with one `_` for each run of what no identifier takes; the end is kept, since paths
  /// differ there.
  private static func identifier(_ name: String, room: Int) -> String {
    var bytes: [UInt8] = []
    for byte in name.utf8 {
      if isLetter(byte) || isDigit(byte) {
        bytes.append(byte)
      } else if bytes.last != UInt8(ascii: "_") {
        bytes.append(UInt8(ascii: "_"))
      }
    }
    var kept = bytes.suffix(room)
    if let first = kept.first, isDigit(first) { kept[kept.startIndex] = UInt8(ascii: "_") }
    return kept.isEmpty ? "_" : String(decoding: kept, as: UTF8.self)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (byte | 0x20) &- UInt8(ascii: "a") < 26
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}
