internal import ByteStorage

extension Wildcard {
  /// Reads a pattern of suse-kabi-tools.
  ///
  /// - Throws: ``TextFailure`` for the line, if it has a `[` without `]`, or too many characters.
  static func read(
    _ text: String, isLenient: Bool = false, line number: Int, of line: RawSpan
  ) throws(TextFailure) -> Wildcard {
    guard let pattern = Wildcard(text, isLenient: isLenient) else {
      throw TextFailure(.openBracket(text), line: number, text: line.text)
    }
    try pattern.checkLength(line: number, of: line)
    return pattern
  }

  /// Whether it has more characters than are looked at; a single text may have any number.
  var isTooLong: Bool { literal == nil && elements.count > Wildcard.mostElements }

  func checkLength(line number: Int, of line: RawSpan) throws(TextFailure) {
    if isTooLong { throw TextFailure(.patternTooLong, line: number, text: line.text) }
  }

  /// A pattern that stands for one text.
  init(literal: String) {
    let elements = literal.unicodeScalars.map { Element.scalar($0.value) }
    self.init(elements, text: Wildcard.text(of: elements))
  }

  /// Reads a pattern of `rpm/kabi.pl`; `nil` if it takes a full regular expression.
  init?(regular pattern: String) {
    var elements: [Element] = []
    var rest = Array(pattern.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "*": if elements.last != .run { elements.append(.run) }
      case "?", ".": elements.append(.one)
      case "\\":
        guard let escaped = rest.popFirst(), !escaped.properties.isAlphabetic else { return nil }
        elements.append(.scalar(escaped.value))
      case "[":
        guard let set = Wildcard.set(&rest, isRegular: true) else { return nil }
        elements.append(set)
      case "(", ")", "|", "+", "{", "}", "^", "$": return nil
      default: elements.append(.scalar(scalar.value))
      }
    }
    self.init(elements, text: Wildcard.text(of: elements))
  }

  /// Reads a pattern of Debian's `ignore-changes`: `*` is a run without `/`, `**` one with it.
  init(pathPattern pattern: String) {
    var elements: [Element] = []
    var rest = Array(pattern.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      guard scalar == "*" else {
        elements.append(scalar == "?" ? .one : .scalar(scalar.value))
        continue
      }
      var isDeep = false
      while rest.first == "*" {
        rest.removeFirst()
        isDeep = true
      }
      elements.append(isDeep ? .run : .runInFolder)
    }
    self.init(elements, text: Wildcard.text(of: elements))
  }

  /// The parts of a set in an order in which a `-` is meant itself: after a `]`, which is the first, it is
  /// the last, and else the first.
  private static func written(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    let dashes = ranges.filter { $0.lowerBound == 0x2d }
    let others = ranges.filter { $0.lowerBound != 0x2d }
    return others.first?.lowerBound == 0x5d ? others + dashes : dashes + others
  }

  /// The pattern as suse-kabi-tools writes it. That has no run without `/`: one with it stands for it.
  private static func text(of elements: [Element]) -> String {
    var text = ""
    func append(_ value: UInt32) {
      guard let scalar = Unicode.Scalar(value) else { return }
      text.unicodeScalars.append(scalar)
    }
    for element in elements {
      switch element {
      case .run, .runInFolder: text += "*"
      case .one: text += "?"
      case .never: text += "\\"
      case .scalar(let value):
        if let scalar = Unicode.Scalar(value), "\\*?[".unicodeScalars.contains(scalar) {
          text += "\\"
        }
        append(value)
      case .set(let ranges, let isNegated):
        text += isNegated ? "[^" : "["
        for range in written(ranges) {
          append(range.lowerBound)
          if range.count > 1 {
            text += "-"
            append(range.upperBound)
          }
        }
        text += "]"
      }
    }
    return text
  }
}
