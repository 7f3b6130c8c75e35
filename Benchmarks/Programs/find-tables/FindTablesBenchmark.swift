import ByteStorage
import Glibc
import Kallsyms

/// Measures the search for kallsyms tables in data that has none, or was made to mislead: it must
/// take time in proportion to the size, whatever the data.
///
///     find-tables MEGABYTES...
///
/// Prints a line for each kind of data: its name, and nanoseconds of CPU a byte for each size.
@main
struct FindTablesBenchmark {
  static func main() {
    let sizes = CommandLine.arguments.dropFirst().compactMap { Int($0) }.map { $0 << 20 }
    guard let largest = sizes.max() else { exit(64) }
    var bytes = [UInt8](repeating: 0, count: largest)
    for kind in Kind.allCases {
      kind.fill(&bytes)
      var line = kind.rawValue
      for size in sizes {
        let image = KallsymsImage(raw: bytes.rawSpan.extracting(first: size))
        let start = nanoseconds()
        // Whether something is found is not the question.
        _ = try? KallsymsTables(locating: image)
        let perByte = (nanoseconds() - start) / Double(size)
        line += "\t\((perByte * 100).rounded() / 100)"
      }
      print(line)
    }
  }

  /// What the data is made of.
  enum Kind: String, CaseIterable {
    case zero
    case random
    /// `0`, NUL, `1`, NUL … `9`, NUL: where digits are tokens.
    case digits
    /// 256 increasing numbers of 16 bits: a token index.
    case indices
    /// Strings of one byte, and an index that fits all but the last few.
    case almost = "almost tables"
    /// Digits, and strings as long as tokens may be.
    case long = "long tokens"
    /// Whole tables of tokens with their index, without names.
    case tables = "token tables"
    /// Markers of names that are not there, and a table of tokens.
    case markers

    func fill(_ bytes: inout [UInt8]) {
      switch self {
      case .zero: break
      case .random:
        var random: UInt64 = 88_172_645_463_325_252
        for offset in bytes.indices {
          if offset & 7 == 0 {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
          }
          bytes[offset] = UInt8(truncatingIfNeeded: random >> UInt64(offset & 7 * 8))
        }
      default:
        let piece = self.piece
        for offset in bytes.indices { bytes[offset] = piece[offset % piece.count] }
      }
    }

    private var piece: [UInt8] {
      switch self {
      case .zero, .random: [0]
      case .digits: (0x30...0x39).flatMap { [$0, 0] }
      case .indices: words((0..<256).map { $0 * 0x101 })
      case .almost:
        [UInt8](repeating: 0x61, count: 640).flatMap { [$0, 0] }
          + words((0..<256).map { $0 < 250 ? 2 * $0 : 3 * $0 })
      case .long:
        (0x30...0x39).flatMap { [$0, 0] }
          + [UInt8](repeating: 0x61, count: 16).flatMap { [UInt8](repeating: $0, count: 511) + [0] }
      case .tables: table
      case .markers:
        [UInt8](repeating: 0, count: 8) + (1...4000).flatMap { long(UInt32($0 * 513)) } + table
      }
    }

    /// A table of 256 tokens of one byte each.
    private var table: [UInt8] {
      (0..<256).flatMap { [UInt8(max($0, 1)), 0] } + words((0..<256).map { 2 * $0 })
    }

    private func words(_ numbers: [Int]) -> [UInt8] {
      numbers.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    private func long(_ number: UInt32) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
  }

  /// CPU time of this process.
  static func nanoseconds() -> Double {
    var now = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
    return Double(now.tv_sec) * 1e9 + Double(now.tv_nsec)
  }
}
