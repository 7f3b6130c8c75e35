internal import ByteStorage
internal import KernelComparison
internal import KernelUpdates
internal import ModuleLoading
internal import SymtypesFormat

/// A comparison of kernels as one page of HTML that needs no other file and runs no script.
struct ComparePage {
  let report: CompareReport

  /// Most rows of a table or a chart.
  private static let most = 30

  func bytes() -> [UInt8] {
    MarkupWriter.page(title: "Kernel update: \(sources)") { writeBody(&$0) }
  }

  private var sources: String { report.sides.map(\.path).joined(separator: " → ") }

  private func writeBody(_ page: inout MarkupWriter) {
    page.element("h1", text: "What a kernel update changes for modules")
    page.element("p", ["class": "sources"], text: sources)
    writeFigures(&page)
    page.element("p", text: report.summary + ".")
    for side in report.sides where side.records.hasNoVersions {
      page.element(
        "p", text: "\(side.path) has no versions (all CRCs are 0): they are not compared.")
    }
    if let breakage = report.breakage?.breakage { writeBreakage(breakage, &page) }
    writeSubsystems(&page)
    writeChanges(&page)
    if let types = report.types { writeCauses(types, &page) }
  }

  private func writeFigures(_ page: inout MarkupWriter) {
    var figures = ExportChange.Kind.allCases.map { ($0.figure, report.changes($0).count) }
    if !report.knowsVersions { figures.removeAll { $0.0 == ExportChange.Kind.version.figure } }
    if let breakage = report.breakage?.breakage {
      figures.insert(("modules that break", breakage.modules.count), at: 0)
    }
    page.element("dl", ["class": "figures"]) { page in
      for (words, number) in figures {
        page.element("div") { page in
          page.element("dt", text: words)
          page.element("dd", text: grouped(number))
        }
      }
    }
  }

  /// Modules that break, and the changes that break most of them.
  private func writeBreakage(_ breakage: ModuleBreakage, _ page: inout MarkupWriter) {
    page.section("Modules that break") { page in
      let ranked = breakage.ranked
      BarChart(
        caption: "Changes by the number of modules that they break",
        rows: ranked.prefix(ComparePage.most).map {
          BarChart.Row(label: report.breakage?.words($0.reason) ?? "", value: $0.modules.count)
        }, scale: .linear
      ).write(to: &page)
      page.details("All modules that break (\(grouped(breakage.modules.count)))") { page in
        page.table(["module", "first reason", "reasons"], numbers: [2]) { row in
          for module in breakage.modules {
            let reason = module.reasons.first.flatMap { report.breakage?.words($0) } ?? ""
            row([module.outcome.name, reason, grouped(module.reasons.count)])
          }
        }
      }
    }
  }

  /// Changes that break modules, by the directory of the exporter's source.
  private func writeSubsystems(_ page: inout MarkupWriter) {
    var counts: [String: Int] = [:]
    for change in report.comparison.changes where change.isBreaking {
      counts[ComparePage.subsystem(report.owner(of: change)), default: 0] += 1
    }
    guard !counts.isEmpty else { return }
    page.section("Changes by subsystem") { page in
      page.element(
        "p", text: "Changes that break modules which use the export, by who exports it.")
      let rows = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .prefix(ComparePage.most).map { BarChart.Row(label: $0.key, value: $0.value) }
      BarChart(caption: "Breaking changes by subsystem", rows: rows, scale: .logarithmic)
        .write(to: &page)
    }
  }

  /// `drivers/net` of `drivers/net/phy/libphy`; vmlinux as it is.
  private static func subsystem(_ owner: String) -> String {
    let parts = owner.split(separator: "/")
    guard parts.count > 1 else { return owner }
    let depth = ["drivers", "sound", "net", "fs", "arch"].contains(String(parts[0])) ? 2 : 1
    return parts.dropLast().prefix(depth).joined(separator: "/")
  }

  private func writeChanges(_ page: inout MarkupWriter) {
    for kind in [.removed, .type, .namespace, .added, .owner, .version] as [ExportChange.Kind] {
      let found = report.changes(kind)
      guard !found.isEmpty, kind != .version || found.count <= 2000 else { continue }
      page.section("\(kind.figure.prefix(1).uppercased())\(kind.figure.dropFirst())") { page in
        page.details("\(counted(found.count, "export"))") { page in
          page.table(["export", "old", "new", "of", ""], numbers: []) { row in
            for change in found {
              let name = report.comparison.name(of: change).text
              let (old, new) = report.values(change)
              let verdict =
                switch change.verdict {
                case .breaking: "breaks modules"
                case .harmless: ""
                case .excused: "excused by rules"
                }
              row([readableOf(name), old, new, report.owner(of: change), verdict])
            }
          }
        }
      }
    }
  }

  private func readableOf(_ name: String) -> String {
    report.showsReadable ? readableName(name) ?? name : name
  }

  /// Types by the number of exports that they change.
  private func writeCauses(_ types: TypeReport, _ page: inout MarkupWriter) {
    page.section("Changes by cause") { page in
      let ranked = types.comparison.causes.sorted { $0.exports.count > $1.exports.count }
      func name(_ key: UInt32) -> String { types.shownName(key) }
      BarChart(
        caption: "Types by the number of exports that their change reaches",
        rows: ranked.prefix(ComparePage.most).map {
          BarChart.Row(label: name($0.cause.key), value: $0.exports.count)
        }, scale: .logarithmic
      ).write(to: &page)
      page.details("The first \(min(ranked.count, ComparePage.most)) causes") { page in
        for reach in ranked.prefix(ComparePage.most) {
          page.element("p") { page in
            page.element("code", text: name(reach.cause.key))
            page.element("small", text: reach.chain.map(name).joined(separator: " → "))
          }
          let lines = types.lines(of: reach.cause).map(\.marked)
          page.element("pre", text: lines.joined(separator: "\n"))
        }
      }
    }
  }
}

extension ExportChange.Kind {
  /// What a number of these changes counts.
  fileprivate var figure: String {
    switch self {
    case .added: "exports added"
    case .removed: "exports removed"
    case .version: "versions changed"
    case .type: "exports of another type"
    case .namespace: "exports in another namespace"
    case .owner: "exports moved"
    }
  }
}
