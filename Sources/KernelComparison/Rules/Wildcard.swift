internal import ByteStorage

/// A pattern that has to match a whole text, character by character.
///
/// `*` stands for any run, also across `/`; `?` for one character; `\x` for x; `[…]` for one of a set,
/// `[^…]` for one that is not in it, where a `]` or `-` at the start is meant itself. Matching takes at
/// most the product of both lengths.
package struct Wildcard: Sendable, Hashable {
  enum Element: Sendable, Hashable {
    case run, one
    /// A run without `/`.
    case runInFolder
    case scalar(UInt32)
    case set([ClosedRange<UInt32>], isNegated: Bool)
    /// Matches nothing: a `\` at the end.
    case never
  }

  let elements: [Element]
  /// The pattern as it is written.
  package let text: String
  /// The only text that matches, if there is just one.
  package let literal: [UInt8]?
  private let hasFolderRuns: Bool
  /// Number of runs.
  let runCount: Int

  init(_ elements: [Element], text: String) {
    self.elements = elements
    self.text = text
    var literal: [UInt8]? = []
    for element in elements {
      if case .scalar(let value) = element, let scalar = Unicode.Scalar(value) {
        literal?.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      } else {
        literal = nil
      }
    }
    self.literal = literal
    hasFolderRuns = elements.contains(.runInFolder)
    runCount = elements.count { $0.isRun }
  }

  /// Reads a pattern of suse-kabi-tools; `nil` if a `[` has no `]`. With `isLenient`, one that ends the
  /// pattern matches nothing, as it does there.
  package init?(_ pattern: String, isLenient: Bool = false) {
    var elements: [Element] = []
    var rest = Array(pattern.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "*": if elements.last != .run { elements.append(.run) }
      case "?": elements.append(.one)
      case "\\":
        if let escaped = rest.popFirst() {
          elements.append(.scalar(escaped.value))
        } else {
          elements.append(.never)
        }
      case "[":
        if rest.isEmpty, isLenient {
          elements.append(.never)
        } else {
          guard let set = Wildcard.set(&rest) else { return nil }
          elements.append(set)
        }
      default: elements.append(.scalar(scalar.value))
      }
    }
    self.init(elements, text: pattern)
  }

  /// Reads a set after its `[`; `nil` if it does not end.
  ///
  /// In patterns of suse-kabi-tools (src/text/mod.rs, `do_match`) the end of a range may begin another, and
  /// where a range ends before it begins its first character is meant alone. In regular expressions of
  /// Perl a range has an end of its own, and such a one is an error.
  static func set(
    _ rest: inout ArraySlice<Unicode.Scalar>, isRegular: Bool = false
  ) -> Element? {
    let isNegated = rest.first == "^"
    if isNegated { rest.removeFirst() }
    var ranges: [ClosedRange<UInt32>] = []
    var isFirst = true
    // What a range may begin with.
    var last: UInt32?
    while let scalar = rest.popFirst() {
      if scalar == "]", !isFirst { return .set(ranges, isNegated: isNegated) }
      isFirst = false
      guard scalar == "-", let start = last, let end = rest.first, end != "]" else {
        ranges.append(scalar.value...scalar.value)
        last = scalar.value
        continue
      }
      rest.removeFirst()
      if start <= end.value {
        if ranges.last == start...start { ranges.removeLast() }
        ranges.append(start...end.value)
      } else if isRegular {
        return nil
      }
      last = isRegular ? nil : end.value
    }
    return nil
  }

  /// Whether the whole text matches.
  package func matches(_ text: RawSpan) -> Bool {
    if hasFolderRuns { return matchesByStates(text) }
    var (position, index) = (0, 0)
    var retry: (position: Int, index: Int)?
    while position < text.byteCount {
      let (scalar, length) = text.scalar(at: position)
      if index < elements.count {
        if elements[index] == .run {
          index += 1
          retry = (position, index)
          continue
        }
        if elements[index].matches(scalar) {
          index += 1
          position += length
          continue
        }
      }
      // The last run takes one character more.
      guard let last = retry else { return false }
      let next = last.position + text.scalar(at: last.position).length
      retry = (next, last.index)
      (position, index) = (next, last.index)
    }
    while index < elements.count, elements[index] == .run { index += 1 }
    return index == elements.count
  }

  /// As ``matches(_:)``, following all places in the pattern at once: two kinds of runs need it.
  private func matchesByStates(_ text: RawSpan) -> Bool {
    var states = [Bool](repeating: false, count: elements.count + 1)
    states[0] = true
    func skipRuns() {
      for index in elements.indices where states[index] && elements[index].isRun {
        states[index + 1] = true
      }
    }
    skipRuns()
    var position = 0
    while position < text.byteCount {
      let (scalar, length) = text.scalar(at: position)
      position += length
      for index in elements.indices.reversed() {
        let isHere = states[index]
        states[index + 1] =
          isHere && elements[index].matches(scalar)
          || index + 1 < elements.count && elements[index + 1].stays(at: scalar)
            && states[index + 1]
      }
      states[0] = elements.first?.stays(at: scalar) ?? false && states[0]
      skipRuns()
    }
    return states[elements.count]
  }
}

extension Wildcard.Element {
  fileprivate func matches(_ scalar: UInt32) -> Bool {
    switch self {
    case .one: true
    case .scalar(let value): value == scalar
    case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
    case .run, .runInFolder, .never: false
    }
  }

  fileprivate var isRun: Bool { self == .run || self == .runInFolder }

  /// Whether a run goes on over a character.
  fileprivate func stays(at scalar: UInt32) -> Bool {
    self == .run || self == .runInFolder && scalar != 0x2f
  }
}

extension RawSpan {
  /// The character at an offset inside the text, and its length in bytes. A byte that is not part of one
  /// stands for itself.
  fileprivate func scalar(at offset: Int) -> (value: UInt32, length: Int) {
    guard let first = byte(at: offset) else { return (0, 1) }
    // 0xc0, 0xc1 and what follows 0xf4 begin no character.
    let count = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1
    guard count > 1, let rest = slice((offset &+ 1)..<(offset &+ count)) else {
      return (UInt32(first), 1)
    }
    var value = UInt32(first) & (0x7f >> UInt32(count))
    for index in 0..<rest.byteCount {
      guard let byte = rest.byte(at: index), byte & 0xc0 == 0x80 else { return (UInt32(first), 1) }
      value = value << 6 | UInt32(byte & 0x3f)
    }
    return (value, count)
  }
}
