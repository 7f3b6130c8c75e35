internal import ByteStorage

/// A table of modules and kernels.
struct VerdictMatrix {
  private var kernels: [String] = []
  private var modules: [String] = []
  private var rows: [String: Int] = [:]
  /// Words by module and kernel: as they are shown, and without colour.
  private var cells: [[Int: (shown: String, plain: String)]] = []

  /// What follows is about this kernel.
  mutating func begin(_ kernel: String) { kernels.append(kernel) }

  /// The word for a module on the kernel.
  ///
  /// - Parameters:
  ///   - module: Its path.
  ///   - shown: The word as it is shown.
  ///   - word: The word without colour.
  mutating func add(_ module: String, _ shown: String, _ word: String) {
    let row: Int
    if let known = rows[module] {
      row = known
    } else {
      row = modules.count
      rows[module] = row
      modules.append(module)
      cells.append([:])
    }
    cells[row][kernels.count - 1] = (shown, word)
  }

  /// Writes the table: a line a module, a column a kernel.
  func write(to output: inout OutputBuffer) {
    let names = modules.map(plain)
    let heads = kernels.map(plain)
    let first = names.map(\.count).max() ?? 0
    let widths = heads.indices.map { column in
      max(heads[column].count, cells.compactMap { $0[column]?.plain.count }.max() ?? 0)
    }
    func pad(_ shown: String, _ count: Int, _ width: Int) -> String {
      shown + String(repeating: " ", count: max(0, width - count))
    }
    var line = pad("", 0, first)
    for (head, width) in zip(heads, widths) { line += "  " + pad(head, head.count, width) }
    output.append(VerdictMatrix.trimmed(line) + "\n")
    for (row, name) in names.enumerated() {
      line = pad(name, name.count, first)
      for (column, width) in widths.enumerated() {
        let cell = cells[row][column] ?? ("-", "-")
        line += "  " + pad(cell.shown, cell.plain.count, width)
      }
      output.append(VerdictMatrix.trimmed(line) + "\n")
    }
  }

  private static func trimmed(_ line: String) -> String {
    var line = line
    while line.hasSuffix(" ") { line.removeLast() }
    return line
  }
}
