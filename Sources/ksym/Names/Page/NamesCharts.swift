internal import Glibc
internal import Kallsyms
internal import NameAudits
internal import SymbolNames
internal import SymbolTables

/// Names by length as columns on a logarithmic scale, with the limits that lie among them.
struct LengthChart {
  enum Subject { case all, rust }

  let audit: NameAudit
  let shows: Subject

  private func count(_ length: Int) -> Int {
    let entry = audit.lengths[length]
    return shows == .all ? entry.all.names : entry.rust.names
  }

  /// Lengths along the chart: from 0 up to this one.
  private var width: Int { max(64, (audit.longest / 16 + 1) * 16) }

  /// Powers of ten that the scale reaches, above the first line, which is a half.
  private var decades: Double {
    let most = (0..<width).map { count($0) }.max() ?? 1
    return log10(Double(max(most, 1)) * 1.3 / LengthChart.base)
  }

  /// What the bottom line means: less than one name, so that one can be seen.
  private static let base = 0.5

  /// Height of a number of names, in percent.
  private func height(_ names: Int) -> Double {
    names > 0 ? log10(Double(names) / LengthChart.base) / decades * 100 : 0
  }

  func write(to page: inout MarkupWriter) {
    let what = shows == .all ? "All names" : "Mangled Rust names"
    page.element("figure", ["class": "lengths"]) { page in
      page.element(
        "figcaption",
        text:
          "\(what) by length in bytes. The scale is logarithmic: each line stands for ten times "
          + "the number of the one below it.")
      page.element("div", ["class": "plot"]) { page in
        page.element("div", ["class": "area"]) { page in
          writeScale(&page)
          writeColumns(&page, label: "\(what) by length")
        }
        writeLimits(&page)
      }
      writeAxis(&page)
    }
  }

  private func writeColumns(_ page: inout MarkupWriter, label: String) {
    page.element(
      "svg",
      [
        "viewBox": "0 0 \(width) 100", "preserveAspectRatio": "none", "role": "img",
        "aria-label": label,
      ]
    ) { page in
      for length in 0..<width where count(length) > 0 {
        let tall = height(count(length))
        page.element(
          "rect",
          ["x": "\(length)", "y": rounded(100 - tall), "width": "1", "height": rounded(tall)]
        ) { page in page.element("title", text: "\(length) bytes: \(grouped(count(length)))") }
      }
    }
  }

  /// Horizontal lines at 1, 10, 100 ….
  private func writeScale(_ page: inout MarkupWriter) {
    var number = 1
    while height(number) < 97 {
      page.element("div", ["class": "line", "style": "bottom:\(rounded(height(number)))%"]) {
        $0.element("span", text: grouped(number))
      }
      number *= 10
    }
  }

  /// Vertical lines where names become too long for something; what is close shares a label.
  private func writeLimits(_ page: inout MarkupWriter) {
    let marks = Set(audit.limits.map(\.limit.maximum)).filter { $0 < width }.sorted()
    var groups: [[Int]] = []
    for mark in marks {
      if let last = groups.last?.last, (mark - last) * 100 < 12 * width {
        groups[groups.count - 1].append(mark)
      } else {
        groups.append([mark])
      }
    }
    for (number, group) in groups.enumerated() {
      // Labels of neighbours are on two lines, so that they cannot meet.
      let line = number % 2 == 0 ? "upper" : "lower"
      for mark in group {
        // The line is after the last length that fits.
        let place = Double(mark + 1) * 100 / Double(width)
        let side = place > 70 ? "limit left" : "limit"
        page.element("div", ["class": side, "style": "left:\(rounded(place))%"]) { page in
          if mark == (place > 70 ? group.first : group.last) {
            let words = group.map(String.init).joined(separator: ", ")
            page.element("span", ["class": line], text: words)
          }
        }
      }
    }
  }

  private func writeAxis(_ page: inout MarkupWriter) {
    let step = [16, 32, 64, 128, 256, 512, 1024, 4096].first { width / $0 <= 6 } ?? width
    page.element("div", ["class": "axis"]) { page in
      for length in stride(from: 0, to: width, by: step) {
        page.element(
          "span", ["style": "left:\(rounded(Double(length) * 100 / Double(width)))%"],
          text: String(length))
      }
    }
  }
}

/// Numbers as horizontal bars with their labels above them.
struct BarChart {
  enum Scale { case linear, logarithmic }

  struct Row {
    let label: String
    let value: Int

    init(label: String, value: Int) {
      self.label = label
      self.value = value
    }

    init(name: [UInt8], value: Int) {
      self.init(label: String(decoding: name, as: UTF8.self), value: value)
    }
  }

  let caption: String
  let rows: [Row]
  let scale: Scale

  func write(to page: inout MarkupWriter) {
    guard !rows.isEmpty else { return }
    page.element("figure", ["class": "bars"]) { page in
      page.element(
        "figcaption",
        text: caption
          + (scale == .logarithmic
            ? ". The scale is logarithmic: a bar grows by the same length for every tenfold." : ".")
      )
      for row in rows {
        page.element("div", ["class": "bar"]) { page in
          page.element("code", text: row.label)
          page.element("span", ["class": "number"], text: grouped(row.value))
          page.element("div", ["class": "track"]) { page in
            page.element("div", ["style": "width:\(rounded(share(of: row.value)))%"]) { _ in }
          }
        }
      }
    }
  }

  private func share(of value: Int) -> Double {
    let most = Double(max(1, rows.map(\.value).max() ?? 1))
    switch scale {
    case .linear: return Double(value) / most * 100
    // From a half, so that one can be seen.
    case .logarithmic: return log(Double(max(value, 1)) * 2) / log(most * 2) * 100
    }
  }
}

/// A number with two digits after the point.
private func rounded(_ number: Double) -> String {
  let hundredths = Int((number * 100).rounded())
  let rest = abs(hundredths) % 100
  return "\(hundredths < 0 ? "-" : "")\(abs(hundredths) / 100).\(rest < 10 ? "0" : "")\(rest)"
}
