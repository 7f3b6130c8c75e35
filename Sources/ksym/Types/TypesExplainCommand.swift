internal import ArgumentParser
internal import ByteStorage
internal import SymtypesFormat
internal import TypeVersions

struct TypesExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show why the version of a symbol changed: the types that differ.",
    usage: "ksym types explain --old <file> --new <file> [<options>] [<symbols> ...]",
    discussion: """
      Each side is debug information (an object, module or vmlinux of a -dbg package), or symtypes: a \
      file, a directory of a build, or a consolidated file. For each symbol, the types that differ are \
      shown with the way from the symbol to them. Without symbols, all that both sides export in \
      symtypes are compared, each difference once.

      Examples:
        ksym types explain --old symtypes-6.12.1 --new symtypes-6.12.2 kmalloc_caches
        ksym types explain --old old/vmlinux --new new/vmlinux kmalloc_caches

      JSON, one object a symbol: symbol, changes [{type, chain, lines}].

      Exit status: 0 no type differs; 1 types differ; 2 a file cannot be read, a symbol is not on \
      both sides, or there is nothing to compare.
      """)

  @Option(help: ArgumentHelp("The side before.", valueName: "file"), completion: .file())
  var old: String

  @Option(help: ArgumentHelp("The side after.", valueName: "file"), completion: .file())
  var new: String

  @Flag(help: "Apply kABI rules and conventions to debug information.") var stable = false

  @OptionGroup var json: JSONOption
  @OptionGroup var colour: ColourOption
  @OptionGroup var size: SizeOption

  @Argument(help: "Symbols.") var symbols: [String] = []

  func run() throws {
    do {
      var source = TypesSource(limit: size.limit, isStable: stable)
      let (old, new) = (
        try source.read(old, names: symbols), try source.read(new, names: symbols)
      )
      var report = TypesExplainReport(isJSON: json.isWanted, terminal: colour.terminal)
      let wanted = wanted(old, new, source)
      if wanted.isEmpty { throw Terminal.trouble(nothing(in: old, new)) }
      for symbol in wanted { report.add(symbol, old, new, source) }
      throw ExitCode(report.finish(isSelected: !symbols.isEmpty).rawValue)
    } catch let code as ExitCode { throw code } catch { throw Terminal.trouble(error.explained) }
  }

  /// Why there is nothing to compare.
  private func nothing(in old: SymtypesTree, _ new: SymtypesTree) -> String {
    let empty = [(self.old, old), (self.new, new)].filter { $0.1.exports.isEmpty }.map(\.0)
    guard !empty.isEmpty else { return "\(self.old) and \(self.new) have no export in common" }
    return "no exports in \(empty.joined(separator: " and ")): nothing to compare "
      + "(with debug information, give the symbols)"
  }

  private func wanted(
    _ old: SymtypesTree, _ new: SymtypesTree, _ source: TypesSource
  ) -> [String] {
    guard symbols.isEmpty else { return symbols }
    return old.exports.filter { new.file(ofExport: Int($0)) != nil }
      .map { source.store.keys.name(Int($0)).text }
  }
}

private struct TypesExplainReport {
  private struct Difference: Hashable {
    let key: Int
    let old: Int
    let new: Int
  }

  let isJSON: Bool
  let terminal: Terminal
  private var output = OutputBuffer()
  private var status = ExitStatus.yes
  /// The symbol that a difference was shown for.
  private var shown: [Difference: String] = [:]

  init(isJSON: Bool, terminal: Terminal) {
    self.isJSON = isJSON
    self.terminal = terminal
  }

  mutating func add(
    _ symbol: String, _ old: SymtypesTree, _ new: SymtypesTree, _ source: TypesSource
  ) {
    let bytes = Array(symbol.utf8)
    let key = source.store.keys.find(bytes.rawSpan)
    let (first, second) = (
      key.flatMap { old.file(ofExport: $0) }, key.flatMap { new.file(ofExport: $0) }
    )
    guard let key, let first, let second else {
      let side = first != nil ? "the new side" : second != nil ? "the old side" : "either side"
      Terminal.write(&output)
      Terminal.complain("\(symbol): not on \(side)")
      status = .trouble
      return
    }
    let changes = TypeChanges(
      ofExport: key, old: old.files[first], new: new.files[second], source.store
    ).changes
    if !changes.isEmpty { status = max(status, .no) }
    if isJSON {
      writeJSON(symbol, changes, source)
    } else {
      write(symbol, changes, source)
    }
    if output.bytes.count > 1 << 16 { Terminal.write(&output) }
  }

  /// With symbols given, says so where nothing differs.
  mutating func finish(isSelected: Bool) -> ExitStatus {
    if isSelected, status == .yes, !isJSON { output.append("no type differs\n") }
    Terminal.write(&output)
    return status
  }

  private static func difference(_ change: TypeChanges.Change, _ source: TypesSource)
    -> LineDifference
  {
    LineDifference(
      source.lines(change.old, ofKey: change.key), source.lines(change.new, ofKey: change.key))
  }

  private mutating func write(
    _ symbol: String, _ changes: [TypeChanges.Change], _ source: TypesSource
  ) {
    for change in changes {
      let chain = change.chain.map { plain(source.name($0)) }.joined(separator: " → ")
      output.append(terminal.strong(chain) + "\n")
      let difference = Difference(
        key: change.key, old: source.store.canonical(change.old),
        new: source.store.canonical(change.new))
      if let former = shown[difference] {
        output.append(terminal.faint("\tas for \(plain(former))") + "\n")
        continue
      }
      shown[difference] = symbol
      for line in Self.difference(change, source).lines { write(line) }
    }
  }

  private mutating func write(_ line: LineDifference.Line) {
    switch line {
    case .same(let text): output.append("  \(plainLine(text))\n")
    case .removed(let text):
      output.append(terminal.bad("- \(plainLine(text))") + "\n")
    case .added(let text):
      output.append(terminal.good("+ \(plainLine(text))") + "\n")
    case .gap: output.append(terminal.faint("  …") + "\n")
    }
  }

  private mutating func writeJSON(
    _ symbol: String, _ changes: [TypeChanges.Change], _ source: TypesSource
  ) {
    output.beginObject()
    output.member("symbol", symbol)
    output.member("changes", objects: changes) { change, json in
      json.member("type", source.name(change.key))
      json.member("chain", change.chain.map(source.name))
      json.member("lines", Self.difference(change, source).lines.map(\.marked))
    }
    output.endLine()
  }
}

extension LineDifference.Line {
  /// The line after a blank, minus or plus.
  fileprivate var marked: String {
    switch self {
    case .same(let text): "  \(text)"
    case .removed(let text): "- \(text)"
    case .added(let text): "+ \(text)"
    case .gap: "  …"
    }
  }
}
