internal import ByteStorage
internal import Kallsyms
internal import SymbolTables

extension ProbeSites {
  /// Reads the tables of an image.
  ///
  /// - Parameters:
  ///   - tables: Where the kernel has its symbols: tells the byte order.
  ///   - image: The kernel, with addresses.
  ///   - table: Its symbols, which must hold data as well as functions (`CONFIG_KALLSYMS_ALL`).
  /// Fails if the tables are not there, or hold no addresses of code: those of images linked as PIE
  /// are filled in by relocations.
  init?(_ tables: KallsymsTables, in image: borrowing KallsymsImage, _ table: SymbolTable) {
    guard
      let tracing = ProbeSites.list(
        "__start_mcount_loc", "__stop_mcount_loc", tables, image, table), !tracing.isEmpty
    else { return nil }
    let refused = ProbeSites.list(
      "__start_kprobe_blacklist", "__stop_kprobe_blacklist", tables, image, table)
    self.init(tracing: tracing, refused: refused ?? [])
  }

  /// The addresses between two symbols, without zeros: entries the build dropped.
  private static func list(
    _ start: StaticString, _ end: StaticString, _ tables: KallsymsTables,
    _ image: borrowing KallsymsImage, _ table: SymbolTable
  ) -> [UInt64]? {
    guard let first = address(of: start, table), let last = address(of: end, table), first <= last,
      let size = tables.wordSize, let offset = image.offset(ofAddress: first),
      let length = Int(exactly: last - first), length <= image.bytes.byteCount - offset,
      let bytes = image.bytes.slice(offset..<(offset + length)), let text = range(table)
    else { return nil }
    var found: [UInt64] = []
    found.reserveCapacity(length / size)
    for place in stride(from: 0, to: length - size + 1, by: size) {
      let value =
        size == 8
        ? bytes.integer(UInt64.self, at: place, tables.order)
        : bytes.integer(UInt32.self, at: place, tables.order).map { UInt64($0) }
      guard let value, value != 0 else { continue }
      guard text.contains(value) else { return nil }
      found.append(value)
    }
    return found
  }

  private static func range(_ table: SymbolTable) -> Range<UInt64>? {
    guard let start = address(of: "_stext", table), let end = address(of: "_end", table),
      start < end
    else { return nil }
    return start..<end
  }

  private static func address(of name: StaticString, _ table: SymbolTable) -> UInt64? {
    for index in 0..<table.count {
      let text = table.name(at: index)
      if text.byteCount == name.utf8CodeUnitCount, text.starts(with: name) {
        return table.addresses[index]
      }
    }
    return nil
  }
}
