internal import ArgumentParser
internal import ByteStorage
internal import Glibc
internal import Synchronization

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
  }

  /// Columns of the terminal on standard output, or 100.
  static var columns: Int {
    var size = winsize()
    guard unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 100 }
    return Int(size.ws_col)
  }

  func good(_ text: String) -> String { styled(text, "32") }
  func bad(_ text: String) -> String { styled(text, "31;1") }
  func doubtful(_ text: String) -> String { styled(text, "33") }
  func faint(_ text: String) -> String { styled(text, "2") }
  func strong(_ text: String) -> String { styled(text, "1") }

  /// Text between the escape sequences of ECMA-48 that set colours and reset them.
  private func styled(_ text: String, _ codes: StaticString) -> String {
    isColoured ? "\u{1b}[\(codes)m\(text)\u{1b}[0m" : text
  }

  /// One line on standard error, as `ksym: …`.
  static func complain(_ text: String) {
    Progress.clear()
    var line = OutputBuffer()
    line.append("ksym: \(plain(text))\n")
    _ = line.write(to: 2)
  }

  /// Complains in one line; what it returns ends the command when thrown.
  static func trouble(_ text: String) -> ExitCode {
    complain(text)
    return ExitCode(ExitStatus.trouble.rawValue)
  }

  private static let isQuiet = Atomic(false)

  /// Has nothing more written to standard output.
  static func discardAnswers() { isQuiet.store(true, ordering: .relaxed) }

  /// Writes to standard output; ends the command quietly when the reader has gone.
  static func write(_ output: inout OutputBuffer) {
    guard !output.bytes.isEmpty else { return }
    if isQuiet.load(ordering: .relaxed) {
      output = OutputBuffer()
      return
    }
    Progress.clear()
    if isatty(1) == 1 {
      var safe = TerminalBytes(isForeign: false).escaped(output.bytes.rawSpan)
      output = OutputBuffer()
      swap(&output, &safe)
    }
    if !output.write(to: 1) {
      if errno != EPIPE { complain("cannot write to standard output") }
      exit(errno == EPIPE ? 0 : ExitStatus.trouble.rawValue)
    }
  }

  /// Writes lines for other programs to standard output: as they are, except on a terminal, which
  /// must not obey what names of files and symbols hold.
  static func writeMachineLines(_ output: inout OutputBuffer) {
    guard isatty(1) == 1 else {
      write(&output)
      return
    }
    var safe = harmless(output.bytes)
    output = OutputBuffer()
    write(&safe)
  }

  /// Writes the messages of a tool that this one stands for to standard error, as ``writeMachineLines(_:)``.
  static func complain(machineLines lines: [UInt8]) {
    var output = OutputBuffer()
    if isatty(2) == 1 {
      output = TerminalBytes(isForeign: false).escaped(harmless(lines).bytes.rawSpan)
    } else {
      output.append(lines)
    }
    _ = output.write(to: 2)
  }

  /// Lines without what a terminal would obey.
  private static func harmless(_ lines: [UInt8]) -> OutputBuffer {
    var safe = OutputBuffer(reserving: lines.count)
    for byte in lines {
      if byte == 0x0a || byte == 0x09 { safe.append(byte) } else { appendPlain(byte, to: &safe) }
    }
    return safe
  }

  static func variable(_ name: String) -> String? {
    ProcessEnvironment.variable(name)
  }
}

/// A counter on standard error for long work, on a terminal only, at most ten times a second.
struct Progress {
  private let canShow: Bool
  private let counted: String
  private var last = timespec()

  /// Whether the last line of the terminal is a counter.
  private static let isShown = Atomic(false)

  init(_ counted: String) {
    canShow = isatty(2) == 1 && Terminal.variable("TERM") != "dumb"
    self.counted = counted
  }

  mutating func update(_ done: Int, of total: Int) {
    guard canShow, total > 50 else { return }
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    let elapsed = (now.tv_sec - last.tv_sec) * 1000 + (now.tv_nsec - last.tv_nsec) / 1_000_000
    guard elapsed >= 100 else { return }
    last = now
    var line = OutputBuffer()
    line.append("\r\(done)/\(total) \(counted)\u{1b}[K")
    Progress.clearWhenInterrupted()
    _ = line.write(to: 2)
    Progress.isShown.store(true, ordering: .relaxed)
  }

  private static let isWatched = Atomic(false)

  /// Leaves no counter on the terminal when the user presses Ctrl-C.
  private static func clearWhenInterrupted() {
    guard !isWatched.exchange(true, ordering: .relaxed) else { return }
    var old = sigaction()
    guard unsafe sigaction(SIGINT, nil, &old) == 0,
      unsafe old.__sigaction_handler.sa_handler == nil
    else { return }
    signal(SIGINT) { number in
      let clearing: StaticString = "\r\u{1b}[K"
      // SAFETY: a StaticString lives for ever; write, signal and raise may be called in a handler.
      _ = unsafe Glibc.write(2, clearing.utf8Start, clearing.utf8CodeUnitCount)
      signal(number, SIG_DFL)
      raise(number)
    }
  }

  /// Takes the counter off the terminal, so that a line can be written there.
  static func clear() {
    guard isShown.exchange(false, ordering: .relaxed) else { return }
    var line = OutputBuffer()
    line.append("\r\u{1b}[K")
    _ = line.write(to: 2)
  }
}
