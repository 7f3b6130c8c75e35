internal import ArgumentParser
internal import ByteStorage
internal import SymtypesFormat
internal import TypeVersions

/// The types that make versions of symbols differ, each with the way from the symbol to it.
struct TypesExplainReport {
  private struct Difference: Hashable {
    let key: Int
    let old: Int
    let new: Int
  }

  let isJSON: Bool
  let terminal: Terminal
  /// The versions that the two sides record, if they do.
  var recorded: [RecordedVersions]?
  private var output = OutputBuffer()
  private var status = ExitStatus.yes
  /// The symbol that a difference was shown for.
  private var shown: [Difference: String] = [:]

  init(isJSON: Bool, terminal: Terminal) {
    self.isJSON = isJSON
    self.terminal = terminal
  }

  mutating func add(
    _ symbol: String, _ old: SymtypesTree, _ new: SymtypesTree, _ source: TypesSource,
    _ comparison: inout TypeChanges, isSelected: Bool
  ) throws {
    let bytes = Array(symbol.utf8)
    let key = source.store.keys.find(bytes.rawSpan)
    let (first, second) = (
      key.flatMap { old.file(ofExport: $0) }, key.flatMap { new.file(ofExport: $0) }
    )
    guard let key, let first, let second else {
      let side = first != nil ? "the new side" : second != nil ? "the old side" : "either side"
      Terminal.write(&output)
      let advice = " (give exported symbols; ksym types show shows types)"
      Terminal.complain(
        "\(symbol): not on \(side)" + (symbol.utf8.contains(0x20) ? advice : ""))
      status = .trouble
      return
    }
    let changes: [TypeChanges.Change]
    do throws(TypeVersionsError) {
      changes = try comparison.changes(
        ofExport: key, old: old.files[first], new: new.files[second], source.store)
    } catch { throw TypeVersionsFailure(path: "the types of \(symbol)", cause: error) }
    if !changes.isEmpty { status = max(status, .no) }
    if isJSON {
      writeJSON(symbol, changes, source, comparison)
    } else {
      write(symbol, changes, source, comparison, isSelected: isSelected)
    }
    noteVersions(symbol, differs: !changes.isEmpty)
    if output.bytes.count > 1 << 16 { Terminal.write(&output) }
  }

  /// Reports where the versions that both sides record do not go with what was found: genksyms, from
  /// which most kernels have theirs, looks at other things.
  private mutating func noteVersions(_ symbol: String, differs: Bool) {
    guard let recorded, let old = recorded[0].crcs[symbol], let new = recorded[1].crcs[symbol],
      (old != new) != differs
    else { return }
    Terminal.write(&output)
    Terminal.complain(
      differs
        ? "\(symbol): both sides record the version \(checksum(old)): these types did not change it"
        : "\(symbol): the sides record the versions \(checksum(old)) and \(checksum(new)), and no type "
          + "differs in what gendwarfksyms looks at")
  }

  /// Reports those of some exports that several files of a side describe.
  func noteDuplicates(
    of symbols: [String], _ tree: SymtypesTree, _ side: String, _ source: TypesSource
  ) {
    guard !tree.duplicates.isEmpty else { return }
    let wanted = Set(symbols)
    for duplicate in tree.duplicates {
      let names = [duplicate.firstFile, duplicate.file].map {
        String(decoding: tree.files[$0].path, as: UTF8.self)
      }
      let symbol = source.store.keys.name(Int(duplicate.key)).text
      guard wanted.contains(symbol) else { continue }
      Terminal.complain(
        "\(side): \(plain(symbol)) is in \(plain(names[0])) and \(plain(names[1])): "
          + "the first counts")
    }
  }

  /// Says so where nothing differs.
  mutating func finish() -> ExitStatus {
    if status == .yes, !isJSON { output.append("no type differs\n") }
    Terminal.write(&output)
    return status
  }

  private static func difference(_ change: TypeChanges.Change, _ source: TypesSource)
    -> LineDifference
  {
    let difference = LineDifference(
      source.lines(change.old, ofKey: change.key), source.lines(change.new, ofKey: change.key))
    if difference.hasChanges { return difference }
    // What is nowhere in the lines, as the size of a pointer.
    let (old, new) = (source.store.text(change.old).text, source.store.text(change.new).text)
    return LineDifference([PlacedLine(old)], [PlacedLine(new)])
  }

  /// Changes to write for a symbol that were written for others, unless it was asked for by name.
  private static let mostRepeated = 4

  private mutating func write(
    _ symbol: String, _ changes: [TypeChanges.Change], _ source: TypesSource,
    _ comparison: borrowing TypeChanges, isSelected: Bool
  ) {
    var repeated = 0
    for change in changes {
      let difference = Difference(
        key: change.key, old: source.store.canonical(change.old),
        new: source.store.canonical(change.new))
      if shown[difference] != nil {
        repeated += 1
        if !isSelected, repeated > Self.mostRepeated { continue }
      }
      let chain = comparison.chain(to: change.key).map { $0.map { plain(source.name($0)) } ?? "…" }
      output.append(terminal.strong(chain.joined(separator: " → ")) + "\n")
      if let former = shown[difference] {
        output.append(terminal.faint("\tas for \(plain(former))") + "\n")
        continue
      }
      shown[difference] = symbol
      for line in Self.difference(change, source).lines { write(line) }
    }
    if !isSelected, repeated > Self.mostRepeated {
      let count = repeated - Self.mostRepeated
      output.append(terminal.faint("\tand \(count) more of those above") + "\n")
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
    _ symbol: String, _ changes: [TypeChanges.Change], _ source: TypesSource,
    _ comparison: borrowing TypeChanges
  ) {
    output.beginObject()
    output.member("symbol", symbol)
    output.member("changes", objects: changes) { change, json in
      json.member("type", source.name(change.key))
      json.member("chain", comparison.chain(to: change.key).map { $0.map(source.name) ?? "…" })
      json.member("lines", Self.difference(change, source).lines.map(\.marked))
    }
    output.endLine()
  }
}

extension LineDifference.Line {
  /// The line after a blank, minus or plus.
  var marked: String {
    switch self {
    case .same(let text): "  \(text)"
    case .removed(let text): "- \(text)"
    case .added(let text): "+ \(text)"
    case .gap: "  …"
    }
  }
}
