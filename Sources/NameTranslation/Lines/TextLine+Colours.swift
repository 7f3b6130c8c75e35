internal import ByteStorage

extension TextLine {
  /// How ESC is written: by itself; in JSON (RFC 8259, 7); by rsyslog (`$EscapeControlCharactersOnReceive`);
  /// by programs that quote as C and shells do; by `cat -v` and less.
  private static let escapes: [StaticString] = [
    "\u{1b}", "\\u001b", "\\u001B", "#033", "\\033", "\\x1b", "\\x1B", "\\e", "^[",
  ]

  /// Where a colour sequence (`ESC [ … m`, `ESC [ K`) ends that begins at an index, however ESC is written.
  func colourEnd(_ index: Int) -> Int? {
    guard let escape = TextLine.escapes.first(where: { has($0, at: index) }) else { return nil }
    let bracket = index &+ escape.utf8CodeUnitCount
    guard self[bracket] == 0x5b else { return nil }
    var end = bracket &+ 1
    while self[end].isDecimalDigit || self[end] == 0x3b { end &+= 1 }
    return self[end] == 0x6d || self[end] == 0x4b ? end &+ 1 : nil
  }

  /// Whether the line may have a colour sequence.
  var hasColour: Bool {
    var from = 0
    while let bracket = find(0x5b, from: from) {
      if isColour(at: bracket) { return true }
      from = bracket &+ 1
    }
    return false
  }

  /// Whether ESC precedes a bracket.
  func isColour(at bracket: Int) -> Bool {
    switch self[bracket &- 1] {
    case 0x1b, 0x33, 0x42, 0x62, 0x65, 0x5b:  // 3 B b e [
      TextLine.escapes.contains { has($0, at: bracket &- $0.utf8CodeUnitCount) }
    default: false
    }
  }
}
