/// What ``TypeTexts`` keeps apart for each unit of a file: every unit describes types as its own build saw
/// them, so that one may define what another only declares.
struct UnitTexts {
  /// The keys with a text in this unit, in the order in which they were met.
  var keys: [Int] = []
  private var unit: UInt32 = 0
  /// The last unit that met each entry.
  private var unitOf: [UInt32]
  /// The different texts of each key.
  private var variants: [[TypeTexts.Text]] = []
  /// Where the text begins that was last taken as news.
  private var taken: [Int: Int] = [:]

  init(entries: Int) { unitOf = [UInt32](repeating: 0, count: entries) }

  /// Begins another unit.
  ///
  /// - Returns: The keys of the unit before.
  mutating func begin() -> [Int] {
    unit &+= 1
    defer { keys.removeAll(keepingCapacity: true) }
    return keys
  }

  /// Marks an entry.
  ///
  /// - Returns: Whether it was not met in this unit before.
  @discardableResult
  mutating func meet(_ entry: Int) -> Bool {
    defer { unitOf[entry] = unit }
    return unitOf[entry] != unit
  }

  func variants(of key: Int) -> [TypeTexts.Text] { key < variants.count ? variants[key] : [] }

  mutating func add(_ text: TypeTexts.Text, to key: Int) {
    while variants.count <= key { variants.append([]) }
    variants[key].append(text)
  }

  /// The keys whose text is not the one that was taken last.
  mutating func takeNews(_ text: (Int) -> TypeTexts.Text?) -> [Int] {
    keys.filter { key in
      guard let start = text(key)?.segments.lowerBound, taken[key] != start else { return false }
      taken[key] = start
      return true
    }
  }
}
