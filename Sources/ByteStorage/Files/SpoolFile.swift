/// A nameless file for what is too much for memory: written once, then read from the beginning.
package final class SpoolFile {
  private var output: FileOutput
  package var count: Int { output.count }

  /// Makes a file in a directory. It has no name, and goes when the process does.
  package init(in directory: String) throws(FileError) {
    TemporaryFile.removeLeftovers(in: directory)
    let file = try TemporaryFile.nameless(in: directory, path: directory)
    output = FileOutput(file, in: directory, path: directory)
  }

  package func append(_ bytes: RawSpan) throws(FileError) { try output.append(bytes) }

  package func append(_ bytes: [UInt8]) throws(FileError) { try output.append(bytes) }

  package func flush() throws(FileError) { try output.flush() }

  /// Appends flushed bytes to an array; returns how many, fewer than `most` only at the end.
  package func read(into bytes: inout [UInt8], at offset: Int, most: Int) throws(FileError) -> Int {
    try output.read(into: &bytes, at: offset, most: most)
  }
}
