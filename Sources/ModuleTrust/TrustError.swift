/// The error that a step of the signature gate ends with: an error number of Linux.
package struct TrustError: Error, RawRepresentable, Sendable, Hashable {
  /// The number, above 0.
  package let rawValue: Int32

  package init(rawValue: Int32) { self.rawValue = rawValue }

  /// No error of the kernel: what decides is made with arithmetic that is not here.
  package static let unverifiable = TrustError(rawValue: 0)
  package static let notPermitted = TrustError(rawValue: 1)
  static let noEntry = TrustError(rawValue: 2)
  package static let invalid = TrustError(rawValue: 22)
  package static let noData = TrustError(rawValue: 61)
  package static let noPackage = TrustError(rawValue: 65)
  package static let badMessage = TrustError(rawValue: 74)
  static let messageSize = TrustError(rawValue: 90)
  package static let noKey = TrustError(rawValue: 126)
  package static let rejected = TrustError(rawValue: 129)
}
