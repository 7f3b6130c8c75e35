/// A line of a layout, with the place of a member, or the value of an enumerator, apart.
package struct PlacedLine: Sendable {
  /// An offset in bytes, or bits, or a value; empty without one.
  let place: String
  private let head: String
  private let rest: String

  /// Puts a line together.
  ///
  /// - Parameters:
  ///   - head: What is before the place.
  ///   - place: The place; empty without one.
  ///   - rest: What is behind it.
  package init(_ head: String, place: String = "", _ rest: String = "") {
    (self.head, self.place, self.rest) = (head, place, rest)
  }

  /// The line as people read it.
  package var whole: String { head + place + rest }

  /// The line without the place: members that are only somewhere else have the same.
  var text: String { head + rest }

  /// Tabs that it begins with.
  var depth: Int { head.prefix { $0 == "\t" }.count }

  /// Whether the place is the value of an enumerator.
  var isEnumerator: Bool { !place.isEmpty && rest == "," }

  /// How far the place is from another: in bits, or between values; `nil` if it is no number.
  func distance(from former: PlacedLine) -> Int? {
    guard let new = number, let old = former.number else { return nil }
    let (distance, isLarge) = new.subtractingReportingOverflow(old)
    return isLarge ? nil : distance
  }

  private var number: Int? {
    if place.hasPrefix("bit ") { return Int(place.dropFirst(4)) }
    guard let number = Int(place), !isEnumerator else { return Int(place) }
    let (bits, isLarge) = number.multipliedReportingOverflow(by: 8)
    return isLarge ? nil : bits
  }

  /// The line, with the place where another side has it.
  func moved(from former: PlacedLine) -> String {
    if place == former.place { return whole }
    return isEnumerator
      ? "\(whole) /* was \(former.place) */" : "\(head)\(place), was \(former.place)\(rest)"
  }
}
