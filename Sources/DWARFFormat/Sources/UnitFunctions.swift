internal import ByteStorage

/// The functions of a unit, those that were inlined included.
struct UnitFunctions: Sendable {
  struct Function: Sendable {
    let isInlined: Bool
    /// The number of the function around it; `nil` if there is none.
    let outer: Int32?
    /// Where it was inlined, by the unit's line table.
    let callFile: UInt64?
    let callLine: UInt32
  }

  private struct Part: Sendable {
    let range: Range<UInt64>
    let function: Int32
    /// The largest end of this part and those before it.
    var reach: UInt64 = 0
  }

  private(set) var functions: [Function] = []
  /// By their starts.
  private var parts: [Part] = []

  var count: Int { parts.count &+ functions.count }

  /// Most ranges of a unit to read: those of a kernel have some thousand.
  private static let mostRanges = 1 << 22

  /// Reads the functions of the only unit that the reader's entries are of.
  init(_ reader: borrowing DWARFReader, _ bases: DWARFUnitBases) {
    var limit = UnitFunctions.mostRanges
    // The function that an entry is, or is inside of.
    var owners: [Int32] = []
    owners.reserveCapacity(reader.entries.entries.count)
    for (number, entry) in reader.entries.entries.enumerated() {
      let outer = Int(entry.parent) < number ? owners[Int(entry.parent)] : -1
      let tag = reader.entries.tag(number)
      guard tag == .subprogram || tag == .inlinedSubroutine || tag == .entryPoint else {
        owners.append(outer)
        continue
      }
      let function = Int32(truncatingIfNeeded: functions.count)
      owners.append(function)
      let isInlined = tag == .inlinedSubroutine
      functions.append(
        Function(
          isInlined: isInlined, outer: outer >= 0 && isInlined ? outer : nil,
          callFile: isInlined ? reader.constant(number, .callFile) : nil,
          callLine: isInlined
            ? UInt32(truncatingIfNeeded: reader.constant(number, .callLine) ?? 0) : 0))
      for range in reader.ranges(of: number, bases, limit: &limit) {
        parts.append(Part(range: range, function: function))
      }
    }
    parts.sort { ($0.range.lowerBound, $0.function) < ($1.range.lowerBound, $1.function) }
    var reach: UInt64 = 0
    for index in parts.indices {
      reach = max(reach, parts[index].range.upperBound)
      parts[index].reach = reach
    }
  }

  /// The innermost function at an address: of those that hold it the shortest, of equal ones the last
  /// (as GNU binutils 2.40, bfd/dwarf2.c).
  func innermost(at address: UInt64) -> Int32? {
    var index = parts.partitionIndex { $0.range.lowerBound <= address }
    var best: Part?
    while index > 0, parts[index &- 1].reach > address {
      index &-= 1
      let part = parts[index]
      guard part.range.upperBound > address else { continue }
      let size = part.range.upperBound &- part.range.lowerBound
      if let former = best {
        let length = former.range.upperBound &- former.range.lowerBound
        guard size < length || (size == length && part.function > former.function) else { continue }
      }
      best = part
    }
    return best?.function
  }
}
