internal import ELFFormat

/// How far the value of a relocation can be from its place, as far as the file says.
struct RelocationDistance {
  /// How far addresses can lie from each other, in bytes.
  struct Reach {
    /// Two sections of one module.
    let ownSections: Int64
    /// The module, and the kernel or another module; `nil` if they lie anywhere.
    let kernel: Int64?
    /// Where modules lie; `nil` if that is not known.
    var modules: ClosedRange<UInt64>?
    /// Whether the copy of the file, of which some sections are used, lies too far from the module's memory.
    var isCopyFar = false

    /// Anywhere.
    static let unknown = Reach(ownSections: .max, kernel: nil)
  }

  /// Signed, as the kernel takes it; `nil` if it is not known.
  let range: ClosedRange<Int64>?
  /// The distance from a multiple of four; `nil` if the alignment of sections does not say. The kernel's
  /// symbols are no help.
  let remainder: UInt64?
  /// Whether it is larger than any that fits.
  private let isFar: Bool

  /// The distance of a symbol and the addend from the place.
  init(
    _ entry: RelocationEntries.Entry, _ symbols: borrowing RelocationSymbols,
    _ place: RelocationPlace, _ reach: Reach
  ) {
    let addend = UInt64(bitPattern: entry.addend) &- entry.offset
    var isFar = false
    switch symbols.value(of: entry.symbol) {
    case .own(place.target, let offset):
      let exact = Int64(bitPattern: offset &+ addend)
      range = exact...exact
      remainder = (offset &+ addend) & 3
    case .own(let section, let offset) where symbols.isKept(section):
      range = RelocationDistance.around(offset &+ addend, reach.ownSections)
      remainder =
        symbols.isAligned(section) && symbols.isAligned(place.target)
        ? (offset &+ addend) & 3 : nil
    case .foreign:
      range = reach.kernel.flatMap { RelocationDistance.around(addend, $0) }
      remainder = nil
    case .number(let number):
      range = reach.modules.flatMap { RelocationDistance.to(number &+ addend, from: $0) }
      remainder = nil
    case .own:
      isFar = reach.isCopyFar
      (range, remainder) = (nil, nil)
    case .unknown: (range, remainder) = (nil, nil)
    }
    self.isFar = isFar
  }

  /// How far an address is from all of others; `nil` where the distances wrap.
  private static func to(
    _ address: UInt64, from others: ClosedRange<UInt64>
  ) -> ClosedRange<Int64>? {
    let low = Int64(bitPattern: address &- others.upperBound)
    let high = Int64(bitPattern: address &- others.lowerBound)
    return low <= high ? low...high : nil
  }

  /// Numbers up to a distance from one; `nil` if that may be any. Where they wrap, those at the other end are
  /// left out, which are as far from fitting.
  static func around(_ middle: UInt64, _ reach: Int64) -> ClosedRange<Int64>? {
    guard reach < 1 << 62 else { return nil }
    let middle = Int64(bitPattern: middle)
    let (low, isLow) = middle.subtractingReportingOverflow(reach)
    let (high, isHigh) = middle.addingReportingOverflow(reach)
    return (isLow ? .min : low)...(isHigh ? .max : high)
  }

  /// The distance, if only one is possible.
  var exact: Int64? {
    range.flatMap { $0.lowerBound == $0.upperBound ? $0.lowerBound : nil }
  }

  /// Whether no possible distance is in a range.
  func misses(_ fitting: ClosedRange<Int64>) -> Bool {
    range.map { !$0.overlaps(fitting) } ?? isFar
  }

  /// The signed numbers of some bits.
  static func signed(_ bits: Int) -> ClosedRange<Int64> {
    let limit = Int64(1) << Int64(bits - 1)
    return -limit...limit - 1
  }
}
