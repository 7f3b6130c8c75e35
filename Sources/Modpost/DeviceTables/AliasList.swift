internal import ByteStorage

/// The aliases of a module, each once, in the order in which they were made.
struct AliasList {
  private(set) var aliases: [[UInt8]] = []
  private var known: Set<[UInt8]> = []

  /// Adds an alias, once; if `isOpen`, `*` ends it, so that later kernels can add fields.
  mutating func append(_ text: AliasText, isOpen: Bool = false) {
    var alias = text.bytes
    if isOpen, alias.last != UInt8(ascii: "*") { alias.append(UInt8(ascii: "*")) }
    if known.insert(alias).inserted { aliases.append(alias) }
  }
}

extension AliasList {
  mutating func append(_ other: AliasList) {
    for alias in other.aliases where known.insert(alias).inserted { aliases.append(alias) }
  }
}

struct AliasText {
  /// modpost's buffer for aliases of unknown length.
  static let limit = 255

  private var output: OutputBuffer

  init(_ text: String = "") {
    output = OutputBuffer(reserving: 64)
    output.append(text)
  }

  var bytes: [UInt8] { output.bytes }

  mutating func append(_ text: String) { output.append(text) }

  mutating func append(_ text: [UInt8]) { output.append(text) }

  /// Upper-case hexadecimal digits, at least `width`.
  mutating func append(_ value: UInt64, width: Int = 1) {
    let digits = String(value, radix: 16, uppercase: true)
    append(String(repeating: "0", count: max(0, width - digits.count)) + digits)
  }

  /// Lower-case hexadecimal digits, at least `width`.
  mutating func append(lowercase value: UInt64, width: Int = 1) {
    let digits = String(value, radix: 16)
    append(String(repeating: "0", count: max(0, width - digits.count)) + digits)
  }

  /// ASCII letters in upper case.
  static func uppercased(_ text: [UInt8]) -> [UInt8] {
    text.map { (0x61...0x7a).contains($0) ? $0 - 0x20 : $0 }
  }

  /// Every white space becomes an underscore.
  func withoutSpaces() -> AliasText {
    var text = AliasText()
    text.append(bytes.map { $0 == 0x20 || (0x09...0x0d).contains($0) ? UInt8(ascii: "_") : $0 })
    return text
  }
}
