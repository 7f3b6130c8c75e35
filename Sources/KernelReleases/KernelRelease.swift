// KernelReleases is what differs from one kernel release to the next: releases themselves, tables of
// behaviours with the releases that have them, and the facts that several targets need. Its tables know
// names of behaviours, never what they mean: that is for the targets that ask.

/// A release of the kernel, as far as rules depend on it: `6.12.107`.
///
/// What a release string appends to its numbers is dropped: suffixes of distributions
/// (`6.12.107+deb13-amd64`, `6.8.0-49-generic`) do not change the source that rules were read from, and a
/// release candidate counts as the release it leads to. All features of a release are merged before its
/// `-rc1`, so `6.14-rc3` behaves as 6.14; what was mended between candidates is not told apart.
///
/// Stable releases compare by their third number: a rule that was backported has a row from `6.12.107` to
/// `6.13` besides that of the mainline.
package struct KernelRelease: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The three numbers of `6.12.107`; the third is 0 where the string has none.
  package let major, minor, patch: Int

  /// The newest release whose source was read. Its rules hold for later releases, too, and where the
  /// release is not known.
  package static let newest = KernelRelease(7, 3)

  /// Creates a release.
  package init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// Reads the numbers at the start of a release string, or of a vermagic or package version.
  ///
  /// - Returns: `nil` without two numbers.
  package init?(_ text: String) {
    var rest = text.utf8[...]
    guard let major = KernelRelease.takeNumber(&rest), rest.popFirst() == UInt8(ascii: "."),
      let minor = KernelRelease.takeNumber(&rest)
    else { return nil }
    let patch = rest.popFirst() == UInt8(ascii: ".") ? KernelRelease.takeNumber(&rest) : nil
    self.init(major, minor, patch ?? 0)
  }

  /// A decimal number below 2^20; no kernel numbers higher.
  private static func takeNumber(_ text: inout Substring.UTF8View) -> Int? {
    var number: Int?
    while let byte = text.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      let value = (number ?? 0) &* 10 &+ Int(byte &- UInt8(ascii: "0"))
      guard value < 1 << 20 else { return nil }
      number = value
      text = text.dropFirst()
    }
    return number
  }

  /// Whether a release is older than another.
  package static func < (left: Self, right: Self) -> Bool {
    (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
  }

  /// The numbers, the third only if it is not 0.
  package var description: String {
    patch == 0 ? "\(major).\(minor)" : "\(major).\(minor).\(patch)"
  }

  /// Whether another is of the same series of stable releases, as 6.12.107 and 6.12 are.
  package func isOfSeries(of other: KernelRelease) -> Bool {
    major == other.major && minor == other.minor
  }

  /// The release before this one: 6.13 before 6.14, 6.19 before 7.0, 6.1.41 before 6.1.42; `nil` where
  /// that is not known.
  package var previous: KernelRelease? {
    if patch > 0 { return KernelRelease(major, minor, patch - 1) }
    if minor > 0 { return KernelRelease(major, minor - 1) }
    return KernelRelease.lastMinors[major - 1].map { KernelRelease(major - 1, $0) }
  }

  /// The last second number of each first number (the tags of the mainline repository).
  private static let lastMinors = [2: 6, 3: 19, 4: 20, 5: 19, 6: 19]
}
