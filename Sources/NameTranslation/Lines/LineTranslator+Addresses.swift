internal import ByteStorage
internal import SymbolNames

extension LineTranslator {
  /// A field for each address of a line that has no name beside it and belongs to a symbol.
  mutating func addressFields(
    _ line: borrowing TextLine, besides fields: [NameField]
  ) -> [NameField] {
    guard AddressWords.mayHold(line) else { return [] }
    // A word after an address that no kernel has is not its name.
    let names = fields.filter { field in
      let name = line.slice(field.range)
      return field.offset != nil || FieldSearch.isReadable(name)
        || CandidateScan.next(in: name, from: 0) != nil
        || !resolver.matches(name, NameResolver.Evidence()).isEmpty
    }
    var found: [NameField] = []
    for word in AddressWords.find(in: line, besides: names) {
      if word.isShort && !places.isNarrow { continue }
      let next = AddressWords.follower(of: word, line)
      let name = line.slice(next..<line.nameEnd(from: next))
      if !resolver.matches(name, NameResolver.Evidence()).isEmpty { continue }
      // What a damaged list calls a name must not do anything to a terminal.
      guard let place = places.place(of: word.value), !place.name.contains(where: \.isControl)
      else {
        counts.unnamedAddresses &+= 1
        if places.isForeign(word.value) { counts.foreignAddresses &+= 1 }
        continue
      }
      var field = NameField(word.range, .address, address: word.value)
      field.tokenEnd = word.end
      found.append(field)
    }
    return found
  }

  /// Writes ` (NAME+0xOFF/0xSIZE [module])` after an address.
  mutating func appendPlace(_ field: NameField, _ line: borrowing TextLine) {
    guard let address = field.address, let place = places.place(of: address) else { return }
    counts.namedAddresses &+= 1
    output.append(" (")
    let start = output.count
    defer { if options.collectsNames { collect(field, line, place, from: start) } }
    if let marks = options.marks { output.append(marks.start.span) }
    if place.name.isEmpty, let module = place.module { output.append("[\(module)]") }
    if options.form == .hashed && !place.name.isEmpty {
      output.append(HashedName(of: place.name.rawSpan).hexadecimal)
    } else {
      _ = options.form.append(
        linkageName: place.name.span, isBare: options.isBare, to: &output)
    }
    output.escape(from: start, escaping)
    if let marks = options.marks { output.append(marks.end.span) }
    output.append("+0x\(String(place.offset, radix: 16))")
    if let size = place.size { output.append("/0x\(String(size, radix: 16))") }
    if let module = place.module, !place.name.isEmpty { output.append(" [\(module)]") }
    output.append(")")
  }

  /// Keeps a record of an address, for which the output has its place from an index on.
  private mutating func collect(
    _ field: NameField, _ line: borrowing TextLine, _ place: AddressResolver.Place, from start: Int
  ) {
    let written = output.bytes.extracting(start..<(output.count - 1)).raw.text
    found.append(
      TextName(
        line: lineNumber, column: column(of: field), surface: .address,
        text: line.slice(field.range).text, translation: written,
        linkageNames: place.name.isEmpty ? [] : [String(decoding: place.name, as: UTF8.self)],
        offset: place.offset, size: place.size, module: place.module,
        addresses: field.address.map { [$0] } ?? []))
  }
}
