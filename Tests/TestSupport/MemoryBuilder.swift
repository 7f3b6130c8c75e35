package import ByteStorage
internal import Kallsyms
internal import Testing

/// Builds the memory of a small kernel with kallsyms tables as 7.0 lays them out, or 6.4.
package struct MemoryBuilder {
  /// Address of the first byte, `_text`.
  package let start: UInt64
  /// Size of a word in bytes.
  package let wordSize: Int
  package var bytes: ByteBuilder
  /// Addresses of the tables, by the names that VMCOREINFO has for them.
  package private(set) var places: [String: UInt64] = [:]
  /// The list that the tables were made of.
  package private(set) var list = ""

  package init(
    _ start: UInt64, release: String = "7.3.4", order: ByteOrder = .little, wordSize: Int = 8
  ) {
    self.start = start
    self.wordSize = wordSize
    bytes = ByteBuilder(order)
    bytes.put([0])
    bytes.put(cString: "Linux version \(release) (a@b) (gcc) #1 SMP now\n")
    bytes.pad(to: 512)
  }

  /// The list's symbols: `_text`, `linux_banner` at its place, fillers, and `more` by ascending address.
  package mutating func putTables(
    _ more: [(UInt64, String)] = [], fillers: Int = 600, isBaseRelative: Bool = false
  ) throws {
    var symbols: [(UInt64, String)] = [(start, "_text"), (start + 1, "linux_banner")]
    for index in 0..<fillers { symbols.append((start + 0x10, "filler_\(index)")) }
    symbols += more
    list = symbols.map { "\(String($0.0, radix: 16)) T \($0.1)\n" }.joined()
    let encoded = EncodedTables(Array(list.utf8).rawSpan, .init(includesAllSymbols: true))
    let tables = try #require(encoded)
    mark("num_syms")
    bytes.put(UInt32(tables.addresses.count))
    if isBaseRelative { bytes.align(to: wordSize) }
    mark("names")
    bytes.put(tables.names())
    bytes.align(to: 8)
    for marker in tables.markers { bytes.put(UInt32(marker)) }
    bytes.align(to: 8)
    mark("token_table")
    for token in tables.tokens { bytes.put(token + [0]) }
    bytes.align(to: 8)
    mark("token_index")
    var offset: UInt16 = 0
    for token in tables.tokens {
      bytes.put(offset)
      offset += UInt16(token.count + 1)
    }
    mark("offsets")
    for address in tables.addresses {
      let base = isBaseRelative ? start : start &+ UInt64(bytes.count)
      bytes.put(UInt32(truncatingIfNeeded: address &- base))
    }
    if isBaseRelative {
      bytes.align(to: wordSize)
      mark("relative_base")
      if wordSize == 8 { bytes.put(start) } else { bytes.put(UInt32(truncatingIfNeeded: start)) }
    }
    for number in tables.sequence {
      for shift in [16, 8, 0] { bytes.put(UInt8(truncatingIfNeeded: number >> UInt32(shift))) }
    }
    bytes.align(to: 8)
  }

  private mutating func mark(_ name: String) { places[name] = start + UInt64(bytes.count) }

  /// The lines of VMCOREINFO that name the tables.
  package var keys: String {
    places.map { "SYMBOL(kallsyms_\($0.key))=\(String($0.value, radix: 16))\n" }.joined()
  }
}
