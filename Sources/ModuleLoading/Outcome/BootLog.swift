/// What a freshly booted kernel logs while it loads one module. Some lines show once per boot.
struct BootLog: Sendable {
  /// The lines of every load, in order.
  private(set) var lines: [String] = []
  /// The taint notices, which show once per boot.
  private(set) var taints: [String] = []
  /// Number of lines when the kernel looks for a loaded module with the same name; `nil` if it has
  /// not got so far.
  private(set) var countAtNameCheck: Int?
  /// Most bytes of a line that the kernel keeps.
  var mostBytes = Int.max
  private var isForced = false
  /// Whether nobody knows what is logged from here on.
  private var isEnded = false
  private var isLockdepOff = false
  private var hasWarnedMissing = false

  mutating func say(_ line: String) {
    if !isEnded { lines.append(LogText.cut(line, to: mostBytes)) }
  }

  mutating func noteTaint(_ line: String) {
    if !isEnded { taints.append(LogText.cut(line, to: mostBytes)) }
  }

  /// Leaves open what is logged from here on.
  mutating func end() { isEnded = true }

  /// Logs that lock debugging ends, the first time (`add_taint`, kernel/panic.c).
  mutating func noteUnreliableLocks() {
    if !isLockdepOff { noteTaint("Disabling lock debugging due to kernel taint") }
    isLockdepOff = true
  }

  /// Logs that a load was forced. This shows once per boot, so it counts as a taint notice, unless it
  /// is the only line that reports a defect.
  mutating func noteForce(_ line: String, isFinding: Bool) {
    guard !isForced else { return }
    isForced = true
    if isFinding { say(line) } else { noteTaint(line) }
    noteUnreliableLocks()
  }

  /// Logs that a version is missing, the first time.
  mutating func warnMissing(_ line: @autoclosure () -> String) {
    if !hasWarnedMissing { say(line()) }
    hasWarnedMissing = true
  }

  /// Marks where the kernel looks for a loaded module with the same name.
  mutating func markNameCheck() { countAtNameCheck = lines.count }

  /// Drops the lines after a number of them.
  mutating func cut(to count: Int) { lines.removeLast(max(0, lines.count - count)) }
}
