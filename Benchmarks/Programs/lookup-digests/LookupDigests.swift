import ByteStorage
import Glibc
import NameTables
import SymbolNames

/// Opens a name table and looks up the digest of each name on standard input, one name a line.
///
/// Prints tab-separated microseconds: opening, the median of a lookup, the 99th of 100; then how many
/// were found and how many names there were. Digests are computed before the table is opened, so that
/// no page of it was touched.
@main
struct LookupDigests {
  static func main() throws {
    guard CommandLine.arguments.count == 2 else {
      print("usage: lookup-digests TABLE <NAMES")
      exit(64)
    }
    var digests: [HashedName] = []
    while let line = readLine() {
      let name = Array(line.utf8)
      digests.append(HashedName(of: name.rawSpan))
    }
    let begin = now()
    let table = try NameTable(CommandLine.arguments[1])
    let opened = now()
    var times: [Int] = []
    times.reserveCapacity(digests.count)
    var found = 0
    for digest in digests {
      let start = now()
      if let record = try table.record(for: digest), record.name.byteCount > 0 { found += 1 }
      times.append(now() - start)
    }
    times.sort()
    guard !times.isEmpty else { return }
    let middle = times[times.count / 2]
    let last = times[times.count * 99 / 100]
    print("\(text(opened - begin))\t\(text(middle))\t\(text(last))\t\(found)\t\(times.count)")
  }

  /// Nanoseconds of a clock that only goes on.
  private static func now() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  private static func text(_ nanoseconds: Int) -> String {
    let rest = nanoseconds % 1000
    return "\(nanoseconds / 1000)." + (rest < 100 ? "0" : "") + (rest < 10 ? "0" : "") + "\(rest)"
  }
}
