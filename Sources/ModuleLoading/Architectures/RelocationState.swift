internal import ELFFormat

/// What the entries of one relocation section leave for those after them.
struct RelocationState {
  /// What R_LARCH_SOP_… compute with: numbers, or `nil` for what depends on addresses.
  private(set) var stack: [Int64?] = []
  /// The symbols of R_MIPS_HI16 that wait for a R_MIPS_LO16, where addends lie in the code.
  var highParts: [Int] = []

  /// `RELA_STACK_DEPTH` (arch/loongarch/include/asm/module.h).
  private static let depth = 16

  /// Puts a value on top; whether there was room.
  mutating func push(_ value: Int64?) -> Bool {
    guard stack.count < RelocationState.depth else { return false }
    stack.append(value)
    return true
  }

  /// Takes some values from the top, the lowest first; `nil` if there are fewer, and then all are gone.
  mutating func pop(_ count: Int) -> [Int64?]? {
    guard stack.count >= count else {
      stack = []
      return nil
    }
    let top = Array(stack.suffix(count))
    stack.removeLast(count)
    return top
  }
}
