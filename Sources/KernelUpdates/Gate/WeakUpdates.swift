package import ByteStorage
internal import ModuleFiles

/// The work of weak-modules (kmod of RHEL 9): links in `weak-updates` for external modules that other
/// kernels take, decided by the loader's rules.
package struct WeakUpdates {
  /// What happens, in order.
  package enum Event: Sendable {
    case compatible(module: String, from: String, kernel: String)
    case incompatible(
      module: String, from: String, kernel: String, symbols: [String], reason: String?)
    /// One of the modules does not load: the links of the kernel stay as they were.
    case fallsBack(kernel: String)
    case removes(module: String, kernel: String)
    /// A link is not the module's, or there is none.
    case skips(link: String)
    case existsAlready(module: String, kernel: String)
    case existsAsExtra(module: String, kernel: String, from: String)
  }

  let gate: TreeGate
  private let isDryRun: Bool
  private let report: (Event) -> Void
  /// Releases whose module lists have to be made anew.
  package private(set) var changed: Set<String> = []
  /// Links of the kernels that were looked at, as they are to be: targets by places in `weak-updates`.
  private var links: [String: [String: String]] = [:]
  private var candidates: [String: TreeGate.Candidate] = [:]

  package init(_ gate: TreeGate, isDryRun: Bool, report: @escaping (Event) -> Void) {
    self.gate = gate
    self.isDryRun = isDryRun
    self.report = report
  }

  /// A module as it is named: where it belongs is known though the file may be gone.
  struct Module {
    let path: String
    let release: String
    let link: String

    var fileName: String { path.split(separator: "/").last.map(String.init) ?? path }
  }

  /// Whether what a kernel exports, and its symbols, are there.
  package func isInstalled(_ release: String) -> Bool {
    systemMap(of: release) != nil && gate.kernel(release) != nil
  }

  /// The list of symbols that depmod reads.
  package func systemMap(of release: String) -> String? {
    ["\(gate.root)/boot/System.map-\(release)", "\(gate.root)/lib/modules/\(release)/System.map"]
      .first { PathKind($0) == .file }
  }

  /// Links the modules into all other kernels that take all of them.
  package mutating func add(_ paths: [String]) throws(FileError) {
    let modules = paths.map { module($0) }
    for release in gate.releases.sorted() where isInstalled(release) {
      try update(release, modules, isForced: false) { updates in
        updates.link(modules, into: release)
      }
    }
    for module in modules { changed.insert(module.release) }
  }

  /// Removes the links to modules whose files are gone.
  package mutating func remove(_ paths: [String]) throws(FileError) {
    let modules = paths.map { module($0) }
    for release in gate.releases.sorted() where isInstalled(release) {
      try update(release, modules, isForced: true) { updates in
        for module in modules {
          guard updates.links[release]?[module.link] == module.path else {
            let directory = updates.gate.weakUpdates(of: release)
            updates.report(.skips(link: "\(directory)/\(module.link)"))
            continue
          }
          if PathKind(module.path) == .missing { updates.links[release]?[module.link] = nil }
        }
      }
    }
    for module in modules { changed.insert(module.release) }
  }

  /// Links what other kernels have in `extra` into a new kernel: of the newest first, each module alone or
  /// with those that it needs or that need it.
  package mutating func addKernel(_ release: String) throws(FileError) {
    for other in GateOrder.newestFirst(gate.releases) where other != release {
      var modules: [Module] = []
      for case .file(let path) in gate.modules(in: "extra", of: other) {
        let module = module(path)
        let isKnown = currentLinks(release).keys.contains {
          $0.split(separator: "/").last.map(String.init) == module.fileName
        }
        if !isKnown { modules.append(module) }
      }
      let groups = GateOrder.groups(modules.map { candidate($0.path)?.module })
      let alone = groups.filter { $0.count == 1 }.flatMap { $0 }.map { modules[$0] }
      try update(release, alone, isForced: true) { $0.link(alone, into: release) }
      for group in groups where group.count > 1 {
        let members = group.map { modules[$0] }
        try update(release, members, isForced: false) { $0.link(members, into: release) }
      }
    }
  }

  /// Removes all links of a kernel; returns the names in its directory.
  package mutating func removeKernel(_ release: String) throws(FileError) -> [String] {
    let directory = gate.weakUpdates(of: release)
    let names = DirectoryTree.names(in: directory)
    if !isDryRun { try LinkDirectory(directory).removeAll() }
    return names
  }

  // MARK: One kernel

  private mutating func currentLinks(_ release: String) -> [String: String] {
    if let known = links[release] { return known }
    let found = LinkDirectory(gate.weakUpdates(of: release)).links(where: ModulePaths.isModuleName)
    links[release] = found
    return found
  }

  /// Changes the links of a kernel, takes back what it does not load, and all if it is not forced.
  private mutating func update(
    _ release: String, _ modules: [Module], isForced: Bool, _ change: (inout WeakUpdates) -> Void
  ) throws(FileError) {
    if modules.isEmpty { return }
    let before = currentLinks(release)
    change(&self)
    if !validate(release, modules), !isForced {
      report(.fallsBack(kernel: release))
      links[release] = before
    }
    let after = links[release] ?? [:]
    if after != before { changed.insert(release) }
    for (place, target) in before.sorted(by: { $0.key < $1.key }) where after[place] == nil {
      report(.removes(module: WeakUpdates.fileName(target), kernel: release))
    }
    if !isDryRun, after != before {
      try LinkDirectory(gate.weakUpdates(of: release)).replace(before, by: after)
    }
  }

  private mutating func link(_ modules: [Module], into release: String) {
    for module in modules where module.release != release {
      let home = "\(gate.root)/lib/modules/\(release)/"
      if module.path.hasPrefix(home) { continue }
      if PathKind("\(home)extra/\(module.link)") == .file {
        report(.existsAsExtra(module: module.fileName, kernel: release, from: module.release))
      }
      if let target = links[release]?[module.link], PathKind(target) == .file {
        report(.existsAlready(module: module.fileName, kernel: release))
        changed.insert(release)
      }
      links[release, default: [:]][module.link] = module.path
    }
  }

  /// Removes links that the kernel does not load; returns whether there were none.
  private mutating func validate(_ release: String, _ modules: [Module]) -> Bool {
    let present = (links[release] ?? [:]).sorted { $0.key < $1.key }
    // The given modules first, in their order.
    let order = modules.filter { links[release]?[$0.link] == $0.path }.map(\.link)
    let places = order + present.map(\.key).filter { !order.contains($0) }
    var asked: [TreeGate.Candidate] = []
    var placesByPath: [String: String] = [:]
    for place in places {
      guard let target = links[release]?[place], let candidate = candidate(target) else { continue }
      if placesByPath.updateValue(place, forKey: target) == nil { asked.append(candidate) }
    }
    let (refused, _) = gate.judge(asked, on: release)
    for judgement in refused {
      let candidate = judgement.candidate
      if let place = placesByPath[candidate.path] { links[release]?[place] = nil }
      report(
        .incompatible(
          module: candidate.fileName, from: candidate.release, kernel: release,
          symbols: judgement.symbols, reason: judgement.reason))
    }
    for module in modules
    where links[release]?[module.link] == module.path && PathKind(module.path) == .file {
      report(.compatible(module: module.fileName, from: module.release, kernel: release))
    }
    return refused.isEmpty
  }

  // MARK: Modules

  private mutating func candidate(_ path: String) -> TreeGate.Candidate? {
    if let known = candidates[path] { return known }
    let found = try? gate.candidate(.file(path))
    candidates[path] = found
    return found
  }

  private mutating func module(_ path: String) -> Module {
    let place = TreeGate.place(of: path)
    return Module(
      path: path, release: candidate(path)?.release ?? place.release, link: place.link)
  }

  private static func fileName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
