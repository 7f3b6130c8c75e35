// What Scripts/mutants.sh puts into a copy of the sources calls these: each does what stood there, or,
// where the environment names its number, what the change does.
import Glibc

private let active = unsafe getenv("KSYM_MUTANT").flatMap { unsafe Int(String(cString: $0)) } ?? 0

/// The directory in which each place leaves a file when it is reached, if the environment names one.
nonisolated(unsafe) private let reached = unsafe getenv("KSYM_MUTANTS_REACHED")
/// Which places have left it. That two threads both do is harmless.
nonisolated(unsafe) private let marks = {
  let marks = UnsafeMutablePointer<Bool>.allocate(capacity: mostMarks)
  unsafe marks.initialize(repeating: false, count: mostMarks)
  return unsafe marks
}()
private let mostMarks = 1 << 16

private func mark(_ number: Int, in directory: UnsafePointer<CChar>) {
  guard number < mostMarks, unsafe !marks[number] else { return }
  unsafe marks[number] = true
  let file = unsafe open("\(String(cString: directory))/\(number)", O_WRONLY | O_CREAT, 0o644)
  if file >= 0 { close(file) }
}

/// Whether the change of a number is the one to make.
public func isMutant(_ number: Int) -> Bool {
  if let directory = unsafe reached { unsafe mark(number, in: directory) }
  return number == active
}

/// `true` or `false`, or the other.
public func truth(_ number: Int, _ value: Bool) -> Bool { isMutant(number) ? !value : value }

/// 1, or 2.
public func one<T: FixedWidthInteger>(_ number: Int) -> T { isMutant(number) ? 2 : 1 }

/// `min`, or `max`.
public func least<T: Comparable>(_ number: Int, _ first: T, _ others: T...) -> T {
  others.reduce(first) { isMutant(number) ? max($0, $1) : min($0, $1) }
}

/// `max`, or `min`.
public func most<T: Comparable>(_ number: Int, _ first: T, _ others: T...) -> T {
  others.reduce(first) { isMutant(number) ? min($0, $1) : max($0, $1) }
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
public struct Order {
  let isAscending: Bool
  let takesEqual: Bool
}

/// `<`, or `<=`.
public func less(_ number: Int) -> Order {
  Order(isAscending: true, takesEqual: isMutant(number))
}

/// `<=`, or `<`.
public func atMost(_ number: Int) -> Order {
  Order(isAscending: true, takesEqual: !isMutant(number))
}

/// `>`, or `>=`.
public func more(_ number: Int) -> Order {
  Order(isAscending: false, takesEqual: isMutant(number))
}

/// `>=`, or `>`.
public func atLeast(_ number: Int) -> Order {
  Order(isAscending: false, takesEqual: !isMutant(number))
}

/// The first half of an ordering.
public func |< <T: Comparable>(left: T, order: Order) -> (T, Order) { (left, order) }

/// The second half of an ordering.
public func >| <T: Comparable>(left: (T, Order), right: T) -> Bool {
  if left.0 == right { return left.1.takesEqual }
  return left.1.isAscending ? left.0 < right : left.0 > right
}

/// What becomes of a condition.
public struct Sense { let isWanted: Bool }

/// `==`, or `!=`.
public func equal(_ number: Int) -> Sense { Sense(isWanted: !isMutant(number)) }

/// `!=`, or `==`.
public func unequal(_ number: Int) -> Sense { Sense(isWanted: isMutant(number)) }

/// The first half of a comparison.
public func |~ <T: Equatable>(left: T, sense: Sense) -> (T, Sense) { (left, sense) }

/// The second half of a comparison.
public func ~| <T: Equatable>(left: (T, Sense), right: T) -> Bool {
  (left.0 == right) == left.1.isWanted
}

/// `nil` of `x == nil`, which any optional may be compared with.
public struct Absence { let isWanted: Bool }

/// `== nil`, or `!= nil`.
public func absent(_ number: Int) -> Absence { Absence(isWanted: !isMutant(number)) }

/// `!= nil`, or `== nil`.
public func present(_ number: Int) -> Absence { Absence(isWanted: isMutant(number)) }

/// A comparison with `nil`.
public func |! <T>(left: T?, absence: Absence) -> Bool { (left == nil) == absence.isWanted }

/// `&&` or `||`, or the other.
public struct Junction { let isConjunction: Bool }

/// `&&`, or `||`.
public func both(_ number: Int) -> Junction { Junction(isConjunction: !isMutant(number)) }

/// `||`, or `&&`.
public func either(_ number: Int) -> Junction { Junction(isConjunction: isMutant(number)) }

/// The first half of a conjunction.
public func |& (left: Bool, junction: Junction) -> (Bool, Junction) { (left, junction) }

/// The second half of a conjunction.
public func &| (left: (Bool, Junction), right: @autoclosure () throws -> Bool) rethrows -> Bool {
  left.0 == left.1.isConjunction ? try right() : left.0
}

/// The first half of a disjunction.
public func |/ (left: Bool, junction: Junction) -> (Bool, Junction) { (left, junction) }

/// The second half of a disjunction.
public func /| (left: (Bool, Junction), right: @autoclosure () throws -> Bool) rethrows -> Bool {
  left.0 == left.1.isConjunction ? try right() : left.0
}
