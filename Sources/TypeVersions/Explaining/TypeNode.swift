/// A type as its text describes it.
indirect enum TypeNode {
  /// A base type, a reference, or what cannot be taken apart, as it is written.
  case named(String)
  /// `pointer_type` and others of one inner type; `name` only for Rust (`&str`).
  case wrapper(Wrapper, name: String?, TypeNode)
  case array([String], TypeNode)
  case function([TypeItem], TypeNode)
  case body(TypeBody)

  enum Wrapper: String {
    case pointer, reference, rvalueReference, const, volatile, restrict, atomic, typedef, other

    init?(word: Substring) {
      switch word {
      case "pointer_type": self = .pointer
      case "reference_type": self = .reference
      case "rvalue_reference_type": self = .rvalueReference
      case "const_type": self = .const
      case "volatile_type": self = .volatile
      case "restrict_type": self = .restrict
      case "atomic_type": self = .atomic
      case "typedef_type": self = .typedef
      case "immutable_type", "packed_type", "shared_type", "template_type_parameter_type":
        self = .other
      default: return nil
      }
    }
  }
}

/// A structure, union or enumeration with its members.
struct TypeBody {
  var word: String
  var name: String?
  var items: [TypeItem]
  /// `byte_size`, and others.
  var attributes: [String: String]

  /// Whether values take fewer than 8 bytes.
  var isNarrow: Bool { attributes["byte_size"].flatMap(Int.init).map { $0 < 8 } ?? false }
}

/// A member, parameter, enumerator, or a part with variants (of Rust).
struct TypeItem {
  enum Kind { case member, parameter, enumerator, variantPart, variant }

  var kind: Kind
  var name: String?
  var type: TypeNode?
  var items: [TypeItem] = []
  var attributes: [String: String] = [:]
}

/// Reads the text that gendwarfksyms makes of types.
struct TypeTextParser {
  private let words: [Substring]
  private var position = 0
  private var depth = 0

  /// Types deeper than this stay as they are written.
  private static let mostDepth = 100

  init(_ words: [Substring]) { self.words = words }

  private static let typeAttributes: Set<String> = ["byte_size", "encoding", "alignment"]
  private static let itemAttributes: Set<String> = [
    "accessibility", "bit_size", "data_bit_offset", "data_member_location", "discr_value",
  ]

  private var next: Substring? { position < words.count ? words[position] : nil }

  private mutating func take() -> Substring? {
    guard position < words.count else { return nil }
    defer { position += 1 }
    return words[position]
  }

  /// The whole text, of a type or of a symbol; `nil` if it is not such a text.
  mutating func parse() -> TypeNode? {
    if next == "variable" { position += 1 }
    guard let node = type(), position == words.count else { return nil }
    return node
  }

  private mutating func type() -> TypeNode? {
    depth += 1
    defer { depth -= 1 }
    guard depth < TypeTextParser.mostDepth, let word = take() else { return nil }
    if word.dropFirst().first == "#" { return .named(TypeTextParser.name(ofReference: word)) }
    if let wrapper = TypeNode.Wrapper(word: word) { return self.wrapper(wrapper) }
    if word.hasPrefix("array_type") { return array(word) }
    switch word {
    case "base_type": return base()
    case "unspecified_type": return .named("?")
    case "subroutine_type", "subprogram": return function()
    case "structure_type", "class_type", "union_type", "enumeration_type":
      return body(word == "enumeration_type" ? "enum" : word == "union_type" ? "union" : "struct")
    default: return nil
    }
  }

  /// A reference as C has it.
  static func name(ofReference word: Substring) -> String {
    var name = word.dropFirst(2)
    if name.first == "'", name.last == "'", name.count > 1 { name = name.dropFirst().dropLast() }
    switch word.first {
    case "s": return "struct \(name)"
    case "u": return "union \(name)"
    case "e": return "enum \(name)"
    default: return String(name)
    }
  }

