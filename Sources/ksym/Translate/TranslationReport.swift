internal import ByteStorage
internal import Glibc
internal import NameTranslation

/// Writes what a translation gives: the text on standard output and findings on standard error, or
/// both as JSON.
struct TranslationReport {
  var path = "-"
  private let isJSON: Bool
  private let isVerbose: Bool
  private let listsAmbiguous: Bool
  private let names: KnownNames
  private var output = OutputBuffer()
  private let isOnTerminal = isatty(1) == 1

  /// Pieces up to this size are gathered, in bytes.
  private static let gathered = 1 << 15

  init(isJSON: Bool, isVerbose: Bool, listsAmbiguous: Bool, _ names: KnownNames) {
    self.isJSON = isJSON
    self.isVerbose = isVerbose
    self.listsAmbiguous = isVerbose || listsAmbiguous
    self.names = names
  }

  /// Takes a piece of the translated text.
  mutating func write(_ piece: RawSpan) {
    guard !isJSON else { return }
    if isOnTerminal {
      var safe = TerminalBytes(isForeign: true).escaped(piece)
      return Terminal.write(&safe)
    }
    if piece.byteCount < TranslationReport.gathered {
      output.append(piece)
      if output.bytes.count > TranslationReport.gathered { Terminal.write(&output) }
    } else {
      Terminal.write(&output)
      Terminal.write(piece)
    }
  }

  /// Writes what was gathered, and what there is to say.
  mutating func flush(_ translator: inout TextTranslator) {
    if isJSON { for name in translator.takeNames() { writeJSON(name) } }
    Terminal.write(&output)
    for (finding, line) in translator.takeLocatedFindings() {
      if case .directoryDamaged(let directory, let error) = finding {
        names.noteDamage(directory, error)
      } else if isJSON {
        writeJSON(finding, line)
      } else {
        complain(finding, line)
      }
    }
    Terminal.write(&output)
  }

  private func complain(_ finding: TranslationFinding, _ line: Int) {
    let place = line > 0 ? "\(path):\(line)" : path
    switch finding {
    case .ambiguous(let name, let names):
      guard listsAmbiguous else { return }
      Terminal.complain("\(path): \(name) is the name of \(names.joined(separator: ", "))")
    case .missing(let name, let module):
      guard isVerbose else { return }
      let words =
        module.map {
          " [\($0)]: not found: -k and --names give no such module, or it lacks the name"
        } ?? ": not found in what -k and --names give"
      Terminal.complain("\(path): \(name)\(words)")
    case .directoryDamaged: break
    case .sizeDiffers(let token, let sizes):
      let known = sizes.map { hexadecimal($0) }.joined(separator: " or ")
      Terminal.complain("\(place): not of this kernel: \(token): the size is \(known) there")
    case .unknown(let token):
      Terminal.complain("\(place): not of this kernel: \(token): no such symbol")
    case .releaseDiffers(let text, let kernel):
      Terminal.complain("\(place): not of this kernel: release \(text), not \(kernel)")
    case .buildIDDiffers(let text, let kernel):
      Terminal.complain("\(place): not of this kernel: build ID \(text), not \(kernel)")
    }
  }

  /// Says how many lines were passed on as they are.
  func complain(ofLongLines count: Int) {
    guard count > 0 else { return }
    let limit = TextTranslator.longestLine >> 20
    Terminal.complain(
      count == 1
        ? "1 line is longer than \(limit) MiB and stays as it is"
        : "\(count) lines are longer than \(limit) MiB and stay as they are")
  }

  /// Says how many addresses stay because the text is of another kernel.
  func complain(ofForeignAddresses count: Int) {
    guard count > 0 else { return }
    let words = count == 1 ? "1 address gets no name" : "\(grouped(count)) addresses get no names"
    Terminal.complain(
      "\(words): the text says that it is of another kernel than those given (-k auto looks for it)"
    )
  }

  /// Says that messages were passed over, if there were any.
  func complain(ofByteMessages isWanted: Bool) {
    guard isWanted else { return }
    Terminal.complain(
      "messages that are arrays of bytes stay as they are: journalctl writes those with control characters so "
        + "(-o short or -o cat writes text)")
  }

  func summarise(_ counts: TranslationCounts) {
    var words = "\(counts.names) names found, \(counts.translated) rewritten"
    if counts.ambiguous > 0 { words += ", \(counts.ambiguous) ambiguous" }
    if counts.missing > 0 { words += ", \(counts.missing) not found" }
    if counts.namedAddresses + counts.unnamedAddresses > 0 {
      words += ", \(counts.namedAddresses) addresses named, \(counts.unnamedAddresses) not"
    }
    if counts.verified > 0 {
      words += ", \(counts.verified) compared, \(counts.contradicted) disagree"
    }
    Terminal.complain(words)
  }

  private mutating func writeJSON(_ name: TextName) {
    output.beginObject()
    output.member("file", path)
    output.member("line", optional: name.line)
    output.member("column", optional: name.column + 1)
    output.member("surface", name.surface.rawValue)
    output.member("text", name.text)
    output.member("translation", optional: name.translation)
    output.member("linkage", name.linkageNames)
    output.member("offset", optional: name.offset.map { Int(clamping: $0) })
    output.member("size", optional: name.size.map { Int(clamping: $0) })
    output.member("module", optional: name.module)
    output.member("addresses", name.addresses.map { hexadecimal($0) })
    if !name.places.isEmpty { output.member("places", name.places) }
    output.endLine()
  }

  private mutating func writeJSON(_ finding: TranslationFinding, _ line: Int) {
    output.beginObject()
    output.member("file", path)
    if line > 0 { output.member("line", optional: line) }
    switch finding {
    case .ambiguous(let name, let names):
      output.member("finding", "ambiguous")
      output.member("name", name)
      output.member("linkage", names)
    case .missing(let name, let module):
      output.member("finding", "missing")
      output.member("name", name)
      output.member("module", optional: module)
    case .directoryDamaged: break
    case .sizeDiffers(let token, let sizes):
      output.member("finding", "size")
      output.member("token", token)
      output.member("sizes", sizes.map { hexadecimal($0) })
    case .unknown(let token):
      output.member("finding", "unknown")
      output.member("token", token)
    case .releaseDiffers(let text, let kernel):
      output.member("finding", "release")
      output.member("text", text)
      output.member("kernel", kernel)
    case .buildIDDiffers(let text, let kernel):
      output.member("finding", "build-id")
      output.member("text", text)
      output.member("kernel", kernel)
    }
    output.endLine()
  }
}

extension Terminal {
  /// As ``write(_:)-(OutputBuffer)``, without gathering.
  static func write(_ piece: RawSpan) {
    if !piece.write(to: 1) {
      if errno != EPIPE { complain("cannot write to standard output") }
      exit(errno == EPIPE ? 0 : ExitStatus.trouble.rawValue)
    }
  }
}
