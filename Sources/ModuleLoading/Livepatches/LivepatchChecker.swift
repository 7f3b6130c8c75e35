package import KernelReleases
package import Kernels
internal import Livepatching
internal import SymbolTables

/// Asks one kernel about livepatches: whether it takes them, and what every name in them means there.
package struct LivepatchChecker {
  private let checker: ModuleChecker

  /// Prepares to ask a kernel.
  /// Without the kernel itself its symbols are unknown; what is given overrides what was read.
  package init(
    _ facts: KernelFacts, of kernel: OpenKernel? = nil, given: [GivenFact] = [],
    request: LoadRequest = LoadRequest(), release: KernelRelease? = nil
  ) {
    checker = ModuleChecker(
      facts, of: kernel, given: given, request: request, readsLivepatches: true, release)
  }

  /// Checks livepatches and directories of them.
  ///
  /// - Parameter paths: Modules, directories, or `-`.
  /// - Returns: The answers in the order of the paths, without those for ``LoadRequest/with``.
  package func check(_ paths: [String]) -> [LoadAnswer<LivepatchOutcome>] {
    var answers: [LoadAnswer<LivepatchOutcome>] = []
    check(paths) { if !$0.isPreloaded { answers.append($0) } }
    return answers
  }

  /// Checks livepatches and directories of them.
  ///
  /// - Parameters:
  ///   - paths: Modules, directories, or `-`.
  ///   - progress: Receives how many of how many modules were read.
  ///   - consume: Receives the answers for ``LoadRequest/with``, then those in the order of the paths.
  package func check(
    _ paths: [String], progress: (_ done: Int, _ total: Int) -> Void = { _, _ in },
    consume: (LoadAnswer<LivepatchOutcome>) -> Void
  ) {
    checker.run(
      paths, progress: progress,
      finish: { outcome, number, session in
        LivepatchOutcome(
          outcome, session.modules[number].module.contents.livepatch, session.livepatches)
      }, consume: consume)
  }
}
