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
    /// Parameters from an entry on, and whether there was one before.
    case parameters(Int?, hasEarlier: Bool)
    case members(Int?)
    /// Types of a union with kABI rules, the last first.
    case types([Int])
    case type
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
  /// Whether the next item counts as the first of its list.
  private var isFirst = true
  private var taken = 0

  /// Most types inside each other, and steps in all: types without names may go on without end.
  private static let (mostFrames, mostSteps) = (1 << 20, 1 << 26)

  init(_ entries: DWARFEntries) {
    states = [UInt8](repeating: State.unseen.rawValue, count: entries.entries.count)
  }

  private func state(_ entry: Int) -> State { State(rawValue: states[entry]) ?? .complete }

  /// Walks the types of a symbol, after those of the symbols before it.
  mutating func walk(
    _ symbol: Int, isFunction: Bool, _ pieces: inout TypePieces
  ) throws(TypeVersionsError) {
    if isFunction {
      begin(symbol, pieces, completes: false)
    } else {
      frames.append(Frame(entry: symbol, stage: .type, completes: false))
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
    case .parameters(let next, let hasEarlier): takeParameter(next, hasEarlier, at: place, pieces)
    case .members(let next):
      guard let next else {
        frames[place].stage = .finish
        return
      }
      frames[place].stage = .members(pieces.reader.entries.sibling(of: next))
      switch pieces.reader.entries.tag(next) {
      case .member: try visitType(of: next, &pieces)
      case .variantPart, .variant:
        let first = pieces.reader.entries.firstChild(of: next)
        frames.append(Frame(entry: next, stage: .members(first), completes: false))
      default: break
      }
    case .types(var types):
      guard let type = types.popLast() else {
        frames[place].stage = .finish
        return
      }
      frames[place].stage = .types(types)
      try visit(type, &pieces)
    case .type:
      frames[place].stage = .finish
      try visitType(of: frame.entry, &pieces)
    case .finish:
      if frame.completes { states[frame.entry] = State.complete.rawValue }
      frames.removeLast()
    }
  }

  private mutating func takeParameter(
    _ next: Int?, _ hasEarlier: Bool, at place: Int, _ pieces: borrowing TypePieces
  ) {
    guard let next else {
      isFirst = false
      frames[place].stage = .type
      return
    }
    let sibling = pieces.reader.entries.sibling(of: next)
    guard pieces.reader.entries.tag(next) == .formalParameter else {
      frames[place].stage = .parameters(sibling, hasEarlier: hasEarlier)
      return
    }
    frames[place].stage = .parameters(sibling, hasEarlier: true)
    guard state(next) != .complete else { return }
    if isFirst, hasEarlier { parameters.insert(next) } else { parameters.remove(next) }
    isFirst = false
    frames.append(Frame(entry: next, stage: .type))
  }

  private mutating func begin(
    _ function: Int, _ pieces: borrowing TypePieces, completes: Bool = true
  ) {
    isFirst = true
    let first = pieces.reader.entries.firstChild(of: function)
    frames.append(
      Frame(
        entry: function, stage: .parameters(first, hasEarlier: false), completes: completes))
  }

  private mutating func visitType(
    of entry: Int, _ pieces: inout TypePieces
  ) throws(TypeVersionsError) {
    if let type = pieces.reader.reference(entry, .type) { try visit(type, &pieces) }
  }

  private mutating func visit(_ entry: Int, _ pieces: inout TypePieces) throws(TypeVersionsError) {
    let (tag, state) = (pieces.reader.entries.tag(entry), state(entry))
    guard state != .complete else { return }
    states[entry] = State.open.rawValue
    guard tag.isExpandedOnce else {
      if tag == .subroutineType {
        begin(entry, pieces)
      } else if tag == .base {
        states[entry] = State.complete.rawValue
      } else {
        frames.append(Frame(entry: entry, stage: .type))
      }
      return
    }
    guard state == .unseen else { return }
    guard tag != .enumeration, try pieces.isPublicDefinition(entry) else {
      states[entry] = State.complete.rawValue
      return
    }
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
