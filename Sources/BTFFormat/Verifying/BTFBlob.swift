internal import ByteStorage

/// A BTF section whose header and strings passed the kernel's checks; its types may hold anything.
struct BTFBlob: ~Escapable {
  let types: RawSpan
  let strings: RawSpan
  let order: ByteOrder

  private static let longestName = 0xff_ffff

  /// `btf_parse_hdr` and `btf_parse_str_sec`.
  ///
  /// - Parameters:
  ///   - section: The section.
  ///   - order: The kernel's byte order.
  ///   - hasBase: Whether its numbers count on from those of a base.
  ///   - rules: The rules of its release.
  ///   - log: Takes what the kernel says.
  /// - Throws: ``BTFError``.
  @_lifetime(copy section)
  init(
    _ section: RawSpan, _ order: ByteOrder, hasBase: Bool, _ rules: BTFRules,
    _ log: inout BTFLog
  ) throws(BTFError) {
    let size = section.byteCount
    guard size >= 8 else { throw log.refuse("hdr_len not found") }
    let given = Int(section.integer(UInt32.self, at: 4, order) ?? 0)
    guard size >= given else { throw log.refuse("btf_header not found") }
    if given > rules.headerSize {
      for offset in rules.headerSize..<given where section.byte(at: offset) != 0 {
        throw log.refuse("Unsupported btf_header", .tooBig)
      }
    }
    // What the section's header lacks is zero, the length itself included.
    var header = [UInt8](repeating: 0, count: rules.headerSize)
    for offset in 0..<min(given, header.count) { header[offset] = section.byte(at: offset) ?? 0 }
    func word(_ offset: Int) -> UInt32 {
      header.rawSpan.integer(UInt32.self, at: offset, order) ?? 0
    }
    guard header.rawSpan.integer(UInt16.self, at: 0, order) == 0xeb9f else {
      throw log.refuse("Invalid magic")
    }
    guard header[2] == 1 else { throw log.refuse("Unsupported version", .notSupported) }
    guard header[3] == 0 else { throw log.refuse("Unsupported flags", .notSupported) }
    let length = word(4)
    if !hasBase, size == Int(length) { throw log.refuse("No data") }

    let (typePart, stringPart) = ((word(8), word(12)), (word(16), word(20)))
    var parts = [typePart, stringPart]
    let hasLayout = rules.headerSize >= 32 && length >= 32
    if hasLayout, word(28) != 0 { parts.append((word(24), word(28))) }
    try BTFBlob.check(parts, UInt32(truncatingIfNeeded: size) &- length, &log)

    let types = Int(length) &+ Int(typePart.0)
    let strings = Int(length) &+ Int(stringPart.0)
    let end = strings &+ Int(stringPart.1)
    if end != size, !hasLayout { throw log.refuse("String section is not at the end") }
    guard let types = section.slice(types..<(types &+ Int(typePart.1))),
      let strings = section.slice(strings..<end)
    else { throw log.refuse("Invalid string section") }
    let last = strings.byteCount - 1
    if last < 0 ? !hasBase : last > BTFBlob.longestName || strings.byte(at: last) != 0 {
      throw log.refuse("Invalid string section")
    }
    if !hasBase, strings.byte(at: 0) != 0 { throw log.refuse("Invalid string section") }
    (self.types, self.strings, self.order) = (types, strings, order)
  }

  /// `btf_check_sec_info`: the parts fill what follows the header, without holes.
  private static func check(
    _ parts: [(UInt32, UInt32)], _ expected: UInt32, _ log: inout BTFLog
  ) throws(BTFError) {
    let sorted = parts.sorted { left, right in
      let distance = Int32(truncatingIfNeeded: left.0 &- right.0)
      if distance != 0 { return distance < 0 }
      return Int32(truncatingIfNeeded: left.1 &- right.1) < 0
    }
    var total: UInt32 = 0
    for (offset, length) in sorted {
      if expected < offset { throw log.refuse("Invalid section offset") }
      if total < offset { throw log.refuse("Unsupported section found") }
      if total > offset { throw log.refuse("Section overlap found") }
      if expected &- total < length { throw log.refuse("Total section length too long") }
      total &+= length
    }
    if expected != total { throw log.refuse("Unsupported section found") }
  }
}
