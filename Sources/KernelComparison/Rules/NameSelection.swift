internal import ByteStorage

/// The names that are looked at: names, and patterns.
package struct NameSelection: Sendable {
  private var names = NameInterner()
  package private(set) var patterns: [Wildcard] = []
  private var index = PatternIndex()

  package init() {}

  package mutating func add(_ name: RawSpan) { _ = names.insert(name) }

  package mutating func add(_ pattern: Wildcard) {
    index.add(pattern, patterns.count)
    patterns.append(pattern)
  }

  /// Whether the patterns took more time than there is: what was answered last counts for nothing.
  package var isExhausted: Bool { index.exhaustedBy != nil }

  /// Reads the filter of suse-kabi-tools: a name or pattern is a whole line, blanks included.
  ///
  /// - Throws: ``TextFailure`` for an empty line, and for a `[` without `]`.
  package init(filter text: RawSpan, isLenient: Bool = false) throws(TextFailure) {
    guard text.isText else { throw TextFailure(.notText) }
    var lines = TextLines(text)
    while let line = lines.next() {
      guard line.byteCount > 0 else { throw TextFailure(.missingPattern, line: lines.number) }
      guard NameSelection.isPattern(line) else {
        add(line)
        continue
      }
      add(try Wildcard.read(line.text, isLenient: isLenient, line: lines.number, of: line))
    }
  }

  /// Whether a text has a character that means others.
  package static func isPattern(_ text: RawSpan) -> Bool {
    for offset in 0..<text.byteCount {
      switch text.byte(at: offset) {
      case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "*"), UInt8(ascii: "["): return true
      default: continue
      }
    }
    return false
  }

  package func contains(_ name: RawSpan) -> Bool {
    names.find(name) != nil || index.first(before: patterns.count, name) != nil
  }

  /// Number of names that are not patterns.
  package var count: Int { names.count }

  /// Those names that are no patterns and that no kernel of some exports, in their order.
  package func names(missingFrom kernels: [ExportRecords]) -> [String] {
    var isFound = [Bool](repeating: false, count: count)
    for kernel in kernels {
      for row in kernel.rows {
        if let number = names.find(kernel.bytes(row.name)) { isFound[number] = true }
      }
    }
    return isFound.indices.filter { !isFound[$0] }.map { name($0).text }
  }

  /// A name by its number.
  @_lifetime(borrow self) package func name(_ number: Int) -> RawSpan { names.name(number) }
}
