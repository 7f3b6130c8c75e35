/// A line of a source file.
package struct SourcePlace: Sendable, Hashable {
  /// The path of the file as the compiler recorded it; relative ones of directories that were
  /// recorded are whole.
  package let path: [UInt8]
  /// From 1; 0 where the compiler gave none.
  package let line: UInt32

  package init(path: [UInt8], line: UInt32) {
    self.path = path
    self.line = line
  }
}
