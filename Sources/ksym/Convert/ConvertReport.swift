internal import ByteStorage
internal import KernelReleases
internal import Modpost
internal import ModuleLoading
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
    if let error = result.error {
      Terminal.write(&output)
      Terminal.complain(error)
      if let hint = ConvertReport.hint(for: error) { Terminal.complain(hint) }
    }
    for notice in result.converted?.notices ?? [] {
      if notice == .releaseCounts { withoutBasic += 1 }
      guard let words = ConvertReport.words(for: notice) else { continue }
      if words.isWarning || isVerbose {
        Terminal.write(&output)
        Terminal.complain("\(result.module): \(words.text)")
      }
    }
    if isSilent { return }
    if isJSON { writeJSON(result) } else { writeText(result) }
    if output.bytes.count > 1 << 15 { Terminal.write(&output) }
  }

  mutating func finish() {
    Terminal.write(&output)
    guard withoutBasic > 0, !isVerbose, let words = ConvertReport.words(for: .releaseCounts) else {
      return
    }
    Terminal.complain("\(withoutBasic) \(withoutBasic == 1 ? "module" : "modules"): \(words.text)")
  }

  private mutating func writeText(_ result: ConvertJob.Result) {
    guard result.error == nil else { return }
    guard let module = result.converted else {
      if let target = result.output { output.append("\(plain(target))\n") }
      return
    }
    let before = module.before.isEmpty ? "none" : module.before.joined(separator: " and ")
    let after = module.after.isEmpty ? "none" : module.after.joined(separator: " and ")
    var line = "\(plain(result.module)): "
    line += before == after ? after : "\(before) → \(after)"
    line += ", \(module.count) versions"
    for notice in module.notices { line += ConvertReport.summary(of: notice) ?? "" }
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
      output.member("before", module.before)
      output.member("after", module.after)
      output.member("versions", optional: module.count)
      output.member("changed", module.isChanged)
      output.member("signed", module.isSigned)
    }
    output.member("compression", optional: result.compression?.rawValue)
    output.key("notices")
    output.beginArray()
    for notice in result.converted?.notices ?? [] {
      guard let words = ConvertReport.words(for: notice) else { continue }
      output.beginObject()
      output.member("what", words.what)
      output.member("text", words.text)
      output.member("names", words.names)
      output.endObject()
    }
    output.endArray()
    output.member("error", optional: result.error)
    output.endLine()
  }

  private static func hint(for error: String) -> String? {
    if error.hasSuffix("the signature would be invalid") {
      return "hint: --drop-signature takes it off, --sign makes a new one, --signature-from puts "
        + "back one that fits"
    }
    if error.contains(" longer than ") {
      return "hint: --drop-unrepresentable leaves them out; --to both keeps them in the extended "
        + "table"
    }
    return nil
  }
}

extension ConvertReport {
  /// A notice in words.
  struct Words {
    let what: String
    let text: String
    var names: [String] = []
    var isWarning = true
  }

  /// A notice in a few words of the module's line; `nil` if it is not part of that.
  static func summary(of notice: ConvertedModule.Notice) -> String? {
    switch notice {
    case .retargeted(let count): ", \(count) \(count == 1 ? "CRC" : "CRCs") changed"
    case .added(let names): ", \(names.count) added"
    case .pruned(let names): ", \(names.count) removed"
    case .leftOut(let names): ", \(names.count) left out"
    case .signatureDropped: ", signature off"
    default: nil
    }
  }

  static func words(for notice: ConvertedModule.Notice) -> Words? {
    func list(_ names: [String]) -> String { names.joined(separator: ", ") }
    let extended = ReleaseTrait.readsExtendedVersions.range
    let withoutLeave = LoaderBehaviour.table.range(of: .acceptsMissingVersions)?.before.words ?? ""
    switch notice {
    case .leftOut(let names):
      return Words(
        what: "left-out",
        text: "warning: left out of __versions: \(list(names)). Of a symbol without a version "
          + "Debian's kernels, and all \(withoutLeave), say \"no symbol version for\" it and refuse the "
          + "module; others accept it unchecked, with one warning; where extended tables are read "
          + "(\(extended.words)) and present, __versions does not matter",
        names: names)
    case .retargeted(let count):
      return Words(
        what: "retargeted", text: "\(count) \(count == 1 ? "CRC" : "CRCs") changed",
        isWarning: false)
    case .added(let names):
      return Words(what: "added", text: "added: \(list(names))", names: names, isWarning: false)
    case .pruned(let names):
      return Words(what: "pruned", text: "removed: \(list(names))", names: names, isWarning: false)
    case .kept(let names):
      return Words(
        what: "kept", text: "warning: not exported there, CRC kept: \(list(names))", names: names)
    case .stillMissing(let names):
      return Words(
        what: "still-missing", text: "warning: not exported there, no version: \(list(names))",
        names: names)
    case .notRequired(let names):
      return Words(
        what: "not-required", text: "warning: not required here: \(list(names))", names: names)
    case .signatureDropped:
      return Words(what: "signature-dropped", text: "the signature is off", isWarning: false)
    case .releaseCounts:
      return Words(
        what: "release-counts",
        text:
          "without __versions kernels \(extended.before.words) find no versions, and are tainted (F) or refuse "
          + "the module; later ones compare the whole vermagic, with the kernel's release",
        isWarning: false)
    }
  }
}
