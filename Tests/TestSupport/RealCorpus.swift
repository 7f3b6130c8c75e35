internal import ByteStorage

/// Folders with real kernels and what was recorded of them, kept outside of the repository.
///
/// They lie in the directory `$KSYM_CORPUS`, each with `bzImage`, `vmlinux`, `config`, `System.map`
/// and `modules/`; some with dumps of their memory in `vmcore/`.
package enum RealCorpus {
  /// Paths of all folders; none where `$KSYM_CORPUS` is not set.
  package static let folders: [String] = {
    guard let directory = environment("KSYM_CORPUS") else { return [] }
    return DirectoryTree.names(in: directory).map { "\(directory)/\($0)" }
      .filter { PathKind("\($0)/vmlinux") == .file }
  }()

  /// Those that hold a file or folder.
  package static func folders(with file: String) -> [String] {
    folders.filter { PathKind("\($0)/\(file)") != .missing }
  }
}
