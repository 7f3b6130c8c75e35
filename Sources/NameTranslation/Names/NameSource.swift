internal import ByteStorage
internal import SymbolNames
package import SymbolTables

/// The names of one kernel, or of a list of symbols, in which names of a text are looked up.
package struct NameSource: Sendable {
  /// The symbols.
  package let index: SymbolIndex
  /// The kernel's release, if known.
  package let release: String?
  /// The build ID of the kernel as hexadecimal digits, if known.
  package let buildID: String?
  /// Whether addresses, and so sizes, are known.
  package let hasAddresses: Bool
  /// Whether symbols have at least places in a file, as nm prints them of a module.
  let hasPlaces: Bool

  /// Creates a source.
  ///
  /// - Parameters:
  ///   - index: The symbols.
  ///   - release: The kernel's release.
  ///   - buildID: The kernel's build ID.
  ///   - hasAddresses: Whether the addresses are those of memory, and not of places in a file.
  package init(
    _ index: SymbolIndex, release: String? = nil, buildID: String? = nil, hasAddresses: Bool = true
  ) {
    self.index = index
    self.release = release
    self.buildID = buildID
    hasPlaces = !index.table.hidesAddresses
    self.hasAddresses = hasAddresses && hasPlaces
  }

  /// Whether the kernel's own symbols are among them, not only those of modules.
  var hasKernel: Bool {
    (0..<index.table.count).contains { index.table.ownerIndex(at: $0) == 0 }
  }

  /// The size of a symbol as the kernel computes it, in bytes; `nil` if it is not known.
  package func size(of symbol: Int) -> UInt64? {
    guard hasAddresses, symbol >= 0, symbol < index.table.count else { return nil }
    let address = index.table.addresses[symbol]
    guard let match = index.symbol(at: address), match.offset == 0 else { return nil }
    return match.size
  }
}

/// Has the names of modules, which are read when a text mentions them.
package protocol ModuleNames {
  /// The names of a module, named as the kernel prints it; `nil` if there is no such module.
  func names(ofModule module: String) -> NameSource?

  /// The functions of a module by their distance from its start in memory; `nil` if there is no such
  /// module, or that is not known.
  func text(ofModule module: String) -> SymbolTable?
}

extension ModuleNames {
  package func text(ofModule module: String) -> SymbolTable? { nil }
}

/// Names by their readable and source forms.
struct NameForms: Sendable {
  private let names: NumberedNames
  /// A symbol under a name that is not its linkage name.
  private struct Entry: Sendable {
    let hash: UInt64
    let symbol: UInt32
    /// Whether it is found only where no other symbol has the name.
    let isSecond: Bool
  }

  /// By hash, symbols in table order.
  private let entries: [Entry]
  /// Whether every form is one word, or has `::`.
  let areWordsOrPaths: Bool

  /// Takes names apart.
  ///
  /// - Complexity: O(n) names, and a sort of those that have another form.
  init(_ names: NumberedNames) {
    self.names = names
    var entries: [Entry] = []
    var areWordsOrPaths = true
    var output = NameBuffer(minimumCapacity: RustDemangler.maximumReadableLength)
    for symbol in 0..<names.count {
      let name = names.name(symbol)
      guard NameForms.hasForms(name) else { continue }
      var hashes: [UInt64] = []
      // A piece of a function is not found by the name of the function.
      let isPart = LinkageName(name.characters).suffixes.contains { $0.isPart }
      for form in NameForms.forms where !(form.isBare && isPart) {
        output.removeAll()
        guard form.form.append(linkageName: name.characters, isBare: form.isBare, to: &output)
        else { continue }
        let hash = output.bytes.raw.hash
        guard !hashes.contains(hash) else { continue }
        hashes.append(hash)
        areWordsOrPaths = areWordsOrPaths && NameForms.isWordOrPath(output.bytes.raw)
        entries.append(Entry(hash: hash, symbol: UInt32(clamping: symbol), isSecond: form.isBare))
      }
    }
    entries.sort { $0.hash != $1.hash ? $0.hash < $1.hash : $0.symbol < $1.symbol }
    self.entries = entries
    self.areWordsOrPaths = areWordsOrPaths
  }

  private static func isWordOrPath(_ form: RawSpan) -> Bool {
    form.firstRange(of: "::") != nil || TextLine(form).plainNameEnd(from: 0) == form.byteCount
  }

  /// Calls with the hash of every form.
  func forEachHash(_ body: (UInt64) -> Void) { for entry in entries { body(entry.hash) } }

  /// The forms a symbol is found by, those that are complete first.
  private static let forms: [(form: NameForm, isBare: Bool)] = [
    (.readable, false), (.source, false), (.readable, true), (.source, true),
  ]

  /// Whether a name can have other forms than itself.
  private static func hasForms(_ name: RawSpan) -> Bool {
    if name.starts(with: "_R") || name.starts(with: "_ZN") { return true }
    for offset in 1..<max(name.byteCount, 1) {
      let byte = name.byte(at: offset)
      if byte == 0x2e || byte == 0x24 { return true }
      if byte == 0x5f, name.byte(at: offset &+ 1) == 0x52 || name.byte(at: offset &+ 1) == 0x5a {
        return true
      }
    }
    return false
  }

  /// The symbols that a name may mean, in table order.
  ///
  /// Symbols whose linkage name or complete form it is come first; only where there are none do
  /// those count of which it leaves out what the compiler appended.
  func symbols(for name: RawSpan) -> [Int] {
    var found = names.numbers(of: name)
    var seconds: [Int] = []
    let hash = name.hash
    var position = lowerBound(hash)
    var output = NameBuffer(minimumCapacity: 256)
    while position < entries.count, entries[position].hash == hash {
      let entry = entries[position]
      position += 1
      let symbol = Int(entry.symbol)
      guard isForm(name, of: symbol, isBare: entry.isSecond, &output) else { continue }
      if entry.isSecond { seconds.append(symbol) } else { found.append(symbol) }
    }
    return found.isEmpty ? seconds : found.sorted()
  }

  /// Whether a name is a form of a symbol's name.
  private func isForm(
    _ name: RawSpan, of symbol: Int, isBare: Bool, _ output: inout NameBuffer
  ) -> Bool {
    for form in NameForms.forms where form.isBare == isBare {
      output.removeAll()
      _ = form.form.append(linkageName: names.name(symbol).characters, isBare: isBare, to: &output)
      if output.bytes.raw.equals(name) { return true }
    }
    return false
  }

  private func lowerBound(_ hash: UInt64) -> Int { entries.partitionIndex { $0.hash < hash } }
}

extension Span<UInt8> {
  /// The same bytes, untyped.
  var raw: RawSpan { @_lifetime(copy self) get { RawSpan(_elements: self) } }
}
