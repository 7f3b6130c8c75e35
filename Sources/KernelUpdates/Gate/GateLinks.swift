package import ByteStorage
internal import Glibc
internal import ModuleFiles

/// What becomes of a kernel's links to external modules: those to modules that it takes are made, and
/// those to what is gone or what it refuses removed.
package struct GateLinks {
  /// Number of links that are new, or lead elsewhere than before.
  package let changed: Int
  /// Number of links that lead to nothing, or to modules that the kernel does not take any more.
  package let removed: Int
  /// Modules that are not below the root: a link to them holds on this machine only.
  package let outside: [String]
  private let directory: LinkDirectory
  private let old: [String: String]
  private let new: [String: String]

  /// Plans the links of a kernel.
  ///
  /// - Parameters:
  ///   - linked: What is linked.
  ///   - answer: The kernel.
  ///   - root: The root file system that the kernel is in.
  /// - Throws: ``FileError`` if a module cannot be found any more.
  package init(
    to linked: [GateJudgement], of answer: TreeGate.Answer, below root: String
  ) throws(FileError) {
    directory = LinkDirectory(answer.directory)
    let old = directory.links(where: ModulePaths.isModuleName)
    var new = old.filter {
      GateLinks.exists($0.value, from: "\(answer.directory)/\($0.key)", below: root)
    }
    let top = try GateLinks.absolute(root)
    var outside: [String] = []
    let taken = Set(linked.map(\.candidate.path))
    for decision in answer.decisions {
      let (path, link) = (decision.candidate.path, decision.candidate.link)
      let isLinked = taken.contains(path)
      guard isLinked || old[link] != nil && decision.isDecided else { continue }
      let real = try GateLinks.absolute(path)
      let isBelow = top == "/" || real.hasPrefix(top + "/")
      // Links are followed once the root is the system's own.
      let target = isBelow && top != "/" ? String(real.dropFirst(top.utf8.count)) : real
      if isLinked {
        if !isBelow { outside.append(path) }
        new[link] = target
      } else if new[link] == target {
        new[link] = nil
      }
    }
    removed = old.keys.count { new[$0] == nil }
    changed = new.count { old[$0.key] != $0.value }
    (self.old, self.new, self.outside) = (old, new, outside)
  }

  /// Makes and removes the links, in one step.
  ///
  /// - Throws: ``FileError`` if that cannot be done; the links are then as before.
  package func make() throws(FileError) {
    if changed + removed > 0 { try directory.replace(old, by: new) }
  }

  /// Whether there is something at the target of a link, on this machine or below the root.
  private static func exists(_ target: String, from link: String, below root: String) -> Bool {
    if target.hasPrefix("/") {
      return PathKind(target) != .missing || PathKind(root + target) != .missing
    }
    let directory = link.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    return PathKind(directory.joined(separator: "/") + "/" + target) != .missing
  }

  private static func absolute(_ path: String) throws(FileError) -> String {
    guard let real = unsafe realpath(path, nil) else {
      throw FileError(path: path, cause: .system(operation: "resolve", errno: errno))
    }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }
}
