internal import ByteStorage

/// A table of modules and kernels.
struct VerdictMatrix {
  private var kernels: [String] = []
  private var modules: [String] = []
  private var rows: [String: Int] = [:]
  /// Words by module and kernel.
  private var cells: [[Int: String]] = []

  /// What follows is about this kernel.
  mutating func begin(_ kernel: String) { kernels.append(kernel) }

  /// The word for a module on the kernel.
  ///
  /// - Parameters:
  ///   - module: Its path.
  ///   - word: The word, coloured or not.
  mutating func add(_ module: String, _ word: String) {
    let row: Int
    if let known = rows[module] {
      row = known
    } else {
      row = modules.count
      rows[module] = row
      modules.append(module)
      cells.append([:])
    }
    cells[row][kernels.count - 1] = word
  }

  /// Writes the table: a line a module, a column a kernel.
  func write(to output: inout OutputBuffer) {
    var columns = Columns()
    columns.add([""] + kernels.map(plain))
    for (module, words) in zip(modules, cells) {
      columns.add([plain(module)] + kernels.indices.map { words[$0] ?? "-" })
    }
    columns.write(to: &output)
  }
}
