internal import ByteStorage

/// The assembly text of kallsyms tables.
struct AssemblyText {
  private let tables: EncodedTables
  private let symbols: EncoderMap
  private let options: KallsymsEncoder.Options
  private var output: TextBuffer

  private var isOld: Bool { options.form == .v6_12 }

  init(
    _ tables: EncodedTables, _ symbols: EncoderMap, _ options: KallsymsEncoder.Options,
    _ write: @escaping ([UInt8]) -> Void
  ) {
    self.tables = tables
    self.symbols = symbols
    self.options = options
    output = TextBuffer(write)
  }

  /// Writes all tables, in pieces. Returns the line for standard error if an address is out of
  /// range; the text ends before it.
  mutating func write() -> String? {
    defer { output.flush() }
    if isOld {
      output.put(
        """
        #include <asm/bitsperlong.h>
        #if BITS_PER_LONG == 64
        #define PTR .quad
        #define ALGN .balign 8
        #else
        #define PTR .long
        #define ALGN .balign 4
        #endif

        """)
    }
    output.put("\t.section .rodata, \"a\"\n")
    label("kallsyms_num_syms")
    output.put("\t.long\t")
    output.put(decimal: UInt64(symbols.entries.count))
    output.put("\n\n")
    names()
    markers()
    tokens()
    label("kallsyms_offsets")
    let complaint = isOld ? baseRelativeOffsets() : offsets()
    if let complaint { return complaint }
    size("kallsyms_offsets")
    output.put("\n")
    if isOld { relativeBase() }
    sequence()
    return nil
  }

  private mutating func label(_ name: StaticString) {
    output.put(".globl ")
    output.put(name)
    output.put(isOld ? "\n\tALGN\n" : "\n\t.balign 4\n")
    output.put(name)
    output.put(":\n")
  }

  private mutating func size(_ name: StaticString) {
    guard options.form == .v7_3 else { return }
    output.put(".size ")
    output.put(name)
    output.put(", . - ")
    output.put(name)
    output.put("\n")
  }

  private mutating func comment(_ symbol: Int) {
    let entry = symbols.entries[symbol]
    output.put("\t/* ")
    output.put(symbols.text, entry.start..<(entry.start &+ entry.length))
    output.put(" */\n")
  }

  private mutating func names() {
    label("kallsyms_names")
    for symbol in symbols.entries.indices {
      let codes = tables.compressor.codes(of: symbol)
      let length = codes.count
      output.put("\t.byte ")
      if length <= 127 {
        output.put(byte: UInt8(truncatingIfNeeded: length))
      } else {
        output.put(byte: UInt8(truncatingIfNeeded: length & 0x7f | 0x80))
        output.put(", ")
        output.put(byte: UInt8(truncatingIfNeeded: length >> 7))
      }
      for code in codes { output.put(nextByte: code) }
      comment(symbol)
    }
    size("kallsyms_names")
    output.put("\n")
  }

  private mutating func markers() {
    label("kallsyms_markers")
    for marker in tables.markers {
      output.put("\t.long\t")
      output.put(decimal: UInt64(marker))
      output.put("\n")
    }
    size("kallsyms_markers")
    output.put("\n")
  }

  private mutating func tokens() {
    label("kallsyms_token_table")
    for token in tables.tokens {
      output.put("\t.asciz\t\"")
      output.put(token, token.indices)
      output.put("\"\n")
    }
    size("kallsyms_token_table")
    output.put("\n")
    label("kallsyms_token_index")
    var offset = 0
    for token in tables.tokens {
      output.put("\t.short\t")
      output.put(decimal: UInt64(offset))
      output.put("\n")
      offset += token.count + 1
    }
    output.put("\n")
  }

  /// Offsets of 7.0 and later.
  private mutating func offsets() -> String? {
    for (index, entry) in symbols.entries.enumerated() {
      if options.isPlaceRelative {
        let distance = Int64(bitPattern: entry.address &- symbols.textAddress)
        guard Int32(exactly: distance) != nil else {
          return
            "kallsyms failure: relative symbol value \(cHexadecimal(entry.address)) out of range\n"
        }
        output.put("\t.long\t_text - . + (")
        if distance < 0 { output.put("-") }
        output.put(decimal: distance.magnitude)
        output.put(")")
      } else {
        output.put("\t.long\t")
        output.put(cHexadecimal: entry.address & 0xffff_ffff)
      }
      comment(index)
    }
    return nil
  }

  /// Address of the first symbol that is not absolute.
  private var base: UInt64 { symbols.entries.first { !$0.isAbsolute }?.address ?? 0 }

  /// Offsets of 6.12 to 6.19.
  private mutating func baseRelativeOffsets() -> String? {
    let base = self.base
    for (index, entry) in symbols.entries.enumerated() {
      let offset: UInt64
      let isInRange: Bool
      if !options.makesPerCPUAbsolute {
        offset = entry.address &- base
        isInRange = offset <= UInt64(UInt32.max)
      } else if entry.isAbsolute {
        offset = entry.address
        isInRange = offset <= UInt64(Int32.max)
      } else {
        offset = base &- entry.address &- 1
        isInRange = (Int64(Int32.min)..<0).contains(Int64(bitPattern: offset))
      }
      guard isInRange else {
        return "kallsyms failure: \(entry.isAbsolute ? "absolute" : "relative") symbol value "
          + "\(cHexadecimal(entry.address)) out of range in relative mode\n"
      }
      output.put("\t.long\t")
      output.put(cHexadecimal: offset & 0xffff_ffff)
      comment(index)
    }
    return nil
  }

