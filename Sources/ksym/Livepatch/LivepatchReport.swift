internal import ByteStorage
internal import KernelReleases
internal import Livepatching
internal import ModuleLoading

struct LivepatchReport {
  private(set) var verdicts: VerdictReport
  /// The release by whose rules livepatches are judged, if it is not the kernel's own.
  private let era: String?
  private var counts: [LivepatchDecision.Verdict: Int] = [:]
  private var unreadable = 0

  init(_ verdicts: VerdictReport, era: String?) {
    self.verdicts = verdicts
    self.era = era
  }

  mutating func begin(path: String, release: String?) {
    verdicts.begin(path: path, release: release)
  }

  mutating func describe(_ answer: LoadAnswer<LivepatchOutcome>) {
    if answer.isPreloaded {
      verdicts.add(preloaded: answer.result.map(\.load))
      return
    }
    switch answer.result {
    case .failure(let error):
      unreadable += 1
      verdicts.add(unreadable: error)
    case .success(let outcome):
      counts[outcome.verdict, default: 0] += 1
      verdicts.add(
        outcome.load.path, outcome.verdict.rawValue, outcome.verdict.status, outcome.assumed)
      if verdicts.isJSON { writeJSON(outcome) } else if verdicts.writesText { writeText(outcome) }
      verdicts.flush()
    }
  }

  /// Writes what is left: the table of several kernels or the summary, and what was assumed.
  mutating func finish() { verdicts.finish(summary: summary) }

  /// The number of each answer, if there are several.
  private var summary: String {
    let total = counts.values.reduce(0, +)
    guard total + unreadable > 1 else { return "" }
    let words: [(LivepatchDecision.Verdict, String)] = [
      (.applies, "apply"), (.refused, "refused"), (.initFailed, "fail in init"),
      (.crashes, "crash the kernel"), (.undecided, "undecided"),
    ]
    var parts = words.compactMap { verdict, word in counts[verdict].map { "\($0) \(word)" } }
    if unreadable > 0 { parts.append("\(unreadable) unreadable") }
    let kernel = verdicts.release ?? verdicts.kernelPath
    return "\(total) modules on \(plain(kernel)): \(parts.joined(separator: ", "))\n"
  }

  // MARK: Text

  private mutating func writeText(_ outcome: LivepatchOutcome) {
    verdicts.writeHead(
      outcome.load.path, outcome.verdict.rawValue, outcome.verdict.status, width: 13, outcome.errno,
      outcome.log)
    var patched = outcome.functions[...]
    for object in outcome.patch?.objects ?? [] {
      let callbacks = object.callbacks.map(\.rawValue).joined(separator: ", ")
      let title = verdicts.terminal.strong(plain(object.title))
      verdicts.output.append("  \(title)\(callbacks.isEmpty ? "" : "  (\(callbacks))")\n")
      for function in object.functions {
        if let finding = patched.popFirst() { write(finding, "patches", function.newName) }
      }
    }
    for finding in outcome.symbols where verdicts.isVerbose || finding.status != .found {
      write(finding, "refers to", nil)
    }
    let silent = outcome.symbols.filter { $0.status == .found }.count
    if !verdicts.isVerbose, silent > 0 {
      verdicts.output.append("    refers to \(silent) symbols found\n")
    }
    verdicts.writeHints(outcome.advice.map(\.words) + outcome.load.causes.map(\.words))
  }

  private mutating func write(_ finding: LivepatchFinding, _ verb: String, _ new: String?) {
    var words = [finding.status == .found ? "" : verdicts.terminal.bad(finding.status.words)]
    if let address = finding.address { words.append(hexadecimal(address)) }
    if let place = finding.place { words.append(plain(place)) }
    if let size = finding.size { words.append("\(size) bytes") }
    if finding.count > 1 {
      words.append(
        finding.position == 0
          ? "\(finding.count) have the name" : "\(finding.position) of \(finding.count)")
    }
    if finding.isTraceable == false { words.append(verdicts.terminal.bad("no fentry site")) }
    if let new { words.append("by \(plain(new))\(finding.newSize.map { ", \($0) bytes" } ?? "")") }
    let object = verb == "patches" ? "" : " of \(plain(finding.object))"
    let details = words.filter { !$0.isEmpty }.joined(separator: ", ")
    let position = finding.position == 0 ? "" : ",\(finding.position)"
    verdicts.output.append(
      "    \(verb) \(verdicts.terminal.strong(plain(finding.name + position)))\(object): \(details)\n"
    )
  }

  // MARK: JSON

  private mutating func writeJSON(_ outcome: LivepatchOutcome) {
    var json = OutputBuffer()
    verdicts.json.writeHead(outcome.load, &json, era: .some(era))
    json.member("verdict", outcome.verdict.rawValue)
    json.member("errno", optional: outcome.errno?.name)
    json.member("log", outcome.log)
    json.member("taints", outcome.load.taintLog)
    write(outcome.patch, &json)
    let functions = outcome.patch?.objects.flatMap(\.functions) ?? []
    json.member("functions", objects: zip(outcome.functions, functions)) { write($0.0, $0.1, &$1) }
    json.member("symbols", objects: outcome.symbols) { write($0, nil, &$1) }
    json.member("advice", outcome.advice.map(\.words))
    json.member("adviceCodes", outcome.advice.map(\.code.rawValue))
    verdicts.json.writeTail(outcome.load, outcome.assumed, &json)
    json.append(UInt8(ascii: "\n"))
    verdicts.output.append(json.bytes)
  }

  private func write(_ patch: Livepatch?, _ json: inout OutputBuffer) {
    let carrier: String?
    switch patch?.carrier {
    case .section(let name)?: carrier = name
    case .structures?: carrier = "klp_patch"
    case LivepatchCarrier.none?, nil: carrier = nil
    }
    json.member("carrier", optional: carrier)
    json.member("replaces", optional: patch?.replaces)
    json.member("states", patch?.hasStates ?? false)
    json.member("shadow", patch?.usesShadowVariables ?? false)
    json.member("objects", objects: patch?.objects ?? []) { object, json in
      json.member("name", object.title)
      json.member("callbacks", object.callbacks.map(\.rawValue))
    }
  }

  private func write(
    _ finding: LivepatchFinding, _ function: PatchedFunction?, _ json: inout OutputBuffer
  ) {
    json.member("object", finding.object)
    json.member("name", finding.name)
    json.member("sympos", optional: Int(clamping: finding.position))
    json.member("status", finding.status.rawValue)
    json.member("count", optional: finding.count)
    json.member("address", optional: finding.address.map { hexadecimal($0) })
    json.member("place", optional: finding.place)
    json.member("size", optional: finding.size.map { Int(clamping: $0) })
    if let function {
      json.member("new", optional: function.newName)
      json.member("newSize", optional: function.newSize.map { Int(clamping: $0) })
      json.member("traceable", optional: finding.isTraceable)
    }
  }
}

private typealias LivepatchCarrier = Livepatch.Carrier

extension LivepatchDecision.Verdict {
  fileprivate var status: ExitStatus {
    switch self {
    case .applies: .yes
    case .refused, .initFailed, .crashes: .no
    case .undecided: .trouble
    }
  }
}
