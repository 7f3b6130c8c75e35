internal import ByteStorage
internal import KernelImages

/// Tells memory dumps from other files, and puts flattened ones in order.
enum DumpOpening {
  /// Tells whether an open file is a memory dump.
  ///
  /// - Parameters:
  ///   - file: The open file.
  ///   - scratch: Receives the dump if the file is a flattened stream of one.
  ///   - path: Names the file in errors.
  ///   - layers: Receives in words what the dump is wrapped in, and what it is.
  /// - Returns: Which of the buffers holds the dump; `nil` if the file is none.
  /// - Throws: ``FileError`` if a flattened stream is damaged or holds something else.
  static func open(
    _ file: inout FileBuffer, _ scratch: inout FileBuffer, path: String, layers: inout [String]
  ) throws(FileError) -> UnpackedKernel.Place? {
    var found = file.compression.map { [$0.rawValue] } ?? []
    var kind = try kind(of: file.source, path)
    var place = UnpackedKernel.Place.file
    if kind == .kdumpFlattened {
      found.append(kind.description)
      try MemoryDump.reassemble(file.source, into: &scratch, path: path)
      kind = try self.kind(of: scratch.source, path)
      place = .scratch
    }
    switch kind {
    case .elfCore, .kdumpCompressed:
      layers = found + [kind.description]
      return place
    default:
      if place == .file { return nil }
      throw FileError(path: path, cause: .notSuitable("a flattened stream of something unknown"))
    }
  }

  private static func kind(
    of source: ByteSource, _ path: String
  ) throws(FileError) -> KernelContainer.Kind {
    do { return try KernelContainer(identifying: source).kind } catch {
      throw FileError(path: path, cause: .malformed(error))
    }
  }
}
