internal import ByteStorage

/// The kernel's checks of the types of one blob (`btf_check_all_metas`, `btf_check_type_tags` of
/// kernel/bpf/btf.c). A module's blob has no further checks: its types may name what is not there.
struct BTFVerifier: ~Escapable {
  let blob: BTFBlob
  let base: BTFView
  let rules: BTFRules
  var log: BTFLog
  /// Offsets of the types that passed.
  private(set) var offsets: [UInt32] = []

  /// The greatest number of a type.
  static let mostTypes = 0xf_ffff

  @_lifetime(copy blob, copy base)
  init(_ blob: consuming BTFBlob, base: consuming BTFView, _ rules: BTFRules, _ log: BTFLog) {
    (self.blob, self.base, self.rules, self.log) = (blob, base, rules, log)
  }

  /// One type under inspection.
  struct Subject {
    let number: Int
    let entry: BTFView.Entry
    /// Offset of what follows its three words, in bytes.
    var data: Int { entry.offset &+ 12 }
  }

  mutating func verify() throws(BTFError) {
    var offset = 0
    while offset < blob.types.byteCount {
      let subject = try header(at: offset)
      try check(subject)
      if base.count &+ offsets.count > BTFVerifier.mostTypes {
        log.say("Exceeded max num of types")
      } else {
        offsets.append(UInt32(truncatingIfNeeded: offset))
      }
      offset = subject.data &+ subject.entry.kind.addedBytes(subject.entry.count)
    }
    try checkChains()
  }

  /// `btf_check_meta`: what all kinds have in common.
  private mutating func header(at offset: Int) throws(BTFError) -> Subject {
    let number = base.count &+ offsets.count
    let left = blob.types.byteCount &- offset
    guard left >= 12 else { throw log.refuse("[\(number)] meta_left:\(left) meta_needed:12") }
    let (name, info) = (word(at: offset), word(at: offset &+ 4))
    let mask: UInt32 = rules.greatestKind > 15 ? 0x9f00_ffff : 0x8f00_ffff
    if !rules.hasWideInfo, info & ~mask != 0 {
      throw log.refuse("[\(number)] Invalid btf_info:\(String(info, radix: 16))")
    }
    let value = info >> 24 & (rules.hasWideInfo ? 0x7f : 0x1f)
    guard value <= rules.greatestKind, let kind = BTFKind(rawValue: value) else {
      throw log.refuse("[\(number)] Invalid kind:\(value)")
    }
    guard isName(name) else { throw log.refuse("[\(number)] Invalid name_offset:\(name)") }
    let count = Int(info & (rules.hasWideInfo ? 0xff_ffff : 0xffff))
    let subject = Subject(
      number: number,
      entry: BTFView.Entry(
        offset: offset, name: name, info: info, word: word(at: offset &+ 8), kind: kind,
        count: count))
    let needed = kind.addedBytes(count)
    if left &- 12 < needed {
      throw refuse(subject, "meta_left:\(left &- 12) meta_needed:\(needed)", detailed: false)
    }
    return subject
  }

  /// `btf_check_type_tags`: chains of modifiers end, and tags come first in them.
  private mutating func checkChains() throws(BTFError) {
    var good = base.count &- 1
    for index in offsets.indices {
      guard var type = entry(base.count &+ index), type.kind.isModifier else { continue }
      var number = base.count &+ index
      var left = 32
      var isInTags = type.kind == .typeTag
      while type.kind.isModifier {
        if left == 0 {
          throw log.refuse("Max chain length or cycle detected", .tooManyLinks)
        }
        left -= 1
        if type.kind != .typeTag {
          isInTags = false
        } else if !isInTags, rules.ordersTypeTags {
          throw log.refuse("Type tags don't precede modifiers")
        }
        if number <= good { break }
        number = Int(type.word)
        // Void is a type, and no modifier.
        if number == 0 { break }
        guard let next = entry(number) else { throw .invalid }
        type = next
      }
      good = base.count &+ index
    }
  }

  /// A type by its number, the base's or one that passed.
  func entry(_ number: Int) -> BTFView.Entry? {
    if number < base.count { return base.entry(number) }
    let index = number &- base.count
    guard index < offsets.count else { return nil }
    return BTFView.entry(blob.types, Int(offsets[index]), blob.order)
  }

  func word(at offset: Int) -> UInt32 {
    blob.types.integer(UInt32.self, at: offset, blob.order) ?? 0
  }

  // MARK: Names

  /// `btf_name_offset_valid`.
  func isName(_ offset: UInt32) -> Bool {
    offset <= 0xff_ffff && Int(offset) < base.strings.byteCount &+ blob.strings.byteCount
  }

  /// The bytes of a name, without the NUL; `nil` outside the strings.
  @_lifetime(copy self)
  func name(_ offset: UInt32) -> RawSpan? {
    let offset = Int(offset)
    if offset < base.strings.byteCount { return base.strings.cString(at: offset) }
    return blob.strings.cString(at: offset &- base.strings.byteCount)
  }
}
