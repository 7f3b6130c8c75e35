/// `ksymtypes` of suse-kabi-tools.
struct KsymtypesTool {
  private let arguments: [String]

  init(_ arguments: [String]) { self.arguments = arguments }

  /// Returns whether there is a difference.
  func run() throws(DropInError) -> Bool {
    throw DropInError("Not there yet")
  }
}
