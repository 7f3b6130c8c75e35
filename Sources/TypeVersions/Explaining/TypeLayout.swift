internal import ByteStorage
internal import SymtypesFormat

/// The text of a type in lines, as a person writes it: C, or Rust where names are Rust's; offsets and
/// sizes, in bytes, are comments.
package enum TypeLayout {
  /// The lines of a text of a key.
  package static func lines(_ text: RawSpan, ofKey key: RawSpan) -> [String] {
    var words: [Substring] = []
    var iterator = SymtypesWords(text)
    while let word = iterator.next() { words.append(Substring(word.text)) }
    var parser = TypeTextParser(words)
    guard let node = parser.parse() else { return tokens(words) }
    let isRust = words.contains { $0.contains("::") } || key.text.contains("::")
    var printer = isRust ? TypePrinter.rust : TypePrinter.c
    return printer.lines(node, name: isSymtypesReference(key) ? nil : key.text)
  }

  /// A line without the place of its member: what is inserted before it moves it, and changes nothing else.
  package static func withoutPlace(_ line: String) -> String {
    let bytes = Array(line.utf8)
    for mark in [" /* ", " // "] {
      let mark = Array(mark.utf8)
      guard let start = bytes.indices.last(where: { bytes[$0...].starts(with: mark) }) else {
        continue
      }
      var end = start + mark.count
      if bytes[end...].starts(with: Array("bit ".utf8)) { end += 4 }
      while end < bytes.count, (0x30...0x39).contains(bytes[end]) { end += 1 }
      let rest = bytes[end...]
      guard
        rest.isEmpty || [" */", ",", ":"].contains(where: { rest.starts(with: Array($0.utf8)) })
      else { return line }
      return String(decoding: bytes[..<start] + rest, as: UTF8.self)
    }
    return line
  }

  /// A key as the text names it in C: `struct foo`.
  package static func name(ofKey key: RawSpan) -> String {
    isSymtypesReference(key) ? TypeTextParser.name(ofReference: Substring(key.text)) : key.text
  }

  /// The words of C in lines, as suse-kabi-tools 1.1 breaks them.
  private static func tokens(_ words: [Substring]) -> [String] {
    var (lines, line, depth) = ([String](), "", 0)
    let isEnumeration = words.prefix(2).contains("enum")
    func end() {
      if !line.isEmpty { lines.append(line) }
      line = ""
    }
    for word in words {
      if word == "}" {
        end()
        depth = max(0, depth - 1)
      }
      let shown =
        word.dropFirst().first == "#"
        ? TypeTextParser.name(ofReference: word) : String(word)
      if line.isEmpty {
        line = String(repeating: "\t", count: min(depth, 64)) + shown
      } else {
        line += (word == ";" || word == "," ? "" : " ") + shown
      }
      if word == "{" {
        end()
        depth += 1
      } else if word == ";" || word == "," && isEnumeration {
        end()
      }
    }
    end()
    return lines
  }
}

/// Writes types in lines.
private struct TypePrinter {
  private let isRust: Bool
  private var lines: [String] = []

  static var c: TypePrinter { TypePrinter(isRust: false) }
  static var rust: TypePrinter { TypePrinter(isRust: true) }

  private init(isRust: Bool) { self.isRust = isRust }

  /// The definition of a type, or the declaration of a symbol with a name.
  mutating func lines(_ node: TypeNode, name: String?) -> [String] {
    switch node {
    case .wrapper(.typedef, let typeName, let inner) where name == nil:
      add(inner, typeName ?? "", 0, prefix: isRust ? "type " : "typedef ", end: ";")
    case .body(let body) where name == nil: add(body, "", 0, end: isRust ? "" : ";")
    case .function where isRust: lines.append("fn \(name ?? "")\(rust(node).dropFirst(2));")
    default: add(node, name ?? "", 0, prefix: isRust ? "static " : "", end: ";")
    }
    return lines
  }

  private func indentation(_ depth: Int) -> String { String(repeating: "\t", count: depth) }

  /// A declaration; a body inside it takes lines of its own.
  private mutating func add(
    _ node: TypeNode, _ name: String, _ depth: Int, prefix: String = "", end: String,
    place: String = ""
  ) {
    if case .body(let body) = node {
      add(body, name, depth, prefix: prefix, end: end, place: place)
      return
    }
    let label = name.isEmpty ? "_" : name
    let text = isRust ? "\(label): \(rust(node))" : declare(node, name)
    lines.append("\(indentation(depth))\(prefix)\(text)\(end)\(comment(place))")
  }

  private mutating func add(
    _ body: TypeBody, _ name: String, _ depth: Int, prefix: String = "", end: String,
    place: String = ""
  ) {
    let isRustEnumeration = isRust && body.items.contains { $0.kind == .variantPart }
    let word = isRustEnumeration ? "enum" : body.word
    let title = [word, body.name].compactMap { $0 }.joined(separator: " ")
    let label = isRust && !name.isEmpty ? "\(name): " : ""
    let after = isRust || name.isEmpty ? "" : " \(name)"
    if body.items.isEmpty, body.attributes.isEmpty {
      lines.append("\(indentation(depth))\(prefix)\(label)\(title)\(after)\(end)\(comment(place))")
      return
    }
    lines.append("\(indentation(depth))\(prefix)\(label)\(title) {")
    for item in body.items { add(item, depth + 1, isNarrow: body.isNarrow) }
    var sizes = body.attributes["byte_size"].map { "\($0) bytes" } ?? ""
    if let alignment = body.attributes["alignment"] { sizes += ", aligned to \(alignment)" }
    let note = [place, sizes].filter { !$0.isEmpty }.joined(separator: ": ")
    lines.append("\(indentation(depth))}\(after)\(end)\(comment(note))")
  }

