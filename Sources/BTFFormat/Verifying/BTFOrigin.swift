internal import ByteStorage

/// The base that the types of a module were made for, as far as they show it: their numbers and those of
/// their names count on from its own.
package struct BTFOrigin: Sendable, Hashable {
  /// Number of its types, void included; `nil` if the module does not show it.
  package private(set) var types: Int?
  /// Size of its strings, in bytes; `nil` if the module does not show it.
  package private(set) var strings: Int?

  /// Whether the section has the form of BTF at all.
  package private(set) var isReadable = false

  /// How much of a module is looked at: it may be made to be slow.
  private static let mostFunctions = 64
  private static let mostPrototypes = 4096
  private static let mostNames = 1 << 16

  /// Reads a module's `.BTF`; a section that cannot be read shows nothing.
  package init(_ section: RawSpan) {
    guard let read = try? BTFTypes(parsing: section), let places = try? read.places() else {
      return
    }
    let view = BTFView(types: read.types, strings: read.strings, read.order, places)
    isReadable = true
    types = BTFOrigin.types(view)
    strings = BTFOrigin.strings(view)
  }

  /// Functions name their prototypes, which are types of the module: one distance suits them all.
  private static func types(_ view: borrowing BTFView) -> Int? {
    var functions: [Int] = []
    var prototypes: [Int] = []
    for number in 1...max(1, view.count - 1) {
      guard let entry = view.entry(number) else { continue }
      if entry.kind == .function, functions.count < mostFunctions {
        functions.append(Int(entry.word))
      } else if entry.kind == .functionPrototype, prototypes.count < mostPrototypes {
        prototypes.append(number - 1)
      }
    }
    guard let first = functions.max() else { return nil }
    let known = Set(prototypes)
    let fitting = prototypes.map { first - $0 }.filter { base in
      base > 1 && functions.allSatisfy { $0 < base || known.contains($0 - base) }
    }
    return Set(fitting).count == 1 ? fitting.first : nil
  }

  /// Names begin where a string of the module does; the greatest is that of its last string.
  private static func strings(_ view: borrowing BTFView) -> Int? {
    var names: Set<Int> = []
    for number in 1...max(1, view.count - 1) {
      guard let entry = view.entry(number), names.count < mostNames else { break }
      names.insert(Int(entry.name))
      guard let stride = entry.kind.nameStride else { continue }
      for index in 0..<min(entry.count, mostNames) {
        names.insert(Int(view.word(at: entry.offset &+ 12 &+ index &* stride)))
      }
    }
    let size = view.strings.byteCount
    var last = size - 1
    while last > 0, view.strings.byte(at: last - 1) != 0 { last -= 1 }
    guard let greatest = names.max(), greatest > last else { return nil }
    let base = greatest - last
    // No string lies further from the start.
    guard base <= 0xff_ffff else { return nil }
    func isStart(_ name: Int) -> Bool {
      name == base || view.strings.byte(at: name - base - 1) == 0
    }
    return names.allSatisfy { $0 < base || isStart($0) } ? base : nil
  }
}

extension BTFOrigin {
  /// The first type of a module's `.BTF` after a number of them that has a name of the module's own, as
  /// its sources call it.
  package func firstName(in section: RawSpan, from index: Int) -> String? {
    guard let strings, let read = try? BTFTypes(parsing: section),
      let places = try? read.places()
    else { return nil }
    let view = BTFView(types: read.types, strings: read.strings, read.order, places)
    for number in max(1, index + 1)...max(1, index + 1, places.count) {
      guard let entry = view.entry(number) else { return nil }
      guard Int(entry.name) >= strings,
        let name = view.strings.cString(at: Int(entry.name) - strings, limit: 256)
      else { continue }
      return "\(String(describing: entry.kind.name).lowercased()) \(name.text)"
    }
    return nil
  }
}

extension BTFKind {
  /// Distance of the names that follow a type's three words, in bytes; `nil` if none do.
  fileprivate var nameStride: Int? {
    switch self {
    case .structure, .union, .enumeration64: 12
    case .enumeration, .functionPrototype: 8
    default: nil
    }
  }
}
