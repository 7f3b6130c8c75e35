import Foundation
import TestSupport

/// What Documentation/JSON.md says of a command's objects.
struct DocumentedJSON {
  /// Types of values by key, as `a.b` and `a[].b`.
  private(set) var types: [String: Set<String>] = [:]
  /// Keys that may be absent.
  private(set) var optional: Set<String> = []

  /// The page by its sections.
  static func read() throws -> [String: DocumentedJSON] {
    let path = Fixture.path("../../Documentation/JSON.md")
    var sections: [String: DocumentedJSON] = [:]
    var command = ""
    for line in String(decoding: try contents(of: path), as: UTF8.self).split(separator: "\n") {
      if line.hasPrefix("## ksym ") { command = String(line.dropFirst(8)) }
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 3, cells[0].hasPrefix("`") else { continue }
      sections[command, default: DocumentedJSON()].add(
        String(cells[0].dropFirst().dropLast()), cells[1])
    }
    return sections
  }

  private mutating func add(_ key: String, _ type: String) {
    let parts = type.components(separatedBy: ", ")
    types[key] = Set(parts[0].components(separatedBy: " or "))
    if parts.contains("optional") { optional.insert(key) }
  }

  /// Keys of an object, held against the page.
  struct Comparison {
    let page: DocumentedJSON
    private(set) var seen: Set<String> = []
    private(set) var problems: Set<String> = []

    init(_ page: DocumentedJSON) { self.page = page }

    /// Compares an object; `path` is that of its members: empty, `a.` or `a[].`.
    mutating func compare(_ object: [String: JSONValue], at path: String = "") {
      for (name, value) in object {
        let exact = path + name
        let key = page.types[exact] == nil && page.types[path + "*"] != nil ? path + "*" : exact
        seen.insert(key)
        guard let types = page.types[key] else {
          problems.insert("\(key) is not documented")
          continue
        }
        if types.isDisjoint(with: value.types) { problems.insert("\(key) is \(value.types)") }
        if case .object(let member) = value { compare(member, at: key + ".") }
        if case .array(let elements) = value {
          for case .object(let element) in elements { compare(element, at: key + "[].") }
        }
      }
      for key in page.types.keys where key.hasPrefix(path) && !page.optional.contains(key) {
        let name = key.dropFirst(path.count)
        if !name.contains("."), name != "*", object[String(name)] == nil {
          problems.insert("\(key) is absent")
        }
      }
    }
  }
}

/// A value of any type.
enum JSONValue: Decodable {
  case null, boolean, number, string
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if (try? container.decode(Bool.self)) != nil {
      self = .boolean
    } else if (try? container.decode(Double.self)) != nil {
      self = .number
    } else if (try? container.decode(String.self)) != nil {
      self = .string
    } else if let elements = try? container.decode([JSONValue].self) {
      self = .array(elements)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// The words of the page that fit it.
  var types: Set<String> {
    switch self {
    case .null: ["null"]
    case .boolean: ["boolean"]
    case .number: ["number"]
    case .string: ["string"]
    case .object: ["object"]
    case .array(let elements):
      switch elements.first {
      case .object?: ["objects"]
      case .string?: ["strings"]
      case nil: ["objects", "strings"]
      default: []
      }
    }
  }

  /// The objects on the lines of a run's output.
  static func objects(_ run: Ksym.Run) throws -> [[String: JSONValue]] {
    try run.bytes.split(separator: 0x0a).map {
      try JSONDecoder().decode([String: JSONValue].self, from: Data($0))
    }
  }
}