  private func comment(_ text: String) -> String {
    text.isEmpty ? "" : isRust ? " // \(text)" : " /* \(text) */"
  }

  private mutating func add(_ item: TypeItem, _ depth: Int, isNarrow: Bool = false) {
    let place = TypePrinter.place(item.attributes)
    switch item.kind {
    case .enumerator:
      let value =
        item.attributes["value"].map { " = \(isNarrow ? TypePrinter.signed($0) : $0)" } ?? ""
      lines.append("\(indentation(depth))\(item.name ?? "")\(value),")
    case .variantPart:
      for part in item.items {
        if part.kind == .member, let type = part.type {
          let place = TypePrinter.place(part.attributes)
          lines.append("\(indentation(depth))// tag \(rust(type)) at \(place)")
        } else {
          add(part, depth)
        }
      }
    case .variant:
      let value = item.attributes["discr_value"].map { " // \($0)" } ?? ""
      for member in item.items {
        let type = member.type.map { rust($0) } ?? ""
        lines.append("\(indentation(depth))\(member.name ?? ""): \(type),\(value)")
      }
    case .member, .parameter:
      let type = item.type ?? .named("void")
      add(type, item.name ?? "", depth, end: isRust ? "," : ";", place: place)
    }
  }

  /// A value of an enumeration of fewer than 8 bytes: what is not less than 2^63 is negative.
  private static func signed(_ value: String) -> String {
    UInt64(value).map { String(Int64(bitPattern: $0)) } ?? value
  }

  /// Where a member is.
  private static func place(_ attributes: [String: String]) -> String {
    var parts: [String] = []
    if let offset = attributes["data_member_location"] { parts.append(offset) }
    if let offset = attributes["data_bit_offset"] { parts.append("bit \(offset)") }
    if let size = attributes["bit_size"] { parts.append("\(size) bits") }
    return parts.joined(separator: ", ")
  }

  /// A declaration of C, in one line.
  private func declare(_ node: TypeNode, _ name: String) -> String {
    switch node {
    case .named(let type): return name.isEmpty ? type : "\(type) \(name)"
    case .wrapper(let wrapper, let typeName, let inner):
      switch wrapper {
      case .pointer, .reference, .rvalueReference:
        let mark = wrapper == .pointer ? "*" : wrapper == .reference ? "&" : "&&"
        if case .array = inner { return declare(inner, "(\(mark)\(name))") }
        if case .function = inner { return declare(inner, "(\(mark)\(name))") }
        return declare(inner, mark + name)
      case .const, .volatile, .restrict, .atomic:
        let word = wrapper == .atomic ? "_Atomic" : wrapper.rawValue
        if case .wrapper(.pointer, _, _) = inner {
          return declare(inner, name.isEmpty ? word : "\(word) \(name)")
        }
        return "\(word) \(declare(inner, name))"
      case .typedef: return name.isEmpty ? typeName ?? "" : "\(typeName ?? "") \(name)"
      case .other: return declare(inner, name)
      }
    case .array(let bounds, let inner):
      return declare(inner, name + bounds.map { "[\($0)]" }.joined())
    case .function(let parameters, let result):
      let list = parameters.map { declare($0.type ?? .named("void"), $0.name ?? "") }
      return declare(result, "\(name)(\(list.isEmpty ? "void" : list.joined(separator: ", ")))")
    case .body(let body): return declare(.named(short(body)), name)
    }
  }

  /// A body in one line.
  private func short(_ body: TypeBody) -> String {
    let title = [body.word, body.name].compactMap { $0 }.joined(separator: " ")
    let inner = body.items.map { item -> String in
      if item.kind == .enumerator { return item.name ?? "" }
      return declare(item.type ?? .named("…"), item.name ?? "")
    }
    let list = inner.joined(separator: body.word == "enum" ? ", " : "; ")
    return body.items.isEmpty ? title : "\(title) { \(list) }"
  }

  /// A type of Rust, in one line.
  private func rust(_ node: TypeNode) -> String {
    switch node {
    case .named(let name):
      for word in ["struct ", "union ", "enum "] where name.hasPrefix(word) {
        return String(name.dropFirst(word.count))
      }
      return name == "void" ? "c_void" : name
    case .wrapper(_, let name, let inner): return name ?? "*\(rust(inner))"
    case .array(let bounds, let inner):
      return bounds.reversed().reduce(rust(inner)) { "[\($0); \($1)]" }
    case .function(let parameters, let result):
      let list = parameters.map { parameter -> String in
        let type = rust(parameter.type ?? .named("()"))
        return parameter.name.map { "\($0): \(type)" } ?? type
      }
      let end = rust(result)
      return "fn(\(list.joined(separator: ", ")))" + (end == "c_void" ? "" : " -> \(end)")
    case .body(let body): return short(body)
    }
  }
}
