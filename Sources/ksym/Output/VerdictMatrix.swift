internal import ByteStorage

/// A table of modules and kernels.
struct VerdictMatrix {
  private var kernels: [String] = []
  private var modules: [String] = []
  private var rows: [String: Int] = [:]
  /// Words by module and kernel.
  private var cells: [[Int: String]] = []
  /// Whether each module got good words only.
  private var areGood: [Bool] = []

  mutating func begin(_ kernel: String) { kernels.append(kernel) }

  /// The word for a module on the kernel.
  mutating func add(_ module: String, _ word: String, isGood: Bool) {
    let row: Int
    if let known = rows[module] {
      row = known
    } else {
      row = modules.count
      rows[module] = row
      modules.append(module)
      cells.append([:])
      areGood.append(true)
    }
    if !isGood { areGood[row] = false }
    cells[row][kernels.count - 1] = word
  }

  func write(to output: inout OutputBuffer, withGood: Bool = true) {
    var columns = Columns()
    columns.add([""] + kernels.map(plain))
    for ((module, words), isGood) in zip(zip(modules, cells), areGood) where withGood || !isGood {
      columns.add([plain(module)] + kernels.indices.map { words[$0] ?? "-" })
    }
    columns.write(to: &output)
  }

  /// Most bytes to write as Markdown: the summary of a step may have 1 MiB.
  private static let mostMarkdown = 1_000_000

  /// Signs that begin or end something in a cell of a table. A backslash before a vertical line does not keep
  /// it in the cell if another precedes it.
  private static let signs = "|`<>&*[]\\~"

  /// A text in the way of code: between back-ticks, or where it has signs of Markdown, as HTML.
  private static func code(_ text: String) -> String {
    let isPlain = text.allSatisfy { !"|`\\".contains($0) }
    return isPlain ? "`\(text)`" : "<code>\(entities(text))</code>"
  }

  private static func entities(_ text: String) -> String {
    var written = ""
    for scalar in text.unicodeScalars {
      if signs.unicodeScalars.contains(scalar) {
        written += "&#\(scalar.value);"
      } else {
        written.unicodeScalars.append(scalar)
      }
    }
    return written
  }

  /// Writes the table as Markdown, with a row at the end if there were too many.
  func writeMarkdown(to output: inout OutputBuffer, withGood: Bool) {
    let names = kernels.map { VerdictMatrix.entities(plain($0)) }
    output.append("| module |\(names.map { " \($0) |" }.joined())\n")
    output.append("|---|\(kernels.map { _ in "---|" }.joined())\n")
    for ((module, words), isGood) in zip(zip(modules, cells), areGood) where withGood || !isGood {
      let row = kernels.indices.map { " \(words[$0] ?? "–") |" }.joined()
      output.append("| \(VerdictMatrix.code(plain(module))) |\(row)\n")
      if output.bytes.count > VerdictMatrix.mostMarkdown {
        output.append("| … |\n")
        return
      }
    }
  }
}
