import Glibc
import SymbolNames

/// Reads one name a line from standard input and writes it readable, or as it is.
///
/// A filter for measuring: no options, no cache, one pass.
@main
struct DemangleNames {
  static let blockSize = 1 << 20

  static func main() {
    var input = [UInt8](repeating: 0, count: 2 * blockSize)
    var output = NameBuffer(minimumCapacity: 2 * blockSize)
    var held = 0
    while true {
      if held == input.count { input.append(contentsOf: repeatElement(0, count: blockSize)) }
      let start = held
      let got = unsafe input.withUnsafeMutableBytes { bytes in
        unsafe read(0, bytes.baseAddress?.advanced(by: start), bytes.count - start)
      }
      guard got > 0 else { break }
      held += got
      let used = writeLines(of: input.span.extracting(first: held), to: &output)
      unsafe input.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        // SAFETY: used <= held <= bytes.count.
        unsafe _ = memmove(base, base + used, held - used)
      }
      held -= used
    }
    if held > 0 { write(line: input.span.extracting(first: held), to: &output) }
    flush(&output)
  }

  /// Writes the whole lines of `text` and returns their length.
  static func writeLines(of text: Span<UInt8>, to output: inout NameBuffer) -> Int {
    var start = 0
    while let end = lineEnd(in: text, from: start) {
      write(line: text.extracting(start..<end), to: &output)
      output.append(UInt8(ascii: "\n"))
      if output.count > blockSize { flush(&output) }
      start = end + 1
    }
    return start
  }

  static func write(line: Span<UInt8>, to output: inout NameBuffer) {
    if !RustDemangler.appendReadableName(of: line, to: &output) { output.append(line) }
  }

  static func lineEnd(in text: Span<UInt8>, from start: Int) -> Int? {
    unsafe text.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress, start < bytes.count else { return nil }
      // SAFETY: start < count, so the searched bytes lie inside the buffer.
      guard let found = unsafe memchr(base + start, 0x0A, bytes.count - start) else { return nil }
      return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }
  }

  static func flush(_ output: inout NameBuffer) {
    unsafe output.bytes.withUnsafeBufferPointer { bytes in
      var sent = 0
      while let base = bytes.baseAddress, sent < bytes.count {
        // SAFETY: sent < count.
        let count = unsafe Glibc.write(1, base + sent, bytes.count - sent)
        guard count > 0 else { exit(1) }
        sent += count
      }
    }
    output.removeAll()
  }
}
