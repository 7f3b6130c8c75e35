/// A nameless file for what is too much for memory: written once, then read from the beginning.
package final class SpoolFile {
  private var output: FileOutput
  /// Bytes written.
  package var count: Int { output.count }

  /// Makes a file in a directory. It has no name, and goes when the process does.
  ///
  /// - Throws: ``FileError`` if the directory cannot be written to.
  package init(in directory: String) throws(FileError) {
    TemporaryFile.removeLeftovers(in: directory)
    let file = try TemporaryFile.nameless(in: directory, path: directory)
    output = FileOutput(file, in: directory, path: directory)
  }

  /// Appends bytes.
  ///
  /// - Throws: ``FileError`` if they cannot be written.
  package func append(_ bytes: RawSpan) throws(FileError) { try output.append(bytes) }

  /// Appends bytes.
  ///
  /// - Throws: ``FileError`` if they cannot be written.
  package func append(_ bytes: [UInt8]) throws(FileError) { try output.append(bytes) }

  /// Writes what is still in memory.
  ///
  /// - Throws: ``FileError`` if it cannot be written.
  package func flush() throws(FileError) { try output.flush() }

  /// Reads bytes that were flushed.
  ///
  /// - Parameters:
  ///   - bytes: Receives them at its end; at most `most`, fewer only at the end of the file.
  ///   - offset: Where in the file they begin.
  ///   - most: How many to read.
  /// - Returns: How many were read.
  /// - Throws: ``FileError`` if they cannot be read.
  package func read(
    into bytes: inout [UInt8], at offset: Int, most: Int
  ) throws(FileError) -> Int {
    try output.read(into: &bytes, at: offset, most: most)
  }
}
