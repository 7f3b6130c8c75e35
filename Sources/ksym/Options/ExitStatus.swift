/// What the command's exit status says. Where several apply, the gravest counts.
enum ExitStatus: Int32, Comparable {
  case yes = 0
  case no = 1
  /// Trouble: unreadable or malformed input, undecided.
  case trouble = 2

  static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
