internal import DWARFFormat

/// Finds the parameters that gendwarfksyms writes without a comma before them.
///
/// It walks the types of symbols depth first. A function type that its own parameter leads back to, through
/// structures that are met for the first time, is walked a second time inside the first walk; what is
/// known by then of its parameters is taken as it is, without noting that the list has begun. So the
/// parameter that led there counts as the first, and its last description is the one that stays
/// (`process_list_comma` and `process_type` of scripts/gendwarfksyms/dwarf.c, `__die_map_get` of die.c, 7.2).
struct CommaWalk {
  private enum State: UInt8 { case unseen, open, complete }

  private enum Stage {
    /// Parameters from an entry on.
    case parameters(Int?)
    case members(Int?)
    /// Types of a union with kABI rules, the last first.
    case types([Int])
    case result
    case finish
  }

  private struct Frame {
    let entry: Int
    var stage: Stage
    /// Whether the entry is known once this ends.
    var completes = true
  }

  /// The parameters without a comma that are not the first of their list.
  private(set) var parameters: Set<Int> = []
  private var states: [UInt8]
  private var frames: [Frame] = []
  /// A parameter, pointers, qualifiers and names on the way to a type.
  private var way: [Int] = []
  /// Whether the next item counts as the first of its list.
  private var isFirst = true
  private var taken = 0

  /// Most types inside each other, and steps in all: types without names may go on without end.
  private static let (mostFrames, mostSteps) = (1 << 20, 1 << 26)

  init(_ entries: DWARFEntries) {
    states = [UInt8](repeating: State.unseen.rawValue, count: entries.entries.count)
  }

  private func state(_ entry: Int) -> State { State(rawValue: states[entry]) ?? .complete }

  private mutating func complete(_ entry: Int) { states[entry] = State.complete.rawValue }

  /// Walks the types of a symbol, after those of the symbols before it.
  mutating func walk(
    _ symbol: Int, isFunction: Bool, _ pieces: inout TypePieces
  ) throws(TypeVersionsError) {
    if isFunction {
      begin(symbol, pieces, completes: false)
    } else {
      try visitType(of: symbol, &pieces)
    }
    while let frame = frames.last {
      taken &+= 1
      guard taken < CommaWalk.mostSteps, frames.count < CommaWalk.mostFrames else {
        throw .tooLarge
      }
      try take(frame, at: frames.count &- 1, &pieces)
    }
  }

  private mutating func take(
    _ frame: Frame, at place: Int, _ pieces: inout TypePieces
  ) throws(TypeVersionsError) {
    switch frame.stage {
    case .parameters(let next): try takeParameter(next, at: place, &pieces)
    case .members(let next): try takeMembers(next, at: place, &pieces)
    case .types(var types):
      guard let type = types.popLast() else {
        frames[place].stage = .finish
        return
      }
      frames[place].stage = .types(types)
      try visit(type, &pieces)
    case .result:
      frames[place].stage = .finish
      try visitType(of: frame.entry, &pieces)
    case .finish:
      if frame.completes { complete(frame.entry) }
      frames.removeLast()
    }
  }

  /// Visits members until one leads somewhere.
  private mutating func takeMembers(
    _ first: Int?, at place: Int, _ pieces: inout TypePieces
  ) throws(TypeVersionsError) {
    var next = first
    while let member = next {
      next = pieces.reader.entries.sibling(of: member)
      switch pieces.reader.entries.tag(member) {
      case .member:
        try visitType(of: member, &pieces)
      case .variantPart, .variant:
        let first = pieces.reader.entries.firstChild(of: member)
        frames.append(Frame(entry: member, stage: .members(first), completes: false))
      default: continue
      }
      if frames.count &- 1 > place {
        frames[place].stage = .members(next)
        return
      }
    }
    frames[place].stage = .finish
  }

