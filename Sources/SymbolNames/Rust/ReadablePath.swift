/// A readable Rust name as people search for it: a path without generic arguments.
public enum ReadablePath {
  /// A readable name without `::<…>` and `<…>` behind a path; a leading `<…>` stays.
  ///
  /// - Parameter name: The readable name.
  /// - Returns: The path.
  /// - Complexity: O(length).
  public static func withoutGenerics(_ name: Span<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(name.count)
    var depth = 0
    var previous: UInt8 = 0
    for index in name.indices {
      let byte = name[index]
      if byte == UInt8(ascii: "<"), depth > 0 || !result.isEmpty {
        if depth == 0, result.suffix(2).elementsEqual([0x3a, 0x3a]) { result.removeLast(2) }
        depth += 1
      } else if byte == UInt8(ascii: ">"), depth > 0, previous != UInt8(ascii: "-") {
        depth -= 1
      } else if depth == 0 {
        result.append(byte)
      }
      previous = byte
    }
    return result
  }

  /// A readable name without generic arguments.
  public static func withoutGenerics(_ name: String) -> String {
    let bytes = Array(name.utf8)
    return String(decoding: withoutGenerics(bytes.span), as: UTF8.self)
  }

  /// The parts of a path in reverse, each with a NUL behind it: what all ends of paths that begin
  /// with the same part from the right have in common.
  ///
  /// `kernel::print::call_printk` gives `call_printk`, `print`, `kernel`.
  ///
  /// - Parameter path: A path without generic arguments.
  /// - Returns: The parts.
  public static func reversed(_ path: [UInt8]) -> [UInt8] {
    var key: [UInt8] = []
    key.reserveCapacity(path.count + 1)
    var end = path.count
    var index = end
    while index > 0 {
      index -= 1
      guard index + 1 < end, path[index] == 0x3a, path[index + 1] == 0x3a else { continue }
      key.append(contentsOf: path[(index + 2)..<end])
      key.append(0)
      end = index
    }
    key.append(contentsOf: path[0..<end])
    key.append(0)
    return key
  }
}
