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
  ///
  /// - Parameters:
  ///   - old: The lines before.
  ///   - new: The lines after; what both have is shown as it is here.
  ///   - context: How many lines around a change are kept.
  ///   - simplify: What counts of a line; all of it, if nothing else differs.
  package init(
    _ old: [String], _ new: [String], context: Int = 3,
    by simplify: (String) -> String = { $0 }
  ) {
    let all = LineDifference.all(old, new, by: simplify)
    let isDifferent = all.contains { if case .same = $0 { false } else { true } }
    lines = LineDifference.shortened(
      isDifferent ? all : LineDifference.all(old, new) { $0 }, context)
  }

  private static func all(
    _ old: [String], _ new: [String], by simplify: (String) -> String
  ) -> [Line] {
    var numbers: [String: Int] = [:]
    func numbered(_ lines: [String]) -> [Int] {
      lines.map { line in
        let line = simplify(line)
        let number = numbers[line] ?? numbers.count
        numbers[line] = number
        return number
      }
    }
    var (left, right, all) = (old[...], new[...], [Line]())
    for step in LineDiff(numbered(old), numbered(new)).steps {
      switch step {
      case .keep:
        _ = left.popFirst()
        if let line = right.popFirst() { all.append(.same(line)) }
      case .remove: if let line = left.popFirst() { all.append(.removed(line)) }
      case .add: if let line = right.popFirst() { all.append(.added(line)) }
      }
    }
    return all
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
