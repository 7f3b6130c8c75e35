internal import ByteStorage

/// How the kernel shows what it refuses: `__btf_verifier_log_type`, `btf_verifier_log_member`,
/// `btf_verifier_log_vsi` and the `log_details` of the kinds.
extension BTFVerifier {
  /// An element of three words: a member (name, type, offset), or a variable of a section (type,
  /// offset, size).
  struct Member {
    let name: UInt32
    let second: UInt32
    let third: UInt32
    /// Whether offsets hold the size of a bit field in their high byte.
    let isBitField: Bool

    var type: UInt32 { second }
    /// Offset in bits.
    var bit: UInt32 { isBitField ? third & 0xff_ffff : third }

    init(_ subject: Subject, _ index: Int, _ verifier: borrowing BTFVerifier) {
      let offset = subject.data &+ index &* 12
      name = verifier.word(at: offset)
      second = verifier.word(at: offset &+ 4)
      third = verifier.word(at: offset &+ 8)
      isBitField = subject.entry.hasFlag
    }
  }

  /// Shows a type and why it is refused.
  mutating func refuse(
    _ subject: Subject, _ reason: String, _ error: BTFError = .invalid, detailed: Bool = true
  ) -> BTFError {
    if log.isQuiet { return error }
    let entry = subject.entry
    say("[\(subject.number)] \(entry.kind.name) ", entry.name, detailed ? " " : "")
    if detailed { showDetails(subject) }
    log.end(reason)
    return error
  }

  mutating func refuse(_ member: Member, _ reason: String) -> BTFError {
    if log.isQuiet { return .invalid }
    let size = member.isBitField ? " bitfield_size=\(member.third >> 24)" : ""
    say("\t", member.name, " type_id=\(member.type)\(size) bits_offset=\(member.bit)")
    log.end(reason)
    return .invalid
  }

  /// Shows a variable of a section; these lines are never left out.
  mutating func refuse(section variable: Member, _ reason: String) -> BTFError {
    log.say("\t type_id=\(variable.name) offset=\(variable.second) size=\(variable.third)")
    log.end(reason)
    return .invalid
  }

  private mutating func say(_ before: String, _ name: UInt32, _ after: String) {
    guard name != 0 else { return log.say("\(before)(anon)\(after)") }
    if let bytes = self.name(name) {
      log.say(before, bytes, after)
    } else {
      log.say("\(before)(invalid-name-offset)\(after)")
    }
  }

  private mutating func showDetails(_ subject: Subject) {
    let entry = subject.entry
    let data = word(at: subject.data)
    switch entry.kind {
    case .integer:
      let encodings: [UInt32: StaticString] = [0: "(none)", 1: "SIGNED", 2: "CHAR", 4: "BOOL"]
      log.say(
        "size=\(entry.word) bits_offset=\(data >> 16 & 0xff) nr_bits=\(data & 0xff) "
          + "encoding=\(encodings[data >> 24 & 0xf] ?? "UNKN")")
    case .pointer, .const, .volatile, .restrict, .typedef, .typeTag, .function:
      log.say("type_id=\(entry.word)")
    case .array:
      let (index, count) = (word(at: subject.data &+ 4), word(at: subject.data &+ 8))
      log.say("type_id=\(data) index_type_id=\(index) nr_elems=\(count)")
    case .structure, .union, .enumeration, .enumeration64, .dataSection:
      log.say("size=\(entry.word) vlen=\(entry.count)")
    case .forward: log.say(entry.hasFlag ? "union" : "struct")
    case .variable: log.say("type_id=\(entry.word) linkage=\(data)")
    case .float: log.say("size=\(entry.word)")
    case .declarationTag:
      log.say("type=\(entry.word) component_idx=\(Int32(bitPattern: data))")
    case .functionPrototype: showParameters(subject)
    }
  }

  private mutating func showParameters(_ subject: Subject) {
    let count = subject.entry.count
    log.say("return=\(subject.entry.word) args=(")
    for index in 0..<count {
      let offset = subject.data &+ index &* 8
      let (name, type) = (word(at: offset), word(at: offset &+ 4))
      let comma = index == 0 ? "" : ", "
      if type == 0, index == count - 1 {
        log.say("\(comma)vararg")
      } else {
        say("\(comma)\(type) ", name, "")
      }
    }
    if count == 0 { log.say("void") }
    log.say(")")
  }
}
