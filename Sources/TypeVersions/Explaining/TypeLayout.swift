internal import ByteStorage
internal import SymtypesFormat

/// The text of a type in lines, as a person writes it: C, or Rust where names are Rust's; offsets and
/// sizes, in bytes, are comments.
package enum TypeLayout {
  /// The lines of a text of a key.
  package static func lines(_ text: RawSpan, ofKey key: RawSpan) -> [PlacedLine] {
    var words: [Substring] = []
    var iterator = SymtypesWords(text)
    while let word = iterator.next() { words.append(Substring(word.text)) }
    var parser = TypeTextParser(words)
    guard let node = parser.parse() else { return tokens(words).map { PlacedLine($0) } }
    let isRust = words.contains { $0.contains("::") } || key.text.contains("::")
    var printer = isRust ? TypePrinter.rust : TypePrinter.c
    return printer.lines(node, name: isSymtypesReference(key) ? nil : key.text)
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
  private var lines: [PlacedLine] = []

  static var c: TypePrinter { TypePrinter(isRust: false) }
  static var rust: TypePrinter { TypePrinter(isRust: true) }

  private init(isRust: Bool) { self.isRust = isRust }

  /// The definition of a type, or the declaration of a symbol with a name.
  mutating func lines(_ node: TypeNode, name: String?) -> [PlacedLine] {
    switch node {
    case .wrapper(.typedef, let typeName, let inner) where name == nil:
      add(inner, typeName ?? "", 0, prefix: isRust ? "type " : "typedef ", end: ";")
    case .body(let body) where name == nil: add(body, "", 0, end: isRust ? "" : ";")
    case .function where isRust: put("fn \(name ?? "")\(rust(node).dropFirst(2));", 0)
    default: add(node, name ?? "", 0, prefix: isRust ? "static " : "", end: ";")
    }
    return lines
  }

  /// A line, with a comment of a place and sizes at its end.
  private mutating func put(
    _ text: String, _ depth: Int, place: Place = Place(), sizes: String = ""
  ) {
    let line = String(repeating: "\t", count: depth) + text
    guard !place.isEmpty || !sizes.isEmpty else {
      lines.append(PlacedLine(line))
      return
    }
    let (mark, end) = isRust ? (" // ", "") : (" /* ", " */")
    let rest = place.isEmpty || sizes.isEmpty ? sizes : ": \(sizes)"
    lines.append(PlacedLine(line + mark, place: place.start, place.width + rest + end))
  }

  /// Where a member is.
  private struct Place {
    /// Its offset in bytes or bits, or the value of a variant.
    var start = ""
    /// Of a bit-field, with what separates it from the start.
    var width = ""

    var isEmpty: Bool { start.isEmpty && width.isEmpty }

    init(_ start: String = "") { self.start = start }

    /// Of a member of what begins at `base` bytes in the type that is shown.
    init(_ attributes: [String: String], from base: Int = 0) {
      func place(_ text: String, _ base: Int) -> String {
        guard let own = Int(text) else { return text }
        let (sum, overflow) = own.addingReportingOverflow(base)
        return overflow ? text : "\(sum)"
      }
      start = [
        attributes["data_member_location"].map { place($0, base) },
        attributes["data_bit_offset"].map { "bit \(place($0, base &* 8))" },
      ].compactMap { $0 }.joined(separator: ", ")
      if let size = attributes["bit_size"] {
        width = (start.isEmpty ? "" : ", ") + "\(size) bits"
      }
    }
  }

  /// A declaration; a body inside it takes lines of its own.
  private mutating func add(
    _ node: TypeNode, _ name: String, _ depth: Int, prefix: String = "", end: String,
    place: Place = Place(), base: Int = 0
  ) {
    if case .body(let body) = node {
      add(body, name, depth, prefix: prefix, end: end, place: place, base: base)
      return
    }
    let label = name.isEmpty ? "_" : name
    let text = isRust ? "\(label): \(rust(node))" : declare(node, name)
    put("\(prefix)\(text)\(end)", depth, place: place)
  }

  private mutating func add(
    _ body: TypeBody, _ name: String, _ depth: Int, prefix: String = "", end: String,
    place: Place = Place(), base: Int = 0
  ) {
    let isRustEnumeration = isRust && body.items.contains { $0.kind == .variantPart }
    let word = isRustEnumeration ? "enum" : body.word
    let title = [word, body.name].compactMap { $0 }.joined(separator: " ")
    let label = isRust && !name.isEmpty ? "\(name): " : ""
    let after = isRust || name.isEmpty ? "" : " \(name)"
    if body.items.isEmpty, body.attributes.isEmpty {
      put("\(prefix)\(label)\(title)\(after)\(end)", depth, place: place)
      return
    }
    put("\(prefix)\(label)\(title) {", depth)
    for item in body.items {
      add(item, depth + 1, isNarrow: body.isNarrow, base: base)
    }
    var sizes = body.attributes["byte_size"].map { "\($0) bytes" } ?? ""
    if let alignment = body.attributes["alignment"] { sizes += ", aligned to \(alignment)" }
    put("}\(after)\(end)", depth, place: place, sizes: sizes)
  }

  /// A part of what begins at `base` bytes in the type that is shown.
  private mutating func add(_ item: TypeItem, _ depth: Int, isNarrow: Bool, base: Int) {
    let place = Place(item.attributes, from: base)
    switch item.kind {
    case .enumerator:
      guard let value = item.attributes["value"] else { return put("\(item.name ?? ""),", depth) }
      let head = String(repeating: "\t", count: depth) + "\(item.name ?? "") = "
      lines.append(PlacedLine(head, place: isNarrow ? TypePrinter.signed(value) : value, ","))
    case .variantPart:
      for part in item.items {
        if part.kind == .member, let type = part.type {
          put("// tag \(rust(type)) at \(Place(part.attributes, from: base).start)", depth)
        } else {
          add(part, depth, isNarrow: false, base: base)
        }
      }
    case .variant:
      let value = item.attributes["discr_value"] ?? ""
      for member in item.items {
        let type = member.type.map { rust($0) } ?? ""
        put("\(member.name ?? ""): \(type),", depth, place: Place(value))
      }
    case .member, .parameter:
      let type = item.type ?? .named("void")
      // A body in the body counts from the same start, as in pahole.
      let own = item.attributes["data_member_location"].flatMap { Int($0) } ?? 0
      add(
        type, item.name ?? "", depth, end: isRust ? "," : ";", place: place,
        base: base.addingReportingOverflow(own).partialValue)
    }
  }

  /// A value of an enumeration of fewer than 8 bytes: what is not less than 2^63 is negative.
  private static func signed(_ value: String) -> String {
    UInt64(value).map { String(Int64(bitPattern: $0)) } ?? value
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
