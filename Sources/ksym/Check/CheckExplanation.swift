internal import ByteStorage
internal import Kernels
internal import ModuleLoading
internal import SymtypesFormat
internal import TypeVersions

/// Why versions that modules need are not those of the kernel: the types that differ.
struct CheckExplanation {
  /// Types of the kernel that the modules were built for; then, where they are given, of the one checked.
  let sides: [String]
  let limit: Int
  /// Symbols whose versions differ, in the order in which they were met.
  private(set) var symbols: [String] = []
  private var known: Set<String> = []
  /// The kernel checked last, and its release.
  private var kernel: (path: String, release: String?)?

  /// Most symbols to explain.
  private static let mostSymbols = 256

  init(sides: [String], limit: Int) {
    self.sides = sides
    self.limit = limit
  }

  mutating func begin(path: String, release: String?) { kernel = (path, release) }

  mutating func add(_ outcome: LoadOutcome) {
    for symbol in outcome.symbols where symbol.problem == .crc {
      if known.count < Self.mostSymbols, known.insert(symbol.name).inserted {
        symbols.append(symbol.name)
      }
    }
  }

  /// Writes the explanation; throws what ends the command.
  func write(_ terminal: Terminal) throws {
    guard !symbols.isEmpty, let old = sides.first else { return }
    do {
      noteOrder()
      var source = TypesSource(limit: limit)
      let new = try sides.dropFirst().first ?? ownTypes()
      let trees = (
        try source.read(old, names: symbols), try source.read(new, names: symbols)
      )
      var report = TypesExplainReport(isJSON: false, terminal: terminal)
      var comparison = TypeChanges()
      var title = OutputBuffer()
      title.append("\n" + terminal.strong("types that make versions differ") + "\n")
      Terminal.write(&title)
      for symbol in symbols {
        try report.add(symbol, trees.0, trees.1, source, &comparison, isSelected: false)
      }
      _ = report.finish()
    } catch { throw Terminal.trouble(error.explained) }
  }

  /// Reports two sides that were given the other way round, where a vmlinux says so.
  private func noteOrder() {
    guard sides.count == 2, let release = kernel?.release, isOf(release, sides[0]),
      !isOf(release, sides[1])
    else { return }
    Terminal.complain(
      "--explain: \(sides[0]) is of the kernel that is checked and goes last: "
        + "- and + are exchanged here")
  }

  private func isOf(_ release: String, _ path: String) -> Bool {
    guard PathKind(path) == .file, let file = try? DebugFileSearch(limit: limit).open(path),
      DebugFileSearch.hasInformation(file), let kernel = try? OpenKernel(path, limit: limit)
    else { return false }
    return (try? kernel.facts().release?.value) == release
  }

  /// The file with the debug information of the kernel that was checked.
  private func ownTypes() throws -> String {
    let search = DebugFileSearch(limit: limit)
    guard let kernel,
      let found = try search.file(for: kernel.path, release: kernel.release)
    else { throw MissingTypes(path: kernel?.path ?? "the kernel") }
    return found.path
  }
}
