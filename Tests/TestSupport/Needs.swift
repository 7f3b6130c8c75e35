package import Testing

/// What a test needs that a machine may lack: without it the test is reported as skipped.
extension Trait where Self == ConditionTrait {
  /// Needs kernels in the cache, some or one with a label.
  package static func needsKernels(_ label: String? = nil) -> Self {
    .enabled(
      if: RealKernel.all.contains { label == nil || $0.label == label },
      "needs make kernels\(label.map { " (\($0))" } ?? "")")
  }

  /// Needs recorded kernels, each with a file or folder.
  package static func needsCorpus(with file: String = "vmlinux", count: Int = 1) -> Self {
    .enabled(
      if: RealCorpus.folders(with: file).count >= count,
      "needs KSYM_CORPUS (with \(file)\(count == 1 ? "" : ", \(count) times"))")
  }

  /// Needs programs on the path.
  package static func needs(_ programs: String...) -> Self {
    let missing = programs.filter { !Ksym.hasProgram($0) }
    return .enabled(if: missing.isEmpty, "needs \(missing.joined(separator: ", "))")
  }
}

/// Ends a case of a test as skipped unless a condition holds, with a line on standard error, which
/// Swift Testing itself does not write for a case.
///
/// - Throws: What ends the case.
package func need(_ condition: Bool, _ what: String) throws {
  guard !condition else { return }
  report("a case is skipped: needs \(what)")
  try Test.cancel("needs \(what)")
}
