internal import ByteStorage

/// Writes HTML that is well-formed XML too: every element is closed, everything else is escaped.
///
/// Names come from files that nobody vouches for; there is no way to write them unescaped.
struct MarkupWriter {
  private var output = OutputBuffer(reserving: 1 << 16)

  var bytes: [UInt8] { output.bytes }

  /// The line that says the bytes are HTML.
  mutating func doctype() { output.append("<!DOCTYPE html>\n") }

  mutating func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:],
    _ content: (inout MarkupWriter) -> Void
  ) {
    openTag(name, attributes)
    output.append(0x3e)
    content(&self)
    output.append("</")
    output.append(name)
    output.append(">\n")
  }

  mutating func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], text: String
  ) { element(name, attributes) { $0.text(text) } }

  /// An element without content, such as `<meta/>`.
  mutating func empty(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:])
  {
    openTag(name, attributes)
    output.append("/>\n")
  }

  /// Text. Control characters, which HTML cannot hold, become `\x1b` and the like.
  mutating func text(_ text: String) { for scalar in text.unicodeScalars { append(scalar) } }

  /// The content of a `style` element: constant, so it needs no escaping.
  mutating func style(_ rules: StaticString) {
    output.append("<style>\n")
    output.append(rules)
    output.append("</style>\n")
  }

  private mutating func openTag(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String>
  ) {
    output.append(0x3c)
    output.append(name)
    for (key, value) in attributes {
      output.append(0x20)
      output.append(key)
      output.append("=\"")
      text(value)
      output.append(0x22)
    }
  }

  private mutating func append(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "<": output.append("&lt;")
    case ">": output.append("&gt;")
    case "&": output.append("&amp;")
    case "\"": output.append("&quot;")
    case "'": output.append("&#39;")
    case "\n", "\t": output.append(UInt8(truncatingIfNeeded: scalar.value))
    case "\u{0}"..<" ", "\u{7f}"..."\u{9f}", "\u{fffe}"..."\u{ffff}":
      output.append("\\x")
      output.append(hexadecimal: UInt64(scalar.value), width: 2)
    default: output.append(String(scalar))
    }
  }
}
