internal import ArgumentParser
internal import ByteStorage
internal import Kallsyms
internal import KernelReleases
internal import Kernels
internal import NameTranslation
internal import SymbolSpelling
internal import SymbolTables

/// What `--for` takes: an interface, or all of them.
struct SpellingChoice: ExpressibleByArgument {
  let interfaces: [SymbolInterface]

  init?(argument: String) {
    if argument == "all" {
      interfaces = SymbolInterface.allCases
    } else if let interface = SymbolInterface(rawValue: argument) {
      interfaces = [interface]
    } else {
      return nil
    }
  }

  static var allValueStrings: [String] { SymbolInterface.allCases.map(\.rawValue) + ["all"] }
}

/// Prints how interfaces take a symbol: the bare spelling for one interface, a table for all.
struct SpellingPrinter {
  let speller: SymbolSpeller
  let choice: SpellingChoice
  let isJSON: Bool
  let terminal: Terminal

  init(
    _ choice: SpellingChoice, _ index: SymbolIndex, _ source: KernelSymbolSource,
    release: KernelRelease?, configuration: LookupEra.Configuration, isJSON: Bool,
    terminal: Terminal
  ) {
    let facts = SymbolSpeller.Kernel(
      release: release, wordBits: source.addressWidth * 4, configuration: configuration,
      isRunning: source.hasRunningAddresses, sites: source.probeSites)
    speller = SymbolSpeller(index, kernel: facts, interfaces: choice.interfaces)
    self.choice = choice
    self.isJSON = isJSON
    self.terminal = terminal
  }

  /// Writes the spellings of one symbol, or of a place in it. Returns whether every interface asked for can
  /// take it.
  func write(_ key: String, _ found: FoundSymbol, to output: inout OutputBuffer) -> Bool {
    let symbol = found.index
    let spellings = choice.interfaces.map {
      speller.spelling(of: symbol, at: found.offset ?? 0, for: $0)
    }
    if isJSON {
      for spelling in spellings { writeJSON(key, found, spelling, to: &output) }
    } else if let spelling = spellings.first, spellings.count == 1 {
      // What is written for one interface can be piped into it.
      if let text = spelling.text { output.append(plain(text) + "\n") }
      Terminal.write(&output)
      let name = speller.index.table.name(at: symbol).text
      let label = name.hasPrefix(key + ".") ? name : key
      for line in notes(spelling) { Terminal.complain("\(label): \(line)") }
    } else {
      let name = speller.index.table.name(at: symbol).text
      let place = found.offset.map { $0 == 0 ? "" : "+" + hexadecimal($0) } ?? ""
      output.append(terminal.strong(plain(name + place)) + "\n")
      for spelling in spellings {
        let label = spelling.interface.rawValue
        output.append("  \(padded(label, to: 12))\(spelling.text.map { plain($0) } ?? "-")\n")
        for line in notes(spelling) {
          output.append(String(repeating: " ", count: 14) + terminal.faint(plain(line)) + "\n")
        }
      }
    }
    return !spellings.contains { $0.text == nil }
  }

  private func notes(_ spelling: SymbolSpelling) -> [String] {
    (spelling.problemWords.map { ["cannot: \($0)"] } ?? []) + spelling.remarkWords
  }

  private func writeJSON(
    _ key: String, _ found: FoundSymbol, _ spelling: SymbolSpelling, to output: inout OutputBuffer
  ) {
    let table = speller.index.table
    let symbol = found.index
    output.beginObject()
    output.member("key", key)
    output.member("linkage", table.name(at: symbol).text)
    output.member("owner", table.owner(at: symbol))
    output.member("address", hexadecimal(table.addresses[symbol]))
    output.member("offset", optional: found.offset.map { Int(clamping: $0) })
    output.member("interface", spelling.interface.rawValue)
    output.member("text", optional: spelling.text)
    output.member("reason", optional: spelling.problemWords)
    output.member("remarks", spelling.remarkWords)
    output.member("reasonCode", optional: spelling.problem?.code.rawValue)
    output.member("remarkCodes", spelling.remarks.map(\.code.rawValue))
    output.member("assumed", speller.kernel.basis.assumptions)
    output.endLine()
  }
}
