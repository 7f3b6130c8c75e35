/// Two lists of lines, one after the other, with what only one of them has.
package struct LineDifference: Sendable {
  package enum Line: Sendable, Hashable {
    case same(String)
    case removed(String)
    case added(String)
    /// Lines that are the same and far from a change.
    case gap
  }

  /// Most lines to compare one by one; longer lists are given as removed and added.
  private static let mostLines = 2000

  package let lines: [Line]

  /// The shortest difference (longest common subsequence), with `context` lines around changes.
  package init(_ old: [String], _ new: [String], context: Int = 3) {
    var start = 0
    while start < min(old.count, new.count), old[start] == new[start] { start += 1 }
    var end = 0
    while end < min(old.count, new.count) - start,
      old[old.count - 1 - end] == new[new.count - 1 - end]
    {
      end += 1
    }
    var all = old[..<start].map(Line.same)
    let middle = (old[start..<(old.count - end)], new[start..<(new.count - end)])
    all += LineDifference.compare(Array(middle.0), Array(middle.1))
    all += old[(old.count - end)...].map(Line.same)
    lines = LineDifference.shortened(all, context)
  }

  private static func compare(_ old: [String], _ new: [String]) -> [Line] {
    guard old.count <= mostLines, new.count <= mostLines else {
      return old.map(Line.removed) + new.map(Line.added)
    }
    let width = new.count + 1
    var common = [UInt16](repeating: 0, count: (old.count + 1) * width)
    for row in stride(from: old.count - 1, through: 0, by: -1) {
      for column in stride(from: new.count - 1, through: 0, by: -1) {
        common[row * width + column] =
          old[row] == new[column]
          ? common[(row + 1) * width + column + 1] + 1
          : max(common[(row + 1) * width + column], common[row * width + column + 1])
      }
    }
    var (row, column, lines) = (0, 0, [Line]())
    while row < old.count || column < new.count {
      if row < old.count, column < new.count, old[row] == new[column] {
        lines.append(.same(old[row]))
        (row, column) = (row + 1, column + 1)
      } else if row < old.count,
        column == new.count
          || common[(row + 1) * width + column] >= common[row * width + column + 1]
      {
        lines.append(.removed(old[row]))
        row += 1
      } else {
        lines.append(.added(new[column]))
        column += 1
      }
    }
    return lines
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
