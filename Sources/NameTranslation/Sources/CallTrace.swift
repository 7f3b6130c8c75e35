internal import ByteStorage

/// Whether lines are frames of a call trace, where an address is that to return to: the call is before
/// it.
///
/// - Note: The kernel prints `Call Trace:` (x86, riscv, powerpc, s390, mips), `Call trace:` (arm64),
///   `Backtrace:` (arm), `stack backtrace:` (lockdep), and `<TASK>`, `<IRQ>` and their like between
///   frames (arch/x86/kernel/dumpstack.c). scripts/decode_stacktrace.sh takes one from such addresses
///   (7.0).
struct CallTrace {
  private var isInside = false

  /// What precedes an instruction pointer, which may be printed within a trace.
  private static let pointers: [StaticString] = [
    "RIP: ", "EIP: ", "pc : ", "PC is at ", "epc : ", "NIP ", "pc = ",
  ]
  private static let starts: [StaticString] = [
    "Call Trace:", "Call trace:", "acktrace:", "TASK>", "IRQ>", "NMI>", "#DF>", "#DB>", "#MC>",
  ]

  /// Takes the next line, which may have a name with an offset and a size, and returns whether it is a
  /// frame.
  mutating func isFrame(_ line: borrowing TextLine, hasFrame: Bool) -> Bool {
    if CallTrace.pointers.contains(where: { line.find($0, from: 0) != nil }) { return false }
    if !hasFrame || !isInside {
      isInside = CallTrace.starts.contains { line.find($0, from: 0) != nil }
    }
    return hasFrame && isInside
  }
}
