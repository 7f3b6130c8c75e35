internal import ByteStorage
internal import Kernels
internal import OrderedWork

struct FileFailure: Error {
  let path: String
  let cause: any Error

  init(_ path: String, _ cause: any Error) {
    self.path = path
    self.cause = cause
  }

  var words: String {
    switch cause {
    case is FileError, is KernelError, is TypeVersionsFailure, is MissingTypes: cause.explained
    case let failure as FileFailure: failure.words
    default: "\(path): \(cause.explained)"
    }
  }
}

/// The loop over files that commands share: several threads, results in order, and a counter on
/// standard error.
struct FileRun {
  let workers: Int
  /// What is counted, in words.
  var counted = "modules"
  /// Files a thread takes at once, of many.
  var chunk = 8

  /// Calls `work` on any thread, and `consume` in order until it returns `false`.
  func run<State: ~Copyable, Value: Sendable>(
    _ entries: [DirectoryTree.Entry], makeState: @escaping @Sendable () -> State,
    work: @escaping @Sendable (inout State, String) throws -> Value,
    consume: (Result<Value, FileFailure>, String) -> Bool
  ) {
    var progress = Progress(counted)
    OrderedWork.run(
      count: entries.count, workers: workers, chunk: entries.count > 64 ? chunk : 1,
      makeState: makeState,
      work: { state, index -> Result<Value, FileFailure> in
        switch entries[index] {
        case .unreadable(let error): return .failure(FileFailure(error.path, error))
        case .file(let path):
          do { return .success(try work(&state, path)) } catch {
            return .failure(FileFailure(path, error))
          }
        }
      },
      consume: { index, result in
        let path: String
        switch entries[index] {
        case .unreadable(let error): path = error.path
        case .file(let file): path = file
        }
        let goesOn = consume(result, path)
        progress.update(index + 1, of: entries.count)
        return goesOn
      })
    Progress.clear()
  }
}
