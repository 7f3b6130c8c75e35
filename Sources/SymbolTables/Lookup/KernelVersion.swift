/// A kernel version as far as rules need it: `6.1.42`.
package struct KernelVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// First number.
  package let major: Int
  /// Second number.
  package let minor: Int
  /// Third number.
  package let patch: Int

  /// Creates a version.
  package init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// Reads the numbers at the start of a release such as `6.12.107+deb13-amd64`.
  package init?(_ release: String) {
    var numbers: [Int] = []
    for part in release.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false) {
      let digits = part.prefix { $0.isASCII && $0.isNumber }
      guard let number = Int(digits), number < 1 << 20 else { break }
      numbers.append(number)
      if digits.count < part.count { break }
    }
    guard numbers.count >= 2 else { return nil }
    self.init(numbers[0], numbers[1], numbers.count > 2 ? numbers[2] : 0)
  }

  /// Compares number by number.
  package static func < (left: Self, right: Self) -> Bool {
    (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
  }

  /// The version as it is written.
  package var description: String {
    patch == 0 ? "\(major).\(minor)" : "\(major).\(minor).\(patch)"
  }
}
