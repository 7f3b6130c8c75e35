/// A line of a layout, with the place that the comment at its end gives, of a member, or the value of an
/// enumerator apart.
struct PlacedLine {
  let whole: String
  /// The line without the place: members that are only somewhere else have the same.
  let text: String
  /// An offset in bytes, or bits, or a value; empty without one.
  let place: Substring
  private let head: Substring
  private let rest: Substring

  init(_ line: String) {
    whole = line
    if line.last == ",", let equals = line.ranges(of: " = ").last {
      let value = line[equals.upperBound...].dropLast()
      if value.allSatisfy({ $0.isNumber || $0 == "-" }) {
        (head, place, rest) = (line[..<equals.upperBound], value, ",")
        text = String(head + rest)
        return
      }
    }
    for mark in [" /* ", " // "] {
      guard let start = line.ranges(of: mark).last?.upperBound else { continue }
      let comment = line[start...]
      let end = comment.firstIndex { !"0123456789, bits".contains($0) } ?? comment.endIndex
      var (place, rest) = (comment[..<end], comment[end...])
      if mark == " /* ", place.last == " " {
        place.removeLast()
        rest = comment[place.endIndex...]
      }
      // Sizes are no places: `24 bytes`.
      guard place.first.map({ $0.isNumber || $0 == "b" }) ?? false,
        rest.isEmpty || rest == " */" || rest.hasPrefix(": ")
      else { continue }
      (head, self.place, self.rest) = (line[..<start], place, rest)
      text = String(head + rest)
      return
    }
    (text, head, place, rest) = (line, line[...], "", "")
  }

  /// The line, with the place where another side has it.
  func moved(from former: PlacedLine) -> String {
    if place == former.place { return whole }
    return rest == ","
      ? "\(whole) /* was \(former.place) */" : "\(head)\(place), was \(former.place)\(rest)"
  }
}
