internal import ByteStorage
internal import ELFFormat

/// The rows of a line table: which line of which file the code at an address is from.
///
/// Where the table is inconsistent, the answers are those of GNU binutils (2.40, bfd/dwarf2.c): of rows
/// with one address the last counts, of overlapping sequences the one that begins first.
struct DWARFLineRows: Sendable {
  struct Row: Sendable {
    let address: UInt64
    let file: UInt32
    let line: UInt32
  }

  /// Rows without a gap between them.
  private struct Sequence: Sendable {
    var low: UInt64
    let high: UInt64
    let rows: Range<Int>
  }

  private var rows: [Row] = []
  private var sequences: [Sequence] = []

  var count: Int { rows.count }

  /// Runs the program of a header as far as it is whole.
  init(_ header: DWARFLineHeader, _ data: DebugData) {
    var machine = DWARFLineMachine(header)
    let lines = data.bytes(.lines)
    guard let program = lines.slice(0..<header.program.upperBound) else { return }
    var (first, isSorted) = (0, true)
    while let step = machine.next(program, data.layout.order) {
      if step.endsSequence {
        end(first..<rows.count, at: step.row.address, isSorted)
        (first, isSorted) = (rows.count, true)
        continue
      }
      if rows.count > first, let last = rows.last {
        if last.address == step.row.address { rows.removeLast() }
        if last.address > step.row.address { isSorted = false }
      }
      rows.append(step.row)
    }
    rows.removeLast(rows.count &- first)
    orderSequences()
  }

  private mutating func end(_ range: Range<Int>, at address: UInt64, _ isSorted: Bool) {
    guard !range.isEmpty else { return }
    if !isSorted {
      let sorted = rows[range].enumerated().sorted {
        ($0.element.address, $0.offset) < ($1.element.address, $1.offset)
      }
      rows.replaceSubrange(range, with: sorted.map(\.element))
    }
    sequences.append(Sequence(low: rows[range.lowerBound].address, high: address, rows: range))
  }

  private mutating func orderSequences() {
    sequences.sort { ($0.low, $1.high, $0.rows.lowerBound) < ($1.low, $0.high, $1.rows.lowerBound) }
    var kept: [Sequence] = []
    var end: UInt64 = 0
    for var sequence in sequences {
      if !kept.isEmpty, sequence.low < end {
        if sequence.high <= end { continue }
        sequence.low = end
      }
      end = sequence.high
      kept.append(sequence)
    }
    sequences = kept
  }

  /// The row of an address; `nil` if the table has none.
  func row(at address: UInt64) -> Row? {
    let index = sequences.partitionIndex { $0.low <= address }
    guard index > 0, address < sequences[index &- 1].high else { return nil }
    let range = sequences[index &- 1].rows
    let row = rows[range].partitionIndex { $0.address <= address }
    return row > range.lowerBound ? rows[row &- 1] : nil
  }
}

/// The machine that line programs are for (DWARF 5, 6.2.5).
struct DWARFLineMachine {
  struct Step {
    let row: DWARFLineRows.Row
    let endsSequence: Bool
  }

  private let header: DWARFLineHeader
  private var position: Int
  private var address: UInt64 = 0
  private var operation: UInt64 = 0
  private var file: UInt64 = 1
  private var line: UInt64 = 1

  init(_ header: DWARFLineHeader) {
    self.header = header
    position = header.program.lowerBound
  }

  private var step: Step {
    Step(
      row: DWARFLineRows.Row(
        address: address, file: UInt32(truncatingIfNeeded: file),
        line: UInt32(truncatingIfNeeded: line)), endsSequence: false)
  }

  private mutating func advance(_ count: UInt64) {
    guard header.operations > 1 else {
      address &+= header.minimumLength &* count
      return
    }
    let sum = operation &+ count
    address &+= header.minimumLength &* (sum / header.operations)
    operation = sum % header.operations
  }

  /// Runs to the next row; `nil` at the end of the program, or of what is whole of it. The bytes end
  /// with the program.
  mutating func next(_ bytes: RawSpan, _ order: ByteOrder) -> Step? {
    while let opcode = bytes.byte(at: position) {
      position &+= 1
      if opcode >= header.opcodeBase {
        let adjusted = opcode &- header.opcodeBase
        guard header.lineRange > 0 else { return nil }
        advance(UInt64(adjusted / header.lineRange))
        let change = Int64(header.lineBase) &+ Int64(adjusted % header.lineRange)
        line &+= UInt64(bitPattern: change)
        return step
      }
      switch opcode {
      case 0: if let step = extended(bytes, order) { return step }
      case 1: return step
      case 3:
        guard let (value, next) = bytes.signedLEB128(at: position) else { return nil }
        (line, position) = (line &+ value, next)
      case 8:
        guard header.lineRange > 0 else { return nil }
        advance(UInt64((255 &- header.opcodeBase) / header.lineRange))
      case 9:
        guard let value = bytes.unsigned(2, at: position, order) else { return nil }
        (address, operation, position) = (address &+ value, 0, position &+ 2)
      default: if !standard(opcode, bytes) { return nil }
      }
    }
    return nil
  }

  /// An opcode with LEB128 operands: advance_pc, set_file, or one that changes nothing here.
  private mutating func standard(_ opcode: UInt8, _ bytes: RawSpan) -> Bool {
    for _ in 0..<(header.operandCounts[Int(opcode) &- 1]) {
      guard let (value, next) = bytes.unsignedLEB128(at: position) else { return false }
      position = next
      if opcode == 2 { advance(value) }
      if opcode == 4 { file = value }
    }
    return true
  }

  /// end_sequence, set_address, or one that changes nothing here.
  private mutating func extended(_ bytes: RawSpan, _ order: ByteOrder) -> Step? {
    guard let (size, start) = bytes.unsignedLEB128(at: position),
      size <= UInt64(max(0, bytes.byteCount &- start))
    else {
      position = bytes.byteCount
      return nil
    }
    position = start &+ Int(size)
    switch bytes.byte(at: start) {
    case 1 where size > 0:
      let end = Step(row: step.row, endsSequence: true)
      (address, operation, file, line) = (0, 0, 1, 1)
      return end
    case 2 where size > 1 && size <= 9:
      address = bytes.unsigned(Int(size) &- 1, at: start &+ 1, order) ?? 0
      operation = 0
    default: break
    }
    return nil
  }
}
