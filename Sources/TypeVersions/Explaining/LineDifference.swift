internal import SymtypesFormat

/// Two lists of lines, one after the other, with what only one of them has.
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
  package init(_ old: [String], _ new: [String], context: Int = 3) {
    var numbers: [String: Int] = [:]
    func numbered(_ lines: [String]) -> [Int] {
      lines.map { line in
        let number = numbers[line] ?? numbers.count
        numbers[line] = number
        return number
      }
    }
    var (left, right, all) = (old[...], new[...], [Line]())
    for step in LineDiff(numbered(old), numbered(new)).steps {
      switch step {
      case .keep:
        if let line = left.popFirst() { all.append(.same(line)) }
        _ = right.popFirst()
      case .remove: if let line = left.popFirst() { all.append(.removed(line)) }
      case .add: if let line = right.popFirst() { all.append(.added(line)) }
      }
    }
    lines = LineDifference.shortened(all, context)
  }

  private static func shortened(_ lines: [Line], _ context: Int) -> [Line] {
    func isChange(_ line: Line) -> Bool { if case .same = line { false } else { true } }
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
