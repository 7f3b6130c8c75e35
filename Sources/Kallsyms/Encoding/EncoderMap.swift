internal import ByteStorage
internal import KernelReleases
internal import SymbolTables

/// The symbols that `scripts/kallsyms` reads from its input, in table order.
struct EncoderMap {
  struct Entry {
    var address: UInt64
    /// Where its type letter and name begin in `text`.
    var start: Int
    var length: Int
    /// Whether `--absolute-percpu` made it absolute.
    var isAbsolute = false
  }

  /// A range between two symbols, which may be missing.
  private struct AddressRange {
    var start: UInt64
    var end: UInt64

    func contains(_ address: UInt64) -> Bool { address >= start && address <= end }
  }

  private(set) var text: [UInt8] = []
  private(set) var entries: [Entry] = []
  /// Address of `_text`, or 0.
  private(set) var textAddress: UInt64 = 0
  /// What was written to standard error.
  var messages = OutputBuffer()

  private var mainText = AddressRange(start: 0, end: 0)
  private var initialText = AddressRange(start: 0, end: 0)
  private var perCPU = AddressRange(start: .max, end: 0)

  /// `KSYM_NAME_LEN`, the same in all releases that can be written.
  private static let nameLimit = KernelRelease.newest.symbolNameLength

  @_lifetime(borrow self) func record(_ entry: Entry) -> RawSpan {
    let all = text.rawSpan
    guard let record = all.slice(entry.start..<(entry.start &+ entry.length)) else {
      return RawSpan()
    }
    return unsafe _overrideLifetime(record, borrowing: self)
  }

  /// Reads, filters and sorts; `nil` if a line cannot be read (the message is then all there is).
  static func read(
    _ input: RawSpan, _ options: KallsymsEncoder.Options
  ) -> (map: EncoderMap, isComplete: Bool) {
    var map = EncoderMap()
    map.text.reserveCapacity(input.byteCount)
    var lines = Lines(input, keepsCarriageReturns: true)
    while let line = lines.next() {
      guard map.add(line) else {
        map.messages.append("line format error\n")
        return (map, false)
      }
    }
    if !options.includesAllSymbols { map.filter() }
    if options.makesPerCPUAbsolute { map.makePerCPUAbsolute() }
    map.sort()
    return (map, true)
  }

  /// Adds the symbol of a line; `false` if it is malformed.
  private mutating func add(_ line: RawSpan) -> Bool {
    var end = line.byteCount
    if let nul = line.firstIndex(of: 0) { end = nul }
    let (address, digits) = EncoderMap.number(line, end)
    guard digits > 0, digits &+ 2 < end, line.byte(at: digits) == 0x20,
      let type = line.byte(at: digits &+ 1), type < 0x80, line.byte(at: digits &+ 2) == 0x20,
      let name = line.slice((digits &+ 3)..<end)
    else { return false }
    if name.byteCount >= EncoderMap.nameLimit {
      messages.append("Symbol ")
      messages.append(name)
      messages.append(" too long for kallsyms (\(name.byteCount) >= \(EncoderMap.nameLimit)).\n")
      messages.append("Please increase KSYM_NAME_LEN both in kernel and kallsyms.c\n")
      return true
    }
    if name.equals("_text") { textAddress = address }
    if EncoderMap.isIgnored(name, type) { return true }
    noteRange(name, address)
    entries.append(Entry(address: address, start: text.count, length: name.byteCount &+ 1))
    text.append(type)
    unsafe name.withUnsafeBytes { unsafe text.append(contentsOf: $0) }
    return true
  }

  /// A number as `strtoull` reads it in base 16, and where it ends (0 if there is none).
  private static func number(_ line: RawSpan, _ end: Int) -> (UInt64, Int) {
    var position = 0
    while position < end, let byte = line.byte(at: position), byte == 0x20 || 9...13 ~= byte {
      position &+= 1
    }
    var isNegative = false
    if let sign = line.byte(at: position), sign == 0x2b || sign == 0x2d {
      isNegative = sign == 0x2d
      position &+= 1
    }
    if line.byte(at: position) == 0x30, let x = line.byte(at: position &+ 1), x | 0x20 == 0x78,
      let digit = line.byte(at: position &+ 2), digit.hexadecimalDigit != nil
    {
      position &+= 2
    }
    let start = position
    var value: UInt64 = 0
    var hasOverflowed = false
    while position < end, let byte = line.byte(at: position), let digit = byte.hexadecimalDigit {
      if value >> 60 != 0 { hasOverflowed = true }
      value = value << 4 | digit
      position &+= 1
    }
    if position == start { return (0, 0) }
    if hasOverflowed { return (.max, position) }
    return (isNegative ? 0 &- value : value, position)
  }

  private static func isIgnored(_ name: RawSpan, _ type: UInt8) -> Bool {
    switch type {
    case UInt8(ascii: "u"), UInt8(ascii: "n"): true
    case UInt8(ascii: "a"), UInt8(ascii: "A"):
      !(name.equals("__kernel_syscall_via_break") || name.equals("__kernel_syscall_via_epc")
        || name.equals("__kernel_sigtramp") || name.equals("__gp"))
    default: false
    }
  }

  private mutating func noteRange(_ name: RawSpan, _ address: UInt64) {
    guard name.byte(at: 0) == UInt8(ascii: "_") else { return }
    if name.equals("_stext") {
      mainText.start = address
    } else if name.equals("_etext") {
      mainText.end = address
    } else if name.equals("_sinittext") {
      initialText.start = address
    } else if name.equals("_einittext") {
      initialText.end = address
    } else if name.equals("__per_cpu_start") {
      perCPU.start = address
    } else if name.equals("__per_cpu_end") {
      perCPU.end = address
    }
  }

  /// Drops what is not a function, as without `--all-symbols`.
  private mutating func filter() {
    entries = entries.filter { entry in
      let record = self.record(entry)
      guard let name = record.suffix(from: 1) else { return false }
      if name.starts(with: "__start_") || name.starts(with: "__stop_") { return true }
      guard mainText.contains(entry.address) || initialText.contains(entry.address) else {
        return false
      }
      // What follows the last function is not counted as one.
      return
        !(entry.address == mainText.end && !name.equals("_etext")
        || entry.address == initialText.end && !name.equals("_einittext"))
    }
  }

  private mutating func makePerCPUAbsolute() {
    for index in entries.indices where perCPU.contains(entries[index].address) {
      text[entries[index].start] = UInt8(ascii: "A")
      entries[index].isAbsolute = true
    }
  }

  /// Sorts by address; what a user would rather see first of equal addresses.
  private mutating func sort() {
    var isSorted = true
    var keys: [(address: UInt64, rank: UInt64)] = []
    keys.reserveCapacity(entries.count)
    for (index, entry) in entries.enumerated() {
      let key = (entry.address, rank(entry) << 32 | UInt64(UInt32(truncatingIfNeeded: index)))
      if let last = keys.last, last > key { isSorted = false }
      keys.append(key)
    }
    if isSorted { return }
    keys.sort { $0.address != $1.address ? $0.address < $1.address : $0.rank < $1.rank }
    entries = keys.map { entries[Int($0.rank & 0xffff_ffff)] }
  }

  private func rank(_ entry: Entry) -> UInt64 {
    let record = self.record(entry)
    guard let type = record.byte(at: 0), let name = record.suffix(from: 1) else { return 0 }
    return SymbolOrder.rank(type: type, name: name)
  }
}