  private mutating func base() -> TypeNode {
    var name: [Substring] = []
    if next == "void" {
      position += 1
      name = ["void"]
    } else {
      while let word = next, TypeTextParser.attribute(word) == nil, let taken = take() {
        name.append(taken)
      }
    }
    _ = attributes(TypeTextParser.typeAttributes)
    return .named(name.joined(separator: " "))
  }

  /// `word(number)`, taken apart.
  private static func attribute(_ word: Substring) -> (name: String, value: String)? {
    guard word.last == ")", let open = word.firstIndex(of: "("),
      typeAttributes.contains(String(word[..<open]))
        || itemAttributes.contains(String(word[..<open]))
    else { return nil }
    return (String(word[..<open]), String(word[word.index(after: open)...].dropLast()))
  }

  /// The attributes of a type, or of an item, which follow those of its type.
  private mutating func attributes(_ wanted: Set<String>) -> [String: String] {
    var found: [String: String] = [:]
    while let word = next, let (name, value) = TypeTextParser.attribute(word),
      wanted.contains(name)
    {
      found[name] = value
      position += 1
    }
    return found
  }

  /// The words before an opening brace.
  private mutating func nameAndBrace() -> String?? {
    var name: [Substring] = []
    while let word = take() {
      if word == "{" { return .some(name.isEmpty ? nil : name.joined(separator: " ")) }
      name.append(word)
    }
    return .none
  }

  private mutating func wrapper(_ wrapper: TypeNode.Wrapper) -> TypeNode? {
    guard let name = nameAndBrace(), let inner = type(), take() == "}" else { return nil }
    _ = attributes(TypeTextParser.typeAttributes)
    return .wrapper(wrapper, name: name, inner)
  }

  private mutating func array(_ word: Substring) -> TypeNode? {
    let bounds = word.dropFirst("array_type".count).split(separator: "]").map {
      String($0.dropFirst())
    }
    guard take() == "{", let inner = type(), take() == "}" else { return nil }
    return .array(bounds, inner)
  }

  private mutating func function() -> TypeNode? {
    guard take() == "(", let parameters = items(until: ")"), take() == "->", let result = type()
    else { return nil }
    return .function(parameters, result)
  }

  private mutating func body(_ word: String) -> TypeNode? {
    guard let name = nameAndBrace(), let items = items(until: "}") else { return nil }
    return .body(
      TypeBody(
        word: word, name: name, items: items,
        attributes: attributes(TypeTextParser.typeAttributes)))
  }

  private mutating func items(until end: Substring) -> [TypeItem]? {
    depth += 1
    defer { depth -= 1 }
    guard depth < TypeTextParser.mostDepth else { return nil }
    var items: [TypeItem] = []
    while let word = take() {
      if word == end { return items }
      if word == "," { continue }
      guard let item = item(word) else { return nil }
      items.append(item)
    }
    return nil
  }

  private mutating func item(_ word: Substring) -> TypeItem? {
    switch word {
    case "member", "formal_parameter":
      guard let type = type() else { return nil }
      var item = TypeItem(kind: word == "member" ? .member : .parameter, type: type)
      if let name = next, name != ",", name != "}", name != ")",
        TypeTextParser.attribute(name) == nil
      {
        item.name = String(name)
        position += 1
      }
      item.attributes = attributes(TypeTextParser.itemAttributes)
      return item
    case "...": return TypeItem(kind: .parameter, type: .named("..."))
    case "enumerator":
      var item = TypeItem(kind: .enumerator, name: take().map(String.init))
      if next == "=" {
        position += 1
        item.attributes["value"] = take().map(String.init)
      }
      return item
    case "variant_part", "variant":
      guard take() == "{", let items = items(until: "}") else { return nil }
      return TypeItem(
        kind: word == "variant" ? .variant : .variantPart, items: items,
        attributes: attributes(TypeTextParser.itemAttributes))
    default: return nil
    }
  }
}
