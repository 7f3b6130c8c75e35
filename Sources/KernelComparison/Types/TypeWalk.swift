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
  /// For each key of the queue, the place of the one that refers to it.
  private var parents: [Int] = []

  init(_ old: SymtypesTree, _ new: SymtypesTree, _ store: SymtypesStore) {
    references = TextReferences(store)
    leads = TypeWalk.leads(old, new, store, references)
    met = [UInt32](repeating: 0, count: store.keys.count)
  }

  /// Gives each key that differs for an export, with its place in the walk.
  mutating func forEachCause(
    of export: UInt32, _ old: SymtypesTree.File, _ new: SymtypesTree.File, _ store: SymtypesStore,
    _ body: (TypeComparison.Cause, Int) -> Void
  ) {
    guard leads[Int(export)] else { return }
    round &+= 1
    met[Int(export)] = round
    (queue, parents) = ([export], [-1])
    var place = -1
    while place + 1 < queue.count {
      place += 1
      let key = queue[place]
      guard let left = old.text(ofKey: Int(key)), let right = new.text(ofKey: Int(key)) else {
        continue
      }
      let (before, after) = (store.canonical(left), store.canonical(right))
      if before != after {
        body(
          TypeComparison.Cause(key: key, old: UInt32(before), new: UInt32(after)), place)
      }
      let others = before == after ? [] : Set(references.of(after))
      for reference in references.of(before) {
        guard leads[Int(reference)], met[Int(reference)] != round else { continue }
        // Types that only one side refers to are not compared.
        if before != after, !others.contains(reference) { continue }
        met[Int(reference)] = round
        queue.append(reference)
        parents.append(place)
      }
    }
  }

  /// The shortest chain of references from the export to a place of the last walk.
  func chain(to place: Int) -> [UInt32] {
    var (chain, place) = ([UInt32](), place)
    while place >= 0 {
      chain.append(queue[place])
      place = parents[place]
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
