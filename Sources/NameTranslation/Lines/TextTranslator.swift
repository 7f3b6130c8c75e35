internal import ByteStorage
internal import SymbolNames

/// Rewrites the symbol names in a text, and nothing else of it.
///
/// Names are found by the grammar of what prints them (kernel logs, nm, objdump, gdb, ftrace, perf …,
/// see ``Surface``), never as bare words. Text comes in pieces of any size and goes out as soon as its
/// lines are complete:
///
/// ```swift
/// var translator = TextTranslator()
/// translator.translate(bytes) { piece in write(piece) }
/// translator.finish { piece in write(piece) }
/// ```
///
/// Memory is bounded whatever the text: lines longer than ``longestLine`` are passed on as they are.
package struct TextTranslator: ~Copyable {
  /// The longest line that is translated, in bytes.
  package static let longestLine = 1 << 20
  /// The output held back before a piece is handed over, in bytes.
  private static let outputSize = 1 << 18

  private var lines: LineTranslator
  /// The start of a line whose end has not come yet.
  private var carry: [UInt8] = []
  /// Lines that are done, counted only where they are reported.
  private var lineCount = 0
  /// Whether the current line is too long, and passed on.
  private var isPassing = false
  /// Whether the text is JSON, and may have messages as arrays of bytes.
  private var mayHaveByteMessages = false
  /// Whether nothing of the text was seen yet.
  private var isAtStart = true

  /// Creates a translator.
  ///
  /// - Parameters:
  ///   - options: What to write.
  ///   - sources: The kernels that the text may come from; needed for ``NameForm/linkage`` and for
  ///     digests.
  ///   - modules: Has the names of modules that the text mentions and no source has; asked once for
  ///     each.
  ///   - directories: Name tables and lists for the names that no source has, asked in order.
  ///   - finder: Has the source lines to write after each name with an offset; `nil` for none.
  package init(
    _ options: TranslationOptions = TranslationOptions(), sources: [NameSource] = [],
    modules: (any ModuleNames)? = nil, directories: [any NameDirectory] = [],
    finder: (any SourceFinder)? = nil
  ) {
    lines = LineTranslator(
      options, sources, modules: modules, directories: directories, finder: finder)
  }

  /// Takes what a text says of its addresses: how far its kernel was moved, and where modules are.
  ///
  /// - Parameters:
  ///   - move: How far; `nil` if that is not known.
  ///   - modules: Modules that were loaded, which come before those taken earlier.
  ///   - origin: Which kernel the text is of: others that are given have no names for its addresses.
  package mutating func setAddresses(
    _ move: KernelMove?, modules: [LoadedModule] = [], of origin: TextOrigin = TextOrigin()
  ) {
    lines.places.setMove(move)
    lines.places.setOrigin(origin)
    if !modules.isEmpty { lines.places.modules = modules + lines.places.modules }
  }

  /// Counts lines from those of the text that were translated before.
  package mutating func continueLines(after count: Int) { lineCount = count }

  /// What was done so far.
  package var counts: TranslationCounts { lines.counts }

  /// What there is to say of the text, each thing once; taken away by the call.
  package mutating func takeFindings() -> [TranslationFinding] {
    takeLocatedFindings().map(\.finding)
  }

  /// As ``takeFindings()``, each with the number of the line that it was first found in, from 1; 0 where
  /// the options ask for nothing that needs it.
  package mutating func takeLocatedFindings() -> [(finding: TranslationFinding, line: Int)] {
    defer { lines.findings = [] }
    return lines.findings
  }

  /// The names found, if the options ask for them; taken away by the call.
  package mutating func takeNames() -> [TextName] {
    defer { lines.found = [] }
    return lines.found
  }

  /// Takes the next piece of a text.
  ///
  /// - Parameters:
  ///   - text: The piece, of any size; it need not end where a line does.
  ///   - output: Takes pieces of the translated text, in order, each valid during the call.
  /// - Complexity: O(length); text without names goes through as it is, without a copy.
  package mutating func translate(_ text: RawSpan, to output: (RawSpan) -> Void) {
    if isAtStart && text.byteCount > 0 {
      isAtStart = false
      lines.isMarkup = TextEscaping.isMarkup(text)
      mayHaveByteMessages = TextEscaping.isJSON(text)
    }
    if mayHaveByteMessages, !lines.counts.hasByteMessages {
      // systemd's src/shared/logs-show.c writes what is not UTF-8, or has control characters, so.
      lines.counts.hasByteMessages = text.firstRange(of: #""MESSAGE":["#) != nil
    }
    guard var start = finishCarried(text, output) else { return }
    let end = text.lastLineEnd
    if end > start {
      translateLines(text, start..<end, output)
      start = end
    }
    guard let rest = text.suffix(from: start), rest.byteCount > 0 else { return }
    if rest.byteCount > TextTranslator.longestLine {
      passOn(rest, output)
    } else {
      rest.append(to: &carry)
    }
  }

  /// Translates a name that is alone, however plain, as a line of its own.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - output: As of ``translate(_:to:)``; nothing is written if it is not a name.
  /// - Returns: Whether it is one: it is translated, it shows so by itself, or a kernel or a directory has it.
  package mutating func translate(name: RawSpan, to output: (RawSpan) -> Void) -> Bool {
    let isName = lines.isName(name)
    let linesAreNames = lines.options.linesAreNames
    lines.options.linesAreNames = linesAreNames || isName
    defer { lines.options.linesAreNames = linesAreNames }
    let line = name.array + [0x0a]
    var translated: [UInt8] = []
    translate(line.span.raw) { translated += $0.array }
    finish { translated += $0.array }
    guard isName || translated != line else { return false }
    output(translated.span.raw)
    return true
  }

  /// Ends the text: an incomplete last line is translated too. The translator can be used again.
  ///
  /// - Parameter output: As of ``translate(_:to:)``.
  package mutating func finish(to output: (RawSpan) -> Void) {
    isPassing = false
    isAtStart = true
    lines.lineNumber = lineCount &+ 1
    lineCount = 0
    guard !carry.isEmpty else { return }
    let line = carry
    carry = []
    if translateLine(line.span.raw) { flush(output) } else { output(line.span.raw) }
  }

  /// Completes the line that the last piece left.
  ///
  /// - Returns: Where the next line begins; `nil` if the whole piece belongs to the line.
  private mutating func finishCarried(_ text: RawSpan, _ output: (RawSpan) -> Void) -> Int? {
    guard isPassing || !carry.isEmpty else { return 0 }
    let length = text.firstIndex(of: 0x0a)
    let end = length.map { $0 &+ 1 } ?? text.byteCount
    guard let part = text.slice(0..<end) else { return nil }
    if isPassing {
      if part.byteCount > 0 { output(part) }
      endPassing(isAtEnd: length != nil)
    } else if carry.count + part.byteCount > TextTranslator.longestLine {
      let line = carry
      carry.removeAll(keepingCapacity: true)
      output(line.span.raw)
      output(part)
      lines.counts.longLines &+= 1
      isPassing = true
      endPassing(isAtEnd: length != nil)
    } else {
      part.append(to: &carry)
      if length != nil {
        let line = carry
        carry.removeAll(keepingCapacity: true)
        translateLines(line.span.raw, 0..<line.count, output)
      }
    }
    return length.map { $0 &+ 1 }
  }

  private mutating func endPassing(isAtEnd: Bool) {
    guard isAtEnd else { return }
    isPassing = false
    lineCount &+= 1
  }

  private mutating func passOn(_ rest: RawSpan, _ output: (RawSpan) -> Void) {
    output(rest)
    lines.counts.longLines &+= 1
    isPassing = true
  }

  /// Translates complete lines.
  private mutating func translateLines(
    _ text: RawSpan, _ range: Range<Int>, _ output: (RawSpan) -> Void
  ) {
    var search = LineSearch(
      needsAllLines: needsAllLines, looksForDigests: lines.looksUp, from: range.lowerBound)
    // Everything before `done` is handed over or in the output buffer.
    var done = range.lowerBound
    var next = range.lowerBound
    while next < range.upperBound, let hit = search.next(in: text, from: next, to: range.upperBound)
    {
      let start = text.lineStart(before: hit, floor: next)
      let end = text.lineEnd(from: hit)
      next = end
      guard end &- start <= TextTranslator.longestLine, let line = text.slice(start..<(end &- 1))
      else {
        lines.counts.longLines &+= 1
        continue
      }
      if search.needsAllLines, !lines.isWorthwhile(line) { continue }
      if lines.options.countsLines {
        lines.lineNumber = lineCount &+ search.lineNumber(of: start, in: text)
      }
      // What precedes goes out first; the end of the line goes with what follows.
      if let pending = text.slice(done..<start) {
        if pending.byteCount > 2048 {
          flush(output)
          output(pending)
        } else {
          lines.output.append(pending.characters)
        }
      }
      done = translateLine(line) ? end &- 1 : start
      if lines.output.count > TextTranslator.outputSize { flush(output) }
    }
    if lines.options.countsLines {
      lineCount &+= search.lineNumber(of: range.upperBound, in: text) &- 1
    }
    flush(output)
    if let rest = text.slice(done..<range.upperBound), rest.byteCount > 0 { output(rest) }
  }

  /// Whether each line may hold a name, and not only those with what a linkage name alone has.
  private var needsAllLines: Bool {
    let options = lines.options
    if lines.findsAllNames { return true }
    switch options.form {
    case .linkage, .hashed: return true
    case .source: return lines.looksUp
    case .readable: return false
    }
  }

  private mutating func translateLine(_ line: RawSpan) -> Bool { lines.translate(line) }

  private mutating func flush(_ output: (RawSpan) -> Void) {
    guard lines.output.count > 0 else { return }
    output(lines.output.bytes.raw)
    lines.output.removeAll()
  }
}

/// Where the next line is that may hold a name.
struct LineSearch {
  let needsAllLines: Bool
  let looksForDigests: Bool
  /// The next hits, as far as they are known.
  private var candidate: Int?
  private var digest: Int?
  private var hasCandidate = false
  private var hasDigest = false

  init(needsAllLines: Bool, looksForDigests: Bool, from start: Int) {
    self.needsAllLines = needsAllLines
    self.looksForDigests = looksForDigests
    counted = start
  }

  /// An index in the next line worth a look, at an index or after it.
  mutating func next(in text: RawSpan, from start: Int, to end: Int) -> Int? {
    if needsAllLines { return start < end ? start : nil }
    if !hasCandidate || candidate.map({ $0 < start }) ?? false {
      candidate = CandidateScan.next(in: text, from: start)
      hasCandidate = true
    }
    if looksForDigests, !hasDigest || digest.map({ $0 < start }) ?? false {
      digest = DigestScan.next(in: text, from: start)?.lowerBound
      hasDigest = true
    }
    let hit = min(candidate ?? end, digest ?? end)
    return hit < end ? hit : nil
  }

  /// Lines counted so far, for records of names.
  private var lineCount = 0
  private var counted: Int

  /// The number of the line that begins at an index, from 1; indices must not decrease.
  mutating func lineNumber(of start: Int, in text: RawSpan) -> Int {
    while counted < start {
      if text.byte(at: counted) == 0x0a { lineCount += 1 }
      counted += 1
    }
    return lineCount + 1
  }
}

extension RawSpan {
  /// The index after the last line's end; 0 if there is none.
  var lastLineEnd: Int { lastIndex(of: 0x0a).map { $0 &+ 1 } ?? 0 }

  /// Where the line of an index begins, not below a floor.
  func lineStart(before index: Int, floor: Int) -> Int {
    guard let before = slice(floor..<max(floor, index)) else { return floor }
    return floor &+ (before.lastIndex(of: 0x0a).map { $0 &+ 1 } ?? 0)
  }

  /// The index after the line that an index lies in.
  func lineEnd(from index: Int) -> Int {
    guard let rest = suffix(from: index), let length = rest.firstIndex(of: 0x0a) else {
      return byteCount
    }
    return index &+ length &+ 1
  }

  /// Appends the bytes to an array.
  func append(to array: inout [UInt8]) {
    unsafe withUnsafeBytes { unsafe array.append(contentsOf: $0) }
  }
}
