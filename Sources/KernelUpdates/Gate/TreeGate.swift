package import ByteStorage
internal import KernelReleases
internal import Kernels
internal import ModuleFiles
internal import ModuleLoading

/// Which external modules each kernel under a root takes, though they were built for another: what
/// weak-modules decides with depmod, by the loader's own rules.
package final class TreeGate {
  /// An external module.
  package struct Candidate: Sendable {
    /// Its path.
    package let path: String
    /// The release that it was built for: of its vermagic, else of the directory that it is in.
    package let release: String
    /// The link to it, relative to `weak-updates`.
    package let link: String
    let module: GateModule

    /// The name of its file.
    package var fileName: String { path.split(separator: "/").last.map(String.init) ?? path }
  }

  /// The answer for one kernel.
  package struct Answer: Sendable {
    package let release: String
    /// The directory of its links.
    package let directory: String
    /// In the order of the candidates, without those that were built for this kernel, or lie in its directory.
    package let decisions: [GateJudgement]

    /// The decisions about modules that need each other, directly or through others.
    package var groups: [[GateJudgement]] {
      GateOrder.groups(decisions.map(\.candidate.module)).map { $0.map { decisions[$0] } }
    }
  }

  /// Without a slash at the end; empty for `/`.
  package let root: String
  private let request: LoadRequest
  /// The external modules, unpacked.
  private let copies = ModuleCopies()
  /// Kernels that were opened; `nil` for those that are not installed.
  private var kernels: [String: GateKernel?] = [:]

  /// Prepares to ask the kernels under a root file system.
  package init(root: String, limit: Int, workers: Int) {
    self.root = root.hasSuffix("/") ? String(root.dropLast()) : root
    var request = LoadRequest()
    (request.limit, request.workers, request.loadsTargets) = (limit, workers, true)
    request.readsWholeTree = false
    request.copies = copies
    self.request = request
  }

  /// Releases with a directory of modules, the newest first.
  package var releases: [String] {
    DirectoryTree.names(in: "\(root)/lib/modules").filter {
      PathKind("\(root)/lib/modules/\($0)") == .directory
    }.sorted { left, right in
      guard let first = KernelRelease(left), let second = KernelRelease(right), first != second
      else { return left > right }
      return second < first
    }
  }

  /// The external modules under the root: those in `extra` and `updates` of each kernel.
  package var externalModules: [DirectoryTree.Entry] {
    releases.flatMap { release in
      ["extra", "updates"].flatMap { modules(in: $0, of: release) }
    }
  }

  /// The modules in a folder of a kernel's directory, in bytewise order.
  func modules(in folder: String, of release: String) -> [DirectoryTree.Entry] {
    let directory = "\(root)/lib/modules/\(release)/\(folder)"
    guard PathKind(directory) == .directory else { return [] }
    return ModuleTree(directory).paths.map { .file($0) }
  }

  /// A candidate by its path.
  ///
  /// - Throws: ``FileError`` if the file cannot be read, or is not a module.
  package func candidate(_ entry: DirectoryTree.Entry) throws(FileError) -> Candidate {
    let path: String
    switch entry {
    case .file(let file): path = file
    case .unreadable(let error): throw error
    }
    var file = FileBuffer(limit: request.limit)
    try file.open(path)
    if !GivenFile.isModule(file.source) {
      throw FileError(path: path, cause: .notSuitable("is not a module"))
    }
    do throws(ParseError) {
      let module = try ModuleFile(file.source)
      let place = TreeGate.place(of: path)
      let release = try PackageDependencies.release(of: module)
      try copies.keep(path, file)
      return Candidate(
        path: path, release: release.isEmpty ? place.release : release, link: place.link,
        module: try GateModule(module))
    } catch { throw FileError(path: path, cause: .malformed(error)) }
  }

  /// The kernel in whose directory a path lies, and what is below the folder in it; of other paths, all.
  package static func place(of path: String) -> (release: String, link: String) {
    let parts = path.split(separator: "/")
    var found = (release: "", link: parts.joined(separator: "/"))
    for index in parts.indices.dropLast(4)
    where parts[index] == "lib" && parts[index + 1] == "modules" {
      found = (String(parts[index + 2]), parts[(index + 4)...].joined(separator: "/"))
    }
    return found
  }

  /// Asks one kernel about all candidates; `nil` if it is not installed: what it exports is not known.
  /// A module that others need counts as loaded if the kernel takes it.
  package func ask(_ release: String, about candidates: [Candidate]) -> Answer? {
    guard kernel(release) != nil else { return nil }
    // What is in the kernel's own directory is installed there: add_weak_links of weak-modules.
    let own = "\(root)/lib/modules/\(release)/"
    let foreign = candidates.filter { $0.release != release && !$0.path.hasPrefix(own) }
    let (refused, kept) = judge(foreign, on: release)
    var judgements: [String: GateJudgement] = [:]
    for judgement in refused + kept { judgements[judgement.candidate.path] = judgement }
    return Answer(
      release: release, directory: weakUpdates(of: release),
      decisions: foreign.compactMap { judgements[$0.path] })
  }

  /// The directory of a kernel's links.
  package func weakUpdates(of release: String) -> String {
    "\(root)/lib/modules/\(release)/weak-updates"
  }

  /// Judges modules on a kernel; those that are refused come in the order of the rounds.
  func judge(
    _ candidates: [Candidate], on release: String
  ) -> (refused: [GateJudgement], kept: [GateJudgement]) {
    guard let kernel = kernel(release), !candidates.isEmpty else { return ([], []) }
    return GateRounds(candidates, on: kernel, home: kernel(_:)).judge()
  }

  /// A kernel under the root; `nil` if it is not installed.
  func kernel(_ release: String) -> GateKernel? {
    if let known = kernels[release] { return known }
    let directory = "\(root)/lib/modules/\(release)"
    let kernel = release.isEmpty ? nil : GateKernel(release, in: directory, request: request)
    kernels[release] = .some(kernel)
    return kernel
  }
}
