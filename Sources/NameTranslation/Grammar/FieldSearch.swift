internal import ByteStorage
internal import SymbolNames

/// Finds the names of a line by the grammars of all surfaces.
enum FieldSearch {
  /// Adds the names of a line in their order, none over another.
  ///
  /// - Parameters:
  ///   - line: The line.
  ///   - form: The form that will be written.
  ///   - looksUp: Whether there is a kernel to look names up in.
  ///   - linesAreNames: Whether the line is a name, however plain.
  ///   - findsAll: Whether names are wanted that will stay as they are.
  ///   - fields: Where to add the names; empty.
  static func find(
    in line: borrowing TextLine, form: NameForm, looksUp: Bool, linesAreNames: Bool, findsAll: Bool,
    _ fields: inout [NameField]
  ) {
    let isForward = form == .readable || form == .source && !looksUp
    if form == .linkage || form == .source { Pairs.find(in: line, &fields) }
    if looksUp { digests(in: line, &fields) }
    // Going forward, a name found for everything that needs one is enough. Names found later for other
    // ends must not change what is written.
    var enough: Int?
    search(line, &fields) { found, line in
      guard isForward, enough == nil, coversCandidates(found, line) else { return false }
      enough = found.count
      return !findsAll
    }
    if enough == nil && form != .linkage { AnywhereNames.find(in: line, &fields) }
    if !isForward && looksUp { AnywherePaths.find(in: line, &fields) }
    guard !fields.isEmpty else { return }
    if let enough { removeCrossing(&fields, after: enough) }
    settle(&fields)
    removeEnds(line, &fields)
    let isBackward = form == .linkage || form == .hashed
    guard isBackward || findsAll else { return }
    fields.removeAll { field in
      guard !field.isStrong && !(linesAreNames && field.surface == .nameList) else { return false }
      let name = line.slice(field.range)
      if isReadable(name) { return false }
      // Going forward, what may be mangled counts, and what may have an address.
      return isBackward || (field.offset == nil && CandidateScan.next(in: name, from: 0) == nil)
    }
  }

  /// Asks one grammar after the other, those of the commonest texts first.
  private static func search(
    _ line: borrowing TextLine, _ fields: inout [NameField],
    _ isEnough: ([NameField], borrowing TextLine) -> Bool
  ) {
    let present = ByteSet(line)
    if present.holds(0x2b) { OffsetTokens.find(in: line, &fields) }
    if !fields.isEmpty && isEnough(fields, line) { return }
    if present.holds(0x3c) { AngleReferences.find(in: line, &fields) }
    if !fields.isEmpty && isEnough(fields, line) { return }
    var isDone = false
    Grammar.all.findFromStart(of: line, present, &fields) { found in
      isDone = isEnough(found, line)
      return isDone
    }
    if isDone { return }
    if present.holds(0x3c) { FunctionCalls.find(in: line, &fields) }
    if !fields.isEmpty && isEnough(fields, line) { return }
    if present.holds(0x2b) { ArmCallers.find(in: line, &fields) }
    if present.holds(0x3a) {
      WorkLists.find(in: line, &fields)
      if present.holds(0x28) { DecodedPlaces.find(in: line, &fields) }
    }
    if present.holds(0x3b) { FoldedStacks.find(in: line, &fields) }
    Grammar.all.findBehindKeys(in: line, present, &fields)
  }

  /// Whether fields hold everything in a line that only a linkage name has.
  private static func coversCandidates(_ fields: [NameField], _ line: borrowing TextLine) -> Bool {
    // Lines have few names; one with many is searched in full.
    guard fields.count <= 16 else { return false }
    let all = line.slice(0..<line.count)
    var start = 0
    while let candidate = CandidateScan.next(in: all, from: start) {
      guard let field = fields.first(where: { $0.range.contains(candidate) }) else { return false }
      start = field.range.upperBound
    }
    return true
  }

  /// Removes what is not of a name from the ends of fields, and names that were cut.
  private static func removeEnds(_ line: borrowing TextLine, _ fields: inout [NameField]) {
    guard !fields.isEmpty else { return }
    let hasVersions = line.find(0x40, from: 0) != nil
    var hasCutNames = false
    for index in fields.indices {
      let (range, surface) = (fields[index].range, fields[index].surface)
      guard surface != .pair, surface != .digest,
        hasVersions || line[range.upperBound &- 1] == 0x2e
          || line[range.upperBound] == SignMask.ellipsis
      else { continue }
      let end = line.symbolEnd(in: range) ?? range.lowerBound
      fields[index].range = range.lowerBound..<end
      hasCutNames = hasCutNames || end == range.lowerBound
    }
    if hasCutNames { fields.removeAll { $0.range.isEmpty } }
  }

