internal import ByteStorage
internal import ModuleVersions

/// The kernel's binary search in export tables, which expects them in order.
///
/// - Note: `find_exported_symbol_in_section` and lib/bsearch.c, 5.10 to 7.2.
enum SearchOrder {
  /// Finds the rows that the search for their names does not: their table is out of order, or it
  /// meets another row of the name first.
  ///
  /// - Parameters:
  ///   - table: A module's exports, in file order.
  ///   - range: The rows of one section.
  /// - Returns: Indices of the rows.
  static func hiddenRows(of table: ExportTable, _ range: Range<Int>) -> [Int] {
    isSorted(table, range) ? [] : unfound(table, range)
  }

  private static func isSorted(_ table: ExportTable, _ range: Range<Int>) -> Bool {
    range.dropFirst().allSatisfy {
      table.bytes(table.rows[$0 - 1].name).compare(table.bytes(table.rows[$0].name)) < 0
    }
  }

  private static func unfound(_ table: ExportTable, _ range: Range<Int>) -> [Int] {
    range.filter { row in
      let key = table.bytes(table.rows[row].name)
      var (base, count) = (range.lowerBound, range.count)
      while count > 0 {
        let pivot = base + count / 2
        let order = key.compare(table.bytes(table.rows[pivot].name))
        if order == 0 { return pivot != row }
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
