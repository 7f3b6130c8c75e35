internal import TypeVersions

/// The command line of gendwarfksyms, read as getopt_long(3) does: options also after operands, long
/// ones abbreviated.
struct GendwarfksymsArguments {
  enum Failure: Error {
    case wantsHelp
    /// Wrong usage, in words.
    case wrong(String)
  }

  private enum Option: CaseIterable {
    case debug, dumpDies, dumpDieMap, dumpTypes, dumpVersions, stable, symtypes, help

    var name: String {
      switch self {
      case .debug: "debug"
      case .dumpDies: "dump-dies"
      case .dumpDieMap: "dump-die-map"
      case .dumpTypes: "dump-types"
      case .dumpVersions: "dump-versions"
      case .stable: "stable"
      case .symtypes: "symtypes"
      case .help: "help"
      }
    }

    var letter: Character? {
      switch self {
      case .debug: "d"
      case .stable: "s"
      case .symtypes: "T"
      case .help: "h"
      default: nil
      }
    }
  }

  private(set) var request = VersionsRequest()
  /// Where the texts of types go.
  private(set) var symtypes: String?
  private(set) var objects: [String] = []

  init(_ arguments: [String]) throws(Failure) {
    var rest = arguments[...]
    while let word = rest.popFirst() {
      if word == "--" {
        objects += rest
        break
      } else if word.hasPrefix("--") {
        try takeLong(word.dropFirst(2), &rest)
      } else if word.hasPrefix("-"), word.count > 1 {
        try takeLetters(word.dropFirst(), &rest)
      } else {
        objects.append(word)
      }
    }
  }

  private mutating func takeLong(
    _ word: Substring, _ rest: inout ArraySlice<String>
  ) throws(Failure) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    var found = Option.allCases.filter { $0.name == name }
    if found.isEmpty { found = Option.allCases.filter { $0.name.hasPrefix(name) } }
    guard let option = found.first else { throw .wrong("unrecognized option '--\(name)'") }
    guard found.count == 1 else { throw .wrong("option '--\(name)' is ambiguous") }
    if option == .symtypes {
      guard let value = parts.count > 1 ? String(parts[1]) : rest.popFirst() else {
        throw .wrong("option '--\(option.name)' requires an argument")
      }
      symtypes = value
    } else if parts.count > 1 {
      throw .wrong("option '--\(option.name)' doesn't allow an argument")
    }
    try take(option)
  }

  private mutating func takeLetters(
    _ word: Substring, _ rest: inout ArraySlice<String>
  ) throws(Failure) {
    var letters = word
    while let letter = letters.popFirst() {
      guard let option = Option.allCases.first(where: { $0.letter == letter }) else {
        throw .wrong("invalid option -- '\(letter)'")
      }
      if option == .symtypes {
        guard let value = letters.isEmpty ? rest.popFirst() : String(letters) else {
          throw .wrong("option requires an argument -- '\(letter)'")
        }
        symtypes = value
        letters = ""
      }
      try take(option)
    }
  }

  private mutating func take(_ option: Option) throws(Failure) {
    switch option {
    case .debug: break
    case .dumpDies, .dumpDieMap: request.wantsEntries = true
    case .dumpTypes: request.wantsTypes = true
    case .dumpVersions: request.wantsVersionTexts = true
    case .stable: request.isStable = true
    case .symtypes: request.wantsSymtypes = true
    case .help: throw .wantsHelp
    }
  }
}
