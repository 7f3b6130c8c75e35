internal import ByteStorage
internal import SymbolTables

/// What several kernels know of the same keys: a line for each symbol, a column for each kernel. Equal names
/// are lined up by their source files where all kernels know these, else by position.
struct LookupMatrix {
  /// A symbol of one kernel.
  private struct Answer: Hashable {
    let column: Int
    let name: String
    let owner: String
    let offset: UInt64?
    let position: Int
    let file: String?
    let cell: String
  }

  private struct Row: Hashable {
    let name: String
    let owner: String
    let offset: UInt64?
    /// The source file, where symbols are lined up by it.
    let file: String?
    /// The number among equal names, or among those of the file.
    let number: Int
  }

  private let kernels: [String]
  private var column = -1
  private var answers: [Answer] = []
  private var known: Set<Answer> = []
  private var hasEquals: Set<String> = []
  private var lacksFiles: Set<String> = []

  init(_ kernels: [String]) { self.kernels = kernels }

  mutating func beginKernel() { column += 1 }

  mutating func add(_ found: FoundSymbol, _ table: SymbolTable, size: UInt64?) {
    let name = table.name(at: found.index).text
    let file = table.file(at: found.index)
    if found.position.count > 1 { hasEquals.insert(name) }
    if file == nil { lacksFiles.insert(name) }
    var cell = String(table.addresses[found.index] &+ (found.offset ?? 0), radix: 16)
    if let size { cell += "/" + hexadecimal(size) }
    if found.position.count > 1 { cell += " (\(found.position))" }
    let answer = Answer(
      column: column, name: name, owner: table.owner(at: found.index), offset: found.offset,
      position: found.position.number, file: file, cell: cell)
    if known.insert(answer).inserted { answers.append(answer) }
  }

  /// The lines, and what each kernel has there.
  private func rows() -> (order: [Row], cells: [Row: [Int: String]]) {
    var (order, cells): ([Row], [Row: [Int: String]]) = ([], [:])
    // How many of a kernel's equal names each file has had.
    var counts: [Row: [Int: Int]] = [:]
    for answer in answers {
      let file =
        hasEquals.contains(answer.name) && !lacksFiles.contains(answer.name) ? answer.file : nil
      func row(_ number: Int) -> Row {
        Row(
          name: answer.name, owner: answer.owner, offset: answer.offset, file: file, number: number)
      }
      var number = answer.position
      if file != nil {
        number = counts[row(0), default: [:]][answer.column, default: 0] + 1
        counts[row(0), default: [:]][answer.column] = number
      }
      if cells[row(number)] == nil { order.append(row(number)) }
      cells[row(number), default: [:]][answer.column] = answer.cell
    }
    return (order, cells)
  }

  /// Names of which several kernels have several symbols, lined up by position: those of one line need not be
  /// the same.
  var ambiguousNames: [String] {
    let (order, cells) = rows()
    let shared = order.filter {
      $0.file == nil && hasEquals.contains($0.name) && (cells[$0]?.count ?? 0) > 1
    }
    return Set(shared.map(\.name)).sorted()
  }

  func write(_ terminal: Terminal, to output: inout OutputBuffer) {
    let (order, cells) = rows()
    guard !order.isEmpty else { return }
    var columns = Columns()
    columns.add([""] + kernels.map { plain($0) })
    for row in order {
      let cells = cells[row] ?? [:]
      columns.add([label(row)] + kernels.indices.map { cells[$0] ?? "-" })
    }
    for (number, line) in columns.lines.enumerated() {
      output.append((number == 0 ? terminal.faint(line) : line) + "\n")
    }
  }

  private func label(_ row: Row) -> String {
    var label = row.name
    if let file = row.file {
      label += " \(file)" + (row.number > 1 ? ",\(row.number)" : "")
    } else if hasEquals.contains(row.name) {
      label += ",\(row.number)"
    }
    if let offset = row.offset { label += "+" + hexadecimal(offset) }
    if row.owner != SymbolTable.kernelName { label += " [\(row.owner)]" }
    return plain(label)
  }
}
