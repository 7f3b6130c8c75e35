package import ByteStorage
internal import OrderedWork

/// Modules held against those of the same names in another tree.
package struct ModuleTwins: Sendable {
  /// A module, and its counterpart.
  package struct Twin: Sendable {
    /// Path of the module.
    package let path: String
    /// Path of the counterpart; `nil` if there is none.
    package let other: String?
    /// What the two differ in; none if they are the same after unpacking, or one is missing.
    package let differences: [ModuleDifference]

    /// A word for the result: `same`, `differs`, or `missing` in the other tree.
    package var verdict: String {
      other == nil ? "missing" : differences.isEmpty ? "same" : "differs"
    }
  }

  /// The other tree.
  package let tree: ModuleTree
  private let limit: Int
  private let workers: Int

  /// Names the other tree.
  ///
  /// - Parameters:
  ///   - directory: A directory, or the members of an archive.
  ///   - limit: Largest module after unpacking, in bytes.
  ///   - workers: Threads to use.
  package init(_ directory: String, limit: Int, workers: Int) {
    tree = ModuleTree(directory)
    self.limit = limit
    self.workers = workers
  }

  /// Compares modules, which may be compressed in other ways.
  ///
  /// - Returns: The results in order, or why a file cannot be read.
  package func compare(_ paths: [String]) -> [Result<Twin, FileError>] {
    var found: [Result<Twin, FileError>] = []
    let (tree, limit) = (tree, limit)
    OrderedWork.run(
      count: paths.count, workers: workers, makeState: { Buffers(limit: limit) },
      work: { buffers, index in ModuleTwins.compare(paths[index], tree, &buffers) },
      consume: { _, result in
        found.append(result)
        return true
      })
    return found
  }

  private struct Buffers: ~Copyable {
    var here, there: FileBuffer

    init(limit: Int) {
      here = FileBuffer(limit: limit)
      there = FileBuffer(limit: limit)
    }
  }

  private static func compare(
    _ path: String, _ tree: ModuleTree, _ buffers: inout Buffers
  ) -> Result<Twin, FileError> {
    guard let other = tree.path(named: path) else {
      return .success(Twin(path: path, other: nil, differences: []))
    }
    do throws(FileError) {
      try buffers.here.open(path)
      try buffers.there.open(other)
    } catch { return .failure(error) }
    do throws(ParseError) {
      let differences = try ModuleDifference.between(
        buffers.here.source, buffers.there.source)
      return .success(Twin(path: path, other: other, differences: differences))
    } catch { return .failure(FileError(path: path, cause: .malformed(error))) }
  }
}
