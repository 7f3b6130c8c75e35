internal import ByteStorage
internal import ELFFormat

/// The rules of an object that keep versions stable
/// (scripts/gendwarfksyms/kabi.c, 6.14; Documentation/kbuild/gendwarfksyms.rst).
struct KABIRules {
  private enum Kind: UInt8, CaseIterable {
    case declarationOnly, enumeratorIgnore, enumeratorValue, byteSize, typeString

    var name: StaticString {
      switch self {
      case .declarationOnly: "declonly"
      case .enumeratorIgnore: "enumerator_ignore"
      case .enumeratorValue: "enumerator_value"
      case .byteSize: "byte_size"
      case .typeString: "type_string"
      }
    }
  }

  private struct Key: Hashable {
    let kind: Kind
    let target: [UInt8]
  }

  private var values: [Key: [UInt8]] = [:]
  /// Whether texts of types are replaced.
  var hasTypeStrings: Bool { values.keys.contains { $0.kind == .typeString } }
  /// Whether bytes are left that are too few for a rule.
  private(set) var hasRest = false

  /// Smallest size of a rule, in bytes.
  private static let smallest = 6
  private static let sectionName: StaticString = ".discard.gendwarfksyms.kabi_rules"

  /// Reads the section of an object; without one there are no rules.
  init(_ elf: borrowing ELFFile) throws(TypeVersionsError) {
    guard let index = elf.sectionIndex(named: KABIRules.sectionName) else { return }
    let section = elf.sections[index]
    let bytes: RawSpan
    do throws(ParseError) { bytes = try elf.bytes(of: section, in: "kABI rules") } catch {
      throw .debugInformation(error)
    }
    try read(bytes, at: Int(clamping: section.offset))
  }

  /// Reads the records `version\0type\0target\0value\0`; a later one replaces an earlier one.
  private mutating func read(_ bytes: RawSpan, at base: Int) throws(TypeVersionsError) {
    func defect(_ defect: TypeVersionsError.RulesDefect, _ offset: Int) -> TypeVersionsError {
      .rules(defect, offset: base &+ offset)
    }
    guard bytes.byteCount >= KABIRules.smallest else { throw defect(.tooShort, 0) }
    guard bytes.byte(at: bytes.byteCount &- 1) == 0 else { throw defect(.noNUL, bytes.byteCount) }
    var position = 0
    while bytes.byteCount &- position > KABIRules.smallest {
      let start = position
      var fields: [[UInt8]] = []
      for _ in 0..<4 {
        guard let field = bytes.cString(at: position) else { throw defect(.truncated, start) }
        fields.append(field.array)
        position &+= field.byteCount &+ 1
      }
      guard fields[0] == Array("1".utf8) else { throw defect(.version, start) }
      let kinds = Kind.allCases.filter { fields[1] == Array("\($0.name)".utf8) }
      guard let kind = kinds.first else { throw defect(.type, start) }
      values[Key(kind: kind, target: fields[2])] = fields[3]
    }
    hasRest = position < bytes.byteCount
  }

  private func value(_ kind: Kind, _ target: RawSpan) -> [UInt8]? {
    if values.isEmpty || target.byteCount == 0 { return nil }
    return values[Key(kind: kind, target: target.array)]
  }

  func isDeclarationOnly(_ name: RawSpan) -> Bool { value(.declarationOnly, name) != nil }

  func isIgnoredEnumerator(_ target: RawSpan) -> Bool { value(.enumeratorIgnore, target) != nil }

  func enumeratorValue(_ target: RawSpan) throws(TypeVersionsError) -> UInt64? {
    try number(.enumeratorValue, target)
  }

  func byteSize(_ name: RawSpan) throws(TypeVersionsError) -> UInt64? {
    try number(.byteSize, name)
  }

  func typeString(_ key: RawSpan) -> [UInt8]? { value(.typeString, key) }

  /// What `strtoul` with base 10 makes of a value, all of which must be a number.
  private func number(_ kind: Kind, _ target: RawSpan) throws(TypeVersionsError) -> UInt64? {
    guard let text = value(kind, target) else { return nil }
    if text.isEmpty { return 0 }
    let rule = "\(kind.name) ".utf8 + target.array
    var digits = text.drop { $0 == 0x20 || (0x09...0x0d).contains($0) }
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
    guard !digits.isEmpty else { throw .badNumber(rule: rule) }
    var number: UInt64 = 0
    for digit in digits {
      let (tens, isLarge) = number.multipliedReportingOverflow(by: 10)
      let (sum, isLarger) = tens.addingReportingOverflow(UInt64(digit) &- 0x30)
      guard (0x30...0x39).contains(digit), !isLarge, !isLarger else {
        throw .badNumber(rule: rule)
      }
      number = sum
    }
    return isNegative ? 0 &- number : number
  }
}
