internal import ByteStorage

/// The checks of each kind: the `check_meta` functions of kernel/bpf/btf.c, in their order.
extension BTFVerifier {
  mutating func check(_ subject: Subject) throws(BTFError) {
    switch subject.entry.kind {
    case .integer: try checkInteger(subject)
    case .pointer, .const, .volatile, .restrict, .typedef, .typeTag: try checkReference(subject)
    case .array: try checkArray(subject)
    case .structure, .union: try checkComposite(subject)
    case .enumeration, .enumeration64: try checkEnumeration(subject)
    case .forward: try checkForward(subject)
    case .function: try checkFunction(subject)
    case .functionPrototype:
      if subject.entry.name != 0 { throw refuse(subject, "Invalid name") }
      try forbidFlag(subject)
    case .variable: try checkVariable(subject)
    case .dataSection: try checkDataSection(subject)
    case .float: try checkFloat(subject)
    case .declarationTag: try checkDeclarationTag(subject)
    }
  }

  private mutating func forbidCount(_ subject: Subject) throws(BTFError) {
    if subject.entry.count != 0 { throw refuse(subject, "vlen != 0") }
  }

  private mutating func forbidFlag(_ subject: Subject) throws(BTFError) {
    if subject.entry.hasFlag { throw refuse(subject, "Invalid btf_info kind_flag") }
  }

  private mutating func demandIdentifier(_ subject: Subject) throws(BTFError) {
    if !isIdentifier(subject.entry.name) { throw refuse(subject, "Invalid name") }
  }

  /// `btf_name_valid_identifier`, for offset 0 (which has no characters) false.
  func isIdentifier(_ offset: UInt32) -> Bool {
    guard offset != 0, let name = name(offset) else { return false }
    return BTFNames.isIdentifier(name, longest: rules.longestName)
  }

  private func isType(_ number: UInt32) -> Bool { number <= BTFVerifier.mostTypes }

  private mutating func checkInteger(_ subject: Subject) throws(BTFError) {
    try forbidCount(subject)
    try forbidFlag(subject)
    let data = word(at: subject.data)
    if data & 0xf000_0000 != 0 {
      throw refuse(subject, "Invalid int_data:\(String(data, radix: 16))", detailed: false)
    }
    let bits = data & 0xff + data >> 16 & 0xff
    if bits > 128 { throw refuse(subject, "nr_bits exceeds 128") }
    if (bits + 7) / 8 > subject.entry.word { throw refuse(subject, "nr_bits exceeds type_size") }
    if ![0, 1, 2, 4].contains(data >> 24) {
      throw refuse(subject, "Unsupported encoding", .notSupported)
    }
  }

  private mutating func checkReference(_ subject: Subject) throws(BTFError) {
    let kind = subject.entry.kind
    try forbidCount(subject)
    if kind != .typeTag || !rules.allowsFlaggedTags { try forbidFlag(subject) }
    if !isType(subject.entry.word) { throw refuse(subject, "Invalid type_id") }
    switch kind {
    case .typedef: try demandIdentifier(subject)
    case .typeTag:
      if name(subject.entry.name)?.byteCount ?? 0 == 0 { throw refuse(subject, "Invalid name") }
    default: if subject.entry.name != 0 { throw refuse(subject, "Invalid name") }
    }
  }

  private mutating func checkArray(_ subject: Subject) throws(BTFError) {
    if subject.entry.name != 0 { throw refuse(subject, "Invalid name") }
    try forbidCount(subject)
    try forbidFlag(subject)
    if subject.entry.word != 0 { throw refuse(subject, "size != 0") }
    let (element, index) = (word(at: subject.data), word(at: subject.data &+ 4))
    if element == 0 || !isType(element) { throw refuse(subject, "Invalid elem") }
    if index == 0 || !isType(index) { throw refuse(subject, "Invalid index") }
  }

  private mutating func checkComposite(_ subject: Subject) throws(BTFError) {
    if subject.entry.name != 0 { try demandIdentifier(subject) }
    var last: UInt32 = 0
    for index in 0..<subject.entry.count {
      let member = Member(subject, index, self)
      if !isName(member.name) {
        throw refuse(member, "Invalid member name_offset:\(member.name)")
      }
      if member.name != 0, !isIdentifier(member.name) { throw refuse(member, "Invalid name") }
      if member.type == 0 || !isType(member.type) { throw refuse(member, "Invalid type_id") }
      if subject.entry.kind == .union, member.bit != 0 {
        throw refuse(member, "Invalid member bits_offset")
      }
      if last > member.bit { throw refuse(member, "Invalid member bits_offset") }
      if member.bit / 8 + (member.bit % 8 == 0 ? 0 : 1) > subject.entry.word {
        throw refuse(member, "Member bits_offset exceeds its struct size")
      }
      last = member.bit
    }
  }

