internal import ByteStorage

/// The `key=value` strings of a module's `.modinfo` section. Reads as the kernel does
/// (`get_next_modinfo`, kernel/module/main.c, 5.10 to 7.3): leading NULs are skipped, a key must
/// start its string, and a last value without a NUL runs on past the section.
package struct ModuleInfo: ~Escapable {
  /// The section and what follows it, so that an unterminated value can be followed.
  private let bytes: RawSpan
  /// Size of the section in bytes.
  private let size: Int

  /// Strings over `bytes`, whose first `size` bytes are the section.
  @_lifetime(copy bytes) package init(_ bytes: RawSpan, size: Int) {
    self.bytes = bytes
    self.size = min(size, bytes.byteCount)
  }

  /// Calls `body` for each string, in order, until it returns `false`.
  package func forEach(_ body: (RawSpan) -> Bool) {
    var start = 0
    while start < bytes.byteCount, let rest = bytes.suffix(from: start) {
      let length = rest.firstIndex(of: 0) ?? rest.byteCount
      if let string = rest.slice(0..<length), !body(string) { return }
      // Past the string's characters, then past the NULs, all within the section; one of the two is there.
      var next = start &+ length
      while next < size, bytes.byte(at: next) == 0 { next &+= 1 }
      guard next < size else { return }
      start = next
    }
  }

  /// Calls `body` with the key and the value of each string that has a `=`.
  package func forEachPair(_ body: (_ key: RawSpan, _ value: RawSpan) -> Void) {
    forEach { string in
      if let equals = string.firstIndex(of: 0x3d), let key = string.slice(0..<equals),
        let value = string.suffix(from: equals + 1)
      {
        body(key, value)
      }
      return true
    }
  }

  package func values(_ key: StaticString) -> [String] {
    var found: [String] = []
    forEach { string in
      if let value = ModuleInfo.value(of: string, key) { found.append(value) }
      return true
    }
    return found
  }

  package func value(_ key: StaticString) -> String? {
    var found: String?
    forEach { string in
      found = ModuleInfo.value(of: string, key)
      return found == nil
    }
    return found
  }

  /// The bytes of the first value of a key, which may be no text.
  package func bytes(_ key: StaticString) -> [UInt8]? {
    var found: [UInt8]?
    forEach { string in
      guard string.starts(with: key), string.byte(at: key.utf8CodeUnitCount) == 0x3d else {
        return true
      }
      found = string.suffix(from: key.utf8CodeUnitCount + 1)?.array
      return found == nil
    }
    return found
  }

  private static func value(of string: RawSpan, _ key: StaticString) -> String? {
    guard string.starts(with: key), string.byte(at: key.utf8CodeUnitCount) == 0x3d else {
      return nil
    }
    guard let value = string.suffix(from: key.utf8CodeUnitCount + 1) else { return nil }
    return value.text
  }
}
