internal import ByteStorage
internal import Kernels
internal import ModuleFiles
internal import OrderedWork

/// Reads the modules that a question needs, each once, and no more of the tree than necessary.
struct Gathering {
  let inspector: ModuleInspector
  private let request: LoadRequest
  /// The kernel's own modules.
  private let tree: ModuleTree?
  /// The kernel itself, which may have a list of what its modules export.
  private let kernel: OpenKernel?
  /// What was read for earlier questions; `nil` if there are none.
  private let known: KnownModules?
  private(set) var gathered = Modules()
  /// Numbers in ``gathered``, by path.
  private(set) var numbers: [String: Int] = [:]
  /// Files that the kernel is to unpack, by path.
  var compressed: Set<String> = []
  /// Modules that count as loaded when another needs what they export, by path.
  var onDemand: Set<String> = []
  /// What could not be read, by path.
  private(set) var errors: [String: FileError] = [:]
  /// Number of the tree's modules of which a list says what they export, if one was read.
  private(set) var looked: Int?
  /// Names of modules that those read depend on, as far as they were not looked at yet.
  private var pending: [String] = []

  /// Modules that were read, in order.
  struct Modules: Sendable {
    fileprivate(set) var modules: [CheckedModule] = []
    /// Whether each is loaded when another needs what it exports.
    fileprivate(set) var isOnDemand: [Bool] = []

    mutating func add(_ module: CheckedModule, isOnDemand: Bool) {
      modules.append(module)
      self.isOnDemand.append(isOnDemand)
    }
  }

  init(
    inspector: ModuleInspector, tree: ModuleTree?, of kernel: OpenKernel?, request: LoadRequest,
    known: KnownModules? = nil
  ) {
    self.kernel = kernel
    self.inspector = inspector
    self.known = known
    self.request = request
    self.tree = tree
  }

  /// Reads modules that were not read yet.
  mutating func read(
    _ paths: [String], areDependencies: Bool = false, _ progress: (Int, Int) -> Void
  ) {
    var seen: Set<String> = []
    let wanted = paths.filter {
      numbers[$0] == nil && errors[$0] == nil && seen.insert($0).inserted
    }
    guard !wanted.isEmpty else { return }
    let (inspector, limit, compressed) = (inspector, request.limit, compressed)
    let known = areDependencies ? known : nil
    let copies = request.copies
    OrderedWork.run(
      count: wanted.count, workers: request.workers, makeState: { ModuleBuffers(limit: limit) },
      work: { buffers, index -> Result<CheckedModule, FileError> in
        let path = wanted[index]
        if let copy = copies?.copy(of: path), !compressed.contains(path) {
          return .success(
            inspector.inspect(
              ByteSource(copy.module.bytes), path: path, packed: copy.packed.bytes))
        }
        do throws(FileError) {
          guard let known else {
            return .success(
              try inspector.inspect(path, isCompressed: compressed.contains(path), &buffers))
          }
          return .success(
            try known.module(at: path) { () throws(FileError) in
              try inspector.inspect(path, isCompressed: false, &buffers)
            })
        } catch { return .failure(error) }
      },
      consume: { index, result in
        switch result {
        case .failure(let error): errors[wanted[index]] = error
        case .success(let module):
          let path = wanted[index]
          let isOnDemand =
            request.loadsTargets || onDemand.contains(path)
            || request.loadsDependencies && tree?.contains(path) ?? false
          numbers[wanted[index]] = gathered.modules.count
          gathered.add(module, isOnDemand: isOnDemand && !(tree?.isReplaced(path) ?? false))
          pending += module.module.header.dependencies
        }
        progress(index + 1, wanted.count)
        return true
      })
  }

  /// Reads what the modules depend on: first the modules that their builds name, then, if a symbol
  /// is still unknown, those that depmod lists for it, or all that may export it.
  mutating func readDependencies(_ progress: (Int, Int) -> Void) {
    let targets = Array(numbers.values)
    while !pending.isEmpty {
      let names = Set(pending.map { ModulePaths.moduleName(ofFile: $0) })
      pending = []
      read(names.sorted().compactMap { tree?.path(named: $0) }, areDependencies: true, progress)
    }
    guard let tree else { return }
    if let exporters = request.readsWholeTree ? nil : tree.exportersBySymbol() {
      readExporters(exporters, tree, targets, progress)
      return
    }
    let session = LoadSession(inspector, gathered, reportsAllSymbols: false)
    let unknown = targets.filter { !session.unknownSymbols($0).isEmpty }
    if unknown.isEmpty { return }
    let names = Set(unknown.flatMap { session.unknownSymbols($0, orWeak: true) })
    if isExcluded(names, tree, progress) {
      looked = Set(tree.paths.map { ModulePaths.moduleName(ofFile: $0) }).count
    } else {
      read(tree.paths, progress)
    }
  }

  /// Whether a list shows that no module of the tree exports any of some symbols. Modules that the list
  /// does not answer for are read.
  private mutating func isExcluded(
    _ names: Set<String>, _ tree: ModuleTree, _ progress: (Int, Int) -> Void
  ) -> Bool {
    let kernel = kernel
    let lists: [() -> TreeExports?] = [
      { tree.exportsByDepmod() }, { kernel?.exportsOfBuild(tree) },
    ]
    for list in lists {
      guard let list = list(), !names.contains(where: list.contains) else { continue }
      // A list that answers for few modules saves little.
      guard list.unlisted.count <= tree.paths.count / 2 else { continue }
      let known = gathered.modules.count
      read(list.unlisted, areDependencies: true, progress)
      let session = LoadSession(inspector, gathered, reportsAllSymbols: false)
      return !(known..<gathered.modules.count).contains { session.exports($0, oneOf: names) }
    }
    return false
  }

  /// Reads the modules that depmod lists as exporters of unknown symbols, and those that they need.
  private mutating func readExporters(
    _ exporters: [String: [String]], _ tree: ModuleTree, _ targets: [Int],
    _ progress: (Int, Int) -> Void
  ) {
    looked = max(exporters.values.reduce(into: Set()) { $0.formUnion($1) }.count, 1)
    var pending = targets
    while !pending.isEmpty {
      let session = LoadSession(inspector, gathered, reportsAllSymbols: false)
      let unknown = Set(pending.flatMap { session.unknownSymbols($0) })
      let names = Set(unknown.flatMap { exporters[$0] ?? [] })
      let known = gathered.modules.count
      read(names.sorted().compactMap { tree.path(named: $0) }, areDependencies: true, progress)
      pending = Array(known..<gathered.modules.count)
    }
  }

  /// The path of a module of the kernel's tree that is loaded under a name.
  func treePath(named name: String) -> String? { tree?.path(named: name) }
}
