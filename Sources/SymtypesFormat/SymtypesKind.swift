internal import ByteStorage

/// What a key with a `#` names: `t#`, `s#`, `u#`, `e#` and, of genksyms only, `E#`.
package enum SymtypesKind: UInt8, Sendable, Hashable {
  case typedef = 0x74
  case structure = 0x73
  case union = 0x75
  case enumeration = 0x65
  case enumerator = 0x45

  /// The kind of a key; `nil` for an export.
  package init?(key: RawSpan) {
    guard key.byte(at: 1) == UInt8(ascii: "#"), let first = key.byte(at: 0) else { return nil }
    self.init(rawValue: first)
  }

  /// The word of C that begins a definition; empty for enumerators.
  package var word: StaticString {
    switch self {
    case .typedef: "typedef"
    case .structure: "struct"
    case .union: "union"
    case .enumeration: "enum"
    case .enumerator: ""
    }
  }

  /// The word that genksyms writes before the name of a type that it expanded before
  /// (scripts/genksyms/genksyms.c, `expand_and_crc_sym`, 6.1).
  package var repeatedWord: StaticString { self == .typedef ? "" : word }
}

/// Whether a word is the key of a type: its second byte is `#`.
package func isSymtypesReference(_ word: RawSpan) -> Bool {
  word.byteCount > 2 && word.byte(at: 1) == UInt8(ascii: "#")
}
