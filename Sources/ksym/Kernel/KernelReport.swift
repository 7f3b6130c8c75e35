internal import ByteStorage
internal import ELFFormat
internal import Kallsyms
internal import KernelImages
internal import KernelReleases
internal import Kernels
internal import ModuleFiles
internal import ModuleTrust
internal import ModuleVersions
internal import SymbolTables

struct KernelReport {
  let terminal: Terminal
  let isVerbose: Bool
  private(set) var status = ExitStatus.yes
  var output = OutputBuffer(reserving: 1 << 14)
  private var hasWritten = false

  static func labelled(_ label: String) -> String { padded(label, to: 14) + " " }

  init(terminal: Terminal, isVerbose: Bool) {
    self.terminal = terminal
    self.isVerbose = isVerbose
  }

  mutating func complain(_ line: String) {
    Terminal.write(&output)
    Terminal.complain(line)
    status = max(status, .trouble)
  }

  mutating func finish() { Terminal.write(&output) }

  mutating func printConfig(of facts: KernelFacts) {
    guard let config = facts.config else {
      // What could not be read may be there.
      if let note = facts.notes.first(where: { $0.hidesConfiguration }) {
        return complain(note.words)
      }
      Terminal.write(&output)
      Terminal.complain("\(facts.path): no configuration, neither embedded nor beside it")
      status = max(status, .no)
      return
    }
    if isVerbose { Terminal.complain("\(facts.path): configuration from \(config.source.words)") }
    output.append(config.value.text)
    if config.value.text.last != 0x0a { output.append(0x0a) }
    Terminal.writeMachineLines(&output)
  }

  mutating func printCertificates(_ trust: KernelTrust, of facts: KernelFacts) {
    guard !trust.encoded.isEmpty else {
      Terminal.write(&output)
      Terminal.complain("\(facts.path): no built-in certificates were found")
      status = max(status, .no)
      return
    }
    for certificate in trust.encoded { output.append(CertificateFile.text(of: certificate)) }
    Terminal.write(&output)
  }

  mutating func writeText(_ facts: KernelFacts, _ trust: KernelTrust) {
    if hasWritten { output.append(0x0a) }
    hasWritten = true
    output.append("\(terminal.strong(plain(facts.path)))\n")
    line(
      "container", facts.layers?.value.joined(separator: " \(Sign.inside) "), facts.layers?.source,
      facts)
    line("architecture", KernelReport.architecture(facts), facts.machine?.source, facts)
    line("release", facts.release?.value, facts.release?.source, facts)
    line("banner", facts.banner?.value.text, facts.banner?.source, facts)
    line("build ID", facts.buildID?.value.hexadecimal, facts.buildID?.source, facts)
    writeDump(facts)
    line("vermagic", facts.vermagic.map { "'\($0.value)'" }, facts.vermagic?.source, facts)
    writeSymbols(facts)
    writeExports(facts)
    writeConfig(facts)
    for (index, certificate) in trust.certificates.enumerated() {
      let place = facts.layers?.source ?? FactSource(facts.path)
      line(index == 0 ? "certificates" : "", certificate.words, place, facts)
    }
    line("signatures", trust.policy?.words, facts.config?.source, facts)
    line(
      "struct module", facts.moduleStructureSize.map { "\($0.value) bytes" },
      facts.moduleStructureSize?.source, facts)
    let count = facts.moduleCount.map { "\(grouped($0)) modules" } ?? "modules"
    line("modules", facts.moduleTree.map { "\(count) in \($0)" }, nil, facts)
    for note in facts.notes { line("note", note.words, nil, facts) }
    Terminal.write(&output)
  }

  private mutating func writeDump(_ facts: KernelFacts) {
    guard let dump = facts.dump?.value else { return }
    var words = [KernelReport.words(for: dump.form)]
    if dump.isIncomplete { words.append("incomplete") }
    line("dump", words.joined(separator: ", "), facts.dump?.source, facts)
    let path = facts.dump?.source.path ?? ""
    let note = dump.information == nil ? nil : FactSource(.vmcoreInformation, path)
    line("KASLR offset", dump.kernelOffset.map { hexadecimal($0) }, note, facts)
    let physical = dump.physicalTextAddress.map { ", physical \(hexadecimal($0))" } ?? ""
    line("kernel at", dump.textAddress.map { "\(hexadecimal($0))\(physical)" }, note, facts)
    line("page size", dump.information?.pageSize.map { "\($0) bytes" }, note, facts)
  }

