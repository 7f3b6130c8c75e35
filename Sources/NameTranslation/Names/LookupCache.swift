internal import ByteStorage

/// What names meant when they were last looked up: texts repeat them.
struct LookupCache {
  /// A name, by its hash, and all that its meaning depends on.
  struct Question: Equatable {
    let hash: UInt64
    let size: UInt64?
    let address: UInt64?
    /// Distance from the symbol, where there is an address.
    let offset: UInt64?
    let module: UInt64?
    let surface: Surface
    /// Number of the kernels and modules that were asked.
    let sourceCount: Int
  }

  private struct Entry {
    let question: Question
    let name: [UInt8]
    let linkageNames: [[UInt8]]
  }

  private var entries: [Entry?] = []

  /// A power of two.
  private static let size = 256
  /// The longest name kept, in bytes.
  private static let longestName = 512

  /// What a name meant.
  func answer(to question: Question, _ name: RawSpan) -> [[UInt8]]? {
    guard !entries.isEmpty, let entry = entries[LookupCache.place(question)],
      entry.question == question, name.equals(entry.name.span.raw)
    else { return nil }
    return entry.linkageNames
  }

  /// Keeps what a name means.
  mutating func keep(_ linkageNames: [[UInt8]], for question: Question, _ name: RawSpan) {
    guard name.byteCount <= LookupCache.longestName else { return }
    if entries.isEmpty { entries = [Entry?](repeating: nil, count: LookupCache.size) }
    entries[LookupCache.place(question)] = Entry(
      question: question, name: name.array, linkageNames: linkageNames)
  }

  private static func place(_ question: Question) -> Int {
    Int(truncatingIfNeeded: question.hash) & (size - 1)
  }
}