  private mutating func checkEnumeration(_ subject: Subject) throws(BTFError) {
    if rules.greatestKind < BTFKind.enumeration64.rawValue { try forbidFlag(subject) }
    if ![1, 2, 4, 8].contains(subject.entry.word) { throw refuse(subject, "Unexpected size") }
    if subject.entry.name != 0 { try demandIdentifier(subject) }
    let size = subject.entry.kind.elementSize
    for index in 0..<subject.entry.count {
      let value = word(at: subject.data &+ index &* size)
      if !isName(value) { throw log.refuse("\tInvalid name_offset:\(value)") }
      if !isIdentifier(value) { throw refuse(subject, "Invalid name") }
    }
  }

  private mutating func checkForward(_ subject: Subject) throws(BTFError) {
    try forbidCount(subject)
    if subject.entry.word != 0 { throw refuse(subject, "type != 0") }
    try demandIdentifier(subject)
  }

  private mutating func checkFunction(_ subject: Subject) throws(BTFError) {
    try demandIdentifier(subject)
    if subject.entry.count > 1 { throw refuse(subject, "Invalid func linkage") }
    try forbidFlag(subject)
  }

  private mutating func checkVariable(_ subject: Subject) throws(BTFError) {
    try forbidCount(subject)
    try forbidFlag(subject)
    try demandIdentifier(subject)
    if subject.entry.word == 0 || !isType(subject.entry.word) {
      throw refuse(subject, "Invalid type_id")
    }
    if word(at: subject.data) > 1 { throw refuse(subject, "Linkage not supported") }
  }

  private mutating func checkDataSection(_ subject: Subject) throws(BTFError) {
    let total = subject.entry.word
    if total == 0 { throw refuse(subject, "size == 0") }
    try forbidFlag(subject)
    guard subject.entry.name != 0, let name = name(subject.entry.name),
      rules.allowsPrintableSectionNames
        ? BTFNames.isPrintable(name, longest: rules.longestName)
        : BTFNames.isIdentifier(name, longest: rules.longestName)
    else { throw refuse(subject, "Invalid name") }
    var end: UInt32 = 0
    var sum: UInt64 = 0
    for index in 0..<subject.entry.count {
      let variable = Member(subject, index, self)
      let (offset, size) = (variable.second, variable.third)
      if variable.name == 0 || !isType(variable.name) {
        throw refuse(section: variable, "Invalid type_id")
      }
      if offset < end || offset >= total { throw refuse(section: variable, "Invalid offset") }
      if size == 0 || size > total { throw refuse(section: variable, "Invalid size") }
      end = offset &+ size
      if end > total { throw refuse(section: variable, "Invalid offset+size") }
      sum += UInt64(size)
    }
    if UInt64(total) < sum { throw refuse(subject, "Invalid btf_info size") }
  }

  private mutating func checkFloat(_ subject: Subject) throws(BTFError) {
    try forbidCount(subject)
    try forbidFlag(subject)
    if ![2, 4, 8, 12, 16].contains(subject.entry.word) {
      throw refuse(subject, "Invalid type_size")
    }
  }

  private mutating func checkDeclarationTag(_ subject: Subject) throws(BTFError) {
    if name(subject.entry.name)?.byteCount ?? 0 == 0 { throw refuse(subject, "Invalid value") }
    try forbidCount(subject)
    if !rules.allowsFlaggedTags { try forbidFlag(subject) }
    if Int32(bitPattern: word(at: subject.data)) < -1 {
      throw refuse(subject, "Invalid component_idx")
    }
  }
}

/// What the kernel takes for names.
enum BTFNames {
  /// Letters (Latin-1's, as the kernel's `isalpha` has them), digits, `_` and `.`; no digit first.
  static func isIdentifier(_ name: RawSpan, longest: Int) -> Bool {
    guard let first = name.byte(at: 0), name.byteCount <= longest, isLetter(first) else {
      return false
    }
    for offset in 1..<name.byteCount {
      guard let byte = name.byte(at: offset), isLetter(byte) || byte >= 0x30 && byte <= 0x39 else {
        return false
      }
    }
    return true
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "_"), UInt8(ascii: "."): true
    case 0xd7, 0xf7: false
    default: byte >= 0xc0
    }
  }

  /// `btf_name_valid_section`: at least one character, all printable in Latin-1.
  static func isPrintable(_ name: RawSpan, longest: Int) -> Bool {
    guard name.byteCount > 0, name.byteCount <= longest else { return false }
    for offset in 0..<name.byteCount {
      guard let byte = name.byte(at: offset), byte >= 0xa0 || byte >= 0x20 && byte < 0x7f else {
        return false
      }
    }
    return true
  }
}
