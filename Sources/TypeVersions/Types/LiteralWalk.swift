internal import ByteStorage
internal import DWARFFormat

/// Walks the types of symbols as gendwarfksyms does, with what it keeps from one symbol to the next
/// (`process_type` and `process_cached` of scripts/gendwarfksyms/dwarf.c, 6.14). Needed for
/// dumps of entries, and for names of members with kABI rules: the former name of a renamed member
/// goes to whichever member is left last, which depends on what was walked before.
struct LiteralWalk {
  private enum Step {
    case piece(TypePiece, isFresh: Bool)
    /// A list of parameters that is walked begins, or ends.
    case list(begins: Bool)
    case restore(isExpanding: Bool)
    case finish(Int, isExpanded: Bool)
    case settle(Int, isExpanding: Bool, changes: Int)
  }

  /// The former names that members have been given, by the member that says so.
  private(set) var formerNames: [Int: Int] = [:]
  /// Members whose pieces are known.
  private var named: Set<Int> = []
  /// What is printed; grows only if ``isPrinting``.
  var output = OutputBuffer()
  private let isPrinting: Bool
  /// Bit 0: the entry is known with its body, bit 1: without.
  private var complete: [UInt8]
  /// The symbol that last met a type with a body.
  private var met: [UInt32]
  private var round: UInt32 = 0
  /// How often ``complete`` and ``met`` changed.
  private var changes = 0
  /// The symbol for which a walk of an entry changed nothing, and so never will again: with bodies, and
  /// without.
  private var settled: (expanding: [UInt32], other: [UInt32])
  private var isExpanding = true
  private var former: Int?
  private var steps: [Step] = []
  private var list: [TypePiece] = []
  /// Whether the next parameter counts as the first of its list (see ``CommaWalk``).
  private var isFirstItem = false
  /// Of the parameters that are known, those without a comma.
  private var parametersWithoutComma: Set<Int> = []
  private var depth = 0
  private var hasBreak = false

  /// Most text to print, and steps to keep: types may go on without end.
  private static let (mostText, mostSteps) = (1 << 30, 1 << 22)
  /// Most steps of one symbol: those of the largest kernel types are a few million.
  private static let mostTaken = 1 << 24

  init(_ entries: DWARFEntries, isPrinting: Bool) {
    self.isPrinting = isPrinting
    complete = [UInt8](repeating: 0, count: entries.entries.count)
    met = [UInt32](repeating: 0, count: entries.entries.count)
    settled = isPrinting ? ([], []) : (met, met)
  }

  mutating func walk(
    _ symbol: Int, isFunction: Bool, _ pieces: inout TypePieces
  ) throws(TypeVersionsError) {
    round &+= 1
    isExpanding = true
    former = nil
    list.removeAll(keepingCapacity: true)
    try pieces.appendSymbol(symbol, isFunction: isFunction, to: &list)
    push(isFresh: true, hasParameters: isFunction)
    var taken = 0
    while let step = steps.popLast() {
      taken &+= 1
      guard taken < LiteralWalk.mostTaken else { throw .tooLarge }
      switch step {
      case .restore(let value): isExpanding = value
      case .list(let begins): isFirstItem = begins
      case .finish(let entry, let isExpanded):
        complete[entry] |= isExpanded ? 1 : 2
        changes &+= 1
      case .settle(let entry, let value, let former):
        guard changes == former else { break }
        if value { settled.expanding[entry] = round } else { settled.other[entry] = round }
      case .piece(let piece, let isFresh): try take(piece, isFresh, &pieces)
      }
      guard output.bytes.count < LiteralWalk.mostText, steps.count < LiteralWalk.mostSteps else {
        throw .tooLarge
      }
    }
    if isPrinting { output.append("\n") }
  }

  private mutating func push(isFresh: Bool, hasParameters: Bool) {
    for piece in list.reversed() {
      steps.append(.piece(piece, isFresh: isFresh))
      if hasParameters, case .lineBreak(-1) = piece { steps.append(.list(begins: false)) }
    }
    if hasParameters { steps.append(.list(begins: true)) }
  }

  private mutating func take(
    _ piece: TypePiece, _ isFresh: Bool, _ pieces: inout TypePieces
  ) throws(TypeVersionsError) {
    switch piece {
    case .end: break
    case .text(let text): printText { $0.append(text) }
    case .number(let value): printText { $0.append(String(value)) }
    case .attribute(let word, let value): printText { $0.append(" \(word)(\(value))") }
    case .name(let name):
      printText {
        $0.append(" ")
        $0.append(pieces.names.bytes(name))
      }
    case .lineBreak(let change):
      depth += change
      hasBreak = true
    case .memberName(let member):
      if isFresh, named.insert(member).inserted, let former { formerNames[member] = former }
      // A member that is walked again inside its own walk is printed as it is met each time.
      guard let name = pieces.memberName(member, isFresh ? former : formerNames[member]) else {
        return
      }
      printText {
        $0.append(" ")
        $0.append(name)
      }
    case .child(let entry): try enter(entry, isFirst: true, &pieces)
    case .item(let entry, let isFirst):
      guard pieces.reader.entries.tag(entry) == .formalParameter else {
        return try enter(entry, isFirst: isFirst, &pieces)
      }
      if complete[entry] & 1 == 0 {
        if isFirstItem {
          parametersWithoutComma.insert(entry)
        } else {
          parametersWithoutComma.remove(entry)
        }
        isFirstItem = false
      }
      try enter(entry, isFirst: parametersWithoutComma.contains(entry), &pieces)
    }
  }

  private mutating func enter(
    _ entry: Int, isFirst: Bool, _ pieces: inout TypePieces
  ) throws(TypeVersionsError) {
    let tag = pieces.reader.entries.tag(entry)
    if !isPrinting {
      guard (isExpanding ? settled.expanding[entry] : settled.other[entry]) != round else { return }
      steps.append(.settle(entry, isExpanding: isExpanding, changes: changes))
    }
    steps.append(.restore(isExpanding: isExpanding))
    var wantsBody = true
    if tag.isExpandedOnce {
      if met[entry] == round { isExpanding = false }
      if isExpanding {
        met[entry] = round
        changes &+= 1
      } else {
        wantsBody = false
      }
    }
    let isFresh = complete[entry] & (wantsBody ? 1 : 2) == 0
    if isFresh {
      steps.append(.finish(entry, isExpanded: wantsBody))
      if tag == .member || tag == .formalParameter { former = nil }
      if tag == .union, pieces.rules != nil,
        case .reserved(_, let renamed) = try pieces.status(ofUnion: entry)
      {
        former = renamed
      }
    }
    list.removeAll(keepingCapacity: true)
    try pieces.append(entry, isFirst: isFirst, isExpanded: wantsBody, to: &list)
    push(isFresh: isFresh, hasParameters: isFresh && tag == .subroutineType)
  }

  private mutating func printText(_ append: (inout OutputBuffer) -> Void) {
    guard isPrinting else { return }
    if hasBreak {
      output.append("\n")
      for _ in 0..<max(0, depth) { output.append("  ") }
      hasBreak = false
    }
    append(&output)
  }
}
