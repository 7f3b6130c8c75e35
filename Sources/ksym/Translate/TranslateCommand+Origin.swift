internal import ArgumentParser
internal import ByteStorage
internal import Kernels
internal import NameTranslation

extension TranslateCommand {
  /// Translates each part of the texts by the kernel that it names.
  func runByOrigin() throws {
    var status = ExitStatus.yes
    let known = nameFiles.read(limit: input.limit, &status)
    let options = options(colour.terminal)
    var report = TranslationReport(
      isJSON: json.isWanted, isVerbose: input.isVerbose, listsAmbiguous: ambiguous == .error, known)
    var kernels = OriginKernels(input)
    var counts = TranslationCounts()
    for path in files.isEmpty ? ["-"] : files {
      report.path = path
      if isName(path) {
        var translator = TextTranslator(options, directories: known.directories)
        if translator.translate(name: path, report: &report) { continue }
      }
      do throws(FileError) {
        var input = try TextInput(path, limit: input.limit)
        let text = try input.all()
        var line = 0
        for part in TextOrigin.parts(text.rawSpan) {
          let bytes = Array(text[part.range])
          let names = kernels.names(for: part.origin, in: path, line: line + 1)
          if names == nil, part.origin.isKnown || verify || addresses { status = .trouble }
          var translator = TextTranslator(
            options, sources: names?.sources ?? [],
            modules: names.flatMap { $0.hasModules ? $0 : nil }, directories: known.directories)
          translator.continueLines(after: line)
          if addresses {
            translator.translate(addressesIn: bytes, moved: kaslr, &report)
          } else {
            translator.translate(bytes.rawSpan) { report.write($0) }
          }
          translator.finish { report.write($0) }
          report.flush(&translator)
          counts += translator.counts
          line += bytes.count { $0 == 0x0a }
        }
      } catch {
        Terminal.complain(error.explained)
        status = .trouble
      }
    }
    try conclude(counts, report, known, status)
  }
}

/// The kernels that texts name, each opened once.
struct OriginKernels {
  private let input: InputOptions
  private var opened: [TextOrigin: NameSources?] = [:]

  init(_ input: InputOptions) { self.input = input }

  /// The names of the kernel of a part, by its build ID, else by its release, and says which; `nil` if it
  /// is not here.
  mutating func names(for origin: TextOrigin, in text: String, line: Int) -> NameSources? {
    if let known = opened[origin] { return known }
    var found: NameSources?
    if let identifier = origin.buildID, let path = place(["build-id:\(identifier)"]) {
      found = open(path, "by its build ID \(identifier)", text, line)
    }
    if found == nil, let release = origin.release,
      let path = place(["/lib/modules/\(release)", "/boot/vmlinuz-\(release)"])
        ?? (release == SystemIdentity.kernelRelease ? "running" : nil)
    {
      found = open(path, "by its release \(release)", text, line)
    }
    if found == nil {
      let name = origin.release ?? origin.buildID
      Terminal.complain(
        name.map { "\(text):\(line): the kernel of this text was not found: \($0)" }
          ?? "\(text): the text does not name its kernel")
    }
    opened[origin] = .some(found)
    return found
  }

  /// The first of some names that a kernel has.
  private func place(_ names: [String]) -> String? {
    for name in names {
      if let kernel = try? OpenKernel(name, limit: input.limit), !kernel.isModulesOnly {
        return kernel.path
      }
    }
    return nil
  }

  private func open(_ path: String, _ how: String, _ text: String, _ line: Int) -> NameSources? {
    guard let names = try? NameSources([path], input) else { return nil }
    Terminal.complain("\(text):\(line): kernel \(path) (\(how))")
    return names
  }
}
