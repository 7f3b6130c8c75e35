package import ByteStorage

/// The configuration of a kernel: the text of a `.config`.
package struct KernelConfig: Sendable {
  package enum Value: Sendable, Hashable {
    /// `n`, or not in the file.
    case no
    case yes
    case module
    /// A string (without its quotes, escapes undone) or a number, as written.
    case text(String)
  }

  /// The text, after a newline, so that every line is preceded by one.
  private let lines: [UInt8]

  /// Keeps the text; values are looked up when asked for. Throws `.badMagic` if no line sets or
  /// unsets an option.
  package init(parsing text: RawSpan) throws(ParseError) {
    var lines = OutputBuffer(reserving: text.byteCount + 1)
    lines.append(UInt8(0x0a))
    lines.append(text)
    self.lines = lines.bytes
    let bytes = self.lines.rawSpan
    guard bytes.firstRange(of: "\nCONFIG_") != nil || bytes.firstRange(of: "\n# CONFIG_") != nil
    else { throw ParseError(.badMagic, in: "kernel configuration", at: 0) }
  }

  package var text: [UInt8] { Array(lines.dropFirst()) }

  /// The value of an option, with or without `CONFIG_` in its name. Of several lines the last counts.
  ///
  /// - Note: scripts/kconfig/confdata.c `conf_read_simple`, 6.12.
  package subscript(name: String) -> Value {
    let full = name.hasPrefix("CONFIG_") ? name : "CONFIG_\(name)"
    guard let start = last("\n\(full)="),
      unsetting(full).map({ $0 < start }) ?? true,
      let rest = lines.rawSpan.suffix(from: start &+ full.utf8.count &+ 2)
    else { return .no }
    var lines = Lines(rest)
    return KernelConfig.value(lines.next()?.text ?? "")
  }

  /// Where a text is for the last time.
  private func last(_ text: String, endsLine: Bool = false) -> Int? {
    let sought = Array(text.utf8)
    let bytes = lines.rawSpan
    var (found, from): (Int?, Int) = (nil, 0)
    while let next = bytes.firstRange(of: sought.rawSpan, from: from) {
      from = next &+ sought.count
      let end = bytes.byte(at: from)
      if !endsLine || end == nil || end == 0x0a || end == 0x0d { found = next }
    }
    return found
  }

  /// Where the text says for the last time that an option, by its whole name, is not set.
  private func unsetting(_ name: String) -> Int? { last("\n# \(name) is not set", endsLine: true) }

  /// The release in the head (`# Linux/x86 6.12.107 Kernel Configuration`), which lacks what a build
  /// appends; `nil` if there is none.
  package var statedRelease: String? {
    guard let head = lines.rawSpan.slice(0..<min(lines.count, 200)) else { return nil }
    var rest = Lines(head)
    while let line = rest.next()?.text {
      let words = line.split(separator: " ")
      if words.count >= 3, line.hasSuffix(" Kernel Configuration"),
        words[2].first?.isNumber ?? false
      {
        return String(words[2])
      }
    }
    return nil
  }

  package func isSet(_ name: String) -> Bool {
    let value = self[name]
    return value == .yes || value == .module
  }

  /// Whether the text says that an option is not set, and not only leaves it out, as a part of a
  /// configuration does.
  package func isUnset(_ name: String) -> Bool {
    guard let start = unsetting("CONFIG_\(name)") else { return false }
    return last("\nCONFIG_\(name)=").map { $0 < start } ?? true
  }

  /// Whether the text is a whole configuration, which says what is not set, and says nothing of an option:
  /// the kernel's Kconfig has no such option, or it depends on others that are not set.
  package func omits(_ name: String) -> Bool {
    let set = Array("\nCONFIG_\(name)=".utf8)
    return lines.rawSpan.firstRange(of: "\n# CONFIG_") != nil && !isUnset(name)
      && lines.rawSpan.firstRange(of: set.rawSpan) == nil
  }

  private static func value(_ text: String) -> Value {
    switch text {
    case "n": return .no
    case "y": return .yes
    case "m": return .module
    default:
      guard text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return .text(text) }
      return .text(unescaped(text.dropFirst().dropLast()))
    }
  }

  private static func unescaped(_ text: Substring) -> String {
    var result = ""
    var isEscaped = false
    for character in text {
      if character == "\\" && !isEscaped {
        isEscaped = true
      } else {
        result.append(character)
        isEscaped = false
      }
    }
    return result
  }
}
