import ByteStorage

/// The lines of a configuration, by the option of which they speak.
///
/// - Note: scripts/kconfig/confdata.c `conf_read_simple`, 6.12: of several lines the last counts.
struct ConfigOptions: Sendable {
  /// What is said last of an option: offsets of values, in bytes, or of the lines that say that it is not
  /// set; -1 where no line does.
  private struct Places: Sendable {
    var value = -1
    var unset = -1
  }

  private var names = NameInterner()
  private var places: [Places] = []
  /// Whether a line says that something is not set, as lines of a whole configuration do.
  private(set) var hasUnset = false

  var isEmpty: Bool { places.isEmpty && !hasUnset }

  init(_ text: RawSpan) {
    var rest = Lines(text, keepsCarriageReturns: true)
    var start = 0
    while let line = rest.next() {
      note(line, at: start)
      start = rest.position
    }
  }

  private mutating func note(_ line: RawSpan, at start: Int) {
    if line.starts(with: "CONFIG_"), let end = line.firstIndex(of: UInt8(ascii: "=")) {
      guard let number = number(line.slice(0..<end)) else { return }
      places[number].value = start &+ end &+ 1
    } else if line.starts(with: "# CONFIG_") {
      hasUnset = true
      guard let name = line.suffix(from: 2), let end = name.firstIndex(of: UInt8(ascii: " ")),
        let words = name.suffix(from: end), words.starts(with: " is not set"),
        words.byteCount == 11 || words.byte(at: 11) == 0x0d,
        let number = number(name.slice(0..<end))
      else { return }
      places[number].unset = start
    }
  }

  private mutating func number(_ name: RawSpan?) -> Int? {
    guard let name, let number = names.intern(name) else { return nil }
    if number == places.count { places.append(Places()) }
    return number
  }

  private subscript(name: String) -> Places {
    let sought = Array(name.utf8)
    return names.find(sought.rawSpan).map { places[$0] } ?? Places()
  }

  /// Where the value of an option, by its whole name, begins; `nil` where it has none, or is said to be
  /// not set after it.
  func value(_ name: String) -> Int? {
    let said = self[name]
    return said.value >= 0 && said.unset < said.value ? said.value : nil
  }

  /// Whether the last line about an option says that it is not set.
  func isUnset(_ name: String) -> Bool {
    let said = self[name]
    return said.unset >= 0 && said.value < said.unset
  }

  /// Whether a line gives an option a value.
  func hasValue(_ name: String) -> Bool { self[name].value >= 0 }
}
