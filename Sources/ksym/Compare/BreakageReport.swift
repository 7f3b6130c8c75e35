internal import ByteStorage
internal import KernelComparison
internal import KernelReleases
internal import KernelUpdates
internal import Livepatching
internal import ModuleLoading

/// Which modules break, for people and as JSON.
struct BreakageReport {
  let breakage: ModuleBreakage
  /// What was assumed about the new kernel, in words.
  let assumed: [String]
  let top: Int
  /// Whether modules that the old kernel refuses are listed.
  let showsRefused: Bool
  let showsReadable: Bool
  let terminal: Terminal

  /// How many modules break, and by what.
  var summary: String {
    let counts = breakage.summary
    var parts: [String] = []
    if counts.byLayout > 0 {
      let also =
        counts.byLayoutAndGone > 0
        ? ", of these \(grouped(counts.byLayoutAndGone)) also by what is gone" : ""
      parts.append("\(grouped(counts.byLayout)) by module_layout\(also)")
    }
    if counts.byGone > 0 { parts.append("\(grouped(counts.byGone)) by what is gone") }
    if counts.bySymbols > 0 { parts.append("\(grouped(counts.bySymbols)) by what they use") }
    if counts.byStructure > 0 {
      parts.append("\(grouped(counts.byStructure)) by the size of struct module")
    }
    if counts.byVermagic > 0 { parts.append("\(grouped(counts.byVermagic)) by vermagic") }
    if counts.byOther > 0 { parts.append("\(grouped(counts.byOther)) for other reasons") }
    let details = parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
    let modules = breakage.loadingCount == 1 ? "module breaks" : "modules break"
    return "\(grouped(breakage.modules.count)) of \(grouped(breakage.loadingCount)) \(modules)"
      + details + refused
  }

  /// How many modules the old kernel refuses, too.
  private var refused: String {
    let count = breakage.refused.count
    if count == 0 { return "" }
    return "; \(grouped(count)) of \(grouped(count + breakage.loadingCount)) "
      + "\(count == 1 ? "does" : "do") not load on the old kernel either"
  }

  /// What is wrong with files that are not modules, or cannot be read.
  var complaints: [String] {
    breakage.errors.map(\.explained)
      + breakage.others.map { other in
        "\(other.path): \(other.causes.first { $0.code == .notAModule }?.words ?? other.firstLine)"
      }
  }

  var status: ExitStatus {
    complaints.isEmpty ? breakage.modules.isEmpty ? .yes : .no : .trouble
  }

  func write(to output: inout OutputBuffer) {
    writeRefused(to: &output)
    guard !breakage.modules.isEmpty else { return }
    let ranked = breakage.ranked
    writeReasons(ranked.filter { $0.reason.kind == .gone }, "gone, and needed by", to: &output)
    writeReasons(
      ranked.filter { $0.reason.kind != .gone }, "changes that break most modules", to: &output)
    output.append(
      "\n" + terminal.strong("modules that break (\(grouped(breakage.modules.count)))") + "\n")
    var columns = Columns(indentation: "  ")
    for module in breakage.modules.prefix(top) {
      let others = module.reasons.count - 1
      columns.add([
        plain(module.outcome.name), plain(module.reasons.first.map(words) ?? ""),
        others > 0 ? terminal.faint("and \(grouped(others)) more") : "",
      ])
    }
    columns.write(to: &output)
    if breakage.modules.count > top {
      output.append(
        "  \(Sign.ellipsis) \(grouped(breakage.modules.count - top)) more (--verbose lists them)\n")
    }
  }

  /// Modules that the old kernel refuses, too, and why.
  private func writeRefused(to output: inout OutputBuffer) {
    guard showsRefused, !breakage.refused.isEmpty else { return }
    let count = grouped(breakage.refused.count)
    output.append(
      "\n" + terminal.strong("modules that do not load on the old kernel (\(count))") + "\n")
    var columns = Columns(indentation: "  ")
    for outcome in breakage.refused {
      columns.add([plain(outcome.name), plain(outcome.firstLine)])
    }
    columns.write(to: &output)
  }

  private func writeReasons(
    _ ranked: [(reason: ModuleBreakage.Reason, modules: [Int])], _ title: String,
    to output: inout OutputBuffer
  ) {
    guard !ranked.isEmpty else { return }
    output.append("\n" + terminal.strong("\(title) (\(grouped(ranked.count)))") + "\n")
    var columns = Columns(indentation: "  ")
    for (reason, modules) in ranked.prefix(top) {
      let names = modules.prefix(3).map { plain(breakage.modules[$0].outcome.name) }
      columns.add([
        plain(words(reason)), counted(modules.count, "module"),
        terminal.faint(
          names.joined(separator: ", ") + (modules.count > 3 ? ", \(Sign.ellipsis)" : "")),
      ])
    }
    columns.write(to: &output)
    if ranked.count > top {
      output.append(
        "  \(Sign.ellipsis) \(grouped(ranked.count - top)) more (--verbose lists them)\n")
    }
  }

  func words(_ reason: ModuleBreakage.Reason) -> String {
    let name = showsReadable ? readableName(reason.text) ?? reason.text : reason.text
    switch reason.kind {
    case .version: return "\(name): another version"
    case .gone: return "\(name): gone"
    case .gplOnly: return "\(name): now for GPL-compatible modules only"
    case .namespace: return "\(name): in a namespace that is not imported"
    case .vermagic, .structure, .other: return reason.text
    }
  }

  func writeJSON(to output: inout OutputBuffer) {
    output.member("modules", object: breakage) { breakage, output in
      output.member("read", optional: breakage.count)
      output.member("loadOnOld", optional: breakage.loadingCount)
      output.member("break", optional: breakage.modules.count)
      output.member("unreadable", complaints)
      output.member("assumed", assumed)
    }
    output.member("broken", objects: breakage.modules) { module, output in
      output.member("module", module.outcome.path)
      output.member("name", module.outcome.name)
      output.member("errno", optional: module.outcome.errno?.name)
      output.member("log", module.outcome.log)
      output.member("reasons", objects: module.reasons) { reason, output in
        output.member("kind", reason.kind.word)
        output.member(reason.kind.isOfSymbol ? "symbol" : "words", reason.text)
      }
    }
    output.member("refusedOnOld", objects: breakage.refused) { outcome, output in
      output.member("module", outcome.path)
      output.member("name", outcome.name)
      output.member("errno", optional: outcome.errno?.name)
      output.member("log", outcome.log)
    }
    output.member("ranked", objects: breakage.ranked) { ranked, output in
      output.member("kind", ranked.reason.kind.word)
      output.member(ranked.reason.kind.isOfSymbol ? "symbol" : "words", ranked.reason.text)
      output.member("modules", optional: ranked.modules.count)
    }
  }
}

extension ModuleBreakage.Reason.Kind {
  fileprivate var word: String {
    switch self {
    case .version: "version"
    case .gone: "gone"
    case .gplOnly: "gpl-only"
    case .namespace: "namespace"
    case .vermagic: "vermagic"
    case .structure: "structure"
    case .other: "other"
    }
  }
}
