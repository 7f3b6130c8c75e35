internal import Glibc
internal import Synchronization

/// Files that lie in one file of no name, and are opened by paths that begin with ``root``: the
/// members of an archive. Everything that opens, lists and examines paths knows them.
///
/// Links lead to members of the same tree only, wherever they point.
package final class MountedTree: Sendable {
  package enum Kind: Sendable {
    /// Bytes of the common file.
    case file(offset: Int, size: Int)
    /// Names of what is in it, in bytewise order.
    case directory([String])
    /// What a symbolic link says.
    case link(String)
  }

  package struct Node: Sendable {
    package let kind: Kind
    /// The same for names of the same file.
    package let number: Int

    package init(_ kind: Kind, number: Int) {
      self.kind = kind
      self.number = number
    }
  }

  /// The path of the archive and `!`.
  package let root: String
  /// What wraps the members, in words, outermost first.
  package let layers: [String]
  private let content: SpoolFile
  /// By path below the root; the root itself has an empty path.
  private let nodes: [String: Node]
  private let device: UInt64

  private static let mounted = Mutex<[MountedTree]>([])
  private static let count = Atomic<Int>(0)
  private static let mostLinks = 40

  /// Makes the tree known.
  ///
  /// - Parameters:
  ///   - root: A path that ends with `!`.
  ///   - layers: What wraps the members, in words.
  ///   - nodes: The files, by path without a slash at either end, with all directories.
  ///   - content: Where the files' bytes lie.
  package init(_ root: String, layers: [String], nodes: [String: Node], content: SpoolFile) {
    self.root = root
    self.layers = layers
    self.nodes = nodes
    self.content = content
    device = UInt64.max - UInt64(MountedTree.count.add(1, ordering: .relaxed).newValue)
    MountedTree.mounted.withLock { $0.append(self) }
  }

  /// The tree that a path lies in, and the path below its root; `nil` for paths of the file system.
  package static func find(_ path: String) -> (tree: MountedTree, path: Substring)? {
    guard count.load(ordering: .relaxed) > 0 else { return nil }
    let bytes = path.utf8
    return mounted.withLock { trees in
      for tree in trees where bytes.starts(with: tree.root.utf8) {
        return (tree, path[bytes.index(bytes.startIndex, offsetBy: tree.root.utf8.count)...])
      }
      return nil
    }
  }

  /// The path as members are named: no slash follows the archive.
  package static func tidied(_ path: String) -> String {
    guard let (tree, inside) = find(path), inside.hasPrefix("/") else { return path }
    return tree.root + inside.drop { $0 == "/" }
  }

  /// What a path below the root leads to, and the path itself; `nil` if nothing is there.
  func resolve(_ path: Substring) -> (path: String, node: Node)? {
    if let node = nodes[String(path)], !node.isLink { return (String(path), node) }
    var pending = Array(path.split(separator: "/").reversed())
    var (done, links) = ([Substring](), 0)
    while let part = pending.popLast() {
      if part == "." { continue }
      if part == ".." {
        _ = done.popLast()
        continue
      }
      guard let node = nodes[(done + [part]).joined(separator: "/")] else { return nil }
      guard case .link(let target) = node.kind else {
        done.append(part)
        continue
      }
      links += 1
      if links > MountedTree.mostLinks { return nil }
      if target.hasPrefix("/") { done = [] }
      pending += target.split(separator: "/").reversed()
    }
    let place = done.joined(separator: "/")
    return nodes[place].map { (place, $0) }
  }

  /// Which file a path below the root leads to.
  func identity(_ path: Substring) -> (device: UInt64, node: UInt64)? {
    resolve(path).map { (device, UInt64($0.node.number)) }
  }

  /// The files in a directory, and whether each is a directory, a link, or neither; `nil` if there is
  /// no such directory.
  func names(in directory: Substring) -> [(name: String, kind: PathKind)]? {
    guard let (place, node) = resolve(directory), case .directory(let names) = node.kind else {
      return nil
    }
    return names.map { name in
      switch nodes[place.isEmpty ? name : "\(place)/\(name)"]?.kind {
      case .directory?: (name, .directory)
      case .link?: (name, .missing)
      default: (name, .file)
      }
    }
  }

  /// A descriptor of the common file, and where in it a file lies.
  func open(_ path: Substring) throws(FileError) -> OpenFile {
    func failure(_ code: Int32) -> FileError {
      FileError(path: root + path, cause: .system(operation: "open", errno: code))
    }
    guard let (_, node) = resolve(path) else { throw failure(ENOENT) }
    guard case .file(let offset, let size) = node.kind else {
      throw FileError(path: root + path, cause: .notRegular("a directory"))
    }
    let copy = content.duplicate()
    guard copy >= 0 else { throw failure(errno) }
    return OpenFile(descriptor: copy, size: size, offset: offset, isMember: true)
  }

  /// What a path below the root is.
  func kind(_ path: Substring) -> PathKind {
    switch resolve(path)?.node.kind {
    case .file?: .file
    case .directory?: .directory
    default: .missing
    }
  }
}

extension MountedTree.Node {
  fileprivate var isLink: Bool {
    if case .link = kind { return true }
    return false
  }
}

/// An open file, or a part of one.
struct OpenFile {
  let descriptor: Int32
  /// Size in bytes.
  let size: Int
  /// Where the part begins, in bytes from the start of the file.
  var offset = 0
  /// Whether it is a member of a ``MountedTree``.
  var isMember = false
}
