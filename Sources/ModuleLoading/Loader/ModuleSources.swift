internal import Kernels
internal import ModuleFiles
internal import ModuleVersions

/// Where modules that others need were looked for: whether what is not found is missing.
struct ModuleSources: Sendable {
  /// Number of the kernel's own modules that were looked at, or that a list has.
  var count = 0
  /// Whether nothing else can export a symbol: the user says so.
  private var isComplete = true
  /// Names of modules that are there, or built into the kernel.
  private var known: Set<String> = []

  /// Everything is there.
  init() {}

  /// What was looked at of a kernel's modules.
  ///
  /// Module.symvers has the exports of all modules of its build, and of no other: external modules may need
  /// each other, and each has a list of its own (Documentation/kbuild/modules.rst, "Symbols From Another
  /// External Module").
  init(
    _ gathered: Gathering.Modules, tree: ModuleTree?, request: LoadRequest, exports: ExportTable?
  ) {
    count = gathered.isOnDemand.count { $0 }
    isComplete = !request.loadsDependencies || request.hasWholeTree
    guard !isComplete else { return }
    for module in gathered.modules { known.insert(module.module.header.moduleName) }
    let listed = Set(exports?.owners ?? []).subtracting(["vmlinux"])
    known.formUnion(listed.map { ModulePaths.moduleName(ofFile: $0) })
    if count == 0 { count = listed.count }
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
