internal import ByteStorage
internal import Glibc
@unsafe @preconcurrency internal import Rainbow

/// Where output goes and how it looks there.
struct Terminal: Sendable {
  /// Whether standard output is coloured.
  let isColoured: Bool

  init(_ choice: ColourOption.Choice) {
    let isPlain = Terminal.variable("NO_COLOR") != nil || Terminal.variable("TERM") == "dumb"
    switch choice {
    case .always: isColoured = true
    case .never: isColoured = false
    case .auto: isColoured = !isPlain && isatty(1) == 1
    }
    Rainbow.enabled = isColoured
    Rainbow.outputTarget = isColoured ? .console : .unknown
  }

  /// Columns of the terminal on standard output, or 100.
  static var columns: Int {
    var size = winsize()
    guard unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 100 }
    return Int(size.ws_col)
  }

  func good(_ text: String) -> String { isColoured ? text.green : text }
  func bad(_ text: String) -> String { isColoured ? text.red.bold : text }
  func doubtful(_ text: String) -> String { isColoured ? text.yellow : text }
  func faint(_ text: String) -> String { isColoured ? text.dim : text }
  func strong(_ text: String) -> String { isColoured ? text.bold : text }

  /// One line on standard error, as `ksym: …`.
  static func complain(_ text: String) {
    var line = OutputBuffer()
    line.append("ksym: \(plain(text))\n")
    _ = line.write(to: 2)
  }

  /// Writes to standard output; ends the command quietly when the reader has gone.
  static func write(_ output: inout OutputBuffer) {
    guard !output.bytes.isEmpty else { return }
    if !output.write(to: 1) {
      if errno != EPIPE { complain("cannot write to standard output") }
      exit(errno == EPIPE ? 0 : ExitStatus.trouble.rawValue)
    }
  }

  static func variable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }
}

/// A counter on standard error for long work, on a terminal only, at most ten times a second.
struct Progress {
  private let isShown: Bool
  private let what: String
  private var last = timespec()

  init(what: String) {
    isShown = isatty(2) == 1 && Terminal.variable("TERM") != "dumb"
    self.what = what
  }

  mutating func update(_ done: Int, of total: Int) {
    guard isShown, total > 50 else { return }
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    let elapsed = (now.tv_sec - last.tv_sec) * 1000 + (now.tv_nsec - last.tv_nsec) / 1_000_000
    guard elapsed >= 100 else { return }
    last = now
    var line = OutputBuffer()
    line.append("\r\(done)/\(total) \(what)\u{1b}[K")
    _ = line.write(to: 2)
  }

  func clear() {
    guard isShown else { return }
    var line = OutputBuffer()
    line.append("\r\u{1b}[K")
    _ = line.write(to: 2)
  }
}
