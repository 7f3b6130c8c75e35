internal import ByteStorage

/// Lines of cells, each column as wide as its widest cell on a terminal.
struct Columns {
  private var rows: [[String]] = []
  private let indentation: String
  private let minimums: [Int]

  init(indentation: String = "", minimums: [Int] = []) {
    self.indentation = indentation
    self.minimums = minimums
  }

  /// Adds a line. Cells may hold colours, and no other control characters.
  mutating func add(_ cells: [String]) { rows.append(cells) }

  /// The lines, columns two blanks apart, without blanks at their ends.
  var lines: [String] {
    var widths = minimums
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], displayWidth(cell))
      }
    }
    return rows.map { row in
      let cells = row.enumerated().map { padded($1, to: widths[$0]) }
      var line = indentation + cells.joined(separator: "  ")
      while line.utf8.last == 0x20 { line.removeLast() }
      return line
    }
  }

  func write(to output: inout OutputBuffer) { for line in lines { output.append(line + "\n") } }
}

/// A cell with blanks after it, up to a width in terminal columns.
func padded(_ text: String, to width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - displayWidth(text)))
}

/// A cell with blanks before it, up to a width in terminal columns.
func rightAligned(_ text: String, to width: Int) -> String {
  String(repeating: " ", count: max(0, width - displayWidth(text))) + text
}

/// Columns that a terminal uses for a text, as wcwidth(3) counts. Colours take none, nor do
/// combining and invisible characters; wide characters of East Asia take two.
func displayWidth(_ text: String) -> Int {
  if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text.utf8.count }
  var width = 0
  var isEscape = false
  for scalar in text.unicodeScalars {
    if isEscape {
      isEscape = scalar != "m"
    } else if scalar == "\u{1b}" {
      isEscape = true
    } else {
      width += displayWidth(scalar)
    }
  }
  return width
}

private func displayWidth(_ scalar: Unicode.Scalar) -> Int {
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .control: return 0
  case .format: return scalar == "\u{ad}" ? 1 : 0
  default: break
  }
  // Vowels and final consonants of Hangul join the letter before them.
  if (0x1160...0x11ff).contains(scalar.value) { return 0 }
  return wideRanges.contains { $0.contains(scalar.value) } ? 2 : 1
}

/// Blocks of characters that are wide (Unicode 17, EastAsianWidth.txt, W and F), with the unassigned
/// places between them.
private let wideRanges: [ClosedRange<UInt32>] = [
  0x1100...0x115f, 0x231a...0x231b, 0x2329...0x232a, 0x23e9...0x23ec, 0x25fd...0x25fe,
  0x2614...0x2615, 0x2648...0x2653, 0x2e80...0x303e, 0x3041...0xa4cf, 0xa960...0xa97c,
  0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6b, 0xff01...0xff60,
  0xffe0...0xffe6, 0x16fe0...0x18d08, 0x1aff0...0x1b2fb, 0x1f004...0x1f004, 0x1f0cf...0x1f0cf,
  0x1f18e...0x1f18e, 0x1f191...0x1f19a, 0x1f200...0x1f265, 0x1f300...0x1f320, 0x1f32d...0x1f335,
  0x1f337...0x1f37c, 0x1f37e...0x1f393, 0x1f3a0...0x1f3ca, 0x1f3e0...0x1f3f0, 0x1f3f8...0x1f43e,
  0x1f440...0x1f440, 0x1f442...0x1f4fc, 0x1f4ff...0x1f53d, 0x1f54b...0x1f54e, 0x1f550...0x1f567,
  0x1f5fb...0x1f64f, 0x1f680...0x1f6c5, 0x1f6cc...0x1f6cc, 0x1f6d0...0x1f6d7, 0x1f6dc...0x1f6df,
  0x1f7e0...0x1f7eb, 0x1f90c...0x1f93a, 0x1f93c...0x1f945, 0x1f947...0x1f9ff, 0x1fa70...0x1faff,
  0x20000...0x2fffd, 0x30000...0x3fffd,
]
