internal import ByteStorage
internal import ModuleVersions

/// The kernel's binary search in export tables, which expects them in order.
///
/// - Note: `find_exported_symbol_in_section` and lib/bsearch.c, 5.10 to 7.2.
enum SearchOrder {
  /// Finds the rows that the search does not, because their table is out of order.
  ///
  /// - Parameters:
  ///   - table: A module's exports, in file order.
  ///   - isOneTable: Whether all rows are of one section, whatever their licence; else those of each
  ///     licence are of a section of their own.
  /// - Returns: Indices of the rows.
  static func hiddenRows(of table: ExportTable, isOneTable: Bool) -> Set<Int> {
    var hidden: Set<Int> = []
    var start = 0
    while start < table.rows.count {
      let licence = table.rows[start].licence
      let end =
        isOneTable
        ? table.rows.count
        : table.rows[start...].firstIndex { $0.licence != licence } ?? table.rows.count
      if !isSorted(table, start..<end) { hidden.formUnion(unfound(table, start..<end)) }
      start = end
    }
    return hidden
  }

  /// Rows whose name and class of licence an earlier row has: nothing ever asks for them.
  static func repeatedRows(of table: ExportTable) -> [Int] {
    let lookup = ExportLookup(table)
    // Only names that come more than once need a look.
    var seen: Set<[UInt8]> = []
    return table.rows.indices.filter { row in
      let name = table.bytes(table.rows[row].name)
      if lookup.first(name) == row, lookup.next(after: row) == nil { return false }
      return !seen.insert(name.array + [table.rows[row].licence.isGPLOnly ? 1 : 0]).inserted
    }
  }

  private static func isSorted(_ table: ExportTable, _ range: Range<Int>) -> Bool {
    range.dropFirst().allSatisfy {
      table.bytes(table.rows[$0 - 1].name).compare(table.bytes(table.rows[$0].name)) <= 0
    }
  }

  private static func unfound(_ table: ExportTable, _ range: Range<Int>) -> [Int] {
    range.filter { row in
      let key = table.bytes(table.rows[row].name)
      var (base, count) = (range.lowerBound, range.count)
      while count > 0 {
        let pivot = base + count / 2
        let order = key.compare(table.bytes(table.rows[pivot].name))
        if order == 0 { return false }
        if order > 0 {
          base = pivot + 1
          count -= 1
        }
        count /= 2
      }
      return true
    }
  }
}
