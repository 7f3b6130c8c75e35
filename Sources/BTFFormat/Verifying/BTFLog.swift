internal import ByteStorage

/// What the kernel logs while it verifies BTF: each piece is a record of its own, with `BPF: ` before
/// it (`bpf_verifier_vlog` with `BPF_LOG_KERNEL`).
package struct BTFLog: Sendable {
  /// Records, raw bytes as they reach the ring buffer, without a newline at the end.
  package private(set) var lines: [[UInt8]] = []
  /// Whether lines that show types are left out.
  var isQuiet = false
  /// A hostile section can hold a million types that are one too many each.
  private static let mostLines = 100_000

  mutating func say(_ text: String) { add("BPF: \(text)") }

  mutating func say(_ text: String, _ name: RawSpan, _ rest: String = "") {
    var line = Array("BPF: \(text)".utf8)
    line += name.array
    line += Array(rest.utf8)
    add(bytes: line)
  }

  /// A line of the relocation, which has nothing before it.
  mutating func add(_ text: String) { add(bytes: Array(text.utf8)) }

  mutating func add(bytes: [UInt8]) {
    if lines.count < BTFLog.mostLines { lines.append(bytes) }
  }

  /// Says why the blob is refused.
  mutating func refuse(_ text: String, _ error: BTFError = .invalid) -> BTFError {
    say(text)
    return error
  }

  /// Ends what shows a type, a member or a variable: a blank, the reason, and the newline.
  mutating func end(_ reason: String) {
    say(" ")
    say(reason)
    say("")
  }
}
