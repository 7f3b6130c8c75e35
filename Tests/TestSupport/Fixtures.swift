internal import ByteStorage

/// Files that are committed with the tests.
package enum Fixture {
  /// Path of a fixture, by its path below `Tests/Fixtures`.
  package static func path(_ name: String) -> String {
    let here = "\(#filePath)".split(separator: "/").dropLast(2).joined(separator: "/")
    return "/\(here)/Fixtures/\(name)"
  }

  /// Bytes of a fixture, as they are in the file.
  ///
  /// - Throws: ``ScratchError`` if it cannot be read.
  package static func bytes(_ name: String) throws(ScratchError) -> [UInt8] {
    try contents(of: path(name))
  }
}
