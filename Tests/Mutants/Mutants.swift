// What Scripts/mutants.sh puts into a copy of the sources calls these: each does what stood there, or,
// where the environment names its number, what the change does.
import Glibc

private let active = unsafe getenv("KSYM_MUTANT").flatMap { unsafe Int(String(cString: $0)) } ?? 0

/// The file to which each place appends its number, four bytes in the order of the machine, when the change would
/// make a difference to a value there, if the environment names one.
nonisolated(unsafe) private let reached = unsafe getenv("KSYM_MUTANTS_REACHED").map {
  unsafe open($0, O_WRONLY | O_CREAT | O_APPEND, 0o644)
}
/// Which places have left it. That two threads both do is harmless.
nonisolated(unsafe) private let marks = {
  let marks = UnsafeMutablePointer<Bool>.allocate(capacity: mostMarks)
  unsafe marks.initialize(repeating: false, count: mostMarks)
  return unsafe marks
}()
private let mostMarks = 1 << 16

private func mark(_ number: Int, in file: Int32) {
  guard number < mostMarks, unsafe !marks[number] else { return }
  unsafe marks[number] = true
  withUnsafeBytes(of: UInt32(truncatingIfNeeded: number)) {
    _ = unsafe write(file, $0.baseAddress, $0.count)
  }
}

/// Whether the change of a number is the one to make, where it makes a difference.
public func isMutant(_ number: Int) -> Bool { isMutant(number, differs: true) }

/// Whether the change of a number is the one to make, where it may make a difference.
public func isMutant(_ number: Int, differs: Bool) -> Bool {
  if differs, let file = unsafe reached { mark(number, in: file) }
  return number == active
}

/// `true` or `false`, or the other.
@_transparent
public func truth(_ number: Int, _ value: Bool) -> Bool { isMutant(number) ? !value : value }

/// 1, or 2.
@_transparent
public func one<T: FixedWidthInteger>(_ number: Int) -> T { isMutant(number) ? 2 : 1 }

/// `min`, or `max`.
@_transparent
public func lesser<T: Comparable>(_ number: Int, _ first: T, _ second: T) -> T {
  isMutant(number, differs: first != second) ? max(first, second) : min(first, second)
}

/// `min`, or `max`, of three.
@_transparent
public func lesser<T: Comparable>(_ number: Int, _ first: T, _ second: T, _ third: T) -> T {
  lesser(number, lesser(number, first, second), third)
}

/// `max`, or `min`.
@_transparent
public func greater<T: Comparable>(_ number: Int, _ first: T, _ second: T) -> T {
  isMutant(number, differs: first != second) ? min(first, second) : max(first, second)
}

/// `max`, or `min`, of three.
@_transparent
public func greater<T: Comparable>(_ number: Int, _ first: T, _ second: T, _ third: T) -> T {
  greater(number, greater(number, first, second), third)
}

precedencegroup MutantPrecedence {
  associativity: left
  higherThan: LogicalConjunctionPrecedence
  lowerThan: NilCoalescingPrecedence
}

// `a < b` becomes `a |< less(7) >| b`: which operator it is is known between the two.
infix operator |< : MutantPrecedence
infix operator >| : MutantPrecedence
infix operator |~ : MutantPrecedence
infix operator ~| : MutantPrecedence
infix operator |! : MutantPrecedence
infix operator |& : LogicalConjunctionPrecedence
infix operator &| : LogicalConjunctionPrecedence
infix operator |/ : LogicalDisjunctionPrecedence
infix operator /| : LogicalDisjunctionPrecedence

/// A comparison, and whether equal values pass it.
@frozen
public struct Order {
  @usableFromInline let number: Int
  @usableFromInline let isAscending: Bool
  @usableFromInline let takesEqual: Bool

  @_transparent @usableFromInline
  init(number: Int, isAscending: Bool, takesEqual: Bool) {
    (self.number, self.isAscending, self.takesEqual) = (number, isAscending, takesEqual)
  }
}

/// `<`, or `<=`.
@_transparent
public func less(_ number: Int) -> Order {
  Order(number: number, isAscending: true, takesEqual: false)
}

/// `<=`, or `<`.
@_transparent
public func atMost(_ number: Int) -> Order {
  Order(number: number, isAscending: true, takesEqual: true)
}

