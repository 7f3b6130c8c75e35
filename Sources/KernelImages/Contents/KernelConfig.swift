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

  package let text: [UInt8]
  private let options: ConfigOptions

  /// Keeps the text, and where it speaks of which option. Throws `.badMagic` if no line sets or
  /// unsets one.
  package init(parsing text: RawSpan) throws(ParseError) {
    var copy = OutputBuffer(reserving: text.byteCount)
    copy.append(text)
    self.text = copy.bytes
    options = ConfigOptions(text)
    guard !options.isEmpty else { throw ParseError(.badMagic, in: "kernel configuration", at: 0) }
  }

  /// The value of an option, with or without `CONFIG_` in its name. Of several lines the last counts.
  ///
  /// - Note: scripts/kconfig/confdata.c `conf_read_simple`, 6.12.
  package subscript(name: String) -> Value {
    let full = name.hasPrefix("CONFIG_") ? name : "CONFIG_\(name)"
    guard let start = options.value(full), let rest = text.rawSpan.suffix(from: start) else {
      return .no
    }
    var lines = Lines(rest)
    return KernelConfig.value(lines.next()?.text ?? "")
  }

  /// The release in the head (`# Linux/x86 6.12.107 Kernel Configuration`), which lacks what a build
  /// appends; `nil` if there is none.
  package var statedRelease: String? {
    guard let head = text.rawSpan.slice(0..<min(text.count, 200)) else { return nil }
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
  package func isUnset(_ name: String) -> Bool { options.isUnset("CONFIG_\(name)") }

  /// Whether the text is a whole configuration, which says what is not set, and says nothing of an option:
  /// the kernel's Kconfig has no such option, or it depends on others that are not set.
  package func omits(_ name: String) -> Bool {
    options.hasUnset && !isUnset(name) && !options.hasValue("CONFIG_\(name)")
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
