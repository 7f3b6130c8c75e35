/// A number with a comma before every third digit.
func grouped(_ number: Int) -> String {
  var digits = String(number)
  var place = digits.count - 3
  while place > 0 {
    digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
    place -= 3
  }
  return digits
}

/// A number and what is counted: with an s, except of one.
func counted(_ number: Int, _ word: String) -> String {
  "\(grouped(number)) \(word)\(number == 1 ? "" : "s")"
}