  /// Removes fields that overlap one of the first, except those that are the same.
  private static func removeCrossing(_ fields: inout [NameField], after count: Int) {
    guard count < fields.count else { return }
    let first = Array(fields[..<count])
    let others = fields[count...].filter { other in
      first.allSatisfy { $0.range == other.range || !$0.range.overlaps(other.range) }
    }
    fields = first + others
  }

  static func digests(in line: borrowing TextLine, _ fields: inout [NameField]) {
    var start = 0
    let all = line.slice(0..<line.count)
    while let range = DigestScan.next(in: all, from: start) {
      var field = NameField(range, .digest)
      field.module = line.module(at: range.upperBound)?.name
      fields.append(field)
      start = range.upperBound
    }
  }

  /// Sorts fields; of those that overlap, the first stays, and learns what equal ones know.
  private static func settle(_ fields: inout [NameField]) {
    guard fields.count > 1 else { return }
    let order = fields.indices.sorted { left, right in
      let (first, second) = (fields[left].range.lowerBound, fields[right].range.lowerBound)
      return first != second ? first < second : left < right
    }
    var kept: [NameField] = []
    for index in order {
      let field = fields[index]
      guard let last = kept.last, last.range.overlaps(field.range) else {
        kept.append(field)
        continue
      }
      guard last.range == field.range else { continue }
      var merged = last
      if field.isStrong && !last.isStrong {
        merged.isStrong = true
        merged.surface = field.surface
      }
      merged.offset = last.offset ?? field.offset
      merged.size = last.size ?? field.size
      merged.address = last.address ?? field.address
      merged.module = last.module ?? field.module
      merged.tokenEnd = max(last.tokenEnd, field.tokenEnd)
      kept[kept.count - 1] = merged
    }
    fields = kept
  }

  /// Whether a word shows by itself that it is a symbol: a path of Rust, or a compiler's word.
  static func isReadable(_ name: RawSpan) -> Bool {
    name.firstRange(of: "::") != nil || name.firstRange(of: ".isra") != nil
      || name.firstRange(of: ".constprop") != nil || name.firstRange(of: ".part") != nil
      || name.firstRange(of: ".cold") != nil
  }
}

/// `readable{linkage}`: both names as one, which can be read back without a kernel.
///
/// Found by the braces: what precedes them must be a form of the name between them, which no
/// other text is by chance.
enum Pairs {
  static func find(in line: borrowing TextLine, _ fields: inout [NameField]) {
    var from = 0
    var output = NameBuffer(minimumCapacity: 256)
    while let open = line.find(0x7b, from: from) {
      from = open &+ 1
      let end = line.plainNameEnd(from: from)
      guard end > from, line[end] == 0x7d else { continue }
      let linkage = line.slice(from..<end)
      guard let length = formLength(of: linkage, before: open, line, &output) else { continue }
      fields.append(NameField((open &- length)..<(end &+ 1), .pair))
      from = end &+ 1
    }
  }

  /// The length of the form of a name that precedes a brace.
  private static func formLength(
    of linkage: RawSpan, before open: Int, _ line: borrowing TextLine, _ output: inout NameBuffer
  ) -> Int? {
    for form in [NameForm.readable, .source] {
      for isBare in [false, true] {
        output.removeAll()
        guard form.append(linkageName: linkage.characters, isBare: isBare, to: &output) else {
          continue
        }
        if stands(output.bytes.raw, before: open, line) { return output.count }
        output.replace(0x3b, with: 0x3a, from: 0)
        if stands(output.bytes.raw, before: open, line) { return output.count }
      }
    }
    guard line[open &- 1].isHexDigit, line[open &- 64].isHexDigit else { return nil }
    let digest = HashedName(of: linkage).hexadecimal
    return line.slice((open &- 64)..<open).equals(Array(digest.utf8).span.raw) ? 64 : nil
  }

  private static func stands(_ form: RawSpan, before open: Int, _ line: borrowing TextLine) -> Bool
  { form.byteCount <= open && line.slice((open &- form.byteCount)..<open).equals(form) }

  /// Where the brace is that opens the linkage name at the end of a pair.
  static func brace(in pair: RawSpan) -> Int? {
    var index = pair.byteCount &- 1
    while index >= 0 {
      if pair.byte(at: index) == 0x7b { return index }
      index &-= 1
    }
    return nil
  }
}

/// Names in folded stacks, where a semicolon ends a frame: `[u8; 4]` is written `[u8: 4]`.
enum FoldedNames {
  /// The name with its semicolons; `nil` if it has none.
  static func restored(_ name: RawSpan) -> [UInt8]? {
    var bytes = name.array
    var isChanged = false
    for index in bytes.indices.dropLast() where bytes[index] == 0x3a && bytes[index + 1] == 0x20 {
      bytes[index] = 0x3b
      isChanged = true
    }
    return isChanged ? bytes : nil
  }
}
