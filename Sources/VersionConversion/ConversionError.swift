package import ByteStorage

/// Why a module is not converted.
package enum ConversionError: Error, Sendable {
  /// The file is not what its format says, or cannot be edited.
  case malformed(ParseError)
  /// A version table that cannot be read without loss; the defects, for people.
  case damagedTables([String])
  /// Basic and extended tables do not say the same.
  case tablesDisagree
  /// There is no version table, and nothing says which symbols to put into one.
  case noVersions
  /// Names that do not fit the layout that was asked for.
  case unrepresentable(names: [String], longest: Int)
  /// Hashed names of which the symbol is unknown.
  case unknownHashes([String])
  /// Symbols that the kernel to match does not export.
  case notExported([String])
  /// The module is signed, and would not be what was signed.
  case signed
  /// The trailer of the signature is malformed.
  case badSignature
  /// The module is not, before its signature, what the original is.
  case differsFromOriginal(offset: Int)
  /// The original has no signature.
  case originalUnsigned
  /// The module cannot be signed; the library's words.
  case cannotSign(String)
  /// A device table that has no aliases, for the reason that modpost gives.
  case deviceTable(name: String, bus: String, problem: String)
  /// What is needed for a generated source or object is not in the file.
  case missing(String)
  /// The file does not show how `struct module` is laid out.
  case missingStructure
  /// The module that shows it does not have a function that this one has, by the function's symbol.
  case missingFunction(String)
}

extension ConversionError: CustomStringConvertible {
  /// The error in one line, without the path.
  package var description: String {
    switch self {
    case .malformed(let error): "\(error)"
    case .damagedTables(let words): "damaged version tables: \(words.joined(separator: "; "))"
    case .tablesDisagree: "basic and extended tables disagree"
    case .noVersions: "has no version table"
    case .unrepresentable(let names, let longest):
      "\(ConversionError.count(names)) longer than \(longest) bytes: "
        + names.joined(separator: ", ")
    case .unknownHashes(let digests):
      "hashed names of unknown symbols: \(digests.joined(separator: ", "))"
    case .notExported(let names):
      "\(ConversionError.count(names)) not exported there: \(names.joined(separator: ", "))"
    case .signed: "is signed, and the signature would be invalid"
    case .badSignature: "malformed signature trailer"
    case .differsFromOriginal(let offset):
      "differs from the original at 0x\(String(offset, radix: 16)), its signature would be invalid"
    case .originalUnsigned: "the original is not signed"
    case .cannotSign(let words): "cannot sign: \(words)"
    case .deviceTable(let name, let bus, let problem):
      "MODULE_DEVICE_TABLE(\(bus), \(name)): \(problem)"
    case .missing(let what): "\(what)"
    case .missingStructure: "an object does not record the layout of struct module"
    case .missingFunction(let symbol):
      "the place of \(symbol) in struct module is not known: the module has none"
    }
  }

  private static func count(_ names: [String]) -> String {
    names.count == 1 ? "1 symbol is" : "\(names.count) symbols are"
  }
}