  private mutating func writeSymbols(_ facts: KernelFacts) {
    guard let symbols = facts.symbols?.value, let source = facts.symbols?.source else { return }
    var words = "\(grouped(symbols.count)) of the kernel"
    if symbols.moduleSymbolCount > 0 {
      words += ", \(grouped(symbols.moduleSymbolCount)) of modules"
    }
    if symbols.tables == nil, symbols.exportCount > 0 {
      words += ", \(grouped(symbols.exportCount)) exported"
    }
    line("symbols", words, source, facts)
    if facts.dump == nil, let offset = symbols.kernelOffset, offset.value != 0 {
      line("KASLR offset", hexadecimal(offset.value), offset.source, facts)
    }
    guard let tables = symbols.tables else { return }
    line("kallsyms", KernelReport.words(for: tables, symbols), source, facts)
    line("table order", symbols.order.joined(separator: ", "), source, facts)
  }

  private mutating func writeExports(_ facts: KernelFacts) {
    guard let exports = facts.exports else {
      line("exports", nil, nil, facts)
      return
    }
    let counts = ExportCounts(exports.value)
    var words = ["\(grouped(counts.all)) symbols", "\(grouped(counts.gplOnly)) GPL-only"]
    if counts.namespaced > 0 { words.append("\(grouped(counts.namespaced)) in namespaces") }
    line("exports", words.joined(separator: ", "), exports.source, facts)
    guard let form = exports.value.form else { return }
    let entries = form.entries
    var layout = "\(entries.entrySize) bytes, "
    layout += entries.isPlaceRelative ? "place-relative" : "absolute"
    layout += entries.hasNamespace ? ", with namespace" : ", without namespace"
    layout += form.hasFlagTable ? ", licences in __kflagstab" : ", GPL-only ones in own table"
    line("export entries", layout, exports.source, facts)
    line("export CRCs", KernelReport.words(for: form.crcs), exports.source, facts)
  }

  private mutating func writeConfig(_ facts: KernelFacts) {
    guard let config = facts.config else {
      line("config", nil, nil, facts)
      return
    }
    let lines = config.value.text.split(separator: 0x0a).filter { $0.starts(with: "CONFIG_".utf8) }
    let isEmbedded = KernelReport.isEmbedded(facts)
    let place =
      isEmbedded ? "embedded" : config.source.path == facts.path ? "this file" : "beside it"
    let words = "\(place), \(grouped(lines.count)) options set"
    line("config", words, isEmbedded ? nil : config.source, facts)
    writeVersions(config.value, facts)
  }

  private mutating func writeVersions(_ config: KernelConfig, _ facts: KernelFacts) {
    let options = ModversionsOptions(config, of: facts)
    var words = "off"
    if options.isEnabled {
      words = "\(options.generator?.rawValue ?? ""); modules get "
      words += options.writes.isEmpty ? "none" : names(options.writes)
      words += "; the loader reads \(names(options.reads))"
    }
    line("modversions", words, nil, facts)
    writeLayouts(config, facts)
    var row = ""
    var isFirst = true
    for (name, value) in KernelReport.options(config) {
      let word = "\(name)=\(value)"
      if !row.isEmpty, row.utf8.count + word.utf8.count > 78 {
        option(row, isFirst: isFirst)
        (row, isFirst) = ("", false)
      }
      row += row.isEmpty ? word : "  \(word)"
    }
    if !row.isEmpty { option(row, isFirst: isFirst) }
  }

  private mutating func option(_ row: String, isFirst: Bool) {
    output.append("  \(KernelReport.labelled(isFirst ? "options" : ""))\(row)\n")
  }

