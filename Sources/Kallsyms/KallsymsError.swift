/// Why kallsyms tables could not be found or decoded: the table at which every candidate failed.
package struct KallsymsError: Error, Sendable, Hashable {
  /// The tables, in the order in which they are looked for.
  package enum Table: Int, Sendable, Hashable, Comparable, CaseIterable {
    /// `kallsyms_token_table` and `kallsyms_token_index`, which are found together.
    case tokens
    /// `kallsyms_markers`.
    case markers
    /// `kallsyms_names` and `kallsyms_num_syms`, which are found together.
    case names
    /// `kallsyms_offsets` or `kallsyms_addresses`.
    case addresses

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The kernel's name for it.
    package var symbol: StaticString {
      switch self {
      case .tokens: "kallsyms_token_table"
      case .markers: "kallsyms_markers"
      case .names: "kallsyms_names"
      case .addresses: "kallsyms_offsets"
      }
    }
  }

  package enum Reason: Sendable, Hashable {
    /// No place fits all the rules of the format.
    case notFound
    /// So many places look right that the search was given up.
    case tooManyCandidates
    /// A name expands to bytes that are not a name; the payload is its index.
    case badName(index: Int)
    /// The names are larger than a table of this library holds, in bytes.
    case tooLarge(limit: Int)
  }

  package let table: Table
  package let reason: Reason
  /// Offset in the image, in bytes, of the last table that was found before this one, or `nil`.
  package let after: Int?

  package init(_ table: Table, _ reason: Reason, after: Int? = nil) {
    self.table = table
    self.reason = reason
    self.after = after
  }
}

extension KallsymsError: CustomStringConvertible {
  package var description: String {
    let place = after.map { " (the table before it is at 0x\(String($0, radix: 16)))" } ?? ""
    switch reason {
    case .notFound where table == .tokens:
      return "no kallsyms tables: nothing here is a \(table.symbol) with its index"
    case .notFound: return "kallsyms: no \(table.symbol) fits\(place)"
    case .tooManyCandidates: return "kallsyms: too many places look like \(table.symbol)\(place)"
    case .badName(let index): return "kallsyms: name \(index) is no symbol name\(place)"
    case .tooLarge(let limit): return "kallsyms: names larger than \(limit) bytes\(place)"
    }
  }
}
