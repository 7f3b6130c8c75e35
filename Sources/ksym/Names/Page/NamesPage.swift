internal import Kallsyms
internal import KernelReleases
internal import NameAudits
internal import SymbolNames
internal import SymbolTables

/// An audit of names as one page of HTML that needs no other file and runs no script.
struct NamesPage {
  private let report: NamesReport
  private var audit: NameAudit { report.audit }

  init(_ report: NamesReport) { self.report = report }

  func bytes() -> [UInt8] {
    MarkupWriter.page(title: "Names in \(report.sources.joined(separator: ", "))") {
      writeBody(&$0)
    }
  }

  private func writeBody(_ page: inout MarkupWriter) {
    page.element("h1", text: "Kernel symbol names")
    page.element("p", ["class": "sources"]) { page in
      page.text(report.sources.joined(separator: ", "))
    }
    page.element("dl", ["class": "figures"]) { page in
      let figures = [
        ("names", audit.all.names), ("symbols", audit.all.symbols),
        ("kernels and modules", audit.owners), ("mangled Rust names", audit.rust.names),
        ("names that several symbols bear", audit.duplicates.all.names),
        ("bytes in the longest name", audit.longest),
      ]
      for (words, number) in figures {
        page.element("div") { page in
          page.element("dt", text: words)
          page.element("dd", text: grouped(number))
        }
      }
    }
    writeLengths(&page)
    writeLimits(&page)
    writeVersions(&page)
    writeSuffixes(&page)
    writeMerged(&page)
    writeDuplicates(&page)
  }

  private func writeLengths(_ page: inout MarkupWriter) {
    section("Lengths", &page) { page in
      let percents = [50, 90, 99].map {
        "\($0) % of names have at most " + "\(audit.length(ofPercent: $0)) bytes"
      }
      page.element("p", text: percents.joined(separator: ", ") + ".")
      LengthChart(audit: audit, shows: .all).write(to: &page)
      if audit.rust.names > 0 { LengthChart(audit: audit, shows: .rust).write(to: &page) }
      list("The longest names", audit.longNames.map { ($0, String($0.count)) }, &page)
    }
  }

  private func writeLimits(_ page: inout MarkupWriter) {
    section("Limits", &page) { page in
      page.element(
        "p",
        text: "How many names are longer than each interface takes, for every kernel release and "
          + "word size: not all rows hold for one kernel. Version tables, modpost and depmod meet "
          + "only names that are exported or required.")
      page.element("table") { page in
        page.element("thead") { page in
          page.element("tr") { page in
            page.element("th", ["class": "number"], text: "bytes")
            page.element("th", text: "interface")
            page.element("th", ["class": "number"], text: "longer names")
          }
        }
        page.element("tbody") { page in for entry in audit.limits { row(entry, &page) } }
      }
    }
  }

  private func row(_ entry: NameAudit.LimitCount, _ page: inout MarkupWriter) {
    let isExceeded = entry.longer.names > 0
    page.element("tr", ["class": isExceeded ? "exceeded" : "met"]) { page in
      page.element("td", ["class": "number"], text: grouped(entry.limit.maximum))
      page.element("td") { page in
        page.text(entry.limit.interface.words + entry.conditions)
        page.element("small", text: entry.row.source)
      }
      page.element("td", ["class": "number"]) { page in
        page.text(grouped(entry.longer.names))
        if isExceeded { page.element("small", text: entry.limit.excess.rawValue) }
      }
    }
  }

  private func writeVersions(_ page: inout MarkupWriter) {
    let versioned = audit.versioned
    guard versioned.exported + versioned.required > 0 else { return }
    section("Version tables", &page) { page in
      page.element(
        "p",
        text: "\(counted(versioned.exported, "exported name")), "
          + "\(counted(versioned.required, "required name")). The basic version table "
          + "has no place for \(grouped(versioned.tooLong64)) of them in 64-bit modules "
          + "(over 55 bytes), \(grouped(versioned.tooLong32)) in 32-bit ones (over 59).")
      list(
        "The longest of these",
        versioned.longNames.prefix(report.top).map { ($0, String($0.count)) }, &page)
    }
  }

  private func writeSuffixes(_ page: inout MarkupWriter) {
    guard !audit.suffixes.isEmpty else { return }
    section("Suffixes", &page) { page in
      page.element(
        "p",
        text: "\(counted(audit.suffixed.names, "name")) with a mark of a compiler or "
          + "linker; a name may carry several.")
      let rows = audit.suffixes.sorted { $0.count.names > $1.count.names }.map {
        BarChart.Row(label: $0.kind.words, value: $0.count.names)
      }
      BarChart(caption: "Names by suffix", rows: rows, scale: .logarithmic).write(to: &page)
    }
  }

  private func writeMerged(_ page: inout MarkupWriter) {
    guard let all = audit.merged.first, all.stems > 0 else { return }
    section("Ambiguous without suffixes", &page) { page in
      for merged in audit.merged where merged.stems > 0 {
        page.element(
          "p",
          text: "Without \(merged.stripping.words), "
            + "\(counted(merged.names, "name")) become " + "\(grouped(merged.stems)).")
      }
      let rows = all.groups.map { BarChart.Row(name: $0.name, value: $0.count) }
      BarChart(caption: "Names that become one, largest groups", rows: rows, scale: .linear).write(
        to: &page)
    }
  }

  private func writeDuplicates(_ page: inout MarkupWriter) {
    let found = audit.duplicates
    section("Equal names", &page) { page in
      page.element(
        "p",
        text: "\(counted(found.all.names, "name")) stand for "
          + "\(counted(found.all.symbols, "symbol")); within one kernel or module "
          + "\(grouped(found.withinOwner.names)) for " + "\(grouped(found.withinOwner.symbols)). "
          + "\(counted(found.sameAddress.symbols, "symbol")) share name and address "
          + "with another.")
      let rows = found.groups.map { BarChart.Row(name: $0.name, value: $0.count) }
      BarChart(caption: "Symbols by name, largest groups", rows: rows, scale: .linear).write(
        to: &page)
      list(
        "Symbols of one name at one address",
        found.sameAddressGroups.map { ($0.name, String($0.count)) }, &page)
    }
  }

  private func section(
    _ title: String, _ page: inout MarkupWriter, _ content: (inout MarkupWriter) -> Void
  ) {
    page.element("section") { page in
      page.element("h2", text: title)
      content(&page)
    }
  }

  /// Names with a number each, with their readable forms.
  private func list(_ caption: String, _ names: [([UInt8], String)], _ page: inout MarkupWriter) {
    guard !names.isEmpty else { return }
    page.element("details") { page in
      page.element("summary", text: "\(caption) (\(names.count))")
      page.element("ul", ["class": "names"]) { page in
        for (name, note) in names {
          let text = String(decoding: name, as: UTF8.self)
          page.element("li") { page in
            page.element("span", ["class": "number"], text: note)
            page.element("code", text: text)
            if report.showsReadable, let readable = readableName(text) {
              page.element("small", text: readable)
            }
          }
        }
      }
    }
  }
}