  /// Visits parameters until one leads somewhere. After that none counts as the first of its list: whatever
  /// function type was walked meanwhile has ended.
  private mutating func takeParameter(
    _ first: Int?, at place: Int, _ pieces: inout TypePieces
  ) throws(TypeVersionsError) {
    var (next, hasEarlier) = (first, false)
    while let parameter = next {
      next = pieces.reader.entries.sibling(of: parameter)
      guard pieces.reader.entries.tag(parameter) == .formalParameter else { continue }
      let isLater = hasEarlier
      hasEarlier = true
      guard state(parameter) != .complete else { continue }
      if isFirst, isLater { parameters.insert(parameter) } else { parameters.remove(parameter) }
      isFirst = false
      try descend(from: parameter, &pieces)
      if frames.count &- 1 > place {
        frames[place].stage = .parameters(next)
        return
      }
    }
    isFirst = false
    frames[place].stage = .result
  }

  private mutating func begin(
    _ function: Int, _ pieces: borrowing TypePieces, completes: Bool = true
  ) {
    isFirst = true
    let first = pieces.reader.entries.firstChild(of: function)
    frames.append(Frame(entry: function, stage: .parameters(first), completes: completes))
  }

  private mutating func visitType(
    of entry: Int, _ pieces: inout TypePieces
  ) throws(TypeVersionsError) {
    if let type = pieces.type(of: entry) { try visit(type, &pieces) }
  }

  private mutating func visit(_ entry: Int, _ pieces: inout TypePieces) throws(TypeVersionsError) {
    let tag = pieces.reader.entries.tag(entry)
    guard state(entry) != .complete else { return }
    if tag.isExpandedOnce {
      try expand(entry, tag, &pieces)
    } else if tag == .subroutineType {
      begin(entry, pieces)
    } else {
      try descend(from: entry, &pieces)
    }
  }

  /// Follows the types of entries of one type each; they are known once that is.
  private mutating func descend(
    from first: Int, _ pieces: inout TypePieces
  ) throws(TypeVersionsError) {
    way.removeAll(keepingCapacity: true)
    way.append(first)
    var entry = first
    while let type = pieces.type(of: entry) {
      taken &+= 1
      guard taken < CommaWalk.mostSteps, way.count < CommaWalk.mostFrames else { throw .tooLarge }
      if state(type) == .complete { break }
      let tag = pieces.reader.entries.tag(type)
      if tag.isExpandedOnce || tag == .subroutineType {
        let (count, length) = (frames.count, way.count)
        for entry in way { frames.append(Frame(entry: entry, stage: .finish)) }
        if tag == .subroutineType { begin(type, pieces) } else { try expand(type, tag, &pieces) }
        if frames.count > count &+ length { return }
        frames.removeLast(length)
        break
      }
      way.append(type)
      entry = type
    }
    for entry in way { complete(entry) }
  }

  /// Begins a type with a body, once for all: inside it and later it is taken without.
  private mutating func expand(
    _ entry: Int, _ tag: DWARFTag, _ pieces: inout TypePieces
  ) throws(TypeVersionsError) {
    guard state(entry) == .unseen else { return }
    states[entry] = State.open.rawValue
    guard tag != .enumeration, try pieces.isPublicDefinition(entry) else { return complete(entry) }
    guard tag != .union || pieces.rules == nil else {
      frames.append(Frame(entry: entry, stage: .types(try types(inUnion: entry, &pieces))))
      return
    }
    let first = pieces.reader.entries.firstChild(of: entry)
    frames.append(Frame(entry: entry, stage: .members(first)))
  }

  /// What of a union counts under kABI rules; the last first.
  private func types(
    inUnion entry: Int, _ pieces: inout TypePieces
  ) throws(TypeVersionsError) -> [Int] {
    var list: [TypePiece] = []
    try pieces.append(entry, isFirst: true, isExpanded: true, to: &list)
    return list.reversed().compactMap { piece in
      switch piece {
      case .child(let type): type
      case .item(let member, _): pieces.reader.reference(member, .type)
      default: nil
      }
    }
  }
}
