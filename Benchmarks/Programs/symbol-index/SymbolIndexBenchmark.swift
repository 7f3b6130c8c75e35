import ByteStorage
import CMalloc
import ELFFormat
import Glibc
import Kallsyms
import KernelImages
import SymbolTables

/// Measures the index of a kernel's symbols: how long it takes to make, how much memory it takes, and
/// how long a name and an address take to find. The keys are those of `floors/lookup.c`.
///
///     symbol-index IMAGE COUNT
///
/// Prints, separated by blanks: nanoseconds of CPU for a name and for an address, and a sum of what
/// was found, as the floor does; then milliseconds of CPU to make the index (each the least of
/// several rounds), its size in bytes with that of the table, and the size that is the bound.
@main
struct SymbolIndexBenchmark {
  static let rounds = 5

  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let count = Int(arguments[2]), count > 0 else { exit(64) }
    let before = allocatedBytes()
    let table = try symbols(of: arguments[1])
    var index = SymbolIndex(table)
    let size = allocatedBytes() - before
    var building = Double.infinity
    for _ in 0..<rounds {
      let start = nanoseconds()
      index = SymbolIndex(table)
      building = min(building, nanoseconds() - start)
    }
    let keys = Keys(count, of: table)
    let (name, address, sum) = measure(index, keys)
    // Names without their terminators, and 24 bytes for each symbol.
    let names = (0..<table.count).reduce(0) { $0 + table.name(at: $1).byteCount }
    let bound = names * 3 / 2 + 24 * table.count
    print(
      tenths(name), tenths(address), String(sum, radix: 16), tenths(building / 1e6), size, bound)
  }

  /// The symbols of a kernel image.
  static func symbols(of path: String) throws -> SymbolTable {
    var file = FileBuffer()
    var scratch = FileBuffer()
    try file.open(path)
    let kernel = try KernelUnpacker.unpack(&file, scratch: &scratch, path: path)
    let source = try kernel.source(file: file, scratch: scratch)
    let image =
      kernel.isELF ? try KallsymsImage(ELFFile(source)) : KallsymsImage(raw: try source.all())
    return try SymbolTable(KallsymsTables(locating: image), in: image)
  }

  /// Names one after the other, and addresses.
  struct Keys {
    var text: [UInt8] = []
    var starts: [Int] = []
    var addresses: [UInt64] = []

    init(_ count: Int, of table: SymbolTable) {
      var random: UInt64 = 88_172_645_463_325_252
      let first = address(of: "_stext", in: table)
      let end = address(of: "_end", in: table)
      while addresses.count < count {
        random ^= random << 13
        random ^= random >> 7
        random ^= random << 17
        let index = Int(random % UInt64(table.count))
        // The kernel answers for no other addresses.
        guard table.addresses[index] >= first, table.addresses[index] < end else { continue }
        starts.append(text.count)
        unsafe table.name(at: index).withUnsafeBytes { unsafe text.append(contentsOf: $0) }
        text.append(0)
        addresses.append(table.addresses[index] &+ (random >> 40 & 7))
      }
      starts.append(text.count)
    }

    private func address(of name: String, in table: SymbolTable) -> UInt64 {
      let index = (0..<table.count).first { table.name(at: $0).text == name }
      return index.map { table.addresses[$0] } ?? 0
    }
  }

  static func measure(
    _ index: SymbolIndex, _ keys: Keys
  ) -> (name: Double, address: Double, sum: UInt64) {
    let table = index.table
    let count = keys.addresses.count
    var (name, address) = (Double.infinity, Double.infinity)
    var sum: UInt64 = 0
    for _ in 0..<rounds {
      sum = 0
      let start = nanoseconds()
      // SAFETY: the bytes of an array of bytes are all initialised.
      let text = keys.text.rawSpan
      for key in 0..<count {
        let wanted = text.extracting(keys.starts[key]..<(keys.starts[key + 1] - 1))
        if let found = index.first(named: wanted) { sum &+= table.addresses[found] }
      }
      let middle = nanoseconds()
      for place in keys.addresses {
        if let found = index.symbol(at: place) { sum &+= table.addresses[found.index] }
      }
      let end = nanoseconds()
      name = min(name, middle - start)
      address = min(address, end - middle)
    }
    return (name / Double(count), address / Double(count), sum)
  }

  static func tenths(_ value: Double) -> String { String((value * 10).rounded() / 10) }

  /// CPU time of this process.
  static func nanoseconds() -> Double {
    var now = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
    return Double(now.tv_sec) * 1e9 + Double(now.tv_nsec)
  }

  /// What the C library's allocator has given out. Files are unpacked into mappings of their own,
  /// which do not count.
  static func allocatedBytes() -> Int {
    let information = mallinfo2()
    return Int(information.uordblks) + Int(information.hblkhd)
  }
}
