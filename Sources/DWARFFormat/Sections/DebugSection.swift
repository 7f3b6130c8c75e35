internal import ByteStorage

/// The sections that are read.
package enum DebugSection: Int, Sendable, CaseIterable {
  case info, types, abbreviations, strings, lineStrings, stringOffsets, lines, addresses
  case ranges, rangeLists

  /// The name without `.debug_` or `.zdebug_`.
  var name: StaticString {
    switch self {
    case .info: "info"
    case .types: "types"
    case .abbreviations: "abbrev"
    case .strings: "str"
    case .lineStrings: "line_str"
    case .stringOffsets: "str_offsets"
    case .lines: "line"
    case .addresses: "addr"
    case .ranges: "ranges"
    case .rangeLists: "rnglists"
    }
  }

  /// The name in errors.
  package var region: StaticString {
    switch self {
    case .info: ".debug_info"
    case .types: ".debug_types"
    case .abbreviations: ".debug_abbrev"
    case .strings: ".debug_str"
    case .lineStrings: ".debug_line_str"
    case .stringOffsets: ".debug_str_offsets"
    case .lines: ".debug_line"
    case .addresses: ".debug_addr"
    case .ranges: ".debug_ranges"
    case .rangeLists: ".debug_rnglists"
    }
  }

  /// The section with a name, and whether it is of the old packed form.
  static func named(_ name: RawSpan) -> (section: DebugSection, isOldPacked: Bool)? {
    let isOldPacked = name.starts(with: ".zdebug_")
    guard isOldPacked || name.starts(with: ".debug_"),
      let rest = name.suffix(from: isOldPacked ? 8 : 7)
    else { return nil }
    for section in allCases where rest.equals(section.name) { return (section, isOldPacked) }
    return nil
  }
}
