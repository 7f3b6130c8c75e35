internal import ByteStorage
internal import ModuleVersions
internal import VersionConversion

/// Formats what became of modules.
struct ConvertReport {
  let isJSON: Bool
  let isVerbose: Bool
  /// Whether standard output carries a module.
  let isSilent: Bool
  private(set) var status = ExitStatus.yes
  private var output = OutputBuffer(reserving: 1 << 16)
  /// Modules that lost `__versions`.
  private var withoutBasic = 0

  init(isJSON: Bool, isVerbose: Bool, isSilent: Bool) {
    self.isJSON = isJSON
    self.isVerbose = isVerbose
    self.isSilent = isSilent
  }

  mutating func describe(_ result: ConvertJob.Result) {
    status = max(status, result.status)
    if let failure = result.failure {
      Terminal.write(&output)
      Terminal.complain(failure.words)
      if let remedy = result.refusal?.remedy { Terminal.complain("hint: \(remedy)") }
    }
    for notice in result.converted?.notices ?? [] {
      if notice.code == .releaseCounts { withoutBasic += 1 }
      if notice.isWarning || isVerbose {
        Terminal.write(&output)
        Terminal.complain("\(result.module): \(notice.words)")
      }
    }
    if isSilent { return }
    if isJSON { writeJSON(result) } else { writeText(result) }
    if output.bytes.count > 1 << 15 { Terminal.write(&output) }
  }

  mutating func finish() {
    Terminal.write(&output)
    guard withoutBasic > 0, !isVerbose else { return }
    let words = ConvertedModule.Notice(.releaseCounts).words
    Terminal.complain("\(withoutBasic) \(withoutBasic == 1 ? "module" : "modules"): \(words)")
  }

  private mutating func writeText(_ result: ConvertJob.Result) {
    guard result.failure == nil else { return }
    guard let module = result.converted else {
      if let target = result.output { output.append("\(plain(target))\n") }
      return
    }
    let (before, after) = (module.before.words, module.after.words)
    var line = "\(plain(result.module)): "
    line += before == after ? after : "\(before) \(Sign.arrow) \(after)"
    line += ", \(module.count) versions"
    for notice in module.notices { line += notice.summary ?? "" }
    if module.isSigned { line += ", signed" }
    if !module.isChanged { line += ", unchanged" }
    if let target = result.output, target != result.module { line += " (\(plain(target)))" }
    output.append("\(line)\n")
  }

  private mutating func writeJSON(_ result: ConvertJob.Result) {
    output.beginObject()
    output.member("module", result.module)
    output.member("output", optional: result.output)
    if let module = result.converted {
      output.member("before", module.before.map(\.rawValue))
      output.member("after", module.after.map(\.rawValue))
      output.member("versions", optional: module.count)
      output.member("changed", module.isChanged)
      output.member("signed", module.isSigned)
    }
    output.member("compression", optional: result.compression?.rawValue)
    output.key("notices")
    output.beginArray()
    for notice in result.converted?.notices ?? [] {
      output.beginObject()
      output.member("what", notice.code.rawValue)
      output.member("text", notice.words)
      output.member("names", notice.names)
      output.endObject()
    }
    output.endArray()
    output.member("error", optional: result.failure?.words)
    output.member("errorCode", optional: result.refusal?.code.rawValue)
    output.endLine()
  }
}

extension [VersionLayout] {
  fileprivate var words: String {
    isEmpty ? "none" : map(\.rawValue).joined(separator: " and ")
  }
}
