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
      Each side is debug information (an object, a module, a vmlinux, a -dbg package or where one is \
      unpacked, or the release of a kernel whose -dbg package is installed), or symtypes: a file, a \
      directory of a build, or a consolidated file. BTF on both sides shows types, from which \
      no versions follow. For each symbol, the types that differ are \
      shown with the way from the symbol to them. Without symbols, all that both sides export in \
      symtypes or objects are compared, each difference once. Each unit of a vmlinux counts by itself, \
      as each object does in the kernel's build. Texts are those of gendwarfksyms, which leave out \
      what .c files define and the ... of functions.

      Examples:
        ksym types explain --old symtypes-6.12.1 --new symtypes-6.12.2 kmalloc_caches
        ksym types explain --old old/vmlinux --new new/vmlinux kmalloc_caches
        ksym types explain --old old-dbg.deb --new new-dbg.deb kmalloc_caches

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
      if source.withoutVersions.count == 1 {
        throw Terminal.trouble(
          "only \(source.withoutVersions[0]) is BTF: its types compare with those of BTF alone")
      }
      source.noteMissingVersions()
      var report = TypesExplainReport(isJSON: json.isWanted, terminal: colour.terminal)
      report.recorded = source.recordedVersions
      let wanted = wanted(old, new, source)
      report.noteDuplicates(of: wanted, old, self.old, source)
      report.noteDuplicates(of: wanted, new, self.new, source)
      if wanted.isEmpty { throw Terminal.trouble(nothing(in: old, new)) }
      var comparison = TypeChanges()
      for symbol in wanted {
        try report.add(symbol, old, new, source, &comparison, isSelected: !symbols.isEmpty)
      }
      throw ExitCode(report.finish().rawValue)
    } catch let code as ExitCode { throw code } catch { throw Terminal.trouble(error.explained) }
  }

  /// Why there is nothing to compare.
  private func nothing(in old: SymtypesTree, _ new: SymtypesTree) -> String {
    let empty = [(self.old, old), (self.new, new)].filter { $0.1.exports.isEmpty }.map(\.0)
    guard !empty.isEmpty else { return "\(self.old) and \(self.new) have no export in common" }
    return "no exports in \(empty.joined(separator: " and ")): nothing to compare "
      + "(with debug information of a kernel, give the symbols)"
  }

  private func wanted(
    _ old: SymtypesTree, _ new: SymtypesTree, _ source: TypesSource
  ) -> [String] {
    guard symbols.isEmpty else { return symbols }
    return old.exports.filter { new.file(ofExport: Int($0)) != nil }
      .map { source.store.keys.name(Int($0)).text }
  }
}
