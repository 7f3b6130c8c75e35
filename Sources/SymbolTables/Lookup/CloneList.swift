internal import ByteStorage
internal import SymbolNames
internal import Synchronization

/// The names of a table that end in what compilers append to functions, found when first asked for.
final class CloneList: Sendable {
  private let known = Mutex<[UInt32]?>(nil)

  /// Indices of the names, in table order.
  func indices(in table: SymbolTable) -> [UInt32] {
    known.withLock { known in
      if let known { return known }
      var found: [UInt32] = []
      for index in 0..<table.count {
        let name = table.name(at: index)
        // A dot at the start belongs to the name.
        guard let rest = name.suffix(from: 1), rest.firstIndex(of: UInt8(ascii: ".")) != nil else {
          continue
        }
        if !LinkageName(name.characters).suffixes.isEmpty {
          found.append(UInt32(truncatingIfNeeded: index))
        }
      }
      known = found
      return found
    }
  }
}
