internal import ByteStorage
internal import Synchronization

/// Modules that others need and that were read for earlier questions, as long as their files stay as they
/// are.
final class KnownModules: Sendable {
  private struct Entry {
    let state: FileState
    let module: CheckedModule
  }

  /// A kernel's module may need twenty others; what all of them need is a few hundred.
  private static let most = 512
  private let entries = Mutex<[String: Entry]>([:])

  /// The module at a path, or what `read` gives, which is kept.
  func module(
    at path: String, read: () throws(FileError) -> CheckedModule
  ) throws(FileError) -> CheckedModule {
    guard let state = FileState(path) else { return try read() }
    let known = entries.withLock { entries in
      entries[path].flatMap { $0.state == state ? $0.module : nil }
    }
    if let known { return known }
    let module = try read()
    entries.withLock { entries in
      if entries.count >= KnownModules.most { entries = [:] }
      entries[path] = Entry(state: state, module: module)
    }
    return module
  }
}