  /// A label, the fact, and its source where that is another than the kernel's path.
  private mutating func line(
    _ label: String, _ value: String?, _ source: FactSource?, _ facts: KernelFacts
  ) {
    guard value != nil || isVerbose || KernelReport.isEssential(label) else { return }
    output.append("  \(KernelReport.labelled(label))")
    output.append(value.map(visible) ?? terminal.faint("not found"))
    if value != nil, let source, isVerbose || source != FactSource(facts.path) {
      output.append("  \(terminal.faint("(\(plain(KernelReport.short(source, facts))))"))")
    }
    output.append(0x0a)
  }

  /// A source, without the path when it is a part of the kernel's own file, or one of its modules.
  private static func short(_ source: FactSource, _ facts: KernelFacts) -> String {
    if let tree = facts.moduleTree, source.code == .file, source.path.hasPrefix("\(tree)/"),
      ModulePaths.isModuleName(source.path)
    {
      return "module \(source.path.dropFirst(tree.count + 1))"
    }
    let words = source.words
    guard source.code != .file, source.path == facts.path, words.hasPrefix("\(facts.path) (") else {
      return words
    }
    return String(words.dropFirst(facts.path.count + 2).dropLast())
  }

  private static func isEssential(_ label: String) -> Bool {
    ["release", "exports", "config", "build ID", "vermagic", "KASLR offset"].contains(label)
  }

  /// Text of a file as a terminal may show it: without control characters.
  private func visible(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
      result.unicodeScalars.append(isControl ? "\u{fffd}" : scalar)
    }
    return result
  }

  private func names(_ layouts: [VersionLayout]) -> String {
    layouts.map(\.rawValue).joined(separator: " and ")
  }
}

extension KernelReport {
  static func architecture(_ facts: KernelFacts) -> String? {
    guard let machine = facts.machine?.value else { return nil }
    guard let layout = facts.layout?.value else { return machine.name }
    let order = layout.order == .little ? "little-endian" : "big-endian"
    return "\(machine.name), \(layout.wordSize * 8) bits, \(order)"
  }

  static func isEmbedded(_ facts: KernelFacts) -> Bool { facts.config?.source.code == .embedded }

  static func words(for form: MemoryDump.Form) -> String {
    switch form {
    case .elf: "ELF core"
    case .kdump(let version, let packing):
      "kdump-compressed, header version \(version), pages \(packing.rawValue)"
    }
  }

  static func words(for tables: KallsymsTables, _ symbols: SymbolFacts) -> String {
    var words = ["as \(symbols.releases?.words ?? "")", "\(tables.encoding.rawValue) addresses"]
    switch tables.hasTwoByteLengths {
    case .some(true): words.append("lengths of one or two bytes")
    case .some(false): words.append("lengths of one byte")
    case .none: break
    }
    words.append(
      tables.sequences == nil
        ? "no sequence numbers" : "sequence numbers of \(tables.sequenceSize) bytes")
    return words.joined(separator: ", ")
  }

  static func words(for crcs: ExportForm.CRCs) -> String {
    switch crcs {
    case .none: "none"
    case .word32: "32-bit numbers"
    case .word64: "64-bit numbers"
    case .placeRelative: "32-bit offsets to numbers (MODULE_REL_CRCS)"
    }
  }

  /// The options that are set, of those worth showing, with their values as they stand in the text.
  static func options(_ config: KernelConfig) -> [(name: String, value: String)] {
    ModversionsOptions.shownOptions.compactMap { name in
      switch config[name] {
      case .no: nil
      case .yes: (name, "y")
      case .module: (name, "m")
      case .text(let text): (name, text)
      }
    }
  }
}

struct ExportCounts {
  let all: Int
  private(set) var gplOnly = 0
  private(set) var namespaced = 0
  private(set) var withCRC = 0

  init(_ table: ExportTable) {
    all = table.rows.count
    for row in table.rows {
      if row.licence.isGPLOnly { gplOnly += 1 }
      if !row.namespace.isEmpty { namespaced += 1 }
      if row.hasCRC { withCRC += 1 }
    }
  }
}
