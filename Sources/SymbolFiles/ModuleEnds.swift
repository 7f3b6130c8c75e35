internal import ByteStorage
internal import Kernels
internal import SymbolTables

/// Where loaded modules lie, by a list as in /proc/modules (`name size references users state 0xaddress`).
struct ModuleEnds: Sendable {
  private var places: [String: Range<UInt64>] = [:]

  /// Nothing is known.
  init() {}

  /// What the list of modules beside a list of symbols says: /proc/modules beside /proc/kallsyms, or copies
  /// of both.
  init(beside kernel: OpenKernel) {
    self.init()
    let list = kernel.path == "running" ? "/proc/kallsyms" : kernel.filePath ?? kernel.path
    let start = list.lastIndex(of: "/").map { list.index(after: $0) } ?? list.startIndex
    guard list[start...].hasPrefix("kallsyms") else { return }
    var file = FileBuffer(limit: 16 << 20)
    for name in ["modules", "proc_modules"] {
      guard (try? file.open(list[..<start] + name)) != nil, let text = try? file.source.all()
      else { continue }
      self = ModuleEnds(listing: text)
      return
    }
  }

  /// The same places, nearer by a number of bytes.
  func moved(back offset: UInt64) -> ModuleEnds {
    var ends = self
    ends.places = places.mapValues { ($0.lowerBound &- offset)..<($0.upperBound &- offset) }
    return ends
  }

  /// Reads a list; other lines, and modules whose addresses are hidden, are left out.
  init(listing text: RawSpan) {
    var lines = Lines(text)
    while let line = lines.next() {
      let words = line.text.split(separator: " ")
      guard words.count >= 6, let size = UInt64(words[1]), words[5].hasPrefix("0x"),
        let base = UInt64(words[5].dropFirst(2), radix: 16), base != 0,
        case let end = base.addingReportingOverflow(size), !end.overflow
      else { continue }
      places[String(words[0])] = base..<end.partialValue
    }
  }

  /// The end of each owner of symbols; 0 where it is not known. From 6.4 on a module may lie in several
  /// places, of which the list has the first one's address and the size of all: then nothing is known.
  func ends(_ table: SymbolTable) -> [UInt64] {
    guard !places.isEmpty else { return [] }
    var found = table.ownerNames.map { places[$0] }
    for index in 0..<table.count {
      let owner = table.ownerIndex(at: index)
      guard owner != 0, let place = found[owner], table.hasPlace(at: index),
        table.type(at: index) | 0x20 != UInt8(ascii: "a")
      else { continue }
      if !place.contains(table.addresses[index]) { found[owner] = nil }
    }
    return found.enumerated().map { $0.offset == 0 ? 0 : $0.element?.upperBound ?? 0 }
  }
}