  private mutating func relativeBase() {
    label("kallsyms_relative_base")
    let (base, text) = (self.base, symbols.textAddress)
    output.put(text <= base ? "\tPTR\t_text + " : "\tPTR\t_text - ")
    output.put(cHexadecimal: text <= base ? base &- text : text &- base)
    output.put("\n\n")
  }

  private mutating func sequence() {
    label("kallsyms_seqs_of_names")
    for symbol in tables.sequence {
      output.put("\t.byte ")
      output.put(byte: UInt8(truncatingIfNeeded: symbol >> 16))
      output.put(", ")
      output.put(byte: UInt8(truncatingIfNeeded: symbol >> 8))
      output.put(", ")
      output.put(byte: UInt8(truncatingIfNeeded: symbol))
      comment(Int(symbol))
    }
    output.put("\n")
  }

  /// A number as `%#llx` prints it: zero has no prefix.
  private func cHexadecimal(_ value: UInt64) -> String {
    value == 0 ? "0" : "0x" + String(value, radix: 16)
  }
}

/// Text made of many short pieces, handed on when there is enough of it.
private struct TextBuffer {
  private static let size = 1 << 18
  private var storage: [UInt8]
  private var count = 0
  private let write: ([UInt8]) -> Void

  init(_ write: @escaping ([UInt8]) -> Void) {
    storage = [UInt8](repeating: 0, count: TextBuffer.size)
    self.write = write
  }

  mutating func flush() {
    if count > 0 { write(Array(storage[0..<count])) }
    count = 0
  }

  @inline(__always) private mutating func reserve(_ size: Int) {
    if storage.count &- count < size { makeRoom(size) }
  }

  @inline(never) private mutating func makeRoom(_ size: Int) {
    flush()
    if storage.count < size { storage = [UInt8](repeating: 0, count: size) }
  }

  @inline(__always) private mutating func copy(_ source: UnsafePointer<UInt8>, _ size: Int) {
    reserve(size)
    let start = count
    unsafe storage.withUnsafeMutableBufferPointer { buffer in
      // SAFETY: `reserve` made room for `size` bytes behind `start`.
      unsafe buffer.baseAddress?.advanced(by: start).update(from: source, count: size)
    }
    count &+= size
  }

  @inline(__always) mutating func put(_ text: StaticString) {
    unsafe copy(text.utf8Start, text.utf8CodeUnitCount)
  }

  /// A range of an array, which must lie in it.
  @inline(__always) mutating func put(_ bytes: [UInt8], _ range: Range<Int>) {
    unsafe bytes.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress, range.lowerBound >= 0, range.upperBound <= source.count
      else { return }
      unsafe copy(base + range.lowerBound, range.count)
    }
  }

  @inline(__always) mutating func put(byte: UInt8) {
    reserve(4)
    let digits =
      0x7830 | UInt32(TextBuffer.digit(byte >> 4)) << 16 | UInt32(TextBuffer.digit(byte & 15)) << 24
    let start = count
    unsafe storage.withUnsafeMutableBytes { buffer in
      // SAFETY: `reserve` made room for four bytes behind `start`.
      unsafe buffer.storeBytes(of: digits.littleEndian, toByteOffset: start, as: UInt32.self)
    }
    count &+= 4
  }

  /// A comma, a space and a byte.
  @inline(__always) mutating func put(nextByte byte: UInt8) {
    reserve(8)
    let text =
      0x7830_202c | UInt64(TextBuffer.digit(byte >> 4)) << 32
      | UInt64(TextBuffer.digit(byte & 15)) << 40
    let start = count
    unsafe storage.withUnsafeMutableBytes { buffer in
      // SAFETY: `reserve` made room for eight bytes behind `start`; the last two are written again.
      unsafe buffer.storeBytes(of: text.littleEndian, toByteOffset: start, as: UInt64.self)
    }
    count &+= 6
  }

  mutating func put(decimal value: UInt64) {
    reserve(20)
    var rest = value
    let start = count
    repeat {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
      storage[count] = 0x30 &+ UInt8(truncatingIfNeeded: remainder)
      count &+= 1
      rest = quotient
    } while rest != 0
    storage[start..<count].reverse()
  }

  mutating func put(cHexadecimal value: UInt64) {
    reserve(18)
    if value != 0 { put("0x") }
    var shift = max(0, (63 &- value.leadingZeroBitCount) & ~3)
    if value == 0 { shift = 0 }
    while shift >= 0 {
      reserve(1)
      storage[count] = TextBuffer.digit(UInt8(truncatingIfNeeded: value >> UInt64(shift)) & 15)
      count &+= 1
      shift &-= 4
    }
  }

  @inline(__always) private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 &+ value : 0x57 &+ value
  }
}
