internal import SymtypesFormat

/// Two lists of lines of layouts, one after the other, with what only one of them has. Members that are
/// only at another place do not count, if anything else differs; they show where they were.
package struct LineDifference: Sendable {
  package enum Line: Sendable, Hashable {
    case same(String)
    case removed(String)
    case added(String)
    /// Lines that are the same and far from a change.
    case gap
  }

  package let lines: [Line]

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
    var (left, right, all) = (old[...], new[...], [Line]())
    var moved: [Int: (PlacedLine, PlacedLine)] = [:]
    for step in LineDiff(numbered(old), numbered(new)).steps {
      switch step {
      case .keep:
        guard let first = left.popFirst(), let second = right.popFirst() else { break }
        if first.place != second.place { moved[all.count] = (first, second) }
        all.append(.same(second.moved(from: first)))
      case .remove: if let line = left.popFirst() { all.append(.removed(line.whole)) }
      case .add: if let line = right.popFirst() { all.append(.added(line.whole)) }
      }
    }
    if !moved.isEmpty, !all.contains(where: LineDifference.isChange) {
      all = all.indices.flatMap { index -> [Line] in
        guard let (first, second) = moved[index] else { return [all[index]] }
        return [.removed(first.whole), .added(second.whole)]
      }
    }
    lines = LineDifference.shortened(all, context)
  }

  private static func isChange(_ line: Line) -> Bool {
    if case .same = line { false } else { true }
  }

  private static func shortened(_ lines: [Line], _ context: Int) -> [Line] {
    var isNear = [Bool](repeating: false, count: lines.count)
    for index in lines.indices where isChange(lines[index]) {
      for near in max(0, index - context)..<min(lines.count, index + context + 1) {
        isNear[near] = true
      }
    }
    // The first line names the type.
    if !isNear.isEmpty { isNear[0] = true }
    var kept: [Line] = []
    for (line, near) in zip(lines, isNear) {
      if near { kept.append(line) } else if kept.last != .gap { kept.append(.gap) }
    }
    if kept.last == .gap { kept.removeLast() }
    return kept
  }
}
