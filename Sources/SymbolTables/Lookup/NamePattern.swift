internal import ByteStorage

/// A pattern of symbol names: `*` any bytes, `?` one byte, `[a-z]` and `[!a-z]` one of a set, and a
/// backslash before a byte that is meant as it is.
package struct NamePattern: Sendable, Hashable {
  private enum Step: Sendable, Hashable {
    case byte(UInt8)
    case any
    case set(ranges: [ClosedRange<UInt8>], isNegated: Bool)
    case star
  }

  private let steps: [Step]

  /// Reads a pattern. A `[` without its `]` is meant as it is.
  package init(_ text: String) {
    let bytes = Array(text.utf8)
    var steps: [Step] = []
    var index = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "*"): if steps.last != .star { steps.append(.star) }
      case UInt8(ascii: "?"): steps.append(.any)
      case UInt8(ascii: "\\") where index + 1 < bytes.count:
        index += 1
        steps.append(.byte(bytes[index]))
      case UInt8(ascii: "["):
        if let (set, end) = NamePattern.set(bytes, from: index + 1) {
          steps.append(set)
          index = end
        } else {
          steps.append(.byte(bytes[index]))
        }
      default: steps.append(.byte(bytes[index]))
      }
      index += 1
    }
    self.steps = steps
  }

  /// Whether a text has any sign that makes it a pattern.
  package static func isPattern(_ text: String) -> Bool {
    text.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == 0x5b }
  }

  /// Whether every `[` has its `]`.
  package static func isWellFormed(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "\\") {
        index += 1
      } else if bytes[index] == UInt8(ascii: "[") {
        guard let (_, end) = set(bytes, from: index + 1) else { return false }
        index = end
      }
      index += 1
    }
    return true
  }

  /// A set, and the index of its closing bracket.
  private static func set(_ bytes: [UInt8], from start: Int) -> (Step, Int)? {
    var index = start
    var ranges: [ClosedRange<UInt8>] = []
    let isNegated =
      index < bytes.count && (bytes[index] == UInt8(ascii: "!") || bytes[index] == 0x5e)
    if isNegated { index += 1 }
    let first = index
    while index < bytes.count {
      let low = bytes[index]
      if low == 0x5d, index > first { return (.set(ranges: ranges, isNegated: isNegated), index) }
      if index + 2 < bytes.count, bytes[index + 1] == 0x2d, bytes[index + 2] != 0x5d {
        let high = bytes[index + 2]
        if low <= high { ranges.append(low...high) }
        index += 3
      } else {
        ranges.append(low...low)
        index += 1
      }
    }
    return nil
  }

  package func matches(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    return matches(bytes.rawSpan)
  }

  /// Whether a whole name fits, or its end from any of some offsets on: O(name × pattern) at worst,
  /// without recursion.
  package func matches(_ name: RawSpan, orFrom isStart: ((Int) -> Bool)? = nil) -> Bool {
    var (step, offset, start) = (0, 0, 0)
    var retry: (step: Int, offset: Int)?
    while true {
      if step < steps.count, steps[step] == .star {
        retry = (step + 1, offset)
        step += 1
      } else if step < steps.count, let byte = name.byte(at: offset), fits(byte, steps[step]) {
        step += 1
        offset += 1
      } else if step == steps.count && offset == name.byteCount {
        return true
      } else if let last = retry {
        // What precedes the star fits already, and a later start leaves less to the star.
        guard last.offset < name.byteCount else { return false }
        retry = (last.step, last.offset + 1)
        (step, offset) = (last.step, last.offset + 1)
      } else {
        guard let isStart else { return false }
        repeat { start += 1 } while start < name.byteCount && !isStart(start)
        guard start < name.byteCount else { return false }
        (step, offset) = (0, start)
      }
    }
  }

  private func fits(_ byte: UInt8, _ step: Step) -> Bool {
    switch step {
    case .byte(let wanted): byte == wanted
    case .any: true
    case .set(let ranges, let isNegated): ranges.contains { $0.contains(byte) } != isNegated
    case .star: false
    }
  }
}