/// `>`, or `>=`.
@_transparent
public func more(_ number: Int) -> Order {
  Order(number: number, isAscending: false, takesEqual: false)
}

/// `>=`, or `>`.
@_transparent
public func atLeast(_ number: Int) -> Order {
  Order(number: number, isAscending: false, takesEqual: true)
}

/// The first half of an ordering.
@_transparent
public func |< <T: Comparable>(left: T, order: Order) -> (T, Order) { (left, order) }

/// The second half of an ordering.
@_transparent
public func >| <T: Comparable>(left: (T, Order), right: T) -> Bool {
  if left.0 == right { return left.1.takesEqual != isMutant(left.1.number) }
  return left.1.isAscending ? left.0 < right : left.0 > right
}

/// What becomes of a condition.
@frozen
public struct Sense {
  @usableFromInline let isWanted: Bool
  @_transparent @usableFromInline
  init(isWanted: Bool) { self.isWanted = isWanted }
}

/// `==`, or `!=`.
@_transparent
public func equal(_ number: Int) -> Sense { Sense(isWanted: !isMutant(number)) }

/// `!=`, or `==`.
@_transparent
public func unequal(_ number: Int) -> Sense { Sense(isWanted: isMutant(number)) }

/// The first half of a comparison.
@_transparent
public func |~ <T: Equatable>(left: T, sense: Sense) -> (T, Sense) { (left, sense) }

/// The second half of a comparison.
@_transparent
public func ~| <T: Equatable>(left: (T, Sense), right: T) -> Bool {
  (left.0 == right) == left.1.isWanted
}

/// The second half of a comparison with what may be absent.
@_transparent
public func ~| <T: Equatable>(left: (T, Sense), right: T?) -> Bool {
  (left.0 == right) == left.1.isWanted
}

/// `nil` of `x == nil`, which any optional may be compared with.
@frozen
public struct Absence {
  @usableFromInline let isWanted: Bool
  @_transparent @usableFromInline
  init(isWanted: Bool) { self.isWanted = isWanted }
}

/// `== nil`, or `!= nil`.
@_transparent
public func absent(_ number: Int) -> Absence { Absence(isWanted: !isMutant(number)) }

/// `!= nil`, or `== nil`.
@_transparent
public func present(_ number: Int) -> Absence { Absence(isWanted: isMutant(number)) }

/// A comparison with `nil`.
@_transparent
public func |! <T>(left: T?, absence: Absence) -> Bool { (left == nil) == absence.isWanted }

/// `&&` or `||`, or the other.
@frozen
public struct Junction {
  @usableFromInline let number: Int
  @usableFromInline let isConjunction: Bool

  @_transparent @usableFromInline
  init(number: Int, isConjunction: Bool) {
    (self.number, self.isConjunction) = (number, isConjunction)
  }
}

/// `&&`, or `||`.
@_transparent
public func both(_ number: Int) -> Junction { Junction(number: number, isConjunction: true) }

/// `||`, or `&&`.
@_transparent
public func either(_ number: Int) -> Junction { Junction(number: number, isConjunction: false) }

/// The first half of a conjunction.
@_transparent
public func |& (left: Bool, junction: Junction) -> (Bool, Junction) { (left, junction) }

/// The second half of a conjunction.
@_transparent
public func &| (left: (Bool, Junction), right: @autoclosure () throws -> Bool) rethrows -> Bool {
  try joined(left, right)
}

/// The first half of a disjunction.
@_transparent
public func |/ (left: Bool, junction: Junction) -> (Bool, Junction) { (left, junction) }

/// The second half of a disjunction.
@_transparent
public func /| (left: (Bool, Junction), right: @autoclosure () throws -> Bool) rethrows -> Bool {
  try joined(left, right)
}

@_transparent @usableFromInline
func joined(_ left: (Bool, Junction), _ right: () throws -> Bool) rethrows -> Bool {
  let (value, junction) = left
  guard value == junction.isConjunction else {
    // The change asks for the other half, which may not be asked for without it.
    return isMutant(junction.number) ? try right() : value
  }
  let answer = try right()
  return isMutant(junction.number, differs: answer != value) ? value : answer
}
