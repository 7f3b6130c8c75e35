package import KernelReleases

/// The section `.debug_frame` (DWARF 5, 6.4.1) made from an ORC table: an FDE a function.
package struct FrameTable {
  /// The section.
  package private(set) var bytes: [UInt8] = []
  /// Number of FDEs.
  package private(set) var count = 0

  private var instructions = FrameInstructions()
  /// Offset of the CIE for frames that return to an exact address.
  private var signalCIE = 0

  /// A stretch of code being written.
  private struct Open {
    let start: UInt64
    let isSignal: Bool
    var state = FrameState()
    var place: UInt64
  }

  private var open: Open?

  /// Makes the section.
  ///
  /// - Parameters:
  ///   - table: The kernel's table.
  ///   - functions: Addresses at which functions begin, ascending; an FDE does not go beyond the next.
  ///   - code: Ranges of addresses that hold code, ascending: what is outside gets no FDE.
  ///   - release: The kernel's release; `nil` if it is not known.
  package init(
    _ table: ORCTable, functions: [UInt64], code: [Range<UInt64>], release: KernelRelease?
  ) {
    let offsetsWord = ORCRule.table.has(
      .offsetsIndirectWord, in: release ?? KernelRelease.newest)
    bytes.reserveCapacity(table.count &* 12)
    putCIE(augmentation: [])
    signalCIE = bytes.count
    putCIE(augmentation: [UInt8(ascii: "S")])
    var function = 0
    var range = 0
    for (index, entry) in table.entries.enumerated() {
      var start = table.addresses[index]
      while range < code.count, code[range].upperBound <= start {
        close(at: code[range].upperBound)
        range &+= 1
      }
      guard range < code.count else { break }
      start = max(start, code[range].lowerBound)
      let next = index &+ 1 < table.count ? table.addresses[index &+ 1] : UInt64.max
      let end = min(next, code[range].upperBound)
      guard start < end else { continue }
      let state = FrameState(entry, offsetsWord: offsetsWord)
      while function < functions.count, functions[function] < start { function &+= 1 }
      // A function may begin within the entry.
      while start < end {
        let isFunction = function < functions.count && functions[function] == start
        if isFunction { function &+= 1 }
        let cut = function < functions.count ? min(functions[function], end) : end
        add(entry, state, at: start, isFunction: isFunction)
        start = cut
      }
    }
    if range < code.count { close(at: code[range].upperBound) }
  }

  private mutating func add(
    _ entry: ORCEntry, _ state: FrameState, at start: UInt64, isFunction: Bool
  ) {
    let isKnown = entry.kind != .undefined
    if isFunction || open?.isSignal != (isKnown ? entry.isSignal : open?.isSignal) {
      close(at: start)
    }
    // Between functions nothing is known, and nothing is code.
    guard open != nil || isKnown || isFunction else { return }
    var current =
      open ?? Open(start: start, isSignal: isKnown && entry.isSignal, place: start)
    instructions.advance(by: start &- current.place)
    let state = state.isLast ? current.state.ending() : state
    state.write(after: current.state, to: &instructions)
    (current.place, current.state) = (start, state)
    open = current
  }

  /// Writes the FDE of what is open.
  private mutating func close(at end: UInt64) {
    guard let stretch = open else { return }
    open = nil
    defer { instructions.removeAll() }
    guard end > stretch.start else { return }
    let body = 4 &+ 8 &+ 8 &+ instructions.bytes.count
    let padding = (8 &- (4 &+ body) & 7) & 7
    put(UInt32(truncatingIfNeeded: body &+ padding))
    put(UInt32(truncatingIfNeeded: stretch.isSignal ? signalCIE : 0))
    put(stretch.start)
    put(end &- stretch.start)
    bytes += instructions.bytes
    for _ in 0..<padding { bytes.append(0) }
    count &+= 1
  }

  /// A CIE of version 3: the CFA is SP + 8, the return address is stored below it, BP is kept.
  private mutating func putCIE(augmentation: [UInt8]) {
    var initial = FrameInstructions()
    initial.defineCFA(.sp, 8, after: nil)
    initial.store(.returnAddress, atCFA: -8)
    initial.keep(.bp)
    let head: [UInt8] = [3] + augmentation + [0, 1, 0x78, 16]
    let body = 4 &+ head.count &+ initial.bytes.count
    let padding = (8 &- (4 &+ body) & 7) & 7
    put(UInt32(truncatingIfNeeded: body &+ padding))
    put(UInt32.max)
    bytes += head + initial.bytes
    for _ in 0..<padding { bytes.append(0) }
  }

  private mutating func put<Number: FixedWidthInteger>(_ number: Number) {
    for index in 0..<(Number.bitWidth / 8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> (8 * index)))
    }
  }
}
