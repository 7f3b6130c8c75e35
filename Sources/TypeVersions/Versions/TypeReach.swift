internal import ByteStorage

/// Which keys each key reaches through its text, itself included: a row of bits for each group of
/// keys that reach one another.
struct TypeReach {
  /// Words of a row.
  let width: Int
  /// The group of each key.
  private var groups: [Int]
  private var rows: [UInt64] = []
  /// Bytes of the texts of all keys that a group reaches, about.
  private var sizes: [Int] = []

  /// Most words of all rows: 128 MiB.
  private static let mostWords = 1 << 24

  /// `nil` if rows would take too much memory.
  init?(_ texts: TypeTexts) {
    let count = texts.keys.count
    width = (count &+ 63) / 64
    groups = [Int](repeating: -1, count: count)
    var search = Search(count)
    for key in 0..<count where search.index[key] == 0 {
      findGroups(from: key, texts, &search)
      if rows.count > TypeReach.mostWords { return nil }
    }
  }

  func size(_ key: Int) -> Int { sizes[groups[key]] }

  /// Whether a key reaches nothing that is in a row.
  func isApart(_ key: Int, _ row: [UInt64]) -> Bool {
    let start = groups[key] &* width
    for word in 0..<width where rows[start &+ word] & row[word] != 0 { return false }
    return true
  }

  /// Adds what a key reaches to a row.
  func add(_ key: Int, to row: inout [UInt64]) {
    let start = groups[key] &* width
    for word in 0..<width { row[word] |= rows[start &+ word] }
  }

  /// The state of Tarjan's search for strongly connected components.
  private struct Search {
    /// When a key was met, from 1.
    var index: [Int]
    var low: [Int]
    var isOpen: [Bool]
    var open: [Int] = []
    var met = 0

    init(_ count: Int) {
      index = [Int](repeating: 0, count: count)
      low = index
      isOpen = [Bool](repeating: false, count: count)
    }

    mutating func meet(_ key: Int) {
      met &+= 1
      (index[key], low[key], isOpen[key]) = (met, met, true)
      open.append(key)
    }
  }

  private mutating func findGroups(from start: Int, _ texts: TypeTexts, _ search: inout Search) {
    search.meet(start)
    var path = [(key: start, next: texts.text(ofKey: start)?.segments.lowerBound ?? 0)]
    while let (key, next) = path.last {
      if let text = texts.text(ofKey: key), next < text.segments.upperBound {
        path[path.count &- 1].next = next &+ 1
        let target = Int(texts.segments[next].key) &- 1
        guard target >= 0 else { continue }
        if search.index[target] == 0 {
          search.meet(target)
          path.append((target, texts.text(ofKey: target)?.segments.lowerBound ?? 0))
        } else if search.isOpen[target] {
          search.low[key] = min(search.low[key], search.index[target])
        }
        continue
      }
      path.removeLast()
      if let around = path.last?.key {
        search.low[around] = min(search.low[around], search.low[key])
      }
      guard rows.count <= TypeReach.mostWords else { return }
      if search.low[key] == search.index[key] { closeGroup(key, texts, &search) }
    }
  }

  /// Makes a group of the keys met since one, whose other references are in groups already.
  private mutating func closeGroup(_ key: Int, _ texts: TypeTexts, _ search: inout Search) {
    let group = sizes.count
    var members: [Int] = []
    while let member = search.open.popLast() {
      search.isOpen[member] = false
      groups[member] = group
      members.append(member)
      if member == key { break }
    }
    rows.append(contentsOf: repeatElement(0, count: width))
    sizes.append(0)
    var size = 0
    for member in members {
      rows[group &* width &+ member / 64] |= 1 << UInt64(member % 64)
      guard let text = texts.text(ofKey: member) else { continue }
      size &+= text.length
      for segment in text.segments {
        let target = Int(texts.segments[segment].key) &- 1
        guard target >= 0, groups[target] != group else { continue }
        let from = groups[target] &* width
        for word in 0..<width { rows[group &* width &+ word] |= rows[from &+ word] }
        size = max(size, sizes[groups[target]])
      }
    }
    sizes[group] = size
  }
}
