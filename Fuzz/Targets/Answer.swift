import ByteStorage

/// What a target has found in its input, folded into one number: nothing that it computes is left out, and
/// tests compare it with what was recorded.
nonisolated(unsafe) private var folded: UInt64 = 0

private func fold(_ value: UInt64) {
  folded = (folded << 7 | folded >> 57) ^ value
  folded = folded &* 0x9e37_79b9_7f4a_7c15
}

/// Takes a value into the answer.
@inline(never)
func use(_ value: Int) { fold(UInt64(bitPattern: Int64(value))) }

/// Takes bytes into the answer.
@inline(never)
func use(_ bytes: RawSpan) {
  use(bytes.byteCount)
  var offset = 0
  while let word = bytes.integer(UInt64.self, at: offset, .little) {
    fold(word)
    offset += 8
  }
  while let byte = bytes.byte(at: offset) {
    fold(UInt64(byte))
    offset += 1
  }
}

func use(_ bytes: [UInt8]) { use(bytes.rawSpan) }
func use(_ text: String) { use(Array(text.utf8)) }
func use(_ lines: [String]) { for line in lines { use(line) } }

/// The value; where there is an error instead, it is taken into the answer.
func found<T>(_ work: @autoclosure () throws -> T) -> T? {
  do { return try work() } catch {
    use("\(error)")
    return nil
  }
}

extension FuzzTargets {
  /// What a target finds in an input, as a number. Targets run one at a time.
  package static func answer(to input: RawSpan, _ target: (RawSpan) -> Void) -> UInt64 {
    folded = 0
    target(input)
    return folded
  }
}
