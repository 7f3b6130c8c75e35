internal import ByteStorage
internal import KernelImages

/// Finds the kernel with a build ID, where systems keep kernels and debuggers keep their files.
package struct BuildIDSearch {
  /// The root file system, without a slash at the end.
  package var root = ""
  /// The directory for what can be made again; `nil` if there is none.
  package var cache = ProcessEnvironment.cacheDirectory
  /// The directory in which debuginfod's clients keep what they fetched.
  package var fetched =
    ProcessEnvironment.variable("DEBUGINFOD_CACHE_PATH")
    ?? ProcessEnvironment.cacheDirectory.map { "\($0)/debuginfod_client" }
  /// Whether debuginfod may be asked.
  package var asksServers = ProcessEnvironment.variable("DEBUGINFOD_URLS") != nil
  /// Largest file after unpacking, in bytes.
  var limit = FileBuffer.defaultLimit
  /// Number of kernels that were read, because the index did not have them.
  package private(set) var readCount = 0

  package init() {}

  /// The kernel with a build ID.
  ///
  /// - Returns: A path, or `running`.
  /// - Throws: ``KernelError`` if there is none, or there are several whose IDs begin so.
  package mutating func path(of prefix: BuildIDPrefix) throws(KernelError) -> String {
    if let own = runningIdentifier(), prefix.matches(own) { return "running" }
    var found = installed(prefix)
    if found.isEmpty { found = debugFiles(prefix) }
    let identifiers = Set(found.map(\.identifier)).sorted()
    guard identifiers.count < 2 else {
      let list = identifiers.prefix(8).joined(separator: ", ")
      throw BuildIDPrefix.failure(prefix.name, "several kernels have such build IDs: \(list)")
    }
    if let path = found.first?.path { return path }
    if prefix.isWhole, asksServers, let path = fetch(prefix) { return path }
    throw BuildIDPrefix.failure(
      prefix.name,
      "no kernel with this build ID is running, in /boot, in /lib/modules, among debug files, or known "
        + "to debuginfod")
  }

  /// The notes of the running kernel.
  private func runningIdentifier() -> String? {
    var file = FileBuffer(limit: 1 << 16)
    guard (try? file.open("\(root)/sys/kernel/notes")) != nil, let notes = try? file.source.all()
    else { return nil }
    let identifier = BuildID(inNotes: notes, .little) ?? BuildID(inNotes: notes, .big)
    return identifier?.hexadecimal
  }

  private mutating func installed(
    _ prefix: BuildIDPrefix
  ) -> [(identifier: String, path: String)] {
    var index = BuildIDIndex(in: cache)
    defer { readCount = index.readCount }
    var found: [(identifier: String, path: String)] = []
    for path in images() {
      guard let identifier = index.identifier(of: path, limit: limit), prefix.matches(identifier)
      else { continue }
      found.append((identifier, path))
      if prefix.isWhole { break }
    }
    index.save()
    return found
  }

  private func images() -> [String] {
    var paths: [String] = []
    for name in DirectoryTree.names(in: "\(root)/boot")
    where name.hasPrefix("vmlinuz") || name.hasPrefix("vmlinux") {
      paths.append("\(root)/boot/\(name)")
    }
    for release in DirectoryTree.names(in: "\(root)/lib/modules") {
      for name in ["vmlinuz", "vmlinux"] { paths.append("\(root)/lib/modules/\(release)/\(name)") }
    }
    return paths.filter { PathKind($0) == .file }
  }

  /// Files by build ID: `xx/rest.debug` of debug packages, `ID/executable` and `ID/debuginfo` of
  /// debuginfod's clients.
  private func debugFiles(_ prefix: BuildIDPrefix) -> [(identifier: String, path: String)] {
    var found: [(identifier: String, path: String)] = []
    let folder = "\(root)/usr/lib/debug/.build-id"
    let (first, rest) = (prefix.digits.prefix(2), prefix.digits.dropFirst(2))
    for name in DirectoryTree.names(in: "\(folder)/\(first)")
    where name.hasPrefix(rest) && name.hasSuffix(".debug") {
      found.append(("\(first)\(name.dropLast(6))", "\(folder)/\(first)/\(name)"))
    }
    guard found.isEmpty, let fetched else { return found }
    for identifier in DirectoryTree.names(in: fetched) where prefix.matches(identifier) {
      for name in ["executable", "debuginfo"] {
        let path = "\(fetched)/\(identifier)/\(name)"
        if let stamp = FileStamp(path), stamp.size > 0 {
          found.append((identifier, path))
          break
        }
      }
    }
    return found
  }

  /// Asks debuginfod's client, which prints the path of what it fetched.
  private func fetch(_ prefix: BuildIDPrefix) -> String? {
    for kind in ["executable", "debuginfo"] {
      let command = "debuginfod-find \(kind) \(prefix.digits) 2>/dev/null"
      if let path = ProcessEnvironment.firstLine(of: command), PathKind(path) == .file {
        return path
      }
    }
    return nil
  }
}
