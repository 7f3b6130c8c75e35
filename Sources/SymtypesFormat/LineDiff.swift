/// The difference of two lists of lines, as suse-kabi-tools finds it: Myers' greedy search, forward, of
/// which the first path that reaches the end counts.
package struct LineDiff {
  /// Consecutive lines that both sides have, or that one does not have.
  package enum Step: Equatable { case keep, remove, add }

  /// A part of the lines with what surrounds a change.
  package struct Hunk {
    /// Where it begins on each side, from 0.
    package let oldStart: Int
    package let newStart: Int
    package let steps: ArraySlice<Step>
  }

  /// The way from the old lines to the new ones.
  package let steps: [Step]

  /// Lines around a change that are shown.
  private static let context = 3
  /// Most changes to search for; more are a removal of all and an addition of all.
  private static let mostChanges = 4096

  package init(_ old: [Int], _ new: [Int]) {
    steps = LineDiff.search(old, new) ?? LineDiff.replacement(old.count, new.count)
  }

  private static func replacement(_ removed: Int, _ added: Int) -> [Step] {
    Array(repeating: .remove, count: removed) + Array(repeating: .add, count: added)
  }

  private static func search(_ old: [Int], _ new: [Int]) -> [Step]? {
    let most = min(old.count + new.count, mostChanges)
    // Furthest places on the diagonals -d...d, for each d; those of d - 1 lead to those of d.
    var rounds: [[Int]] = []
    for distance in 0...most {
      var places = [Int](repeating: 0, count: 2 * distance + 1)
      for diagonal in stride(from: -distance, through: distance, by: 2) {
        var place = distance == 0 ? 0 : start(diagonal, distance, rounds[distance - 1]).place
        while place < old.count, place - diagonal < new.count, old[place] == new[place - diagonal] {
          place += 1
        }
        places[diagonal + distance] = place
        if place >= old.count, place - diagonal >= new.count {
          rounds.append(places)
          return path(to: diagonal, rounds, old.count)
        }
      }
      rounds.append(places)
    }
    return nil
  }

  /// Where a diagonal is entered, and whether by an addition.
  private static func start(
    _ diagonal: Int, _ distance: Int, _ last: [Int]
  ) -> (place: Int, isAddition: Bool) {
    func place(_ diagonal: Int) -> Int { last[diagonal + distance - 1] }
    let isAddition =
      diagonal == -distance
      || diagonal != distance && place(diagonal - 1) < place(diagonal + 1)
    return isAddition ? (place(diagonal + 1), true) : (place(diagonal - 1) + 1, false)
  }

  private static func path(to last: Int, _ rounds: [[Int]], _ count: Int) -> [Step] {
    var steps: [Step] = []
    var (diagonal, place) = (last, count)
    for distance in (0..<rounds.count).reversed() {
      guard distance > 0 else {
        steps.append(contentsOf: repeatElement(.keep, count: place))
        break
      }
      let (first, isAddition) = start(diagonal, distance, rounds[distance - 1])
      steps.append(contentsOf: repeatElement(.keep, count: place - first))
      steps.append(isAddition ? .add : .remove)
      (place, diagonal) = isAddition ? (first, diagonal + 1) : (first - 1, diagonal - 1)
    }
    return steps.reversed()
  }

  /// The changes with three lines around them; two changes share a part if at most six equal lines lie
  /// between them.
  package var hunks: [Hunk] {
    var hunks: [Hunk] = []
    var changes: [Int] = []
    for (index, step) in steps.enumerated() where step != .keep { changes.append(index) }
    var next = 0
    var (place, old, new) = (0, 0, 0)
    while next < changes.count {
      let first = changes[next]
      var last = first
      while next < changes.count, changes[next] - last <= 2 * LineDiff.context + 1 {
        last = changes[next]
        next += 1
      }
      let range =
        max(0, first - LineDiff.context)..<min(steps.count, last + LineDiff.context + 1)
      while place < range.lowerBound {
        if steps[place] != .add { old += 1 }
        if steps[place] != .remove { new += 1 }
        place += 1
      }
      hunks.append(Hunk(oldStart: old, newStart: new, steps: steps[range]))
    }
    return hunks
  }
}
