internal import ByteStorage
internal import Livepatching
internal import ModuleLoading

/// Formats the answers of `ksym livepatch`.
struct LivepatchReport {
  let terminal: Terminal
  let isJSON: Bool
  let isVerbose: Bool
  /// Whether several kernels are asked, which gives a table.
  let isTable: Bool

  private(set) var status = ExitStatus.yes
  private var output = OutputBuffer(reserving: 1 << 14)
  private var kernelPath = ""
  private var release: String?
  private var era: String?
  private var matrix = VerdictMatrix()
  private var assumed: [LoadAssumption] = []

  init(terminal: Terminal, isJSON: Bool, isVerbose: Bool, isTable: Bool) {
    self.terminal = terminal
    self.isJSON = isJSON
    self.isVerbose = isVerbose
    self.isTable = isTable
  }

  /// What follows is about this kernel.
  mutating func begin(path: String, release: String?, era: String?) {
    (kernelPath, self.release, self.era) = (path, release, era)
    matrix.begin(release ?? path)
    if isTable, isVerbose, !isJSON { output.append("\(plain(release ?? path)):\n") }
  }

  mutating func describePreloaded(_ answer: ModuleChecker.Answer) {
    status = max(status, answer.complainIfNotPreloaded())
  }

  mutating func describe(_ answer: ModuleChecker.Answer) {
    switch answer {
    case .unreadable(let error):
      status = max(status, .trouble)
      Terminal.write(&output)
      Terminal.complain("\(error)")
    case .outcome(let outcome):
      switch outcome.livepatchVerdict {
      case .applies: break
      case .refused, .initFailed, .crashes: status = max(status, .no)
      case .undecided: status = max(status, .trouble)
      }
      matrix.add(outcome.path, colour(outcome.livepatchVerdict))
      for one in outcome.livepatchAssumptions where !assumed.contains(one) {
        assumed.append(one)
      }
      if isJSON {
        writeJSON(outcome)
      } else if !isTable || isVerbose {
        writeText(outcome)
      }
      if output.bytes.count > 1 << 15 { Terminal.write(&output) }
    }
  }

  /// Writes what is left: the table of several kernels, and what was assumed.
  mutating func finish() {
    if !isJSON {
      if isTable { matrix.write(to: &output) }
      if !assumed.isEmpty {
        output.append("\(terminal.faint("assumed: \(assumed.map(\.words).joined(separator: "; "))"))\n")
      }
    }
    Terminal.write(&output)
  }

  // MARK: Text

  private func colour(_ verdict: LivepatchDecision.Verdict) -> String {
    switch verdict {
    case .applies: terminal.good(verdict.rawValue)
    case .refused, .initFailed, .crashes: terminal.bad(verdict.rawValue)
    case .undecided: terminal.doubtful(verdict.rawValue)
    }
  }

  private mutating func writeText(_ outcome: LoadOutcome) {
    let verdict = outcome.livepatchVerdict
    let errno = outcome.livepatchErrno.map { "  \($0)" } ?? ""
    output.append("\(padded(colour(verdict), to: 13))\(plain(outcome.path))\(errno)\n")
    for line in outcome.livepatchLog { output.append("    \(plain(line))\n") }
    if let livepatch = outcome.livepatch {
      var patched = livepatch.functions[...]
      for object in livepatch.patch.objects {
        let callbacks = object.callbacks.map(\.rawValue).joined(separator: ", ")
        output.append(
          "  \(terminal.strong(plain(object.title)))\(callbacks.isEmpty ? "" : "  (\(callbacks))")\n"
        )
        for function in object.functions {
          if let finding = patched.popFirst() { write(finding, "patches", function.newName) }
        }
      }
      for finding in livepatch.symbols where isVerbose || finding.status != .found {
        write(finding, "refers to", nil)
      }
      let silent = livepatch.symbols.filter { $0.status == .found }.count
      if !isVerbose, silent > 0 { output.append("    refers to \(silent) symbols found\n") }
      for advice in livepatch.advice {
        output.append("  \(terminal.doubtful("=>")) \(plain(advice.words))\n")
      }
    }
    for cause in outcome.causes { output.append("  \(terminal.doubtful("=>")) \(plain(cause.words))\n") }
  }

