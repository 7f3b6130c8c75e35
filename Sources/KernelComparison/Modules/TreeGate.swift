package import ByteStorage
internal import KernelReleases
internal import Kernels
internal import ModuleFiles
package import ModuleLoading

/// Which external modules each kernel under a root takes, though they were built for another: what
/// weak-modules decides with depmod, by the loader's own rules.
package struct TreeGate: Sendable {
  /// An external module.
  package struct Candidate: Sendable, Hashable {
    /// Its path.
    package let path: String
    /// The release that it was built for: of its vermagic, else of the directory that it is in.
    package let release: String
    /// The link to it, relative to `weak-updates`.
    package let link: String
  }

  /// What becomes of a candidate on one kernel.
  package struct Decision: Sendable {
    package let candidate: Candidate
    /// What the loader says; a failure if the file cannot be read.
    package let result: Result<LoadOutcome, FileError>

    package var isCompatible: Bool {
      if case .success(let outcome) = result { outcome.verdict == .loads } else { false }
    }

    /// Names of symbols that keep it from loading, in bytewise order.
    package var symbols: [String] {
      guard case .success(let outcome) = result else { return [] }
      return Set(outcome.symbols.filter { $0.problem != nil }.map(\.name)).sorted()
    }
  }

  /// The answer for one kernel.
  package struct Answer: Sendable {
    package let release: String
    /// The directory of its links.
    package let directory: String
    /// In the order of the candidates, without those that were built for this kernel.
    package let decisions: [Decision]
  }

  private let root: String
  private let request: LoadRequest

  /// Prepares to ask the kernels under a root file system.
  package init(root: String, limit: Int, workers: Int) {
    self.root = root.hasSuffix("/") ? String(root.dropLast()) : root
    var request = LoadRequest()
    (request.limit, request.workers, request.loadsTargets) = (limit, workers, true)
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
      ["extra", "updates"].flatMap { folder -> [DirectoryTree.Entry] in
        let directory = "\(root)/lib/modules/\(release)/\(folder)"
        guard PathKind(directory) == .directory else { return [] }
        return ModuleTree(directory).paths.map { .file($0) }
      }
    }
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
    let parts = path.split(separator: "/")
    var (home, link) = ("", parts.joined(separator: "/"))
    for index in parts.indices.dropLast(3)
    where parts[index] == "lib" && parts[index + 1] == "modules" {
      home = String(parts[index + 2])
      link = parts[(index + 4)...].joined(separator: "/")
    }
    var file = FileBuffer(limit: request.limit)
    try file.open(path)
    if !GivenFile.isModule(file.source) {
      throw FileError(path: path, cause: .notSuitable("is not a module"))
    }
    if let module = try? ModuleFile(file.source),
      let release = try? PackageDependencies.release(of: module), !release.isEmpty
    {
      home = release
    }
    return Candidate(path: path, release: home, link: link)
  }

  /// Asks one kernel about all candidates; `nil` if it is not installed: what it exports is not known.
  /// A module that others need counts as loaded if the kernel takes it.
  package func ask(_ release: String, about candidates: [Candidate]) -> Answer? {
    let directory = "\(root)/lib/modules/\(release)"
    guard let kernel = try? OpenKernel(directory, limit: request.limit),
      let facts = try? kernel.factsForLoading(), facts.exports != nil
    else { return nil }
    let foreign = candidates.filter { $0.release != release }
    guard !foreign.isEmpty else {
      return Answer(release: release, directory: "\(directory)/weak-updates", decisions: [])
    }
    var results: [String: Result<LoadOutcome, FileError>] = [:]
    ModuleChecker(facts, of: kernel, request: request).check(foreign.map(\.path)) { answer in
      if !answer.isPreloaded { results[answer.path] = answer.result }
    }
    let decisions = foreign.compactMap { candidate in
      results[candidate.path].map { Decision(candidate: candidate, result: $0) }
    }
    return Answer(
      release: release, directory: "\(directory)/weak-updates", decisions: decisions)
  }
}
