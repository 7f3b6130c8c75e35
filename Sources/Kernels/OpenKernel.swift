// Kernels owns one kernel, opened once: which files belong to it, what each is, and what they say of
// it: facts, exports, symbols, contents, each with its source, or unknown. It gives no verdicts.

internal import ArchiveFormats
package import ByteStorage

/// A kernel that is open: its image is found, read and unpacked once, and asked any number of
/// questions.
///
/// ```swift
/// let kernel = try OpenKernel("/boot/vmlinuz-6.12.107")
/// let facts = try kernel.facts()
/// let symbols = try kernel.symbols(as: .kernel)
/// ```
///
/// In a directory several files may be the kernel. The first that is a whole one is taken, whatever
/// is asked. What has only a part (the stub `vmlinux` in packages of headers) gives that part, and
/// Module.symvers and the configuration beside it the rest.
package final class OpenKernel {
  /// The path by which the kernel was named, or to which its release leads.
  package let path: String
  /// Which of several kernels in a directory was taken; `nil` if there was one.
  package private(set) var choice: Choice?
  /// Why images that were to be taken before others were not.
  package private(set) var leftOut: [FileError] = []
  /// Where ``path`` leads: the members of an archive, or itself.
  private let place: String
  /// Number of files that were opened to find the kernel.
  package private(set) var openingCount = 0
  /// Largest file after unpacking, in bytes.
  let limit: Int
  let paths: KernelPaths
  /// What the running kernel says of itself, if it is meant.
  let running: RunningKernel?
  /// The image in a directory, or what the path names.
  var file: KernelFile
  /// What stubs give, and what was met while the kernel was looked for.
  private(set) var stub: KernelFacts
  private var isSearched = false
  /// Modules below the directory, if there is no kernel in it.
  private(set) var modules: ModuleTree?
  /// The answers that were given.
  var knownFacts: (facts: KernelFacts, isThorough: Bool)?
  var knownSymbols: KernelSymbolSource?

  /// The kernel that was taken, of several in a directory.
  package struct Choice: Sendable, Hashable {
    /// The release that was taken.
    package let taken: String
    /// The releases that are there, that of the running kernel first and the others from the newest
    /// to the oldest.
    package let releases: [String]
  }

  /// Opens a kernel.
  ///
  /// - Parameters:
  ///   - path: The release of an installed kernel, an image (vmlinux, vmlinuz, bzImage, …), a memory dump, a list of symbols, a
  ///     Module.symvers, a configuration, a module, a directory (`/lib/modules/RELEASE`, a build tree,
  ///     headers, an unpacked package, `/boot`, a folder of modules), a package of Debian or RPM, another
  ///     archive, or a member of one (`FILE!path`), `build-id:` with at least eight digits of a build
  ///     ID, or `running`.
  ///   - limit: Largest file after unpacking, in bytes.
  ///   - root: Where the root directory of the running kernel is, without a slash at the end.
  /// - Throws: ``KernelError`` if nothing at the path belongs to a kernel, or it cannot be read.
  package init(
    _ path: String, limit: Int = FileBuffer.defaultLimit, root: String = ""
  ) throws(KernelError) {
    var path = try KernelPaths.place(ofKernel: path)
    if let identifier = try BuildIDPrefix(path) {
      var search = BuildIDSearch()
      search.limit = limit
      path = try search.path(of: identifier)
    }
    self.path = path
    self.limit = limit
    do { place = try Archives.place(of: path, limit: limit) } catch { throw KernelError(error) }
    paths = KernelPaths(place, root: root)
    running = path == "running" ? RunningKernel(root: root) : nil
    file = KernelFile(limit: limit)
    stub = KernelFacts(path: path)
    // The running kernel's symbols are not in its image.
    if running == nil { try search() }
  }

  /// What the open file is; `nil` if only parts of a kernel were found, or modules.
  package var form: KernelForm? { file.form }

  /// The path of the open file; `nil` if there is none.
  package var filePath: String? { file.path }

  /// Whether there are modules below the directory, and no image of their kernel.
  package var isModulesOnly: Bool { modules != nil }

  /// Looks for the kernel, the first time.
  func search() throws(KernelError) {
    if isSearched { return }
    isSearched = true
    var failure: FileError?
    let isDirectory = running == nil && PathKind(place) == .directory
    for candidate in paths.images {
      do throws(FileError) {
        openingCount += 1
        try file.open(candidate)
        if paths.isOneFile { return }
        if file.isWholeKernel() {
          choose(candidate)
          return
        }
        file.addStubFacts(to: &stub)
      } catch {
        if paths.isOneFile { throw KernelError(error) }
        if PathKind(candidate) != .missing { leftOut.append(error) }
        stub.notes.append(KernelNote(.candidate, candidate, error))
        failure = failure ?? error
      }
    }
    file.release()
    for error in paths.closedImageFolders {
      leftOut.append(error)
      stub.notes.append(KernelNote(.candidate, error.path, error))
      failure = failure ?? error
    }
    if running != nil { return }
    if isDirectory { findModules() }
    if stub.layout != nil || modules != nil {
      if let taken = paths.namedRelease?.value { choose(release: taken) }
      return
    }
    if let symvers = paths.symvers(release: paths.namedRelease?.value).first {
      chooseHeaders(symvers)
      return
    }
    if let failure { throw KernelError(failure) }
    throw KernelError.noKernel(path)
  }

  /// Notes whose headers were taken, of several.
  private func chooseHeaders(_ symvers: String) {
    let releases = paths.releases
    guard let taken = releases.first, symvers.hasPart(taken) else { return }
    choose(release: taken)
  }

  /// Notes of which kernel facts and modules are taken, if there are several.
  private func choose(release: String) {
    guard paths.releases.count > 1, paths.releases.contains(release) else { return }
    choice = Choice(taken: release, releases: paths.releases)
  }

  private func choose(_ candidate: String) {
    guard paths.releases.count > 1 else { return }
    // One of a plain name was no choice of ours.
    guard
      let taken = paths.releases.first(where: {
        candidate.hasSuffix("-\($0)") || candidate.hasSuffix("/\($0)/vmlinuz")
      })
    else { return }
    choice = Choice(taken: taken, releases: paths.releases)
    // Of which kernel a stub is, nothing shows.
    (stub.layout, stub.machine, stub.moduleStructureSize) = (nil, nil, nil)
  }

  private func findModules() {
    let tree = ModuleTree(place)
    if !tree.entries.isEmpty { modules = tree }
  }
}

extension OpenKernel {
  /// Gives the bytes of the image, or of what else the path names, to a function.
  ///
  /// - Returns: What the function returns; `nil` if no file is open.
  /// - Throws: What the function throws; ``KernelError`` if the file has shrunk.
  package func withContents<Result>(_ body: (ByteSource) throws -> Result) throws -> Result? {
    guard form != nil else { return nil }
    return try OpenKernel.apply(body, to: file)
  }

  private static func apply<Result>(
    _ body: (ByteSource) throws -> Result, to file: borrowing KernelFile
  ) throws -> Result { try body(file.source()) }
}
