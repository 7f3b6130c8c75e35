internal import ByteStorage

/// Readable paths of Rust as users shorten them.
package enum ReadablePath {
  /// The paths by which a readable name may be called, without generic arguments: itself, and for
  /// `<A as B>::f` both `A::f` and `B::f`.
  package static func forms(of path: String) -> [String] {
    var forms = [withoutGenerics(path)]
    let bytes = Array(path.utf8)
    guard bytes.first == UInt8(ascii: "<") else { return forms }
    var depth = 0
    var separator: Int?
    for (place, byte) in bytes.enumerated() {
      if byte == UInt8(ascii: "<") {
        depth += 1
      } else if byte == UInt8(ascii: ">"), place > 0, bytes[place - 1] != UInt8(ascii: "-") {
        depth -= 1
        guard depth == 0 else { continue }
        let rest = bytes[(place + 1)...]
        let type = bytes[1..<(separator ?? place)]
        forms.append(withoutGenerics(String(decoding: type + rest, as: UTF8.self)))
        if let separator {
          let trait = bytes[(separator + 4)..<place]
          forms.append(withoutGenerics(String(decoding: trait + rest, as: UTF8.self)))
        }
        break
      } else if depth == 1, separator == nil, bytes[place...].starts(with: " as ".utf8) {
        separator = place
      }
    }
    return forms
  }

  /// Whether a path is another, or ends in it at the start of a word.
  package static func ends(_ path: String, in wanted: String) -> Bool {
    guard path.hasSuffix(wanted) else { return false }
    let rest = path.utf8.dropLast(wanted.utf8.count)
    switch rest.last {
    case nil, UInt8(ascii: ":"): return true
    case .some(let byte): return isBoundary(byte)
    }
  }

  /// Whether the end of a path that begins at an offset is one for which ``ends(_:in:)`` holds.
  package static func isStart(_ offset: Int, in path: RawSpan) -> Bool {
    guard let before = path.byte(at: offset - 1) else { return offset == 0 }
    return before == UInt8(ascii: ":") || isBoundary(before)
  }

  /// A path without `::<…>` and `<…>` after a name; `<…>` at its start stays.
  package static func withoutGenerics(_ path: String) -> String {
    guard path.utf8.contains(UInt8(ascii: "<")) else { return path }
    var result: [UInt8] = []
    var depth = 0
    var previous: UInt8 = 0
    for byte in path.utf8 {
      if byte == UInt8(ascii: "<"), depth > 0 || isBehindName(result) {
        if depth == 0, result.suffix(2) == [0x3a, 0x3a] { result.removeLast(2) }
        depth += 1
      } else if byte == UInt8(ascii: ">"), depth > 0, previous != UInt8(ascii: "-") {
        depth -= 1
      } else if depth == 0 {
        result.append(byte)
      }
      previous = byte
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Bytes after which a path may begin.
  private static func isBoundary(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "("),
      UInt8(ascii: "<"):
      true
    default: false
    }
  }

  /// What paths are sorted by so that those that end alike are adjacent: the parts in reverse, each
  /// followed by a NUL, as far as they can be asked for. `&kernel::print::call_printk` gives
  /// `call_printk`, `print`, `kernel`. If ``ends(_:in:)`` holds, the key of the path begins with
  /// that of what is wanted.
  package static func reversedKey(of path: String) -> [UInt8] {
    let bytes = Array(path.utf8)
    let start = bytes.lastIndex { isBoundary($0) }.map { $0 + 1 } ?? 0
    var key: [UInt8] = []
    key.reserveCapacity(bytes.count + 1)
    var end = bytes.count
    var index = end
    while index > start {
      index -= 1
      guard index + 1 < end, bytes[index] == 0x3a, bytes[index + 1] == 0x3a else { continue }
      key.append(contentsOf: bytes[(index + 2)..<end])
      key.append(0)
      end = index
    }
    key.append(contentsOf: bytes[start..<max(start, end)])
    key.append(0)
    return key
  }

  /// Whether text ends in a name, or `::`, so that `<` opens its arguments.
  private static func isBehindName(_ text: [UInt8]) -> Bool {
    guard let last = text.last else { return false }
    return last == UInt8(ascii: "_") || last == UInt8(ascii: ":") || last >= 0x80
      || 0x30...0x39 ~= last || 0x41...0x5a ~= last || 0x61...0x7a ~= last
  }
}
