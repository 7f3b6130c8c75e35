internal import ByteStorage
internal import SymbolNames
internal import SymbolTables

/// Rewrites the names of one line after the other.
struct LineTranslator: ~Copyable {
  var options: TranslationOptions
  /// Whether names are looked up, and not only taken apart.
  let looksUp: Bool
  var resolver: NameResolver
  /// Where addresses belong.
  var places: AddressResolver
  /// Has the source lines of code, if they are asked for.
  let finder: (any SourceFinder)?
  private var trace = CallTrace()
  var counts = TranslationCounts()
  var findings: [(finding: TranslationFinding, line: Int)] = []
  var found: [TextName] = []
  /// Number of the current line, from 1.
  var lineNumber = 0
  /// Whether the text is HTML or its like.
  var isMarkup = false
  /// The translated line is appended here.
  var output = NameBuffer(minimumCapacity: 1 << 16)

  var directories: DirectorySearch
  private var recent = LookupCache()
  var scratch = NameBuffer(minimumCapacity: 1 << 16)
  private var fields: [NameField] = []
  private var known: Set<TranslationFinding> = []
  /// The current line with its signs masked, if it has any.
  private var masked: [UInt8] = []
  private(set) var escaping = TextEscaping.none
  /// The colours and escapes of the current line, if it has any.
  private(set) var escaped: EscapedLine?

  /// Findings kept at most, so that a hostile text does not fill the memory.
  private static let mostFindings = 10_000

  /// What a line may grow to, in bytes; later names stay as they are.
  private static let longestTranslation = 1 << 24

  init(
    _ options: TranslationOptions, _ sources: [NameSource],
    modules: (any ModuleNames)?, directories: [any NameDirectory], finder: (any SourceFinder)?
  ) {
    self.options = options
    self.finder = finder
    self.directories = DirectorySearch(directories)
    resolver = NameResolver(sources, modules: modules)
    places = AddressResolver(sources, modules: modules)
    looksUp = !sources.isEmpty || modules != nil || !directories.isEmpty
  }

  /// Whether names that stay as they are matter too.
  var findsAllNames: Bool { options.findsAllNames || finder != nil }

  /// Whether translating a line may change it, or find something to report.
  ///
  /// - Complexity: O(length), far less than the translation.
  mutating func isWorthwhile(_ bytes: RawSpan) -> Bool {
    if findsAllNames || options.form == .hashed || !directories.isEmpty { return true }
    let line = TextLine(bytes)
    if options.form == .linkage {
      if looksUp, line.maskSigns(to: &masked) {
        let masked = masked
        return resolver.mayKnow(TextLine(masked.span.raw))
      }
      return looksUp
        ? resolver.mayKnow(line) : LineFilter.mayHoldPair(line) || FieldSearch.isReadable(bytes)
    }
    return CandidateScan.next(in: bytes, from: 0) != nil || FieldSearch.isReadable(bytes)
      || LineFilter.mayHoldPair(line) || (looksUp && DigestScan.next(in: bytes, from: 0) != nil)
  }

  /// Appends a line, its end left out, to the output.
  ///
  /// - Returns: Whether anything was appended; an unchanged line is left to the caller.
  mutating func translate(_ bytes: RawSpan) -> Bool {
    escaping = isMarkup ? .markup : TextEscaping.isJSON(bytes) ? .json : .none
    escaped = EscapedLine(bytes, escaping)
    guard let plain = escaped?.plain else { return translate(plain: bytes) }
    defer { escaped = nil }
    return translate(plain: plain.span.raw)
  }

  private mutating func translate(plain bytes: RawSpan) -> Bool {
    let line = TextLine(bytes)
    if line.maskSigns(to: &masked) {
      let masked = masked
      findFields(TextLine(masked.span.raw))
    } else {
      findFields(line)
    }
    if options.verifies { verifyHeader(line) }
    let hasFrame = fields.contains { $0.offset != nil && $0.size != nil }
    let isFrame = finder != nil && trace.isFrame(line, hasFrame: hasFrame)
    var copied = 0
    let limit = output.count &+ LineTranslator.longestTranslation
    for field in fields where output.count < limit {
      if field.surface == .address {
        copy(line, copied..<field.tokenEnd)
        copied = field.tokenEnd
        appendPlace(field, line)
        continue
      }
      scratch.removeAll()
      let isChanged = translate(field, line)
      let addresses = options.showsAddresses ? self.addresses(field, line) : []
      if isChanged {
        copy(line, copied..<field.range.lowerBound)
        if let marks = options.marks { output.append(marks.start.span) }
        output.append(contentsOf: scratch)
        if let marks = options.marks { output.append(marks.end.span) }
        copied = field.range.upperBound
      }
      let places = sourcePlaces(field, line, isFrame: isFrame)
      if options.collectsNames, !places.isEmpty { note(places) }
      if !addresses.isEmpty || !places.isEmpty {
        copy(line, copied..<field.tokenEnd)
        copied = field.tokenEnd
        if !addresses.isEmpty { append(addresses) }
        if !places.isEmpty { append(places) }
      }
    }
    guard copied > 0 else { return false }
    copy(line, copied..<line.count)
    return true
  }

