internal import ByteStorage
internal import SymtypesFormat

/// Walks from exports to the types that they reach in both builds. What cannot lead to a difference is
/// known beforehand and left out: most of a kernel's types.
struct TypeWalk {
  private let references: TextReferences
  /// Whether a key may lead to a text that differs, in any file.
  private let leads: [Bool]
  /// The round in which each key was met last.
  private var met: [UInt32]
  private var round: UInt32 = 0
  /// Keys in the order in which they are met: nearest first.
  private var queue: [UInt32] = []
  /// For each key of the queue, the place of the one that refers to it, and the length of the chain.
  private var parents: [Int] = []
  private var lengths: [Int] = []
  /// The references that two texts share, of pairs that were met.
  private var shared: [UInt64: [UInt32]] = [:]

  /// Most keys of each end of a chain to give.
  private static let endLength = 32

  init(_ old: SymtypesTree, _ new: SymtypesTree, _ store: SymtypesStore) {
    references = TextReferences(store)
    leads = TypeWalk.leads(old, new, store, references)
    met = [UInt32](repeating: 0, count: store.keys.count)
  }

  /// Gives each key that differs for an export, with its place in the walk and the length of the chain that
  /// leads to it.
  mutating func forEachCause(
    of export: UInt32, _ old: SymtypesTree, _ new: SymtypesTree, _ store: SymtypesStore,
    _ body: (TypeComparison.Cause, Int, Int) -> Void
  ) {
    guard leads[Int(export)], let file = old.file(ofExport: Int(export)),
      let other = new.file(ofExport: Int(export))
    else { return }
    let (first, second) = (old.files[file], new.files[other])
    round &+= 1
    met[Int(export)] = round
    (queue, parents, lengths) = ([export], [-1], [1])
    var place = -1
    while place + 1 < queue.count {
      place += 1
      let key = queue[place]
      guard let left = first.text(ofKey: Int(key)), let right = second.text(ofKey: Int(key)) else {
        continue
      }
      let (before, after) = (store.canonical(left), store.canonical(right))
      if before == after {
        for reference in references.of(before) { meet(reference, from: place) }
      } else {
        body(
          TypeComparison.Cause(key: key, old: UInt32(before), new: UInt32(after)), place,
          lengths[place])
        for reference in references(before, after) { meet(reference, from: place) }
      }
    }
  }

  private mutating func meet(_ reference: UInt32, from place: Int) {
    guard leads[Int(reference)], met[Int(reference)] != round else { return }
    met[Int(reference)] = round
    queue.append(reference)
    parents.append(place)
    lengths.append(lengths[place] + 1)
  }

  /// Types that only one side refers to are not compared.
  private mutating func references(_ before: Int, _ after: Int) -> [UInt32] {
    let pair = UInt64(before) << 32 | UInt64(after)
    if let known = shared[pair] { return known }
    let others = Set(references.of(after))
    let found = references.of(before).filter { others.contains($0) }
    shared[pair] = found
    return found
  }

  /// The shortest chain of references from the export to a place of the last walk; of a long one the ends.
  func chain(to place: Int) -> [UInt32] {
    guard queue.indices.contains(place) else { return [] }
    let length = lengths[place]
    var (chain, place, number) = ([UInt32](), place, length)
    while place >= 0 {
      if number <= TypeWalk.endLength || number > length - TypeWalk.endLength {
        chain.append(queue[place])
      }
      place = parents[place]
      number -= 1
    }
    return chain.reversed()
  }

  /// Keys from which a key with different texts can be reached, whatever file they are in.
  private static func leads(
    _ old: SymtypesTree, _ new: SymtypesTree, _ store: SymtypesStore, _ references: TextReferences
  ) -> [Bool] {
    let count = store.keys.count
    // The only text of each key in both trees; -1 for none, -2 for several.
    var texts = [Int32](repeating: -1, count: count)
    var users: [(key: UInt32, user: UInt32)] = []
    for file in old.files + new.files {
      for record in file.records {
        let text = store.canonical(Int(record.text))
        let key = Int(record.key)
        if texts[key] == -1 {
          texts[key] = Int32(truncatingIfNeeded: text)
          for reference in references.of(text) { users.append((reference, record.key)) }
        } else if texts[key] != Int32(truncatingIfNeeded: text) {
          texts[key] = -2
        }
      }
    }
    users.sort { $0.key < $1.key }
    var starts = [Int](repeating: 0, count: count + 1)
    for user in users { starts[Int(user.key) + 1] += 1 }
    for key in 0..<count { starts[key + 1] += starts[key] }
    var leads = [Bool](repeating: false, count: count)
    var pending = (0..<count).filter { texts[$0] == -2 }
    for key in pending { leads[key] = true }
    while let key = pending.popLast() {
      for user in users[starts[key]..<starts[key + 1]] where !leads[Int(user.user)] {
        leads[Int(user.user)] = true
        pending.append(Int(user.user))
      }
    }
    return leads
  }
}

/// The keys that each text refers to, each once, in the order of their first mention.
struct TextReferences {
  private var keys: [UInt32] = []
  private var starts: [Int] = [0]

  init(_ store: SymtypesStore) {
    var last = [UInt32](repeating: 0, count: store.keys.count)
    for text in 0..<store.textCount {
      let tokens = store.tokens(text)
      for index in tokens.indices where tokens[index].isReference {
        let number = tokens[index].number
        guard last[number] != UInt32(truncatingIfNeeded: text + 1) else { continue }
        last[number] = UInt32(truncatingIfNeeded: text + 1)
        keys.append(UInt32(truncatingIfNeeded: number))
      }
      starts.append(keys.count)
    }
  }

  func of(_ text: Int) -> ArraySlice<UInt32> { keys[starts[text]..<starts[text + 1]] }
}
