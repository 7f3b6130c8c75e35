internal import ByteStorage
internal import SymbolTables

extension SymbolTable {
  /// Decodes the tables of a kernel. Type letters are those that the tables hold, also for names of
  /// two-byte length, whose letters /proc/kallsyms printed wrongly from 6.1 until 6.19.
  package init(_ tables: KallsymsTables, in image: borrowing KallsymsImage) throws(KallsymsError) {
    self.init()
    try decodeNames(tables, image.bytes)
    decodeAddresses(tables, image)
  }

  /// Longest record: a type letter and `KSYM_NAME_LEN` - 1 bytes of name.
  private static let longestRecord = 512

  private mutating func decodeNames(
    _ tables: KallsymsTables, _ bytes: RawSpan
  ) throws(KallsymsError) {
    let tokens = TokenExpansion(tables, bytes)
    guard let names = bytes.slice(tables.names) else { throw KallsymsError(.names, .notFound) }
    let isWide = tables.hasTwoByteLengths ?? true
    // First the sizes, so that the bytes can be written without a look at the room.
    var starts: [UInt32] = []
    starts.reserveCapacity(tables.count + 1)
    starts.append(0)
    var total = 0
    var offset = 0
    for index in 0..<tables.count {
      guard let codes = SymbolTable.codes(names, at: offset, isWide) else {
        throw KallsymsError(.names, .badName(index: index), after: tables.names.lowerBound)
      }
      let size = tokens.size(of: names, codes)
      guard size > 0, size <= SymbolTable.longestRecord else {
        throw KallsymsError(.names, .badName(index: index), after: tables.names.lowerBound)
      }
      total &+= size
      guard total <= SymbolTable.largestText else {
        throw KallsymsError(.names, .tooLarge(limit: SymbolTable.largestText))
      }
      starts.append(UInt32(truncatingIfNeeded: total))
      offset = codes.upperBound
    }
    self.starts = starts
    text = tokens.expand(names, count: tables.count, isWide, size: total)
  }

  /// The codes of the name at an offset.
  @inline(__always)
  static func codes(_ names: RawSpan, at offset: Int, _ isWide: Bool) -> Range<Int>? {
    guard let first = names.byte(at: offset) else { return nil }
    var start = offset &+ 1
    var length = Int(first)
    if isWide, first & 0x80 != 0 {
      guard let second = names.byte(at: start) else { return nil }
      length = length & 0x7f | Int(second) << 7
      start &+= 1
    }
    let end = start &+ length
    guard length > 0, end <= names.byteCount else { return nil }
    return start..<end
  }

  private mutating func decodeAddresses(_ tables: KallsymsTables, _ image: borrowing KallsymsImage)
  {
    let bytes = image.bytes
    let start = tables.addresses.lowerBound
    let isWide = tables.wordSize != 4
    let mask: UInt64 = isWide ? .max : 0xffff_ffff
    addresses = []
    addresses.reserveCapacity(tables.count)
    func entry(_ index: Int) -> UInt32 {
      bytes.integer(UInt32.self, at: start &+ 4 &* index, tables.order) ?? 0
    }
    switch tables.encoding {
    case .absolute:
      let filling = tables.filling(of: image)
      for index in 0..<tables.count {
        let place = start &+ index &* (isWide ? 8 : 4)
        let stored = tables.word(bytes, at: place) ?? 0
        addresses.append(stored == 0 ? filling?.pointer(atOffset: place) ?? 0 : stored)
      }
    case .absolute32: for index in 0..<tables.count { addresses.append(UInt64(entry(index))) }
    case .baseRelative, .absolutePerCPU:
      for index in 0..<tables.count { addresses.append(UInt64(entry(index))) }
      let base = relativeBase(tables, image)
      isRelative = base == nil
      let isPerCPU = tables.encoding == .absolutePerCPU
      for index in addresses.indices {
        let offset = addresses[index]
        if !isPerCPU {
          addresses[index] = ((base ?? 0) &+ offset) & mask
        } else if offset & 0x8000_0000 != 0 {
          // base - 1 - offset, for an offset of 32 bits with a sign.
          addresses[index] = ((base ?? 0) &+ (offset ^ 0xffff_ffff)) & mask
        }
      }
    case .placeRelative:
      let base = image.address(ofOffset: start)
      for index in 0..<tables.count {
        let distance = Int64(Int32(bitPattern: entry(index))) &+ Int64(4 &* index)
        addresses.append(((base ?? 0) &+ UInt64(bitPattern: distance)) & mask)
      }
      if base == nil { makeRelative() }
    }
  }

  /// Makes addresses distances from `_text`, or from the first symbol.
  private mutating func makeRelative() {
    isRelative = true
    let origin = index(named: "_text") ?? 0
    guard origin < count else { return }
    let base = addresses[origin]
    for index in addresses.indices { addresses[index] &-= base }
  }
}

extension KallsymsTables {
  func word(_ bytes: RawSpan, at offset: Int) -> UInt64? {
    if wordSize == 4 { return bytes.integer(UInt32.self, at: offset, order).map(UInt64.init) }
    return bytes.integer(UInt64.self, at: offset, order)
  }
}
