internal import ByteStorage
internal import DWARFFormat
internal import TypeVersions

extension VersionsRun.Warning {
  /// As gendwarfksyms puts it, with the name of its function.
  var words: String {
    switch self {
    case .severalAddresses(let name):
      "set_symbol_addr: multiple addresses for symbol \(name.rawSpan.text)?"
    case .overridden(let name, let former, let new):
      "set_crc: overriding version for symbol \(name.rawSpan.text) "
        + "(crc \(String(former, radix: 16)) vs. \(String(new, radix: 16)))"
    case .bytesAfterRules: "kabi_read_rules: unexpected data at the end of the kABI rules section"
    case .noInformation(let name):
      "symbol_print_versions: no information for symbol \(name.rawSpan.text)"
    }
  }
}

extension TypeVersionsError {
  var words: String {
    switch self {
    case .emptyLine(let line): "line \(line) of the list of symbols has no name"
    case .unexpectedType(let tag, let offset):
      "the entry at \(hexadecimal(offset)) is not a type (tag \(hexadecimal(tag.rawValue)))"
    case .unexpectedChild(let tag, let offset):
      "the entry at \(hexadecimal(offset)) is not a member of a structure (tag \(hexadecimal(tag.rawValue)))"
    case .unknownFile(let file, let offset):
      "the entry at \(hexadecimal(offset)) is of file \(file), which the line table does not have"
    case .noPointer(let symbol): "\(symbol.rawSpan.text) is not a pointer to a type"
    case .memberWithoutType(let offset): "the member at \(hexadecimal(offset)) has no type"
    case .rules(let defect, let offset):
      "kABI rules at \(hexadecimal(offset)): \(defect.words)"
    case .badNumber(let rule): "kABI rule \(rule.rawSpan.text): not a number"
    case .badTypeString(let text): "kABI rule with the text '\(text.rawSpan.text)': not a type"
    case .unknownReference(let key): "nothing defines the type \(key.rawSpan.text)"
    case .tooLarge: "types without names go on without end"
    case .debugInformation(let error): "\(error)"
    }
  }
}

extension TypeVersionsError.RulesDefect {
  fileprivate var words: String {
    switch self {
    case .tooShort: "too short"
    case .noNUL: "no NUL at the end"
    case .version: "of a version that is not known"
    case .type: "of a type that is not known"
    case .truncated: "a rule ends early"
    }
  }
}
