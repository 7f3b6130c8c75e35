extension MarkupWriter {
  mutating func section(_ title: String, _ content: (inout MarkupWriter) -> Void) {
    element("section") { page in
      page.element("h2", text: title)
      content(&page)
    }
  }

  /// Content that is shown when it is asked for.
  mutating func details(_ summary: String, _ content: (inout MarkupWriter) -> Void) {
    element("details") { page in
      page.element("summary", text: summary)
      content(&page)
    }
  }

  /// A table whose rows `fill` gives; `numbers` are the columns of numbers.
  mutating func table(
    _ titles: [String], numbers: Set<Int>, _ fill: (_ row: ([String]) -> Void) -> Void
  ) {
    var rows: [[String]] = []
    fill { rows.append($0) }
    element("div", ["class": "wide"]) { page in
      page.element("table") { page in
        page.element("thead") { page in
          page.element("tr") { page in
            for (column, title) in titles.enumerated() {
              page.cell("th", title, isNumber: numbers.contains(column))
            }
          }
        }
        page.element("tbody") { page in
          for row in rows {
            page.element("tr") { page in
              for (column, text) in row.enumerated() {
                page.cell("td", text, isNumber: numbers.contains(column))
              }
            }
          }
        }
      }
    }
  }

  private mutating func cell(_ name: StaticString, _ text: String, isNumber: Bool) {
    if isNumber {
      element(name, ["class": "number"], text: text)
    } else {
      element(name, text: text)
    }
  }
}
