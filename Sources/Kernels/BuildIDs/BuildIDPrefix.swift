internal import ByteStorage

/// The build ID by which a user names a kernel: `build-id:` and hexadecimal digits, at least eight.
package struct BuildIDPrefix: Sendable, Hashable {
  /// The digits, in lower case.
  let digits: String
  /// Whether they are a whole ID of 20 bytes, as kernels have.
  var isWhole: Bool { digits.utf8.count == 40 }

  private static let word = "build-id:"

  /// - Returns: `nil` if a name does not begin with `build-id:`.
  /// - Throws: ``KernelError`` if what follows is too short, or not hexadecimal.
  package init?(_ name: String) throws(KernelError) {
    guard name.hasPrefix(BuildIDPrefix.word) else { return nil }
    digits = name.dropFirst(BuildIDPrefix.word.utf8.count).lowercased()
    let isNumber = digits.utf8.allSatisfy {
      UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
    }
    guard isNumber else { throw BuildIDPrefix.failure(name, "a build ID has hexadecimal digits") }
    guard (8...128).contains(digits.utf8.count) else {
      throw BuildIDPrefix.failure(name, "takes at least 8 digits of a build ID, and at most 128")
    }
  }

  func matches(_ identifier: String) -> Bool { identifier.hasPrefix(digits) }

  var name: String { BuildIDPrefix.word + digits }

  static func failure(_ name: String, _ words: String) -> KernelError {
    KernelError(FileError(path: name, cause: .notSuitable(words)))
  }
}
