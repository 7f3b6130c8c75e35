internal import ByteStorage

extension KallsymsTables {
  /// Finds the tables in an image by their structure: no symbol and no release is needed. Takes
  /// linear time. Throws for the table at which the most promising place failed.
  package init(locating image: borrowing KallsymsImage) throws(KallsymsError) {
    var failure = KallsymsError(.tokens, .notFound)
    if let likely = image.likely {
      if let tables = KallsymsTables.locate(image, in: likely, &failure) {
        self = tables
        return
      }
    }
    guard let tables = KallsymsTables.locate(image, in: 0..<image.bytes.byteCount, &failure) else {
      throw failure
    }
    self = tables
  }

  /// Places that look like tokens to follow up, before an image counts as made to mislead.
  private static let largestCandidateCount = 64

  private static func locate(
    _ image: borrowing KallsymsImage, in range: Range<Int>, _ failure: inout KallsymsError
  ) -> KallsymsTables? {
    let bytes = image.bytes
    var search = TokenTableSearch(bytes, in: range)
    var count = 0
    // Shared by all candidates, so that what is made to mislead costs no more for being many.
    var budget = 1 << 26 &+ bytes.byteCount
    while let tokens = search.next() {
      count += 1
      if count > largestCandidateCount {
        failure = KallsymsError(.tokens, .tooManyCandidates)
        return nil
      }
      var nameSearch = NameTableSearch(bytes, tokens, budget: budget)
      let found = nameSearch.first()
      budget = nameSearch.budget
      guard let names = found else {
        note(
          KallsymsError(
            nameSearch.hasMarkers ? .names : .markers,
            nameSearch.isExhausted ? .tooManyCandidates : .notFound, after: tokens.start), &failure)
        continue
      }
      var addressSearch = AddressTableSearch(image, tokens, names)
      guard let addresses = addressSearch.first() else {
        note(KallsymsError(.addresses, .notFound, after: names.names.lowerBound), &failure)
        continue
      }
      return KallsymsTables(tokens, names, addresses, wordSize: image.wordSize)
    }
    if search.isExhausted, failure.table == .tokens {
      failure = KallsymsError(.tokens, .tooManyCandidates)
    }
    return nil
  }

  /// Keeps the failure that came furthest.
  private static func note(_ error: KallsymsError, _ failure: inout KallsymsError) {
    if error.table > failure.table { failure = error }
  }

  private init(
    _ tokens: TokenTable, _ names: CompressedNames, _ addresses: AddressTable, wordSize: Int?
  ) {
    order = tokens.order
    self.wordSize = wordSize ?? addresses.wordSize
    count = names.count
    countOffset = names.countOffset
    self.names = names.names
    hasTwoByteLengths = names.hasTwoByteLengths
    markers = names.markers
    markerSize = names.markerSize
    tokenTable = tokens.start..<tokens.end
    tokenIndex = tokens.index..<(tokens.index + 512)
    self.addresses = addresses.addresses
    encoding = addresses.encoding
    relativeBase = addresses.relativeBase
    sequences = addresses.sequences
    otherReading = addresses.otherReading
    imageStart = addresses.imageStart
    sequenceSize = addresses.sequences == nil ? 0 : names.sequences == nil ? 3 : names.sequenceSize
  }
}