  private mutating func write(_ finding: LivepatchFinding, _ verb: String, _ new: String?) {
    var words = [finding.status == .found ? "" : terminal.bad(finding.status.rawValue)]
    if let address = finding.address { words.append(hexadecimal(address)) }
    if let place = finding.place { words.append(plain(place)) }
    if let size = finding.size { words.append("\(size) bytes") }
    if finding.count > 1 { words.append("\(max(1, finding.position)) of \(finding.count)") }
    if finding.isTraceable == false { words.append(terminal.bad("no fentry site")) }
    if let new {
      words.append("by \(plain(new))\(finding.newSize.map { ", \($0) bytes" } ?? "")")
    }
    let object = verb == "patches" ? "" : " of \(plain(finding.object))"
    let told = words.filter { !$0.isEmpty }.joined(separator: ", ")
    let position = finding.position == 0 ? "" : ",\(finding.position)"
    output.append(
      "    \(verb) \(terminal.strong(plain(finding.name + position)))\(object): \(told)\n")
  }

  // MARK: JSON

  private mutating func writeJSON(_ outcome: LoadOutcome) {
    var json = OutputBuffer()
    json.beginObject()
    json.member("module", outcome.path)
    json.member("name", outcome.name)
    json.key("kernel")
    json.beginObject()
    json.member("path", kernelPath)
    json.member("release", optional: release)
    json.member("era", optional: era)
    json.endObject()
    json.member("verdict", outcome.livepatchVerdict.rawValue)
    json.member("errno", optional: outcome.livepatchErrno?.name)
    json.member("log", outcome.livepatchLog)
    json.member("taints", outcome.taintLog)
    let livepatch = outcome.livepatch
    write(livepatch?.patch, &json)
    json.key("functions")
    json.beginArray()
    let functions = livepatch?.patch.objects.flatMap(\.functions) ?? []
    for (finding, function) in zip(livepatch?.functions ?? [], functions) {
      write(finding, function, &json)
    }
    json.endArray()
    json.key("symbols")
    json.beginArray()
    for finding in livepatch?.symbols ?? [] { write(finding, nil, &json) }
    json.endArray()
    let advice = livepatch?.advice ?? []
    json.member("advice", advice.map(\.words))
    json.member("adviceCodes", advice.map(\.code.rawValue))
    json.member("causes", outcome.causes.map(\.words))
    json.member("causeCodes", outcome.causes.map(\.code.rawValue))
    json.member("assumed", outcome.livepatchAssumptions.map(\.words))
    json.member("assumedCodes", outcome.livepatchAssumptions.map(\.code.rawValue))
    json.endLine()
    output.append(json.bytes)
  }

  private func write(_ patch: Livepatch?, _ json: inout OutputBuffer) {
    let carrier: String?
    switch patch?.carrier {
    case .section(let name)?: carrier = name
    case .structures?: carrier = "klp_patch"
    case LivepatchCarrier.none?, nil: carrier = nil
    }
    json.member("carrier", optional: carrier)
    json.key("replaces")
    if let replaces = patch?.replaces { json.value(replaces) } else { json.null() }
    json.member("states", patch?.hasStates ?? false)
    json.member("shadow", patch?.usesShadowVariables ?? false)
    json.key("objects")
    json.beginArray()
    for object in patch?.objects ?? [] {
      json.beginObject()
      json.member("name", object.title)
      json.member("callbacks", object.callbacks.map(\.rawValue))
      json.endObject()
    }
    json.endArray()
  }

  private func write(
    _ finding: LivepatchFinding, _ function: PatchedFunction?, _ json: inout OutputBuffer
  ) {
    json.beginObject()
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
      json.key("traceable")
      if let traceable = finding.isTraceable { json.value(traceable) } else { json.null() }
    }
    json.endObject()
  }
}

private typealias LivepatchCarrier = Livepatch.Carrier
