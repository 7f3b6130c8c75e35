internal import Kernels
internal import ModuleFiles

/// Where modules that others need were looked for: whether what is not found is missing.
struct ModuleSources: Sendable {
  /// Number of the kernel's own modules that were looked at.
  var count = 0
  /// Whether nothing else can export a symbol: the user says so, or a list has all exports.
  var isComplete = true
  /// Names of modules that are there, or built into the kernel.
  var known: Set<String> = []

  /// Everything is there.
  init() {}

  /// What was looked at of a kernel's modules.
  init(_ gathered: Gathering.Modules, tree: ModuleTree?, request: LoadRequest, ownerCount: Int) {
    count = gathered.isOnDemand.count { $0 }
    // Module.symvers has the exports of all modules of its build.
    isComplete = !request.loadsDependencies || ownerCount > 1 || request.hasWholeTree
    guard !isComplete else { return }
    for module in gathered.modules { known.insert(module.module.header.moduleName) }
    guard let tree, count > 0 else { return }
    known.formUnion(tree.builtinNames)
  }

  /// Modules that a build found to export what is needed, and that were not looked at.
  func unknown(_ dependencies: [String]) -> [String] {
    isComplete
      ? []
      : dependencies.filter { !known.contains(ModulePaths.moduleName(ofFile: $0)) }
  }
}
