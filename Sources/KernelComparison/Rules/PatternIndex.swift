internal import ByteStorage
internal import Synchronization

/// Patterns of which many names ask which match: only those are tried whose longest literal part is in the
/// name. The time that all matches may take is bounded, as patterns may be hostile.
struct PatternIndex: Sendable {
  private var patterns: [(pattern: Wildcard, number: Int)] = []
  /// Places of patterns without a literal part, or of all if there are few.
  private var always: [Int32] = []
  /// Places of the others, by the length of the part that is searched for and by its bytes.
  private var parts: [Int: [UInt64: [Int32]]] = [:]
  private let work = MatchWork()

  /// Up to this number all patterns are tried in turn.
  private static let few = 32

  mutating func add(_ pattern: Wildcard, _ number: Int) {
    let place = Int32(truncatingIfNeeded: patterns.count)
    patterns.append((pattern, number))
    if patterns.count > PatternIndex.few, let part = pattern.literalPart {
      parts[part.length, default: [:]][part.bytes, default: []].append(place)
    } else {
      always.append(place)
    }
  }

  /// Number of the pattern at which the time was over; later answers are not to be trusted.
  var exhaustedBy: Int? { work.exhaustedBy }

  /// The number of the first pattern that matches; `nil` if none with a number before the limit does.
  func first(before limit: Int, _ text: RawSpan) -> Int? {
    var found = limit
    func consider(_ place: Int32) -> Bool {
      let (pattern, number) = patterns[Int(place)]
      guard number < found else { return false }
      guard work.take(pattern, text, number) else { return false }
      if pattern.matches(text) { found = number }
      return true
    }
    // Numbers rise, so what follows one that is too large is too large.
    for place in always where !consider(place) { break }
    for (length, places) in parts where length <= text.byteCount {
      var word: UInt64 = 0
      let mask = length == 8 ? UInt64.max : (1 << (UInt64(length) * 8)) - 1
      for offset in 0..<text.byteCount {
        word = (word << 8 | UInt64(text.byte(at: offset) ?? 0)) & mask
        guard offset + 1 >= length, let candidates = places[word] else { continue }
        for place in candidates where !consider(place) { break }
      }
    }
    return found < limit ? found : nil
  }
}

/// Counts what matching takes.
private final class MatchWork: Sendable {
  private let steps = Atomic<Int>(0)
  private let exhausted = Atomic<Int>(-1)

  /// Most steps, each a character compared: some seconds.
  private static let mostSteps = 2_000_000_000

  var exhaustedBy: Int? {
    let number = exhausted.load(ordering: .relaxed)
    return number < 0 ? nil : number
  }

  /// Whether there is time for a match.
  func take(_ pattern: Wildcard, _ text: RawSpan, _ number: Int) -> Bool {
    if exhausted.load(ordering: .relaxed) >= 0 { return false }
    let cost = pattern.mostSteps(text.byteCount)
    let (_, sum) = steps.add(cost, ordering: .relaxed)
    if sum <= MatchWork.mostSteps { return true }
    exhausted.store(number, ordering: .relaxed)
    return false
  }
}

extension Wildcard {
  /// Most characters of a pattern.
  static let mostElements = 4096

  /// An upper bound of what a match takes: a pattern with one run at most is looked at once.
  func mostSteps(_ length: Int) -> Int {
    runCount < 2 ? min(length, elements.count) + 1 : min(length &* elements.count, 1 << 40) / 2 + 1
  }

  /// The end of the longest part of a pattern that stands for itself, up to eight bytes.
  fileprivate var literalPart: (length: Int, bytes: UInt64)? {
    var (best, current): ([UInt8], [UInt8]) = ([], [])
    for element in elements {
      if case .scalar(let value) = element, value < 0x80 {
        current.append(UInt8(truncatingIfNeeded: value))
      } else {
        if current.count > best.count { best = current }
        current = []
      }
    }
    if current.count > best.count { best = current }
    guard !best.isEmpty else { return nil }
    let part = best.suffix(8)
    return (part.count, part.reduce(0) { $0 << 8 | UInt64($1) })
  }
}
