package import ByteStorage
internal import Synchronization

/// Copies of modules that several kernels are asked about: each file is read and unpacked once.
package final class ModuleCopies: Sendable {
  struct Copy: Sendable {
    let module: KeptBytes
    /// The file before it was unpacked; empty if it was not.
    let packed: KeptBytes
  }

  private struct State {
    var copies: [String: Copy] = [:]
    var size = 0
  }

  /// Most bytes to keep: of what is beyond, the files are read again.
  private static let most = 256 << 20
  private let state = Mutex(State())

  /// No copies.
  package init() {}

  /// Keeps a copy of a file that was opened.
  ///
  /// - Throws: ``ParseError`` if it cannot be read as a whole.
  package func keep(_ path: String, _ file: borrowing FileBuffer) throws(ParseError) {
    let size = file.source.count + file.packedBytes.byteCount
    guard state.withLock({ $0.size + size <= ModuleCopies.most }) else { return }
    let copy = Copy(
      module: KeptBytes(copying: try file.source.all()),
      packed: KeptBytes(copying: file.packedBytes))
    state.withLock { state in
      if state.copies.updateValue(copy, forKey: path) == nil { state.size += size }
    }
  }

  func copy(of path: String) -> Copy? { state.withLock { $0.copies[path] } }
}
