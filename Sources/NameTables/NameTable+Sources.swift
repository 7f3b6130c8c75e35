package import ByteStorage
internal import SymbolNames

extension NameTable {
  /// Calls `body` for every name whose source name is `source`, until it returns `false`. Names are
  /// the source name itself, or with what toolchains put before it and compilers after it.
  package func forEachRecord(
    source: RawSpan, _ body: (borrowing Record) -> Bool
  ) throws(ParseError) {
    guard source.byteCount > 0, source.byteCount <= NameTableHeader.longestName else { return }
    var goesOn = true
    for prefix in NameTable.prefixes {
      for separator: UInt8? in [nil, UInt8(ascii: "$"), UInt8(ascii: ".")] where goesOn {
        let key = prefix + source.array + (separator.map { [$0] } ?? [])
        let length = prefix.count
        try forEachRecord(beginningWith: key.rawSpan) { record in
          if separator == nil, record.name.byteCount > key.count { return false }
          let parts = LinkageName(record.name.characters)
          guard parts.sourceRange == length..<(length &+ source.byteCount) else { return true }
          goesOn = body(record)
          return goesOn
        }
      }
    }
  }

  /// Calls `body` for every name that begins with some bytes, in bytewise order, until it returns
  /// `false`.
  package func forEachRecord(
    beginningWith key: RawSpan, _ body: (borrowing Record) -> Bool
  ) throws(ParseError) {
    guard var offset = try firstOffset(notBelow: key) else { return }
    while offset < header[.text].count {
      let record = try record(at: offset)
      guard let start = record.name.slice(0..<min(key.byteCount, record.name.byteCount)),
        start.equals(key), body(record)
      else { return }
      offset = record.next
    }
  }

  /// Offset in the text of the first name that is not below a key; `nil` if all are.
  func firstOffset(notBelow key: RawSpan) throws(ParseError) -> Int? {
    // The last landmark below the key.
    var (low, high) = (0, header[.landmarks].count / NameTableHeader.offsetSize)
    while low < high {
      let middle = (low &+ high) / 2
      let record = try record(at: landmark(middle))
      if record.name.compare(key) < 0 { low = middle &+ 1 } else { high = middle }
    }
    var offset = low == 0 ? 0 : try landmark(low &- 1)
    for _ in 0...NameTableHeader.namesPerLandmark where offset < header[.text].count {
      let record = try record(at: offset)
      if record.name.compare(key) >= 0 { return offset }
      offset = record.next
    }
    return nil
  }

  private func landmark(_ index: Int) throws(ParseError) -> Int {
    try number(.landmarks, at: index, size: NameTableHeader.offsetSize)
  }

  /// What toolchains put before source names, one or two of them, or none.
  private static let prefixes: [[UInt8]] = {
    let single = ["__cfi_", "__pfx_", "__pi_", "__kcfi_typeid_"]
    let double = single.flatMap { first in single.map { first + $0 } }
    return ([""] + single + double).map { Array($0.utf8) }
  }()
}