  /// Finds the names and addresses of a line, given with its signs masked.
  private mutating func findFields(_ line: borrowing TextLine) {
    fields.removeAll(keepingCapacity: true)
    FieldSearch.find(
      in: line, form: options.form, looksUp: looksUp, linesAreNames: options.linesAreNames,
      findsAll: findsAllNames, &fields)
    guard options.showsAddresses else { return }
    fields += addressFields(line, besides: fields)
    fields.sort { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// Appends a part of the line as it is.
  private mutating func copy(_ line: borrowing TextLine, _ range: Range<Int>) {
    if escaped == nil {
      output.append(line.slice(range).characters)
    } else {
      escaped?.append(range, to: &output)
    }
  }

  private mutating func append(_ addresses: [UInt64]) {
    output.append(" (")
    for (number, address) in addresses.enumerated() {
      if number > 0 { output.append("|") }
      output.append("0x" + String(address, radix: 16))
    }
    output.append(")")
  }

  /// Writes the translation of a field to `scratch`.
  ///
  /// - Returns: Whether it differs from the text.
  private mutating func translate(_ field: NameField, _ line: borrowing TextLine) -> Bool {
    let name = line.slice(field.range)
    counts.names &+= 1
    if options.verifies { verify(field, line) }
    let isChanged: Bool
    var linkageNames: [[UInt8]] = []
    if let linkage = directLinkageName(field, name) {
      linkageNames = [linkage]
      isChanged = write(linkage.span.raw, instead: name, field)
    } else if needsLookup(field, name) {
      linkageNames = self.linkageNames(field, line)
      if linkageNames.isEmpty { reportMissing(field, line) }
      // A name that no kernel has says by itself what its source name is.
      isChanged =
        linkageNames.isEmpty && options.form == .source && field.surface != .digest
        ? write(name, instead: name, field) : write(linkageNames, instead: name, field)
    } else {
      isChanged = write(name, instead: name, field)
    }
    if isChanged {
      counts.translated &+= 1
    } else if options.form == .linkage, linkageNames.count != 1, FieldSearch.isReadable(name),
      !isMangledForm(name)
    {
      counts.remaining &+= 1
    }
    if options.collectsNames { collect(field, line, linkageNames, isChanged) }
    return isChanged
  }

  /// Whether a name has a readable form that differs from it, and so is a linkage name.
  private mutating func isMangledForm(_ name: RawSpan) -> Bool {
    scratch.removeAll()
    return NameForm.readable.append(linkageName: name.characters, isBare: false, to: &scratch)
  }

  /// The linkage name that the text itself holds.
  private func directLinkageName(_ field: NameField, _ name: RawSpan) -> [UInt8]? {
    guard field.surface == .pair, let open = Pairs.brace(in: name) else { return nil }
    return name.slice((open &+ 1)..<(name.byteCount &- 1))?.array
  }

  /// Whether a name is looked up before it is written.
  private func needsLookup(_ field: NameField, _ name: RawSpan) -> Bool {
    guard looksUp else { return false }
    if field.surface == .digest { return true }
    switch options.form {
    case .readable: return false
    case .source, .hashed: return FieldSearch.isReadable(name)
    case .linkage: return true
    }
  }

  /// The linkage names a field may mean.
  private mutating func linkageNames(_ field: NameField, _ line: borrowing TextLine) -> [[UInt8]] {
    let name = line.slice(field.range)
    let question = LookupCache.Question(
      hash: name.hash, size: field.size, address: field.address,
      offset: field.address == nil ? nil : field.offset,
      module: field.module.map { line.slice($0).hash }, surface: field.surface,
      sourceCount: resolver.sourceCount)
    if let known = recent.answer(to: question, name) { return known }
    let found = matches(field, line)
    var names = resolver.distinct(found).map { resolver.linkageName($0) }
    if names.isEmpty && !directories.isEmpty { names = namesInDirectories(field, line) }
    recent.keep(names, for: question, name)
    return names
  }

  /// The symbols a field may mean.
  mutating func matches(
    _ field: NameField, _ line: borrowing TextLine
  ) -> [NameResolver.Match] {
    let name = line.slice(field.range)
    if field.surface == .digest {
      let module = field.module.map { line.slice($0).text }
      return HashedName(hexadecimal: name.characters).map {
        resolver.matches(hashed: $0, module: module)
      } ?? []
    }
    let evidence = NameResolver.Evidence(
      offset: field.offset, size: field.size, address: field.address,
      module: field.module.map { line.slice($0).text })
    let found = resolver.matches(name, evidence)
    guard found.isEmpty, field.surface == .foldedStacks, let other = FoldedNames.restored(name)
    else { return found }
    return resolver.matches(other.span.raw, evidence)
  }

  /// The linkage names that directories have for a field.
  private mutating func namesInDirectories(
    _ field: NameField, _ line: borrowing TextLine
  ) -> [[UInt8]] {
    let name = line.slice(field.range)
    defer {
      for (directory, error) in directories.damages {
        report(.directoryDamaged(directory: directory, error: error))
      }
    }
    if field.surface == .digest {
      return HashedName(hexadecimal: name.characters).map { directories.linkageNames(of: $0) } ?? []
    }
    // Where the kernel prints a size, it prints the module of what is not its own.
    let owner =
      field.module.map { line.slice($0).text } ?? (field.size == nil ? nil : SymbolTable.kernelName)
    let found = directories.linkageNames(for: name, owner: owner)
    guard found.isEmpty, field.surface == .foldedStacks, let other = FoldedNames.restored(name)
    else { return found }
    return directories.linkageNames(for: other.span.raw, owner: owner)
  }

  /// Reports that a name was looked for and is nowhere, and so stays.
  private mutating func reportMissing(_ field: NameField, _ line: borrowing TextLine) {
    guard options.reportsMissing, field.isStrong || field.surface == .digest else { return }
    counts.missing &+= 1
    report(
      .missing(
        name: line.slice(field.range).text, module: field.module.map { line.slice($0).text }))
  }

  /// Writes what several linkage names give.
  private mutating func write(
    _ names: [[UInt8]], instead name: RawSpan, _ field: NameField
  ) -> Bool {
    guard let first = names.first else { return false }
    guard names.count > 1 else { return write(first.span.raw, instead: name, field) }
    counts.ambiguous &+= 1
    report(
      .ambiguous(name: name.text, linkageNames: names.map { String(decoding: $0, as: UTF8.self) }))
    switch options.ambiguity {
    case .keep, .error: return false
    case .first: return write(first.span.raw, instead: name, field)
    case .all:
      for (number, linkage) in names.enumerated() {
        if number > 0 { scratch.append("|") }
        _ = write(linkage.span.raw, instead: name, field)
      }
      return true
    }
  }

  /// Writes one linkage name in the form asked for.
  private mutating func write(
    _ linkage: RawSpan, instead name: RawSpan, _ field: NameField
  ) -> Bool {
    let start = scratch.count
    if options.form == .hashed {
      scratch.append(HashedName(of: linkage).hexadecimal)
    } else {
      _ = options.form.append(linkageName: linkage.characters, isBare: options.isBare, to: &scratch)
    }
    if field.surface == .foldedStacks { scratch.replace(0x3b, with: 0x3a, from: start) }
    let isChanged = !scratch.bytes.extracting(start..<scratch.count).raw.equals(linkage)
    if options.keepsLinkage && isChanged && options.form != .linkage {
      scratch.append("{")
      scratch.append(linkage.characters)
      scratch.append("}")
    }
    let differs = !scratch.bytes.extracting(start..<scratch.count).raw.equals(name)
    if differs && escaping != .none { scratch.escape(from: start, escaping) }
    return differs
  }

  /// Keeps a finding, once.
  mutating func report(_ finding: TranslationFinding) {
    guard known.count < LineTranslator.mostFindings, known.insert(finding).inserted else { return }
    findings.append((finding, lineNumber))
  }
}

extension NameBuffer {
  /// Appends text.
  mutating func append(_ text: String) { for byte in text.utf8 { append(byte) } }
}
