internal import SymtypesFormat

/// Two lists of lines of layouts, one after the other, with what only one of them has. Members that what
/// is before them moved do not count as changes; they show where they were.
package struct LineDifference: Sendable {
  package enum Line: Sendable, Hashable {
    case same(String)
    case removed(String)
    case added(String)
    /// Lines that are the same and far from a change.
    case gap

    fileprivate var isChange: Bool {
      switch self {
      case .removed, .added: true
      case .same, .gap: false
      }
    }
  }

  package let lines: [Line]

  /// Whether there is a line that only one side has.
  package var hasChanges: Bool { lines.contains { $0.isChange } }

  /// The difference, with `context` lines around changes.
  package init(_ old: [PlacedLine], _ new: [PlacedLine], context: Int = 3) {
    var numbers: [String: Int] = [:]
    func numbered(_ lines: [PlacedLine]) -> [Int] {
      lines.map { line in
        let number = numbers[line.text] ?? numbers.count
        numbers[line.text] = number
        return number
      }
    }
    var (left, right) = (old[...], new[...])
    var differing = LineMoves()
    for step in LineDiff(numbered(old), numbered(new)).steps {
      switch step {
      case .keep:
        guard let first = left.popFirst(), let second = right.popFirst() else { break }
        differing.keep(first, second)
      case .remove: if let line = left.popFirst() { differing.change(.removed(line.whole)) }
      case .add: if let line = right.popFirst() { differing.change(.added(line.whole)) }
      }
    }
    lines = LineDifference.shortened(differing.finish(), context)
  }

  private static func shortened(_ lines: [LineMoves.Line], _ context: Int) -> [Line] {
    var isNear = [Bool](repeating: false, count: lines.count)
    for index in lines.indices where lines[index].isWorthShowing {
      // What moved a member is before it.
      let after = lines[index].isChange ? context : 0
      for near in max(0, index - context)..<min(lines.count, index + after + 1) {
        isNear[near] = true
      }
    }
    // The first line names the type.
    if !isNear.isEmpty { isNear[0] = true }
    var kept: [Line] = []
    for (line, near) in zip(lines, isNear) {
      if near { kept.append(line.line) } else if kept.last != .gap { kept.append(.gap) }
    }
    if kept.last == .gap { kept.removeLast() }
    return kept
  }
}

/// Lines one after the other, of which some are at other places: a change moves all members behind it
/// alike, so that only where the distance changes has something changed.
private struct LineMoves {
  struct Line {
    let line: LineDifference.Line
    /// The line at both places, if the move has no cause that the lines before it show.
    var jump: (PlacedLine, PlacedLine)?
    /// Whether lines behind it may move with it.
    var movesOthers = true

    var isChange: Bool { line.isChange }
    var isWorthShowing: Bool { isChange || jump != nil }
  }

  private var lines: [Line] = []
  /// The distance of the last line at each depth.
  private var distances: [Int?] = []

  mutating func change(_ line: LineDifference.Line) { lines.append(Line(line: line)) }

  mutating func keep(_ old: PlacedLine, _ new: PlacedLine) {
    let depth = new.depth
    // Inside a structure that begins here, nothing has moved.
    distances.removeLast(max(0, distances.count - depth - 1))
    while distances.count <= depth { distances.append(0) }
    var line = Line(line: .same(new.moved(from: old)))
    if !new.place.isEmpty || !old.place.isEmpty {
      let distance = new.place == old.place ? 0 : new.distance(from: old)
      let isAsBefore = distance != nil && distance == distances[depth]
      let hasCause = lines.last.map { $0.isChange && $0.movesOthers } ?? false
      distances[depth] = distance
      if !isAsBefore, !hasCause, new.place != old.place {
        if new.isEnumerator { return mark(old, new) }
        line.jump = (old, new)
      }
    }
    lines.append(line)
  }

  private mutating func mark(_ old: PlacedLine, _ new: PlacedLine) {
    lines.append(Line(line: .removed(old.whole), movesOthers: false))
    lines.append(Line(line: .added(new.whole), movesOthers: false))
  }

  /// The lines; where nothing else differs, what has moved is the change.
  consuming func finish() -> [Line] {
    if lines.contains(where: \.isChange) { return lines }
    var marked = LineMoves()
    for line in lines {
      if let (old, new) = line.jump { marked.mark(old, new) } else { marked.lines.append(line) }
    }
    return marked.lines
  }
}
