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
    mutating func compare(_ object: [String: Any], at path: String = "") {
      for (name, value) in object {
        let exact = path + name
        let key = page.types[exact] == nil && page.types[path + "*"] != nil ? path + "*" : exact
        seen.insert(key)
        let type = Self.type(of: value)
        guard let types = page.types[key] else {
          problems.insert("\(key) is not documented")
          continue
        }
        if !types.contains(type), !(type == "array" && types.contains { $0.hasSuffix("s") }) {
          problems.insert("\(key) is \(type)")
        }
        if let member = value as? [String: Any] { compare(member, at: key + ".") }
        for element in value as? [Any] ?? [] {
          if let element = element as? [String: Any] { compare(element, at: key + "[].") }
        }
      }
      for key in page.types.keys where key.hasPrefix(path) && !page.optional.contains(key) {
        let name = key.dropFirst(path.count)
        if !name.contains("."), name != "*", object[String(name)] == nil {
          problems.insert("\(key) is absent")
        }
      }
    }

    private static func type(of value: Any) -> String {
      switch value {
      case is NSNull: return "null"
      case is String: return "string"
      case let list as [Any]:
        if list.isEmpty { return "array" }
        return list.allSatisfy { $0 is String } ? "strings" : "objects"
      case is [String: Any]: return "object"
      case let number as NSNumber:
        return CFGetTypeID(number) == CFBooleanGetTypeID() ? "boolean" : "number"
      default: return "?"
      }
    }
  }
}
